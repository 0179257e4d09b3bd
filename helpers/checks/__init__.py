"""The checks behind the exercises, one module a lesson, one function an exercise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.exercises import Miss

if TYPE_CHECKING:
    from helpers.runs import Run

__all__ = ["all_complete"]


def all_complete(*runs: Run) -> None:
    """Miss: a run lacks replies, so nothing can be said of it yet."""
    for run in runs:
        if not run.complete:
            raise Miss(run, "a run with all its replies", "some requests failed: run it again, which asks only for these, then this check")
