"""The verdict over a ladder: a rung, no rung, or undetermined; with every step of the reasoning."""

from __future__ import annotations

import html
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helpers.decide import advice, words
from helpers.decide import seeds as training
from helpers.decide.advice import further
from helpers.decide.limits import Bar, Sums
from helpers.decide.rule import Fate, choose, judge
from helpers.decide.rungs import Budget, Rung
from helpers.decide.rungs import rung as as_rung
from helpers.runs.comparison import aligned
from helpers.runs.record import Run

if TYPE_CHECKING:
    import numpy
    import pandas

__all__ = ["Verdict", "decide"]

STATES = {"rejected": "too low", "accepted": "will do", "open": "cannot be said"}
UNKNOWN = {True: "cannot be said", False: "incomplete"}  # by whether the rung's own run is complete, where some rung's is not


@dataclass(frozen=True, eq=False, repr=False)
class Verdict:
    """What `decide` says. rung: the name of the rung, or None; undetermined: whether more examples are needed to say, and
    more_examples how many (None: settled, or this file cannot settle it, or a rung is incomplete). Where it is undetermined: `meanwhile` is
    the rung to use today, the cheapest that is not out; `risk` by how much a higher one may be better than it; `fallback` the cheapest
    rung that is known to do (None, too, where a cheaper one scored higher by the margin). reasons: sentences; table: one row a rung, in
    the order given, with a count `unread` where some were, and seeds, seed_low, seed_high (of the seeds' means) where there are several;
    known: what the rule knows of each rung within the budget, in a few words."""

    rung: str | None
    undetermined: bool
    more_examples: int | None
    fallback: str | None
    reasons: tuple[str, ...]
    table: pandas.DataFrame
    good_enough: float | None = None
    meanwhile: str | None = None
    risk: float | None = None
    known: Mapping[str, str] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """The verdict in a word: the rung's name, "undetermined", or "none" (no rung within the budget will do)."""
        return self.rung or ("undetermined" if self.undetermined else "none")

    def __repr__(self) -> str:
        return "\n".join(f"{number}. {reason}" for number, reason in enumerate(self.reasons, 1))

    def _repr_html_(self) -> str:
        color = "#b34700" if self.undetermined or self.rung is None else "#00735c"
        *steps, last = [html.escape(reason) for reason in self.reasons]
        items = "".join(f"<li>{step}</li>" for step in steps)
        return f'<div style="border-left:4px solid {color};padding:.4em .8em"><ol>{items}</ol><b style="color:{color}">{last}</b></div>'


def decide(
    rungs: Sequence[Run | Rung],
    *,
    good_enough: float | None = None,
    budget: Budget | None = None,
    margin: float = 0.05,
    alpha: float = 0.05,
) -> Verdict:
    """The cheapest rung that is good enough and not worse than a costlier one by the margin or more, or "undetermined".

    rungs: runs over the same examples; a `Run` knows its dollars and seconds, a `Rung` its size and privacy too. A rung that breaks the
    budget, or does not know what it would need to know, is out. The others are put in the order of what they cost: dollars for 1,000
    answers, then megabytes, then as given; what is unknown comes last. Each is "too low" (surely not good enough, or a higher one is
    surely too much better), "will do" (surely good enough, and no higher one is better by `margin`) or "cannot be said": see
    `rule.judge`. The first that is not too low is named if it will do; if it cannot be said, so is the verdict. Nor is anything said while
    the run of a rung within the budget is incomplete. Of the verdicts that are given, 1 - alpha are right: see `simulate`.
    ValueError: runs over different examples, or two of one name.

    >>> decide([bare, few_shot, tuned], good_enough=0.7, budget=Budget(dollars_per_1000=1.0)).rung  # doctest: +SKIP
    'few-shot'
    """
    bar = Bar(good_enough, margin, alpha)
    budget = budget or Budget()
    ladder = _ladder(rungs)
    broken = {rung.name: words.over_budget(rung, budget) for rung in ladder}
    inside = [rung for rung in _by_cost(ladder) if not broken[rung.name]]
    scores = _scores(ladder, inside) if inside else None
    reasons = _opening(ladder, broken, bar, budget)
    if unfinished := [words.incomplete(rung.unfinished) for rung in inside if rung.unfinished]:
        return Verdict(None, True, None, None, (*reasons, *unfinished, words.UNFINISHED), _table(ladder, {}, broken), good_enough)
    seeds = training.means(inside)
    fates = judge(scores, bar, seeds) if inside else []
    at, sure = choose(fates)
    names = [rung.name for rung in inside]
    reasons += _steps(fates, names, bar, at)
    table = _table(ladder, {names[fate.at]: fate for fate in fates}, broken)
    known = {names[fate.at]: words.standing(fate, fates[at or 0], names, bar) for fate in fates}
    if sure:
        name = None if at is None else names[at]
        return Verdict(name, False, None, None, (*reasons, words.conclusion(name, bar)), table, good_enough, known=known)
    more = further(Sums.of(scores[None], None if seeds is None else seeds[None]), bar)
    reasons += [advice.today(fates, at, inside, bar), advice.tomorrow(fates[at], names, more, scores, bar, seeds)]
    safe = advice.fallback(fates, bar)
    way_out = None if safe is None else names[safe]
    return Verdict(None, True, more, way_out, tuple(reasons), table, good_enough, names[at], advice.risk(fates[at]), known)


def _by_cost(rungs: Sequence[Rung]) -> list[Rung]:
    """Cheapest first, then smallest, then as given; what is not known comes last."""
    return sorted(rungs, key=lambda rung: [math.inf if math.isnan(cost) else cost for cost in (rung.dollars_per_1000, rung.megabytes)])


def _ladder(rungs: Sequence[Run | Rung]) -> list[Rung]:
    ladder = [rung if isinstance(rung, Rung) else as_rung(rung) for rung in rungs]
    if not ladder or not all(isinstance(rung.run, Run) for rung in ladder):
        raise ValueError("decide needs one run at least, as runs.run gives them: decide([bare, few_shot])")
    name, count = Counter(rung.name for rung in ladder).most_common(1)[0]
    if count > 1:
        raise ValueError(f"two rungs are called {name!r}: give each method a name of its own, as in prompt(..., name='engineered prompt')")
    return ladder


def _scores(ladder: Sequence[Rung], inside: Sequence[Rung]) -> numpy.ndarray:
    """(rungs inside the budget, examples), the examples in the order of the first run. ValueError: not the same examples."""
    import numpy as np

    rows = {rung.name: _mean(ladder[0].run, rung) for rung in ladder}
    return np.stack([rows[rung.name] for rung in inside])


def _mean(first: Run, rung: Rung) -> numpy.ndarray:
    """The rung's score on each example, in the order of `first`; with several seeds the mean over them."""
    import numpy as np

    scores = [aligned(first, run)[1]["score"].to_numpy(float) for run in (rung.run, *rung.repeats)]
    return np.mean(scores, axis=0) if rung.repeats else scores[0]


def _opening(ladder: Sequence[Rung], broken: dict[str, list[str]], bar: Bar, budget: Budget) -> list[str]:
    """What is said before the first rung is judged."""
    out = [f"{name} is out: {'; '.join(why)}." for name, why in broken.items() if why]
    unread = [words.unread(rung) for rung in ladder if rung.unread]
    seeds = [words.over_seeds(rung) for rung in ladder if rung.repeats and not rung.unfinished]
    return [words.opening(_by_cost(ladder), bar), words.within(budget), *out, *seeds, *unread]


def _steps(fates: Sequence[Fate], names: Sequence[str], bar: Bar, at: int | None) -> list[str]:
    """From the lowest rung up to the one that the verdict is about."""
    walked = [fate for fate in fates if at is None or fate.at <= at]
    return [text for fate in walked for text in words.about(fate, names, bar)]


def _table(ladder: Sequence[Rung], fates: dict[str, Fate], broken: dict[str, list[str]]) -> pandas.DataFrame:
    import pandas as pd

    table = pd.DataFrame([_row(rung, fates.get(rung.name), bool(broken[rung.name])) for rung in ladder])
    unread = [rung.unread for rung in ladder]
    if any(unread):
        table = table.assign(unread=unread)
    if any(rung.repeats for rung in ladder):
        means = [rung.seed_means for rung in ladder]
        table = table.assign(seeds=list(map(len, means)), seed_low=list(map(min, means)), seed_high=list(map(max, means)))
    return table


def _row(rung: Rung, fate: Fate | None, out: bool) -> dict:
    score = fate.quality if fate else rung.run.score
    state = "over budget" if out else STATES[fate.state] if fate else UNKNOWN[not rung.unfinished]
    return {
        "rung": rung.name, "n": score.n, "score": score.value, "low": score.low, "high": score.high,
        "dollars_per_1000": rung.dollars_per_1000, "median_ms": rung.median_ms, "p95_ms": rung.p95_ms,
        "megabytes": rung.megabytes, "private": rung.private, "state": state,
    }  # fmt: skip
