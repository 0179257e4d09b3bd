"""The hand-written tasks on the card, dev split only: one plain prompt against the trivial baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers import runs
from helpers.methods.baselines import majority
from helpers.methods.method import prompt
from helpers.tasks import load_task
from pocket_maker.card.scores import declined, made_up
from pocket_maker.card.text import interval, points, share, table

if TYPE_CHECKING:
    from helpers.runs import Run
    from pocket_maker.card.desk import Desk

__all__ = ["TASKS", "measure", "section"]

TASKS = {"reviews": "{instruction}\n\nReview: {{input}}", "facts": "{{input}}"}  # how the plain prompt of each is put


def measure(desk: Desk) -> dict[str, tuple[Run, Run]]:
    """For each task the run of the majority baseline and that of the plain prompt, on the first n examples of dev."""
    found = {}
    for name, text in TASKS.items():
        desk.step(f"{name} dev")
        task = load_task(name)
        plain = prompt(text.format(instruction=task.instruction), name="plain prompt", max_tokens=24)
        methods = ((majority(task["train"]), None), (plain, desk.model))
        found[name] = tuple(runs.run(method, task, model, split="dev", limit=desk.n, progress=False) for method, model in methods)
    return found


def section(found: dict[str, tuple[Run, Run]]) -> str:
    """The gain over the baseline, then each task by kind of example."""
    rows = []
    for name, (trivial, plain) in found.items():
        gain = runs.compare(trivial, plain)
        p = "<0.001" if gain.p < 0.001 else f"{gain.p:.3f}"
        rows.append((name, share(trivial.score), share(plain.score), points(gain.difference), gain.n, p))
    head = ("task (dev)", "always the most frequent answer", "plain prompt [95%]", "gain in points [95%]", "n", "p")
    return "\n\n".join([table(head, rows), *(_by_kind(name, plain) for name, (_, plain) in found.items())])


def _by_kind(name: str, run: Run) -> str:
    """One task's share of right, declined and confidently wrong answers by kind."""
    kinds = {row["id"]: row["kind"] for row in load_task(name)[run.split]}
    wrong = [made_up(answer, target) and not score for answer, target, score in run.table[["answer", "target", "score"]].to_numpy()]
    frame = run.table.assign(kind=run.table["id"].map(kinds), declined=run.table["answer"].map(declined), wrong=wrong)
    rows = []
    for kind, part in frame.groupby("kind", sort=True):
        means = [f"{part[column].mean():.1%}" for column in ("declined", "wrong")]
        rows.append((kind, len(part), share(interval(list(part["score"]))), *means))
    return table((f"{name}, kind", "n", "right [95%]", "declined", "wrong and confident"), rows)
