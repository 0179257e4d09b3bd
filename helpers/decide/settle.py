"""How many further examples would settle an undetermined verdict, if what was seen so far is how things may be."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from helpers.decide.limits import Sums, read
from helpers.decide.rule import choices, states

if TYPE_CHECKING:
    import numpy

    from helpers.decide.limits import Bar

__all__ = ["further", "MOST"]

MOST = 10_000  # more further examples than this are not a plan
POWER = 0.8  # of the futures of a truth, so many must settle the verdict
BELIEF = 0.9  # for so many of the truths that the examples allow
TRUTHS, FUTURES, STEPS = 100, 20, 7


def further(sums: Sums, bar: Bar) -> int | None:
    """Further examples that settle the verdict with a power of 80%; None: more than `MOST`. sums: of one ladder.

    Simulated, not solved for: the scores seen allow many truths (their means lie around those seen, as far off as luck allows). For each
    of 100 truths, 20 futures are drawn, each the examples at hand and so many more, and the rule judges them. The number is the least,
    to two digits, with which at least 80% of the futures are settled for at least 90% of the truths. Taken at its word it is too small
    now and then, as it is asked only of those whose numbers look easy: `tests/bench/bench_rule.py` measures how often it keeps the 80%.
    """
    worlds = _worlds(sums)
    if _believed(sums, worlds, MOST, bar) < BELIEF:
        return None
    low, high = 1.0, float(MOST)
    for _ in range(STEPS):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if _believed(sums, worlds, math.ceil(middle), bar) >= BELIEF else (middle, high)
    return _rounded(math.ceil(high))


def _worlds(sums: Sums) -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]:
    """Means that may be true, (truths, rungs), the spread of what is drawn around them, (rungs, rungs), and its covariance."""
    import numpy as np

    n, mean = sums.n, sums.totals[0] / sums.n
    covariance = sums.products[0] / n - np.outer(mean, mean)
    spread = np.linalg.cholesky(covariance + np.eye(len(mean)) / (n + 2))  # what never differed yet may differ still
    luck, _ = _luck(len(mean))
    return mean + luck @ spread.T / np.sqrt(n), spread, covariance


def _believed(sums: Sums, worlds: tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray], more: int, bar: Bar) -> float:
    """The share of truths for which so many further examples settle enough futures."""
    import numpy as np

    truths, spread, covariance = worlds
    n, (_, luck) = sums.n + more, _luck(truths.shape[1])
    new = more * truths[:, None] + np.sqrt(more) * luck @ spread.T
    totals = (sums.totals[0] + new).reshape(-1, truths.shape[1])
    products = n * covariance + totals[:, :, None] * totals[:, None, :] / n
    _, sure = choices(states(read(Sums(n, totals, products), bar), bar))
    return float((sure.reshape(TRUTHS, FUTURES).mean(1) >= POWER).mean())


@lru_cache(maxsize=16)
def _luck(rungs: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The same random numbers for every size, so that more examples are never worse by luck: (truths, rungs), (truths, futures, rungs)."""
    import numpy as np

    rng = np.random.default_rng(0)
    return rng.standard_normal((TRUTHS, rungs)), rng.standard_normal((TRUTHS, FUTURES, rungs))


def _rounded(more: int) -> int:
    """Up, to two digits.

    >>> _rounded(1234), _rounded(87)
    (1300, 87)
    """
    step = 10 ** max(0, math.floor(math.log10(more)) - 1)
    return math.ceil(more / step) * step
