"""Checks of lesson 12."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

from helpers.exercises import Miss

__all__ = ["warmup", "core", "stretch"]

WRONG = 0.15  # of the first labels
SECOND = 0.10  # of the second labeler's
MARGIN = 0.05
SHARES = (0.3, 0.2)
GROUPS = {
    "pairs": [f"g{place // 2}" for place in range(200)],
    "one large group": ["large"] * 80 + [f"g{place // 2}" for place in range(120)],
    "groups out of order": [f"g{place * 7 % 50}" for place in range(200)],
}
BIRTHDAYS = {
    "I was born 3 June 1971, if that helps.": "I was born [birthday], if that helps.",
    "Born on 24th October 1990 in Oslo": "Born on [birthday] in Oslo",
    "DOB 07/11/1962, customer since 2019": "DOB [birthday], customer since 2019",
    "my birthday is 1988-02-29 by the way": "my birthday is [birthday] by the way",
    "date of birth: 5.4.1955. Thank you": "date of birth: [birthday]. Thank you",
}
OTHER_DATES = (
    "It should have come on 3 June 2026.",
    "Ordered 07/11/2025, order 48-22917, still nothing.",
    "The receipt says 2026-02-28.",
    "She was born in the taxi, and the delivery of 4 May 2026 was late.",
)


def warmup(share: float) -> str:
    """The share of disagreements in which the first label is wrong: 15% wrong labels, a second labeler who errs on 10%."""
    first = WRONG * (1 - SECOND)
    want = first / (first + (1 - WRONG) * SECOND)
    if isinstance(share, bool) or not isinstance(share, int | float):
        raise Miss(type(share).__name__, "a number from 0 to 1", "divide how often the first alone is wrong by how often they disagree")
    usual = {
        1 - SECOND: "that is how often the second is right on any row; right labels are far more common than wrong ones",
        WRONG / (WRONG + SECOND): "where both are wrong they agree, with two labels: only one may be wrong",
        first: "that is a share of all rows: divide by the share of rows on which they disagree",
        WRONG: "that is the share of wrong labels in all rows; among the disagreements there are more",
        1 - want: "that is the share in which the second is wrong",
    }
    if not abs(share - want) <= 0.01:  # nan is no answer
        why = next((why for value, why in usual.items() if abs(share - value) <= 0.01), None)
        raise Miss(f"{share:.3g}", "P(first alone wrong) / P(disagree)", why or "they disagree where exactly one of the two is wrong")
    return (
        f"{want:.2f}: four in ten disagreements are the second labeler's own errors, so a disagreement is a row to read, not a correction."
    )


def core(split: Callable[[Sequence[str], float, int], Sequence[int]]) -> str:
    """A function my_split(groups, share, seed) that gives the positions of test rows and divides no group."""
    if not callable(split):
        raise Miss(type(split).__name__, "a function of groups, share and seed", "put the function's name there, without parentheses")
    for name, groups in GROUPS.items():
        for share, seed in product(SHARES, range(5)):
            _check_split(name, groups, share, _positions(split, groups, share, seed))
    pairs = GROUPS["pairs"]
    draws = [_positions(split, pairs, SHARES[0], seed) for seed in range(5)]
    if draws[0] != _positions(split, pairs, SHARES[0], 0):
        raise Miss("two test sets with seed 0", "one", "draw from a generator made with the seed, so that the split can be repeated")
    if len({tuple(sorted(draw)) for draw in draws}) < 3:
        raise Miss("the same test set with every seed", "another one with another seed", "shuffle the groups by the seed")
    return "No group is divided, the share holds even beside a group of 80 rows, and the seed says which groups are drawn."


def stretch(birthdays: Callable[[str], str]) -> str:
    """A function that puts [birthday] for dates of birth, and leaves other dates alone."""
    if not callable(birthdays):
        raise Miss(type(birthdays).__name__, "a function of a text", "put the function's name there, without parentheses")
    for text in OTHER_DATES:
        if (said := _text(birthdays, text)) != text:
            raise Miss(repr(said), repr(text), "this is no date of birth: look at the word that stands before the date")
    for text, want in BIRTHDAYS.items():
        if (said := _text(birthdays, text)) != want:
            why = "the rest of the text has to stay" if "[birthday]" in said else "this date of birth is still there: which form has it?"
            raise Miss(repr(said), repr(want), why)
    return "Five forms of a birthday are gone, and four other dates stay. Somebody will write it in a sixth: measure on your own logs."


def _text(birthdays: Callable[[str], str], text: str) -> str:
    said = birthdays(text)
    if not isinstance(said, str):
        raise Miss(type(said).__name__, "a text", "return the text, changed or not")
    return said


def _positions(split: Callable, groups: Sequence[str], share: float, seed: int) -> list[int]:
    test = split(list(groups), share, seed)
    try:
        places = [int(place) for place in test]
    except (TypeError, ValueError):
        raise Miss(repr(test)[:60], "positions of rows", "return the places of the test rows in `groups`, such as [0, 5, 9]") from None
    if len(set(places)) < len(places) or not all(0 <= place < len(groups) for place in places):
        raise Miss(f"{len(places)} positions", f"different numbers from 0 to {len(groups) - 1}", "each test row is named once")
    return places


def _check_split(name: str, groups: Sequence[str], share: float, test: list[int]) -> None:
    """No group on both sides, and nearly the share asked for."""
    inside = {groups[place] for place in test}
    outside = {group for place, group in enumerate(groups) if place not in set(test)}
    if inside & outside:
        shown = f"{len(inside & outside)} groups on both sides ({name})"
        raise Miss(shown, "none", "draw groups, and take all rows of a group that is drawn")
    taken = len(test) / len(groups)
    if abs(taken - share) > MARGIN:
        why = "count rows, not groups: a large group fills the test set at once, so take a group only if it still fits"
        raise Miss(f"a test share of {taken:.2f} ({name})", f"{share} ± {MARGIN}", why)
