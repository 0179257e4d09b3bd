"""Every step of the reasoning in plain words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.decide.rungs import TIMED

if TYPE_CHECKING:
    from helpers.decide.rule import Bar, Fate, Pair
    from helpers.decide.rungs import Budget, Rung
    from helpers.runs.record import Run
    from helpers.stats import Interval

__all__ = [
    "within", "over_budget", "opening", "unread", "incomplete", "over_seeds", "about", "standing", "conclusion", "limits", "UNFINISHED",
]  # fmt: skip

UNFINISHED = "Verdict: undetermined, as the test is incomplete. Climb again: only the replies that failed are asked for."


def within(budget: Budget) -> str:
    """The budget as a sentence.

    >>> from helpers.decide import Budget
    >>> within(Budget(dollars_per_1000=1, private=True))
    'Budget: at most $1 for 1,000 answers, no data leaves this machine.'
    """
    clauses = [
        f"at most ${budget.dollars_per_1000:g} for 1,000 answers" if budget.dollars_per_1000 is not None else "",
        f"95 of 100 answers within {budget.p95_ms:g} ms" if budget.p95_ms is not None else "",
        f"at most {budget.megabytes:g} MB of weights" if budget.megabytes is not None else "",
        "no data leaves this machine" if budget.private else "",
    ]
    return f"Budget: {', '.join(filter(None, clauses)) or 'no limit was given'}."


def over_budget(rung: Rung, budget: Budget) -> list[str]:
    """What of the budget a rung breaks, or does not know about itself; [] if it keeps within."""
    late = f": that takes {TIMED} answers or more, timed one at a time" * math.isnan(rung.p95_ms)
    excesses = [
        _over("1,000 answers cost", rung.dollars_per_1000, budget.dollars_per_1000, "${:.3g}"),
        _over("95 of 100 answers take", rung.p95_ms, budget.p95_ms, "{:.0f} ms", late),
        _over("its weights take", rung.megabytes, budget.megabytes, "{:.3g} MB"),
    ]
    if budget.private and rung.private is None:
        excesses.append("it is not known whether its data stays on this machine")
    if budget.private and rung.private is False:
        excesses.append("its data leaves this machine")
    return [excess for excess in excesses if excess]


def opening(rungs: Sequence[Rung], bar: Bar) -> str:
    """What was compared, the cheapest rung first, and what is asked of a rung."""
    run = rungs[0].run
    names = ", ".join(rung.name for rung in rungs)
    wanted = f"Good enough: a mean score ({run.metric}) of at least {bar.good_enough:g}." if bar.good_enough is not None else ""
    wanted = wanted or f"No least score ({run.metric}) was asked for."
    return (
        f"{len(rungs)} rungs met the same {len(run.table)} examples of {run.task}/{run.split}, from the cheapest up: {names}. "
        f"{wanted} A gain below {bar.margin:g} is not worth a climb. "
        f"An interval is of {1 - bar.alpha:.0%} confidence, or of more where few examples need it."
    )


def unread(rung: Rung) -> str:
    """How many of a rung's answers could not be read, and why."""
    count = "counts" if rung.unread == 1 else "count"
    return f"{rung.unread} of {len(rung.run.table)} answers of {rung.name} could not be read and {count} as wrong: {rung.run.first_error}."


def incomplete(run: Run) -> str:
    """How many replies of a rung's run failed, and why."""
    return f"{run.method} is incomplete: {run.failed} of {len(run.table)} replies failed ({run.first_error})."


def over_seeds(rung: Rung) -> str:
    """Between what the seeds of a rung's training lie."""
    means = rung.seed_means
    return f"{rung.name} is the mean over {rung.seeds} seeds, {min(means):.2f} to {max(means):.2f}; its intervals hold what they differ by."


def about(fate: Fate, names: Sequence[str], bar: Bar) -> list[str]:
    """What is known of one rung, and from what."""
    compared = "" if fate.good == "no" else _compared(fate, names, bar)
    return [text for text in (_good(fate, names, bar), compared) if text]


def standing(fate: Fate, first: Fate, names: Sequence[str], bar: Bar) -> str:
    """What the rule knows of one rung, in a few words. first: the rung that the verdict is about, the cheapest that is not out."""
    if fate.state == "rejected":
        better = max(fate.worse, key=lambda pair: pair.gain.value, default=None)
        return f"out: below {bar.good_enough:g}" if fate.good == "no" or better is None else f"out: {names[better.high]} is better"
    if fate.at != first.at and first.state == "accepted":
        return f"{'will do' if fate.state == 'accepted' else 'open'}, and no cheaper than {names[first.at]}"
    if fate.state == "open":
        return f"open: {_doubts(fate, names, bar)}"
    if fate.at == first.at:
        return "will do, and is the cheapest that does"
    ahead = first.quality.value - fate.quality.value
    higher = f", which scored {ahead:.2f} higher" if ahead >= 0.005 else ""
    return f"will do; open is the cheaper {names[first.at]}{higher}"


def _doubts(fate: Fate, names: Sequence[str], bar: Bar) -> str:
    """What is not known of an open rung."""
    doubts = [f"perhaps below {bar.good_enough:g}"] if fate.good == "open" else []
    if fate.unsure:
        pair = max(fate.unsure, key=lambda pair: pair.gain.high)
        more = f" (and {len(fate.unsure) - 1} more)" if len(fate.unsure) > 1 else ""
        doubts.append(f"{names[pair.high]}{more} may be better")
    return "; ".join(doubts)


def conclusion(name: str | None, bar: Bar) -> str:
    """The last sentence of a verdict that is settled: a rung, or none."""
    if name is None:
        return "Verdict: no rung within the budget will do. Build another rung, or ask for less."
    return f"Verdict: {name}. It is the cheapest rung that is good enough and not worse than any higher one by {bar.margin:g} or more."


def limits(interval: Interval, confidence: float, bar: Bar, form: str = ".2f") -> str:
    """The interval that the rule used, and its confidence where that is not the usual one.

    >>> from helpers.decide.limits import Bar, Interval
    >>> limits(Interval(0.5, 0.4, 0.6, 100), 0.99, Bar())
    '0.50 [0.40, 0.60] (99%)'
    """
    more = f" ({100 * confidence:.4g}%)" if confidence > 1 - bar.alpha + 0.0005 else ""
    return f"{interval.value:{form}} [{interval.low:{form}}, {interval.high:{form}}]{more}"


def _over(what: str, value: float, limit: float | None, form: str, unknown: str = "") -> str:
    if limit is None or value <= limit:
        return ""
    if math.isnan(value):
        return f"it is not known what {what.replace('its weights take', 'its weights weigh')}{unknown}"
    return f"{what} {form.format(value)}, and the limit is {form.format(limit)}"


def _good(fate: Fate, names: Sequence[str], bar: Bar) -> str:
    if bar.good_enough is None:
        return ""
    end = {
        "yes": f"good enough, as the whole interval is at or above {bar.good_enough:g}",
        "no": f"not good enough, as the whole interval is below {bar.good_enough:g}",
        "open": f"perhaps good enough: {bar.good_enough:g} is inside the interval",
    }[fate.good]
    return f"{names[fate.at]} scores {limits(fate.score, fate.score_confidence, bar)}, n={fate.score.n}: {end}."


def _compared(fate: Fate, names: Sequence[str], bar: Bar) -> str:
    name = names[fate.at]
    pairs = fate.worse or fate.unsure or fate.higher
    if not pairs:
        return f"{name} has no higher rung within the budget."
    pair = max(pairs, key=lambda pair: pair.gain.value if fate.worse else pair.gain.high)
    other = names[pair.high]
    more = f", and than {len(pairs) - 1} more" * (len(pairs) > 1)
    if fate.worse:
        least = f", by {max(0, pair.gain.low):.2g} at least and perhaps {bar.margin:g} or more" * (pair.gain.low < bar.margin)
        return f"{name} is surely worse than {other}{more}{least}: {_gain(pair, bar)}."
    if fate.unsure:
        return f"{name} may still be {bar.margin:g} or more worse than {other}{more}, or not: {_gain(pair, bar)}."
    most = f"No higher rung is better than {name} by {bar.margin:g}: the most that one may gain is {pair.gain.high:+.3f} ({other})."
    return most + _small(fate, names, bar)


def _small(fate: Fate, names: Sequence[str], bar: Bar) -> str:
    """The largest gain that is real and not worth the climb."""
    real = [pair for pair in fate.higher if pair.real]
    if not real:
        return ""
    pair = max(real, key=lambda pair: pair.gain.value)
    return f" What {names[pair.high]} gains is small but real: {_gain(pair, bar)}."


def _gain(pair: Pair, bar: Bar) -> str:
    wins = f"{pair.wins} win{'s' * (pair.wins != 1)}"
    losses = f"{pair.losses} loss{'es' * (pair.losses != 1)}"
    return f"that one gains {limits(pair.gain, pair.confidence, bar, '+.2f')}, {wins}, {losses}, n={pair.gain.n}"
