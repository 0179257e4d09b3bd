"""What became of the examples of a run: right, wrong, or not readable at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from helpers.metrics.registry import metric

if TYPE_CHECKING:
    import pandas

    from helpers.runs.record import Run
    from helpers.tasks import Task

__all__ = ["OUTCOMES", "outcomes"]

OUTCOMES = ("right", "wrong", "unreadable")


def outcomes(runs: Iterable[Run], task: Task) -> pandas.DataFrame:
    """One row a run: model, method, the shares right, wrong and unreadable, and n. An incomplete run has no shares (nan).

    A score counts an unreadable reply as a wrong one, though the two need different cures. Unreadable is what the task's metric cannot
    read: for labels, a reply that names none of them, or two. Right is a score of 1, so that for graded scores "wrong" is all below it.

    >>> outcomes([run], task)  # doctest: +SKIP
         model method  right  wrong  unreadable    n
    0  smollm2  vague    0.0    0.0         1.0  200
    """
    import pandas as pd

    return pd.DataFrame([_row(run, task) for run in runs])


def _row(run: Run, task: Task) -> dict:
    read = metric(run.metric).read
    unreadable = [read(answer, task.labels) is None for answer in run.table["answer"]]
    right = [score == 1 for score in run.table["score"]]
    n = len(run.table)
    shares = (sum(right) / n, 1 - sum(right) / n - sum(unreadable) / n, sum(unreadable) / n)
    named = dict(zip(OUTCOMES, shares if run.complete else [float("nan")] * 3, strict=True))
    return {"model": run.model, "method": run.method, **named, "n": n}
