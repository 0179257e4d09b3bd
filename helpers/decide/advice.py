"""What to do where the verdict is undetermined: which rung to use today, what that risks, and what would settle it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.decide.rule import choose, judge
from helpers.decide.settle import MOST

if TYPE_CHECKING:
    import numpy

    from helpers.decide.limits import Bar
    from helpers.decide.rule import Fate
    from helpers.decide.rungs import Rung

__all__ = ["risk", "today", "tomorrow"]


def risk(fate: Fate) -> float:
    """By how much a higher rung may be better: the largest upper end of its gain; 0 where there is none, or it cannot be better."""
    return max([0.0, *(pair.gain.high for pair in fate.higher)])


def today(fates: Sequence[Fate], at: int, rungs: Sequence[Rung], bar: Bar) -> str:
    """The rung to use until the verdict is settled, what it risks, and another for those who cannot bear that."""
    fate, dangers = fates[at], []
    if fate.unsure:
        most = max(fate.unsure, key=lambda pair: pair.gain.high)
        dangers.append(f"{rungs[most.high].name} may be better by up to {most.gain.high:.2f}")
    if fate.good == "open":
        dangers.append(f"its true score may be as low as {fate.score.low:.2f}, and {bar.good_enough:g} is asked for")
    dangers = "; ".join(dangers)
    return f"Until then: {_priced(rungs[at])}, the cheapest rung that is not out. The risk: {dangers}.{_instead(fates, at, rungs)}"


def _instead(fates: Sequence[Fate], at: int, rungs: Sequence[Rung]) -> str:
    """The cheapest rung that is known to do; without one, that which scored highest."""
    safe = next((fate.at for fate in fates if fate.state == "accepted"), None)
    if safe is not None:
        return f" If that is too much: {_priced(rungs[safe])} is known to do."
    best = max(fates, key=lambda fate: fate.quality.value)
    return f" The highest score so far, {best.quality.value:.2f}, is that of {_priced(rungs[best.at])}." if best.at != at else ""


def tomorrow(fate: Fate, names: Sequence[str], more: int | None, scores: numpy.ndarray, bar: Bar) -> str:
    """The last sentence: how many further examples would settle it; or that they would not, why, and what else could."""
    maybe = f"Verdict: undetermined; {names[fate.at]} is the cheapest rung that may do."
    if more is not None:
        return f"{maybe} About {more:,} further examples like these would probably settle it."
    why = f"This file cannot settle it: {_close(fate, names, bar)}, and it would take more than {MOST:,} further examples to tell."
    return f"{maybe} {why} What could: {', or '.join(_ways(fate, scores, bar))}."


def _priced(rung: Rung) -> str:
    return rung.name if math.isnan(rung.dollars_per_1000) else f"{rung.name} (${rung.dollars_per_1000:.3g} for 1,000 answers)"


def _close(fate: Fate, names: Sequence[str], bar: Bar) -> str:
    """What is too close to a line for so few examples."""
    told = []
    if fate.good == "open":
        told.append(f"the score of {names[fate.at]}, {fate.score.value:.2f}, is too close to {bar.good_enough:g}")
    if fate.unsure:
        pair = min(fate.unsure, key=lambda pair: abs(pair.gain.value - bar.margin))
        told.append(f"the gain of {names[pair.high]}, {pair.gain.value:+.2f}, is too close to the margin of {bar.margin:g}")
    return f"for {fate.score.n} examples {' and '.join(told)}"


def _ways(fate: Fate, scores: numpy.ndarray, bar: Bar) -> list[str]:
    """What would settle it without more examples."""
    ways = []
    if fate.good == "open":
        ways.append(f"a lower bar ({math.floor(100 * fate.score.low) / 100:g} is surely met)")
    if fate.unsure:
        wider = next((margin for margin in _wider(bar) if choose(judge(scores, replace(bar, margin=margin)))[1]), None)
        ways.append("a larger margin" + (f" ({wider:g} would settle it today)" if wider else ""))
    return [*ways, "a rung that differs more"]


def _wider(bar: Bar) -> list[float]:
    return [round(margin, 4) for margin in (1.5 * bar.margin, 2 * bar.margin, 3 * bar.margin, 4 * bar.margin) if margin <= 1]
