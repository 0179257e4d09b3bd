"""Tuning's row of the card: LoRA on the training split of `abstracts` over the better of two prompts, on the same dev examples."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

from helpers import runs
from helpers.methods.method import prompt
from helpers.tasks import load_task

if TYPE_CHECKING:
    from helpers.models import Model
    from pocket_maker.card.desk import Desk

__all__ = ["lora"]

TASK, LEARN, TOKENS = "abstracts", 160, 64
SHORT = "List the models that this abstract names, as a JSON list.\n{input}"


def lora(desk: Desk) -> list[tuple[str, str, list[float], list[float]]]:
    """Scores by the task's metric (F1 of the names): the prompt with the higher mean, and the tuned model asked by the short one."""
    from helpers import tuning

    task, n = load_task(TASK), min(desk.n, 80)
    short = prompt(SHORT, name="short", max_tokens=TOKENS)
    asked = [
        _scores(method, desk.model, n) for method in (short, prompt(task.instruction + "\n{input}", name="instruction", max_tokens=TOKENS))
    ]
    rows = task["train"].to_list()
    learned, watched = rows[:LEARN][: 2 * desk.n], rows[LEARN:][: desk.n]
    with tempfile.TemporaryDirectory() as folder:
        done = tuning.lora(
            f"hf:{desk.local.folder.path}", learned, template=short, dev=watched, folder=folder,
            epochs=2, batch=8, evaluations=3, progress=False,
        )  # fmt: skip
        tuned = _scores(short, done.model(batch_size=32), n)
    return [(f"LoRA on {len(learned)} abstracts over the better of two prompts", "F1", max(asked, key=sum), tuned)]


def _scores(method: object, model: Model, n: int) -> list[float]:
    return runs.run(method, load_task(TASK), model, limit=n, progress=False).table["score"].tolist()
