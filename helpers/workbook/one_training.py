"""One small training of pocket to record: what it learns from, its settings, how it is asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from helpers import places
from helpers.tasks import Task, load_task

if TYPE_CHECKING:
    from helpers.models import Model
    from helpers.tuning.tuned import Tuned

__all__ = ["COMMON", "SEEDS", "WATCHED", "Training", "answered", "tuned", "tuning_name"]

SEEDS = (0, 1, 2)
FACTS = 60  # questions about facts, to see what a model forgot
LIST = "List the models that this abstract names, as a JSON list.\n{input}"
PROMPTS = {"reviews": ("{input}", 4), "abstracts": (LIST, 64), "facts": ("{input}", 12)}  # what is asked, tokens of a reply
WATCHED = {"reviews": 340, "abstracts": 180}  # the rows of train from here on say when to stop
RECIPES = {
    "reviews": {"epochs": 3, "evaluations": 10},
    "abstracts": {"epochs": 4, "evaluations": 12},
}
COMMON = {"batch": 8, "patience": 3, "tokens": 1024}


@dataclass(frozen=True)
class Training:
    """One training to record: the first n rows of a task's train split, one way to train, one seed; `changes` from its recipe."""

    task: str
    method: str
    n: int
    seed: int
    changes: dict[str, float] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """What is trained."""
        return "pocket"

    @property
    def settings(self) -> dict[str, Any]:
        return {**COMMON, **RECIPES[self.task], **self.changes, "seed": self.seed}

    @property
    def rows(self) -> list[dict]:
        """What it learns from."""
        return load_task(self.task)["train"].to_list()[: self.n]

    @property
    def special(self) -> list[str]:
        """What else its folder's name says."""
        return []

    @property
    def watch(self) -> list[dict] | None:
        """The rows that say when to stop; None: it makes all its steps."""
        return load_task(self.task)["train"].to_list()[WATCHED[self.task] :]

    @property
    def ask(self) -> Any:
        """How it is asked, in training and after."""
        return _method(self.task)

    def answered(self, model: Model) -> dict[str, dict]:
        """What the tuned model answers on dev (and about facts, if it was trained on reviews)."""
        runs = {self.task: answered(self.ask, load_task(self.task), model)}
        return runs | ({"facts": answered(_method("facts"), load_task("facts"), model, FACTS)} if self.task == "reviews" else {})


def _method(task: str) -> Any:
    from helpers import methods

    text, tokens = PROMPTS[task]
    return methods.prompt(text, name="tuned", max_tokens=tokens)


def tuned(training: Training) -> Tuned:
    """The training itself, from its folder in the cache if it is there."""
    from helpers import tuning

    return tuning.fit(
        training.base, training.rows, method=training.method, template=training.ask, dev=training.watch, dev_limit=None,
        folder=places.cache("trainings", tuning_name(training)), progress=False, **training.settings,
    )  # fmt: skip


def tuning_name(training: Training) -> str:
    """A folder's name for a training."""
    changes = [f"{name}{value:g}" for name, value in training.changes.items()]
    return "-".join([training.task, training.method, str(training.n), str(training.seed), *changes, *training.special])


def answered(method: Any, task: Task, model: Model, limit: int | None = None, split: str = "dev") -> dict[str, list]:
    """Scores and answers on a split, in its order."""
    from helpers import runs

    table = runs.run(method, task, model, split=split, limit=limit, progress=False).table
    return {"scores": [round(score, 6) for score in table["score"]], "answers": list(table["answer"])}
