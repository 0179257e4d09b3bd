"""How many further examples would settle an undetermined verdict, if what was seen so far is how things are."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.decide.rule import Bar, Fate

__all__ = ["further", "MOST"]

MOST = 100_000  # more further examples than this are not a plan
POWER = 0.8


def further(fates: list[Fate], bar: Bar) -> int | None:
    """Further examples that settle the verdict with a power of 80%; None: more than `MOST`, the rungs are too close to the line.

    Every open question is taken to come out as its numbers point. With z of the confidence and z' of the power: a gain g with spread
    s needs ((z + z')·s/g)² examples to be significant (z for alpha/pairs, as Holm's correction may ask), ((z + z')·s/(margin - g))² to be
    surely below the margin; a mean needs the same for its distance from the bar. Sums as Chow, Shao and Wang 2008, ch. 3.
    """
    n = fates[0].quality.n
    pairs = max(1, sum(len(fate.higher) for fate in fates))
    need = 0.0
    for fate in fates:
        if fate.state == "rejected":
            continue
        rejected, accepted = _rejected(fate, bar, pairs), _accepted(fate, bar)
        need = max(need, min(rejected, accepted))
        if accepted <= rejected:
            break
    more = max(need - n, n / 10, 1)  # an approximation that says "you have enough" is out by a little
    return math.ceil(more) if more <= MOST else None


def _rejected(fate: Fate, bar: Bar, pairs: int) -> float:
    """Examples until the rung is surely out: the soonest of its open questions that point that way."""
    low = [_size(fate.spread, bar.good_enough - fate.quality.value, bar.alpha)] if fate.good == "open" else []
    return min([*low, *(_size(pair.spread, pair.gain.value, bar.alpha / pairs) for pair in fate.unsure)], default=math.inf)


def _accepted(fate: Fate, bar: Bar) -> float:
    """Examples until the rung is surely good enough and as good as all higher ones: the last of its open questions."""
    high = [_size(fate.spread, fate.quality.value - bar.good_enough, bar.alpha)] if fate.good == "open" else []
    return max([*high, *(_size(pair.spread, bar.margin - pair.gain.value, bar.alpha) for pair in fate.unsure)], default=0.0)


def _size(spread: float, distance: float, alpha: float) -> float:
    """Examples to show that a mean so far from a line is on its side of it; inf if it is on the other, or on the line."""
    if distance <= 1e-9:
        return math.inf
    z = NormalDist().inv_cdf(1 - alpha / 2) + NormalDist().inv_cdf(POWER)
    return (z * spread / distance) ** 2
