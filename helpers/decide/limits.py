"""Between which limits scores and gains lie, and how sure that must be, for many ladders at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

from helpers.decide.seeds import Errors
from helpers.stats import Interval

if TYPE_CHECKING:
    import numpy

__all__ = ["Bar", "Sums", "Limits", "Reading", "read", "caution"]

NEAR = 2 / 3  # of the margin: what a gain must surely exceed to count against the lower rung
STRICTEST = 50  # the level of a coarse test is alpha's, divided by at most this
SPARE = 1.5  # the odds asked for are so much longer than alpha's, as all limits are approximations


@dataclass(frozen=True)
class Bar:
    """What is asked of a rung. good_enough: the least mean score (None: any). margin: a gain smaller than this is not worth a climb.
    alpha: the share of wrong verdicts that is allowed."""

    good_enough: float | None = None
    margin: float = 0.05
    alpha: float = 0.05

    def __post_init__(self) -> None:
        if self.good_enough is not None and not 0 <= self.good_enough <= 1:
            raise ValueError(f"good_enough={self.good_enough!r}: it is a mean score, from 0 to 1, or None for any")
        if not 0 < self.margin <= 1:
            raise ValueError(f"margin={self.margin!r}: it is a difference of scores, above 0 and at most 1, such as 0.05")
        if not 0 < self.alpha < 0.5:
            raise ValueError(f"alpha={self.alpha!r}: it is a share of errors, above 0 and below 0.5, such as 0.05")


@dataclass(frozen=True)
class Sums:
    """All that the rule needs of the scores of many ladders: each rung's sum, (ladders, rungs), and the sum of the products of each two
    rungs' scores, (ladders, rungs, rungs), over n examples. seeds: the mean score with each training seed, (ladders, rungs, seeds), where
    rungs were trained more than once; then a score is an example's mean over the seeds."""

    n: int
    totals: numpy.ndarray
    products: numpy.ndarray
    seeds: numpy.ndarray | None = None

    @classmethod
    def of(cls, scores: numpy.ndarray, seeds: numpy.ndarray | None = None) -> Sums:
        """scores: (ladders, rungs, examples)."""
        return cls(scores.shape[-1], scores.sum(-1, dtype=float), (scores @ scores.swapaxes(-1, -2)).astype(float), seeds)


@dataclass(frozen=True)
class Limits:
    """Values of many ladders, each with the limits between which the truth lies; z: so many standard errors wide."""

    value: numpy.ndarray
    low: numpy.ndarray
    high: numpy.ndarray
    z: numpy.ndarray

    def interval(self, n: int, *at: int) -> Interval:
        """That of the first ladder."""
        return Interval(*(float(part[(0, *at)]) for part in (self.value, self.low, self.high)), n)

    def confidence(self, *at: int) -> float:
        return 1 - 2 * NormalDist().cdf(-float(self.z[(0, *at)]))


@dataclass(frozen=True)
class Reading:
    """What n examples say: scores, (ladders, rungs), and the gains of rung j over rung i, at [ladder, i, j]."""

    n: int
    score: Limits
    gain: Limits

    def below(self, bar: Bar) -> numpy.ndarray:
        return self.gain.high < bar.margin

    def above(self, bar: Bar) -> numpy.ndarray:
        return ~self.below(bar) & (self.gain.low > NEAR * bar.margin)

    def good(self, bar: Bar) -> numpy.ndarray:
        return self.score.low >= (-1 if bar.good_enough is None else bar.good_enough)

    def poor(self, bar: Bar) -> numpy.ndarray:
        return self.score.high < (-1 if bar.good_enough is None else bar.good_enough)


def read(sums: Sums, bar: Bar, *, plain: bool = False) -> Reading:
    """Scores and gains with the limits that the rule goes by; plain: with confidence 1 - alpha everywhere.

    A gain: `stats.paired_wins`, for graded scores too: one win and one loss by a whole point are added, as few examples that are alike
    may hide others, then mean ± z·spread/√(n + 2). A score of 0 and 1: Wilson's interval. A graded one: a 0 and a 1 are added. With
    several seeds, what they differ by makes each limit wider: `seeds.Errors`.
    """
    import numpy as np

    n = sums.n
    totals = sums.totals
    squares = np.einsum("lii->li", sums.products)
    gains = totals[:, None, :] - totals[:, :, None]
    differing = squares[:, None, :] + squares[:, :, None] - 2 * sums.products + 2
    middle = gains / (n + 2)
    paired = None if sums.seeds is None else sums.seeds[:, None] - sums.seeds[:, :, None]
    errors = Errors.of(np.sqrt((differing / (n + 2) - middle**2) / (n + 2)), paired, n)
    z = _usual(errors.size, bar) if plain else caution(errors.size, bar, (1 - NEAR) * bar.margin, tests=max(1, totals.shape[-1] - 1))
    half = errors.reach(z) * errors.size
    gain = Limits(gains / n, np.maximum(-1, middle - half), np.minimum(1, middle + half), z)
    return Reading(n, _scores(sums, bar, plain), gain)


def caution(error: numpy.ndarray, bar: Bar, apart: float, *, tests: int = 1) -> numpy.ndarray:
    """How many standard errors wide a limit is, on each side, where one standard error is `error`.

    Two reasons for more than the usual 1.96 (alpha = 0.05). First, a ladder asks several questions: each rung is compared with up to
    `tests` higher ones, one wrong answer is enough to climb too high, and one wrong answer for any lower rung is enough to stay too low.
    So alpha is divided by `tests` (Bonferroni). For one rung to pass all its comparisons no correction is needed (it is wrong only if
    the one that matters is wrong: the intersection-union principle), but there are several rungs that may pass.

    Second, a coarse test. Few examples seldom show what is so, and luck then makes a good part of the few verdicts there are. So the level
    a of each side goes down from alpha/2, to alpha/100 at most, until a right answer is likely enough beside a wrong one:
    P(right) >= odds · a for truths that lie `apart`, with odds of 19 to 1 (and half as much again, as limits are approximations) for
    each test. Sure enough to be right in 95 of 100 *named* verdicts, not of all.
    """
    import numpy as np

    distance, z = _table(bar.alpha, tests)
    return np.interp(apart / np.maximum(error, 1e-12), distance, z)


def _usual(error: numpy.ndarray, bar: Bar) -> numpy.ndarray:
    """The z of confidence 1 - alpha, for each."""
    import numpy as np
    from scipy.special import ndtri

    return np.full_like(error, -ndtri(bar.alpha / 2))


@lru_cache(maxsize=64)
def _table(alpha: float, tests: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    """(distances in standard errors, ascending; z for each): the z with P(a normal number < distance - z) = odds · P(one > z)."""
    import numpy as np
    from scipy.special import ndtr, ndtri

    odds = SPARE * tests * (1 - alpha) / alpha
    z = np.linspace(-ndtri(alpha / 2 / STRICTEST / tests), -ndtri(alpha / 2 / tests), 2000)
    return z + ndtri(odds * ndtr(-z)), z


def _scores(sums: Sums, bar: Bar, plain: bool) -> Limits:
    """Wilson's limits where all scores are 0 or 1, else those of a mean."""
    import numpy as np

    n = sums.n
    totals = sums.totals
    squares = np.einsum("lii->li", sums.products)
    mean = totals / n
    middle = (totals + 1) / (n + 2)  # of the scores with a 0 and a 1 added
    errors = Errors.of(np.sqrt(((squares + 1) / (n + 2) - middle**2) / (n + 2)), sums.seeds, n)
    z = _usual(errors.size, bar) if plain else caution(errors.size, bar, bar.margin / 2)
    binary = np.abs(squares - totals) < 1e-9  # only scores of 0 and 1 are their own squares
    center = np.where(binary, (mean + z * z / (2 * n)) / (1 + z * z / n), middle)
    wilson = z * np.sqrt(np.maximum(mean * (1 - mean), 0) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    half = np.where(binary, wilson, errors.reach(z) * errors.size)
    return Limits(mean, np.maximum(0, center - half), np.minimum(1, center + half), z)
