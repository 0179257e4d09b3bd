"""The rule itself, on numbers alone: scores of several rungs on the same examples, and what follows for each rung."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from helpers.decide.limits import Bar, Sums, read
from helpers.stats import Interval

if TYPE_CHECKING:
    import numpy

    from helpers.decide.limits import Reading

__all__ = ["Bar", "Pair", "Fate", "judge", "states", "choose", "choices"]

STATES = {-1: "rejected", 0: "open", 1: "accepted"}


@dataclass(frozen=True)
class Pair:
    """What rung `high` gains over the lower rung `low` (positions), with the interval that the rule used and its confidence."""

    low: int
    high: int
    gain: Interval
    confidence: float
    wins: int
    losses: int
    state: str  # "below" the margin, "above" it (or near it, and not below), or "open"

    @property
    def real(self) -> bool:
        """Whether the gain is surely above 0, worth a climb or not."""
        return self.gain.low > 0


@dataclass(frozen=True)
class Fate:
    """What is known of one rung. state: "rejected", "accepted" or "open"; good: "yes", "no" or "open" (good enough?); worse: the higher
    rungs that are surely better by more than is worth a climb; unsure: those that may be. quality is the interval of confidence
    1 - alpha, `score` the one that the rule used, of the confidence `score_confidence`."""

    at: int
    state: str
    quality: Interval
    score: Interval
    score_confidence: float
    good: str
    higher: tuple[Pair, ...]

    @property
    def worse(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.higher if pair.state == "above")

    @property
    def unsure(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.higher if pair.state == "open")


def judge(scores: numpy.ndarray, bar: Bar, seeds: numpy.ndarray | None = None) -> list[Fate]:
    """The fate of each rung. scores: (rungs, examples), the lowest rung first, the same examples in every row; seeds: see `seeds.means`.

    The right verdict is the lowest rung that is good enough (its true score is at least the bar) and within the margin of the best (no
    higher rung is truly better by the margin or more). Order the rungs by what they cost, and that is the cheapest such rung. So:

    - accepted: surely good enough, and the gain of every higher rung is surely below the margin (non-inferior: Blackwelder 1982,
      Controlled Clinical Trials 3). A gain that is surely above 0 and surely below the margin is small but real: no reason to climb.
    - rejected: surely not good enough, or the gain of a higher rung is not surely below the margin, and surely above two thirds of it.
    - open: neither.

    Two thirds, because a rung that is worse by exactly the margin should be rejected in the end. Tested against the margin itself it
    would be rejected as often as accepted, and open forever. What "surely" means: `limits.caution`.
    """
    import numpy as np

    sums = Sums.of(scores[np.newaxis], None if seeds is None else seeds[np.newaxis])
    reading = read(sums, bar)
    verdicts = states(reading, bar)[0]
    pairs = [_pair(reading, scores, low, high, bar) for low, high in combinations(range(len(scores)), 2)]
    plain = read(sums, bar, plain=True)
    return [_fate(at, int(verdicts[at]), reading, plain, pairs, bar) for at in range(len(scores))]


def states(reading: Reading, bar: Bar) -> numpy.ndarray:
    """-1 (rejected), 0 (open) or 1 (accepted) for each rung of many ladders, (ladders, rungs)."""
    import numpy as np

    upper = np.triu(np.ones(reading.gain.high.shape[-2:], bool), 1)
    rejected = reading.poor(bar) | (reading.above(bar) & upper).any(-1)
    accepted = reading.good(bar) & (reading.below(bar) | ~upper).all(-1)
    return np.where(rejected, -1, np.where(accepted, 1, 0))


def choices(verdicts: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """For each ladder the lowest rung that is not rejected (-1: there is none), and whether the verdict is sure."""
    import numpy as np

    alive = verdicts >= 0
    at = np.where(alive.any(-1), alive.argmax(-1), -1)
    sure = (at < 0) | (np.take_along_axis(verdicts, np.maximum(at, 0)[:, None], -1)[:, 0] == 1)
    return at, sure


def choose(fates: list[Fate]) -> tuple[int | None, bool]:
    """The lowest rung that is not rejected: its position, and whether it is accepted; (None, True) if every rung is rejected."""
    for fate in fates:
        if fate.state != "rejected":
            return fate.at, fate.state == "accepted"
    return None, True


def _pair(reading: Reading, scores: numpy.ndarray, low: int, high: int, bar: Bar) -> Pair:
    gains = scores[high] - scores[low]
    state = "below" if reading.below(bar)[0, low, high] else "above" if reading.above(bar)[0, low, high] else "open"
    wins = int((gains > 0).sum())
    losses = int((gains < 0).sum())
    return Pair(low, high, reading.gain.interval(reading.n, low, high), reading.gain.confidence(low, high), wins, losses, state)


def _fate(at: int, state: int, reading: Reading, plain: Reading, pairs: list[Pair], bar: Bar) -> Fate:
    good = "yes" if reading.good(bar)[0, at] else "no" if reading.poor(bar)[0, at] else "open"
    higher = tuple(pair for pair in pairs if pair.low == at)
    quality, score = (limits.score.interval(limits.n, at) for limits in (plain, reading))
    return Fate(at, STATES[state], quality, score, reading.score.confidence(at), good, higher)
