"""The trainings of lesson 16: pocket on dated invoices, old rows, new ones or both, asked with or without the day a bill came.

And the old model trained on with the new rows, to see what it forgets.

`python -m helpers.workbook.trainings` makes those that the recording lacks, as it does for lessons 12 and 13.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers import places
from helpers.tasks import Task, load_task, with_splits
from helpers.workbook.one_training import SEEDS, Training, answered, tuned, tuning_name

if TYPE_CHECKING:
    from helpers.models import Model

__all__ = ["ASKS", "DATED", "NEW", "YEAR", "Dated", "GoneOn"]

NEW = ("2026-01-01", "2026-06-30")  # what is labeled after the alarm: all that was issued from the first to the last of these days
YEAR = ("2026-01-01", "2026-12-31")  # what is labeled by the second retraining
BARE = "Give the due date as YYYY-MM-DD. Invoice: {input}"
ASKS = {"bare": BARE, "with the day": "Give the due date as YYYY-MM-DD. Received {received}. Invoice: {input}"}
EPOCHS = {"old": 2, "window": 12, "all": 2, "old and 2026": 2}  # of 300, 49, 349 and 399 rows: 76 to 100 steps


@dataclass(frozen=True)
class Dated(Training):
    """A training on the old rows, on those labeled since the change, or on both, and asked as ASKS says; n: how many rows that are."""

    rows_of: str = "old"
    asked: str = "bare"

    @property
    def rows(self) -> list[dict]:
        task = _invoices()
        first, last = YEAR if self.rows_of == "old and 2026" else NEW
        old = [] if self.rows_of == "window" else task["train"].to_list()
        return old if self.rows_of == "old" else old + [row for row in task["stream"].to_list() if first <= row["issued"] <= last]

    @property
    def settings(self) -> dict[str, Any]:
        return {"batch": 8, "tokens": 1024, "epochs": EPOCHS[self.rows_of], **self.changes, "seed": self.seed}

    @property
    def special(self) -> list[str]:
        return [f"rows_of{self.rows_of}", f"asked{self.asked}"]

    @property
    def watch(self) -> None:
        """Nothing says when to stop: dev sets the limits of the monitor."""

    @property
    def ask(self) -> Any:
        from helpers import methods

        return methods.prompt(ASKS[self.asked], name="tuned", max_tokens=14)

    def answered(self, model: Model) -> dict[str, dict]:
        """Old rows (dev, and test once), the fresh set; and the stream, of the first seed and wherever the old system is asked."""
        splits = ("dev", "test", "fresh", *(("stream",) if self.seed == 0 or (self.rows_of, self.asked) == ("old", "bare") else ()))
        return {f"{self.task} {split}": answered(self.ask, _invoices(), model, split=split) for split in splits}


@dataclass(frozen=True)
class GoneOn(Dated):
    """A training that begins where the old model of its seed ended: that adapter is merged, and a new one trained beside it."""

    begins: str = "old"

    @property
    def base(self) -> str:
        before = Dated("invoices", "lora", 300, self.seed)
        folder = places.cache("trainings", f"{tuning_name(before)}-merged")
        shutil.rmtree(folder, ignore_errors=True)
        return f"hf:{tuned(before).merge(folder)}"

    @property
    def special(self) -> list[str]:
        return [*super().special, f"begins{self.begins}"]


def _invoices() -> Task:
    return with_splits(load_task("invoices"), "stream", "fresh")


def _plan() -> Iterator[Dated]:
    """The remedies, three seeds each; then fewer passes over the window, the old model trained on, and a second retraining."""
    kinds = (("old", "bare", 300), ("all", "bare", 349), ("window", "bare", 49), ("old", "with the day", 300))
    for seed in SEEDS:
        for rows, asked, n in kinds:
            yield Dated("invoices", "lora", n, seed, {}, rows, asked)
    for seed in SEEDS:
        yield Dated("invoices", "lora", 49, seed, {"epochs": 2}, "window")
        yield GoneOn("invoices", "lora", 49, seed, {"epochs": 2}, "window")
        yield Dated("invoices", "lora", 399, seed, {}, "old and 2026", "with the day")


DATED = tuple(_plan())
