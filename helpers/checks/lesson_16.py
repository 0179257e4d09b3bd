"""Checks of lesson 16."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from numbers import Real

from helpers.exercises import Miss

__all__ = ["warmup", "core", "stretch"]

P0, BET, LABELS = 0.1, 2, (1, 0, 1)
LENGTH = 8
RATES = (0.1, 0.3, 0.5)
GOAL = 20
DAYS = {  # an answer and the day a bill came, and what is due
    ("2025-01-11", "2026-01-05"): "2026-01-11",
    ("2025-06-30", "2026-06-28"): "2026-06-30",
    ("2026-01-04", "2026-12-21"): "2027-01-04",
    ("2026-12-24", "2026-12-21"): "2026-12-24",
    ("2027-03-01", "2027-03-01"): "2027-03-01",
    ("2025-01-03", "2026-01-05"): "2027-01-03",
    ("2024-02-29", "2027-12-02"): "2028-02-29",
    ("2024-02-29", "2026-03-02"): "2028-02-29",
    ("2025-02-29", "2026-03-02"): "2028-02-29",
}
NO_DAYS = ("", "soon", "10PCS24", "2026-13-45", "1 May", "soon-05-06", "2025-W02-1")


def warmup(owned: float) -> str:
    """What a bettor owns who starts with 1, bets 2 against 0.1 each time, and sees wrong, right, wrong."""
    want = 1.0
    for label in LABELS:
        want *= 1 + BET * (label - P0)
    if isinstance(owned, bool) or not isinstance(owned, Real):
        raise Miss(type(owned).__name__, "a number", "multiply 1 by 1 + bet · (error - p0), once for each label")
    usual = {
        1 + BET * sum(label - P0 for label in LABELS): "you added what each label brings: what is won is bet again, so multiply",
        (1 + BET * (1 - P0)) ** 2: "the label in the middle is missing: a right answer costs the bettor something",
        (1 + BET) ** 2: "p0 is missing: each label is compared with the rate that is promised",
        (1 - BET * P0) ** 2 * (1 + BET * (1 - P0)): "wrong is 1 and right is 0: two of the three are wrong",
    }
    if not abs(float(owned) - want) <= 0.005 * want:  # nan is no answer
        why = next((why for value, why in usual.items() if abs(float(owned) - value) <= 0.005 * value), None)
        raise Miss(f"{float(owned):.4g}", "1, times 1 + bet · (error - p0) for each label", why or "take the labels one after the other")
    return f"{want:.2f}: two errors gain more than one right answer costs, and what is won is bet again."


def core(test: Callable[[Sequence[int], float], Sequence[float]]) -> str:
    """A function of errors and p0 that gives a bettor's wealth after each label: fair, never peeking, never broke, and of some use."""
    if not callable(test):
        raise Miss(type(test).__name__, "a function of errors and p0", "put the function's name there, without parentheses")
    streams = list(product((0, 1), repeat=LENGTH))
    for p0 in RATES:
        owned = [_owned(test, stream, p0) for stream in streams]
        if min(map(min, owned)) < -1e-9:
            raise Miss("wealth below 0", "never below 0", f"a bet above 1/p0 (here {1 / p0:.0f}) can lose more than all: limit it")
        _check_peeking(test, streams, owned, p0)
        _check_fair(streams, owned, p0)
    found = _found(test, 0, "where errors come four times as often as promised, bet more: the latest errors suggest how much")
    late = _found(test, 300, "300 good labels must neither eat the wealth nor be remembered for ever: bet by the latest errors")
    return f"No bet peeks, nothing is won where nothing changed; {found} changed streams reach {GOAL}, and {late} after 300 good labels."


def stretch(due: Callable[[str, str], str]) -> str:
    """A function that gives an answer's day and month the year that makes it the first such day from the day the bill came."""
    if not callable(due):
        raise Miss(type(due).__name__, "a function of an answer and a day", "put the function's name there, without parentheses")
    for answer in NO_DAYS:
        if (said := _said(due, answer, "2026-05-05")) != answer:
            raise Miss(f"{said!r} for {answer!r}", "the answer as it was", "what is no date stays as it is: people have to see it")
    for (answer, received), want in DAYS.items():
        said = _said(due, answer, received)
        if not isinstance(said, str):
            raise Miss(type(said).__name__, "a text", "return the date as YYYY-MM-DD")
        if said != want:
            raise Miss(
                f"{said} for {answer}, received {received}", "the first such day, on that day or after", _why(said, answer, received, want)
            )
    return f"{len(DAYS)} dates get the year of the bill, at the turn of a year the next one; what is no date stays."


def _said(due: Callable[[str, str], str], answer: str, received: str) -> str:
    """What the function says; one that raises is told for which answer."""
    try:
        return due(answer, received)
    except Exception as error:
        what = f"{type(error).__name__} for {answer!r}, received {received}"
        raise Miss(what, "a text for any answer", f"{error}: look at the form first, and catch what no year has") from None


def _why(said: str, answer: str, received: str, want: str) -> str:
    if said[4:] != answer[4:]:
        return "month and day stay what they were: only the year changes"
    if answer[5:] == "02-29":
        return "there is not a 29 February in every year: go on until there is"
    if said < received:
        return "that day was over when the bill came: take the next year"
    return (
        "that is later than need be: the first such day counts, and the day itself is one"
        if said > want
        else "which year is the bill from?"
    )


def _owned(test: Callable, stream: Sequence[int], p0: float) -> list[float]:
    given = test(list(stream), p0)
    try:
        owned = [float(value) for value in given]
    except (TypeError, ValueError):
        raise Miss(repr(given)[:60], "the wealth after each label", "return a list of numbers, one for each label") from None
    if len(owned) != len(stream) or not all(value == value and abs(value) < 1e300 for value in owned):
        raise Miss(
            f"{len(owned)} numbers for {len(stream)} labels", "one finite number for each label", "begin with 1, and keep each product"
        )
    return owned


def _check_peeking(test: Callable, streams: Sequence, owned: Sequence, p0: float) -> None:
    """The wealth after some labels does not change with what comes later."""
    for stream, wealth in zip(streams, owned, strict=True):
        early = _owned(test, stream[: LENGTH // 2], p0)
        if any(abs(a - b) > 1e-9 * max(1, abs(b)) for a, b in zip(early, wealth)):
            raise Miss(
                "wealth that changes with later labels", "wealth from the labels so far", "a bet is placed before its label is known"
            )


def _check_fair(streams: Sequence, owned: Sequence, p0: float) -> None:
    """Weighed by its chance where the rate is p0 or half of it, the mean wealth is 1 at most, after every label."""
    for rate in (p0, p0 / 2):
        chances = [rate ** sum(stream) * (1 - rate) ** (LENGTH - sum(stream)) for stream in streams]
        for at in range(LENGTH):
            mean = sum(chance * wealth[at] for chance, wealth in zip(chances, owned, strict=True))
            if mean > 1 + 1e-6:
                why = "a fair bet multiplies by 1 + bet · (error - p0), with a bet of 0 or more, fixed before the label is seen"
                raise Miss(f"a mean wealth of {mean:.3g} after {at + 1} labels at a rate of {rate:g}", "1 at most", why)


def _found(test: Callable, quiet: int, why: str) -> str:
    """In how many streams the wealth reaches the goal: `quiet` labels at half of p0, then 100 at four times p0. Miss: half or fewer."""
    streams = _drawn([0.05] * quiet + [0.4] * 100)
    found = sum(max(_owned(test, stream, 0.1)) >= GOAL for stream in streams)
    if found <= len(streams) / 2:
        after = f" after {quiet} good labels" if quiet else ""
        raise Miss(f"{found} of {len(streams)} changed streams reach {GOAL}{after}", "more than half, within 100 labels of the change", why)
    return f"{found} of {len(streams)}"


def _drawn(rates: Sequence[float]) -> list[list[int]]:
    import numpy as np

    return (np.random.default_rng(0).random((40, len(rates))) < np.asarray(rates)).astype(int).tolist()
