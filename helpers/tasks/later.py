"""Splits besides train, dev and test: rows that came later, and lie as files of their own in a task's folder."""

from __future__ import annotations

from dataclasses import replace

from helpers.tasks.examples import check_rows, check_splits, read_rows
from helpers.tasks.task import Task

__all__ = ["with_splits"]


def with_splits(task: Task, *names: str) -> Task:
    """The same task with more splits, read from `<name>.jsonl` in its folder.

    ValueError: no such file, or rows that are at fault, or that stand in another of its splits.

    >>> with_splits(load_task("invoices"), "stream", "fresh")  # doctest: +SKIP
    invoices: exact; 300 train, 80 dev, 100 test, 400 stream, 100 fresh examples
    """
    from datasets import Dataset, DatasetDict

    read, problems = {}, []
    for name in names:
        file = (task.folder or "") and task.folder / f"{name}.jsonl"
        if not file or not file.exists():
            there = ", ".join(sorted(file.stem for file in task.folder.glob("*.jsonl"))) if task.folder else "no folder"
            raise ValueError(f"task {task.name!r} has no file {name}.jsonl; there are: {there}")
        read[name], bad = read_rows(file)
        problems += bad + check_rows(file.name, read[name], task.metric, task.labels)
    known = {split: list(enumerate(rows.to_list(), 1)) for split, rows in task.splits.items()}
    if problems := problems + check_splits(known | read):
        raise ValueError(f"task {task.name!r}: " + "; ".join(problems[:10]))
    added = {name: Dataset.from_list([row for _, row in rows]) for name, rows in read.items()}
    return replace(task, splits=DatasetDict({**task.splits, **added}))
