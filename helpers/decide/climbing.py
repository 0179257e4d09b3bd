"""Run every rung of a ladder on the same examples, and measure what it costs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers import runs
from helpers.decide.rungs import Prices, Rung, rung

if TYPE_CHECKING:
    from helpers.decide.ladders import Ladder, Step
    from helpers.models import Model

__all__ = ["climb"]


def climb(
    ladder: Ladder,
    *,
    split: str = "dev",
    limit: int | None = None,
    alone: bool = False,
    timed: Sequence[Rung] = (),
    prices: Prices | None = None,
) -> list[Rung]:
    """All rungs through the same `runs.run`, on the same examples of a split; on a test split each rung is a look.

    alone: a local model is asked one question at a time, which is slower, and what a waiting person meets: a batch answers more
    questions a second, but each waits for all. timed: rungs whose latencies were measured so; they are taken over by name.
    ValueError: `timed` has a name that is none of the ladder's.

    >>> tried = climb(ladder, split="dev", limit=20, alone=True)  # doctest: +SKIP
    >>> rungs = climb(ladder, split="test", timed=tried)  # doctest: +SKIP
    """
    names = [step.name for step in ladder.steps]
    if unknown := [one.name for one in timed if one.name not in names]:
        raise ValueError(f"timed has {', '.join(map(repr, unknown))}, and the ladder has {', '.join(names)}: give rungs of the same names")
    waits = {one.name: one.run for one in timed if not math.isnan(one.median_ms)}
    found = []
    for step in ladder.steps:
        model = _opened(step, alone)
        run = runs.run(step.method, ladder.task, model, split=split, limit=limit)
        found.append(rung(run, model, prices=prices, timed=waits.get(step.name)))
    return found


def _opened(step: Step, alone: bool) -> Model | None:
    model = step.open(1 if alone else 64)
    if alone and getattr(model, "parameters", None) is not None:
        model.ask("Hello.", max_tokens=1)  # reads the weights, which is no part of an answer
    return model
