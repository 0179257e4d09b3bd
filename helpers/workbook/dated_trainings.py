"""The trainings of lesson 16: pocket on dated invoices, old rows or new ones, asked with or without the day a bill came.

`python -m helpers.workbook.trainings` makes those that the recording lacks, as it does for lessons 12 and 13.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.tasks import Task, load_task, with_splits
from helpers.workbook.one_training import SEEDS, Training, answered

if TYPE_CHECKING:
    from helpers.models import Model

__all__ = ["ASKS", "DATED", "NEW", "Dated"]

NEW = ("2026-01-01", "2026-06-30")  # what is labeled after the alarm: all that was issued from the first to the last of these days
BARE = "Give the due date as YYYY-MM-DD. Invoice: {input}"
ASKS = {"bare": BARE, "with the day": "Give the due date as YYYY-MM-DD. Received {received}. Invoice: {input}"}
EPOCHS = {"old": 2, "window": 12, "all": 2}  # of 300, 49 and 349 rows: 76 to 88 steps


@dataclass(frozen=True)
class Dated(Training):
    """A training on the old rows, on those labeled since the change, or on all, and asked as ASKS says; n: how many rows that are."""

    rows_of: str = "old"
    asked: str = "bare"

    @property
    def rows(self) -> list[dict]:
        task = _invoices()
        new = [row for row in task["stream"].to_list() if NEW[0] <= row["issued"] <= NEW[1]]
        return {"old": task["train"].to_list(), "window": new, "all": task["train"].to_list() + new}[self.rows_of]

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


def _invoices() -> Task:
    return with_splits(load_task("invoices"), "stream", "fresh")


def _plan() -> tuple[Dated, ...]:
    kinds = (("old", "bare", 300), ("all", "bare", 349), ("window", "bare", 49), ("old", "with the day", 300))
    return tuple(Dated("invoices", "lora", n, seed, {}, rows, asked) for seed in SEEDS for rows, asked, n in kinds)


DATED = _plan()
