"""Lesson 06, each exercise: the stub waits, the solution passes, a plausible wrong answer is told why."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpers import metrics
from helpers.exercises import check


def solution(answer: str, target: str) -> float:
    place, _, remark = answer.lower().strip(" .!").partition(", ")
    doubt = {"or", "not", "but", "maybe", "perhaps"} & set(remark.split())
    return float(place == target.lower() and not doubt)


def substring(answer: str, target: str) -> float:
    return float(target.lower() in answer.lower())


def by_letter(answer: str, target: str) -> float:
    return float(answer == target)


def before_the_comma(answer: str, target: str) -> float:
    return float(answer.lower().strip(" .").split(",")[0] == target.lower())


def england_only(answer: str, target: str) -> float:
    return float(answer.lower().strip(" .").removesuffix(", england") == target.lower())


def half_marks(answer: str, target: str) -> float:
    return 1.0 if answer == target else 0.5


@pytest.mark.parametrize(("name", "stubs"), [("warmup", 1), ("core", 1), ("stretch", 2)])
def test_a_stub_waits(name: str, stubs: int) -> None:
    assert check(f"06.{name}", *[...] * stubs).state == "waiting"


@pytest.mark.parametrize("letters", [{"A", "C", "D", "E"}, ["e", "d", "c", "a"], "A, C, D, E"])
def test_warmup_takes_the_four_letters_in_any_form(letters: object) -> None:
    assert check("06.warmup", letters).state == "passed"


@pytest.mark.parametrize(
    ("letters", "why"),
    [
        ({"A", "B", "C", "D", "E"}, "nothing is wrong with it"),
        ({"A", "C", "D", "E", "F"}, "its cost is told"),
        ({"A", "C", "E"}, "choose on dev"),
        ({"A", "C", "D"}, "ask those twelve again"),
        ({"C", "D", "E"}, "different reviews"),
        ({"A", "D", "E"}, "two rulers"),
        ({"A", "G"}, "six comparisons"),
        (4, "has a letter"),
    ],
)
def test_warmup_tells_why_a_letter_is_misplaced(letters: object, why: str) -> None:
    verdict = check("06.warmup", letters)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_core_passes_the_solution() -> None:
    assert check("06.core", solution).state == "passed"


@pytest.mark.parametrize(
    ("scorer", "why"),
    [
        (substring, "another city"),
        (by_letter, "case and a final period"),
        (before_the_comma, "leaves a choice"),
        (england_only, "not about England"),
        (half_marks, "one of the two"),
        (lambda answer, target: metrics.exact(answer, target), "exact hides"),
        ("London", "without parentheses"),
    ],
)
def test_core_tells_what_the_scorer_gets_wrong(scorer: Callable | str, why: str) -> None:
    verdict = check("06.core", scorer)
    assert verdict.state == "missed"
    assert why in verdict.text


@pytest.mark.parametrize("interval_n", [597, 601])
def test_stretch_takes_the_wilson_n_and_the_one_of_the_simpler_formula(interval_n: int) -> None:
    assert check("06.stretch", interval_n, 626).state == "passed"


@pytest.mark.parametrize(
    ("interval_n", "paired_n", "why"),
    [
        (147, 626, "not the whole"),
        (2398, 626, "half the width"),
        (626, 597, "the score comes first"),
        (300, 626, "safe to plan with"),
        (597, 940, "discordant=0.2"),
        (597, 2000, "difference=0.05"),
        (597, "626", "returns it"),
    ],
)
def test_stretch_tells_which_question_was_answered_in_its_place(interval_n: int, paired_n: object, why: str) -> None:
    verdict = check("06.stretch", interval_n, paired_n)
    assert verdict.state == "missed"
    assert why in verdict.text
