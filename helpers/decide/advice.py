"""What to do where the verdict is undetermined: which rung to use today, what that risks, and how many further examples settle it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from helpers.decide.limits import Sums, read
from helpers.decide.rule import choices, choose, judge, states

if TYPE_CHECKING:
    import numpy

    from helpers.decide.limits import Bar
    from helpers.decide.rule import Fate
    from helpers.decide.rungs import Rung

__all__ = ["risk", "fallback", "today", "tomorrow", "further", "MOST"]

MOST = 10_000  # more further examples than this are not a plan
POWER = 0.8  # of the futures of a truth, so many must settle the verdict
BELIEF = 0.9  # for so many of the truths that the examples allow
TRUTHS = 100
FUTURES = 20  # of each truth
STEPS = 7  # of the search for the number of examples


def risk(fate: Fate) -> float:
    """By how much a higher rung may be better: the largest upper end of its gain; 0 where there is none, or it cannot be better."""
    return max([0.0, *(pair.gain.high for pair in fate.higher)])


def today(fates: Sequence[Fate], at: int, rungs: Sequence[Rung], bar: Bar) -> str:
    """The rung to use until the verdict is settled, what it risks, and another for those who cannot bear that."""
    fate = fates[at]
    dangers = []
    if fate.unsure:
        most = max(fate.unsure, key=lambda pair: pair.gain.high)
        dangers.append(f"{rungs[most.high].name} may be better by up to {most.gain.high:.2f}")
    if fate.good == "open":
        dangers.append(f"the true score of {rungs[at].name} may be as low as {fate.score.low:.2f}, and {bar.good_enough:g} is asked for")
    risks = "; ".join(dangers)
    return f"Until then: {_priced(rungs[at])}, the cheapest rung that is not out. The risk: {risks}.{_instead(fates, at, rungs, bar)}"


def fallback(fates: Sequence[Fate], bar: Bar) -> int | None:
    """The cheapest rung that is known to do, unless a cheaper one scored higher by the margin: then it is no way out."""
    safe = next((fate for fate in fates if fate.state == "accepted"), None)
    cheaper = max([fate.quality.value for fate in fates if safe and fate.at < safe.at], default=0.0)
    return safe.at if safe and cheaper < safe.quality.value + bar.margin else None


def _instead(fates: Sequence[Fate], at: int, rungs: Sequence[Rung], bar: Bar) -> str:
    """The cheapest rung that is known to do; without one, that which scored highest."""
    safe = fallback(fates, bar)
    if safe is not None:
        return f" If that is too much: {_priced(rungs[safe])} is known to do."
    best = max(fates, key=lambda fate: fate.quality.value)
    return f" The highest score so far, {best.quality.value:.2f}, is that of {_priced(rungs[best.at])}." if best.at != at else ""


def tomorrow(
    fate: Fate, names: Sequence[str], more: int | None, scores: numpy.ndarray, bar: Bar, seeds: numpy.ndarray | None = None
) -> str:
    """The last sentence: how many further examples would settle it; or that they would not, why, and what else could."""
    maybe = f"Verdict: undetermined; {names[fate.at]} is the cheapest rung that may do."
    if more is not None:
        return f"{maybe} About {more:,} further examples like these would probably settle it."
    why = f"This file cannot settle it: {_close(fate, names, bar, seeds)}, and it would take more than {MOST:,} further examples to tell."
    return f"{maybe} {why} What could: {', or '.join(_ways(fate, scores, bar, seeds))}."


def _priced(rung: Rung) -> str:
    return rung.name if math.isnan(rung.dollars_per_1000) else f"{rung.name} (${rung.dollars_per_1000:.3g} for 1,000 answers)"


def _close(fate: Fate, names: Sequence[str], bar: Bar, seeds: numpy.ndarray | None) -> str:
    """What is too close to a line for so few examples, or so few seeds."""
    few = "" if seeds is None else f" and {seeds.shape[-1]} seeds"
    reasons = []
    if fate.good == "open":
        reasons.append(f"the score of {names[fate.at]}, {fate.score.value:.2f}, is too close to {bar.good_enough:g}")
    if fate.unsure:
        pair = min(fate.unsure, key=lambda pair: abs(pair.gain.value - bar.margin))
        reasons.append(f"the gain of {names[pair.high]}, {pair.gain.value:+.2f}, is too close to the margin of {bar.margin:g}")
    return f"for {fate.score.n} examples{few} {' and '.join(reasons)}"


def _ways(fate: Fate, scores: numpy.ndarray, bar: Bar, seeds: numpy.ndarray | None) -> list[str]:
    """What would settle it without more examples."""
    ways = []
    if fate.good == "open":
        ways.append(f"a lower bar ({math.floor(100 * fate.score.low) / 100:g} is surely met)")
    if fate.unsure:
        wider = next((margin for margin in _wider(bar) if choose(judge(scores, replace(bar, margin=margin), seeds))[1]), None)
        ways.append("a larger margin" + (f" ({wider:g} would settle it today)" if wider else ""))
    return [*ways, *(["more training seeds"] if seeds is not None else []), "a rung that differs more"]


def _wider(bar: Bar) -> list[float]:
    return [round(margin, 4) for margin in (1.5 * bar.margin, 2 * bar.margin, 3 * bar.margin, 4 * bar.margin) if margin <= 1]


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
    low = 1.0
    high = float(MOST)
    for _ in range(STEPS):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if _believed(sums, worlds, math.ceil(middle), bar) >= BELIEF else (middle, high)
    return _rounded(math.ceil(high))


def _worlds(sums: Sums) -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]:
    """Means that may be true, (truths, rungs), the spread of what is drawn around them, (rungs, rungs), and its covariance."""
    import numpy as np

    mean = sums.totals[0] / sums.n
    covariance = sums.products[0] / sums.n - np.outer(mean, mean)
    spread = np.linalg.cholesky(covariance + np.eye(len(mean)) / (sums.n + 2))  # what never differed yet may differ still
    luck, _ = _luck(len(mean))
    return mean + luck @ spread.T / np.sqrt(sums.n), spread, covariance


def _believed(sums: Sums, worlds: tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray], more: int, bar: Bar) -> float:
    """The share of truths for which so many further examples settle enough futures."""
    import numpy as np

    truths, spread, covariance = worlds
    n = sums.n + more
    _, luck = _luck(truths.shape[1])
    new = more * truths[:, None] + np.sqrt(more) * luck @ spread.T
    totals = (sums.totals[0] + new).reshape(-1, truths.shape[1])
    products = n * covariance + totals[:, :, None] * totals[:, None, :] / n
    _, sure = choices(states(read(replace(sums, n=n, totals=totals, products=products), bar), bar))
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
