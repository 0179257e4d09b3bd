"""Checks of lesson 06."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

from helpers.exercises import Miss

__all__ = ["warmup", "core", "stretch"]

COMPARISONS = {
    "A": "the prompts met different reviews, so the gap may be the reviews'",
    "B": "same questions, both scores and a paired test: nothing is wrong with it",
    "C": "two scorers are two rulers; each score may be right, but they cannot be set against each other",
    "D": "the best of eight on one split is too good by luck, and the split was test: choose on dev, then look once",
    "E": "leaving out the calls that failed leaves prompt 2 an easier set; ask those twelve again",
    "F": "a longer prompt may be compared, as long as its cost is told",
}
INVALID = {"A", "C", "D", "E"}

SCORED = [
    ("London", "London", 1, "this is the target, letter for letter"),
    ("london.", "London", 1, "case and a final period do not change what was said"),
    ("London, England", "London", 1, "the remark after the comma says where it is, and it is true"),
    ("Oslo, Norway", "Oslo", 1, "the rule is about a comma and a remark, not about England"),
    ("new york, USA.", "New York", 1, "a city may have two words"),
    ("Londonderry", "London", 0, "it begins with the target and is another city: compare whole names"),
    ("not London", "London", 0, "this takes the target back"),
    ("Paris, London", "London", 0, "the answer is what stands before the comma"),
    ("London, or Paris", "London", 0, "this leaves a choice: look at the words after the comma"),
    ("Oslo, or Bergen", "Oslo", 0, "this leaves a choice, whatever the second city is"),
    ("York", "New York", 0, "half of a name is another name"),
    ("", "London", 0, "an empty answer says nothing"),
]

FOUR_POINTS = (590, 605)  # Wilson's interval gives 597; the simpler p ± 1.96·√(p(1-p)/n) gives 601


def warmup(letters: Iterable[str]) -> str:
    """The letters of the invalid comparisons, in any order: a set, a list or a text such as "AF"."""
    if isinstance(letters, dict) or not isinstance(letters, Iterable):
        raise Miss(letters, 'a set of letters, such as {"A", "F"}', "each comparison has a letter in the table")
    marked = {mark for letter in letters for mark in str(letter).upper() if mark.isalpha()}
    if marked - set(COMPARISONS):
        raise Miss(sorted(marked), "letters from A to F", "the table has six comparisons")
    for letter in sorted(marked - INVALID):
        raise Miss(f"{letter} among the invalid", f"{letter} is valid", COMPARISONS[letter])
    for letter in sorted(INVALID - marked):
        raise Miss(f"{letter} among the valid", f"{letter} is invalid", COMPARISONS[letter])
    return "Different examples, different rulers, a choice made on test, failures left out: four ways to compare what cannot be compared."


def core(scorer: Callable[[str, str], float]) -> str:
    """A function (answer, target) -> 1.0 or 0.0 that takes a place with a remark, and refuses other places, denials and choices."""
    if not callable(scorer):
        raise Miss(type(scorer).__name__, "a function of answer and target", "put the function's name there, without parentheses")
    if isinstance(scorer, FunctionType) and "exact" in scorer.__code__.co_names:
        raise Miss("a scorer that calls exact", "rules of your own", "the exercise is to write the rules that exact hides")
    for answer, target, want, why in SCORED:
        got = scorer(answer, target)
        if not isinstance(got, int | float) or got not in (0, 1):
            raise Miss(repr(got), "1.0 or 0.0", f"every answer gets one of the two; this one was {answer!r} for {target!r}")
        if got != want:
            raise Miss(f"{float(got)} for {answer!r}, where the target is {target!r}", f"{float(want)}", why)
    return f"It agrees with the teacher on all {len(SCORED)} answers, on cities that the text does not name too."


def stretch(interval_n: int, paired_n: int) -> str:
    """How many questions for a score within ± 4 points, and for a paired gain of 5 points with 20% discordant and power 0.8."""
    from helpers.stats import sample_size

    _number(interval_n, "the first n")
    _number(paired_n, "the second n")
    paired = sample_size(difference=0.05, discordant=0.2)
    low, high = FOUR_POINTS
    if not low <= interval_n <= high:
        raise Miss(interval_n, "the n for a score within ± 4 points", _why_interval(interval_n, paired))
    if abs(paired_n - paired) > 10:
        raise Miss(paired_n, "the n for a paired gain of 5 points", _why_paired(paired_n))
    return f"{interval_n} and {paired_n}: the two aims happen to cost about the same here, and the larger n serves both."


def _number(n: Any, which: str) -> None:
    if isinstance(n, bool) or not isinstance(n, int | float):
        raise Miss(f"{n!r} as {which}", "a number of questions", "stats.sample_size(...) returns it")


def _why_interval(n: float, paired: int) -> str:
    from helpers.stats import sample_size

    usual = {
        sample_size(half_width=0.02): "± 4 points is half the width of the interval: half_width=0.04",
        sample_size(half_width=0.08): "± 4 points is half the width of the interval, not the whole: half_width=0.04",
        paired: "that is the n of the second aim: the score comes first",
    }
    return usual.get(n, "ask stats.sample_size for half_width=0.04; a share near 0.5 is the worst case, so it is safe to plan with")


def _why_paired(n: float) -> str:
    from helpers.stats import sample_size

    usual = {
        sample_size(difference=0.05): "that takes it that the prompts differ on 30% of the questions; here it is 20%: discordant=0.2",
        sample_size(difference=0.04, discordant=0.2): "the gain to be seen is 5 points: difference=0.05",
        sample_size(difference=0.05, discordant=0.2, power=0.9): "four times in five is a power of 0.8",
    }
    return usual.get(n, "ask stats.sample_size for difference=0.05 and say that discordant is 0.2")
