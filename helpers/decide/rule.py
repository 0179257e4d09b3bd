"""The rule itself, on numbers alone: scores of several rungs on the same examples, and what follows for each rung."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from statistics import NormalDist
from typing import TYPE_CHECKING

from helpers import stats
from helpers.stats import Interval

if TYPE_CHECKING:
    import numpy

__all__ = ["Pair", "Fate", "Bar", "judge", "choose"]


@dataclass(frozen=True)
class Bar:
    """What is asked of a rung. good_enough: the least mean score (None: any). margin: a gain smaller than this is not worth a climb.
    alpha: how often each kind of error may happen."""

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
class Pair:
    """What rung `high` gains over the lower rung `low` (positions); p is the paired test's, `holm` the same after Holm's correction."""

    low: int
    high: int
    gain: Interval
    p: float
    holm: float
    spread: float  # the standard deviation of the gain on one example
    wins: int
    losses: int


@dataclass(frozen=True)
class Fate:
    """What is known of one rung. state: "rejected", "accepted" or "open"; good: "yes", "no" or "open" (good enough?); worse: the higher
    rungs it is significantly worse than; unsure: those that may still be better by the margin or more."""

    at: int
    quality: Interval
    spread: float  # the standard deviation of one score
    good: str
    worse: tuple[Pair, ...]
    unsure: tuple[Pair, ...]
    higher: tuple[Pair, ...]

    @property
    def state(self) -> str:
        if self.good == "no" or self.worse:
            return "rejected"
        return "open" if self.good == "open" or self.unsure else "accepted"


def judge(scores: numpy.ndarray, bar: Bar) -> list[Fate]:
    """The fate of each rung. scores: (rungs, examples), the lowest rung first, the same examples in every row.

    Good enough: the whole interval (confidence 1 - alpha) lies at or above the bar. Worse than a higher rung: its paired p value, after
    Holm's correction for all pairs, is below alpha. As good as a higher rung: the upper end of the interval of the paired
    gain stays below the margin ("non-inferior": Blackwelder 1982, Controlled Clinical Trials 3). What is neither is open.
    """
    raw = [(low, high, *_paired(scores[low], scores[high], bar.alpha)) for low, high in combinations(range(len(scores)), 2)]
    holm = stats.holm([p for _, _, _, p, *_ in raw])
    pairs = [Pair(low, high, gain, p, fixed, *more) for (low, high, gain, p, *more), fixed in zip(raw, holm, strict=True)]
    return [_fate(at, row, [pair for pair in pairs if pair.low == at], bar) for at, row in enumerate(scores)]


def choose(fates: list[Fate]) -> tuple[int | None, bool]:
    """The lowest rung that is not rejected: its position, and whether it is accepted; (None, True) if every rung is rejected."""
    for fate in fates:
        if fate.state != "rejected":
            return fate.at, fate.state == "accepted"
    return None, True


def quality(row: numpy.ndarray, confidence: float) -> Interval:
    """The mean score with its interval: Wilson's for scores of 0 and 1, else the bootstrap's, no narrower than with a 0 and a 1 added."""
    if set(row.tolist()) <= {0.0, 1.0}:
        return stats.wilson(int(row.sum()), len(row), confidence=confidence)
    n = len(row)
    found, middle = stats.bootstrap(row, confidence=confidence), float(row.sum() + 1) / (n + 2)
    spread = ((float((row * row).sum()) + 1) / (n + 2) - middle**2) ** 0.5
    return _widened(found, middle, spread, confidence, least=0.0)


def _fate(at: int, row: numpy.ndarray, pairs: list[Pair], bar: Bar) -> Fate:
    mean, need = quality(row, 1 - bar.alpha), bar.good_enough
    good = "yes" if need is None or mean.low >= need else "no" if mean.high < need else "open"
    worse = tuple(pair for pair in pairs if pair.gain.value > 0 and pair.holm < bar.alpha)
    unsure = tuple(pair for pair in pairs if pair not in worse and pair.gain.high >= bar.margin)
    return Fate(at, mean, max(float(row.std()), 0.5 / len(row) ** 0.5), good, worse, unsure, tuple(pairs))


def _paired(x: numpy.ndarray, y: numpy.ndarray, alpha: float) -> tuple[Interval, float, float, int, int]:
    """Gain of y over x, p value, spread, wins, losses; the same choice of test as `runs.compare`."""
    d, n = y - x, len(x)
    wins, losses = int((d > 0).sum()), int((d < 0).sum())
    whole = set(d.tolist()) <= {-1.0, 0.0, 1.0}
    differing = (float((d * d).sum()) + 2) / (n + 2)  # with one win and one loss added: what never differed yet may differ still
    spread = (differing - (float(d.sum()) / (n + 2)) ** 2) ** 0.5
    if whole:
        gain, p = stats.paired_wins(wins, losses, n, confidence=1 - alpha), _mcnemar(wins, losses)
    else:
        gain, p = stats.paired_bootstrap(x, y, confidence=1 - alpha), stats.sign_flip(x, y)
        gain = _widened(gain, float(d.sum()) / (n + 2), spread, 1 - alpha, least=-1.0)
    return gain, p, spread, wins, losses


def _widened(found: Interval, middle: float, spread: float, confidence: float, *, least: float) -> Interval:
    """The interval, and what `stats.paired_wins` would add for such a spread: few graded scores that are alike may differ still."""
    half = NormalDist().inv_cdf((1 + confidence) / 2) * spread / (found.n + 2) ** 0.5
    return Interval(found.value, max(least, min(found.low, middle - half)), min(1.0, max(found.high, middle + half)), found.n)


@lru_cache(maxsize=4096)
def _mcnemar(wins: int, losses: int) -> float:
    return stats.mcnemar([0] * wins + [1] * losses, [1] * wins + [0] * losses) if wins + losses else 1.0
