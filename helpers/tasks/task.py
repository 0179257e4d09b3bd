"""A task: what is asked, of which examples, and how an answer is scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

    from helpers.files import Report

__all__ = ["PROMPTS", "RUN_COLUMNS", "SPLITS", "Task"]

SPLITS = ("train", "dev", "test")
# Columns of a run's table, which no other column of an example may be called.
RUN_COLUMNS = (
    "id", "input", "target", "messages", "reply", "answer", "score", "tokens_in", "tokens_out", "seconds", "usd", "cached", "error"
)  # fmt: skip
PROMPTS = ("bare", "engineered", "closed", "reading")  # a first try, one with care; without and with {passages}


@dataclass(frozen=True, eq=False, repr=False)
class Task:
    """What is asked, of which examples, and how an answer is scored. `task["dev"]` is a `datasets.Dataset`.

    Every example has id (str), input (str), target (str, or list of str), and what the task adds. `looks` is how often
    its test split may be used before its score stops being honest. `documents`: a folder to look things up in; `prompts`: those written for
    it, by what they are for (PROMPTS); `report`: `from_file`'s.
    """

    name: str
    metric: str
    labels: tuple[str, ...]
    instruction: str
    splits: DatasetDict
    folder: Path | None
    looks: int
    license: str
    description: str = ""
    documents: Path | None = None
    prompts: Mapping[str, str] = field(default_factory=dict)
    report: Report | None = None

    def __getitem__(self, split: str) -> Dataset:
        if split not in self.splits:
            raise KeyError(f"task {self.name!r} has no split {split!r}; it has {', '.join(self.splits)}")
        return self.splits[split]

    def __repr__(self) -> str:
        sizes = ", ".join(f"{len(rows)} {split}" for split, rows in self.splits.items())
        labels = f" ({', '.join(self.labels)})" if self.labels else ""
        return f"{self.name}: {self.metric}{labels}; {sizes} examples"
