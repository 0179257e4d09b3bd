"""Checks of lesson 17."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from helpers.exercises import Miss

if TYPE_CHECKING:
    import numpy

    from helpers.decide import Rung

__all__ = ["warmup", "core", "stretch"]

STEP = 40  # examples between two looks of the impatient colleague
MARGIN = 0.05
TRUTHS = (0.70, 0.75)


def warmup(mine: Mapping[str, str], case: Sequence[Rung]) -> str:
    """The verdicts on the made-up case under three budgets."""
    from helpers.decide import Budget, decide

    budgets = {"no data may leave": Budget(private=True), "50 ms": Budget(p95_ms=50), "1 dollar": Budget(dollars_per_1000=1)}
    if not isinstance(mine, Mapping) or set(mine) != set(budgets):
        raise Miss(mine, f"a dict with the keys {', '.join(budgets)}", "one prediction a budget: keep the keys, change the dots")
    allowed = [*(rung.name for rung in case), "undetermined", "none"]
    for name, budget in budgets.items():
        verdict = decide(case, good_enough=0.75, margin=0.05, budget=budget)
        if mine[name] not in allowed:
            raise Miss(f"{name}: {mine[name]!r}", f"one of {', '.join(allowed)}", "a verdict is the name of a rung, or one of the last two")
        if mine[name] != verdict.said:
            out = [reason for reason in verdict.reasons if " is out" in reason]
            last = verdict.reasons[-2].replace(verdict.said, "the verdict's rung")  # which one is for the learner to say
            raise Miss(f"{name}: {mine[name]!r}", "another verdict", " ".join([*out, last]))
    return "Three budgets, three verdicts, from the same five runs: the best method depends on what you may spend."


def core(n: int) -> str:
    """The least n, to the nearest 50, with at most 20% undetermined for truths of 0.70 and 0.80."""
    from helpers.decide import simulate

    if isinstance(n, bool) or not isinstance(n, int) or not 10 <= n <= 5000:
        raise Miss(n, "a whole number of examples", "for instance 100, if 100 examples are enough")
    share, before = (simulate((0.7, 0.8), n=at, trials=300).undetermined for at in (n, max(10, n - 100)))
    if share.value > 0.23:
        raise Miss(f"{n} examples", "more", f"of 300 ladders with {n} examples, {share.value:.0%} stay undetermined; one in five is 20%")
    if before.value < 0.17:
        why = f"with 100 fewer, too, only {before.value:.0%} of 300 ladders stay undetermined"
        raise Miss(f"{n} examples", "fewer", why)
    return f"With {n} examples, {share.value:.0%} of 300 ladders stay undetermined: that is what ten points between two rungs cost."


def stretch(peeking: Callable) -> str:
    """A rule that looks after every 40 examples and stops at the first answer."""
    if not callable(peeking):
        raise Miss(type(peeking).__name__, "a function of low and high", "def my_peeking(low, high): ... return the answer")
    ladders = _ladders(300)
    answers = [(peeking(low, high), _peek(low, high), _rule(low, high)) for low, high in ladders]
    for mine, want, once in answers:
        if mine not in ("low", "high", "undetermined"):
            raise Miss(repr(mine), '"low", "high" or "undetermined"', "return what with_margin says, and undetermined after the last look")
        if mine != want:
            raise Miss(mine, want, _why(mine, want, once))
    wrong = [sum(answer == "low" for answer in column) / len(answers) for column in zip(*answers, strict=True)]
    luck = "every look is a chance to be lucky"
    return f"Of 300 ladders, {wrong[0]:.0%} now get the wrong answer, and {wrong[2]:.0%} with one look at all 400: {luck}."


def _why(mine: str, want: str, once: str) -> str:
    if mine == once:
        return "that is what one look at all examples says; she stops at the first answer, after as few as 40"
    if mine == "undetermined":
        return 'go on looking: "undetermined" is returned only after the last 40 examples'
    return "look after 40, 80, 120, … examples, always at all from the first on, and stop at the first answer"


def _peek(low: numpy.ndarray, high: numpy.ndarray) -> str:
    looks = (_rule(low[:n], high[:n]) for n in range(STEP, len(low) + 1, STEP))
    return next((answer for answer in looks if answer != "undetermined"), "undetermined")


def _rule(low: numpy.ndarray, high: numpy.ndarray) -> str:
    """`with_margin` of the lesson."""
    from helpers import stats

    gain = stats.paired_wins(int((high > low).sum()), int((high < low).sum()), len(low))
    if gain.high < MARGIN:
        return "low"
    return "high" if gain.low > MARGIN * 2 / 3 else "undetermined"


def _ladders(count: int, n: int = 400) -> list[tuple[numpy.ndarray, numpy.ndarray]]:
    """Pairs of score rows as the lesson draws them."""
    import numpy as np
    from scipy.special import ndtri

    rng = np.random.default_rng(16)
    lucks = [rng.standard_normal(n) + rng.standard_normal((2, n)) for _ in range(count)]
    return [tuple((luck < np.sqrt(2) * ndtri(np.asarray(TRUTHS))[:, None]).astype(float)) for luck in lucks]
