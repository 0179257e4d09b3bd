"""The trainings of SmolLM2 that lessons 13 and 14 read from recordings: how each was made, and how to make it again, in up to an hour each.

`python -m helpers.workbook.trainings abstracts-smollm2-25` makes one again. A hash over its settings, its rows and its base is in the
recording (`key`), and a test compares it with this plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from helpers import places, tuning
from helpers.tasks import load_task

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from helpers.methods import Method

__all__ = ["SLOW", "SlowTraining"]

TEXT = "{input}\n\nModels named above, as a JSON list:"
COMMON = {"lr": 1e-3, "batch": 16, "rank": 8}
BRIEF = COMMON | {"evaluations": 4, "patience": 2, "tokens": 4096}
SHORT = {"lr": 1e-3, "batch": 8, "rank": 8, "epochs": 3, "evaluations": 2, "tokens": 4096}
NAMES = {"lora": "LoRA", "qlora": "QLoRA"}
WATCHED = 180  # the rows of train from here on are watched; the first recording watched dev instead


@dataclass(frozen=True)
class SlowTraining:
    """LoRA, or LoRA over NF4, on the first n abstracts; `bf16`: its arithmetic; `watch_dev`: the loss watched is that of dev."""

    n: int
    settings: Mapping[str, float]
    bf16: bool
    watch_dev: bool = False
    adapter: bool = False
    method: str = "lora"
    lesson: str = "13"

    def fitting(self) -> dict[str, Any]:
        """What `tuning.fit` is given besides the model and the task."""
        task = load_task("abstracts")
        watch = task["dev"].to_list() if self.watch_dev else task["train"].to_list()[WATCHED:]
        return {"method": self.method, "template": self.asking(), "limit": self.n, "dev": watch, "dev_limit": None, **self.settings}

    def asking(self) -> Method:
        """How a row is asked with, in training and on dev."""
        from helpers import methods

        return methods.prompt(TEXT, name=f"{NAMES[self.method]} r8 on SmolLM2", max_tokens=48)

    def arithmetic(self) -> AbstractContextManager:
        """Products in bf16, as on a GPU, or all in float32. A processor without bf16 instructions is slower with it.

        Its cache of rounded weights is off: around a whole training it would keep the weights of the first step.
        """
        import torch

        return torch.autocast("cpu", dtype=torch.bfloat16, cache_enabled=False) if self.bf16 else nullcontext()

    def record(self, name: str) -> Path:
        """Train, answer dev, and put both under `data/recordings/<lesson>/<name>`."""
        from helpers import runs

        task = load_task("abstracts")
        with self.arithmetic():
            done = tuning.fit("smollm2", task, folder=places.cache("trainings", name), **self.fitting())
        kind = f"{self.lesson}/{name}"
        tuning.record(done, kind, adapter=self.adapter)
        model = (tuning.read_recorded(kind) if self.adapter else done).model()  # the adapter as it is shipped, in bf16
        run = replace(runs.run(self.asking(), task, model, split="dev"), model=f"smollm2 + {NAMES[self.method]} rank 8")
        return tuning.record(done, kind, {"dev": run}, adapter=self.adapter)


SLOW = {
    "abstracts-smollm2": SlowTraining(200, COMMON | {"epochs": 3}, bf16=False, watch_dev=True, adapter=True),
    "abstracts-smollm2-25": SlowTraining(25, BRIEF | {"epochs": 10}, bf16=True),
    "abstracts-smollm2-100": SlowTraining(100, BRIEF | {"epochs": 3}, bf16=True),
} | {
    f"abstracts-smollm2-{method}-{seed}": SlowTraining(50, SHORT | {"seed": seed}, bf16=True, method=method, lesson="14")
    for seed in range(3)
    for method in ("lora", "qlora")
}
