"""Lesson 07, each exercise: the stub waits, the solution passes, a plausible wrong answer is told why."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from helpers import places
from helpers.exercises import check
from helpers.metrics import agreement, corrected_rate
from helpers.stats import Interval, wilson

SMALL = {"a", "an", "the", "of", "to", "in", "on", "at", "and", "it", "is"}


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.lower())) - SMALL


def word_rule(question: str, reference: str, answer: str) -> str:
    return "right" if words(reference) <= words(answer) else "wrong"


def one_word_is_enough(question: str, reference: str, answer: str) -> str:
    return "right" if words(reference) & words(answer) else "wrong"


def no_choices(question: str, reference: str, answer: str) -> str:
    return "wrong" if " or " in answer else word_rule(question, reference, answer)


def solution() -> Callable[[str, str, str], str]:
    """The rule of the solution notebook: what stands between its markers."""
    cells = json.loads((places.root() / "lessons" / "solutions" / "07_judges.ipynb").read_text(encoding="utf-8"))["cells"]
    source = next("".join(cell["source"]) for cell in cells if 'check("07.core"' in "".join(cell["source"]))
    names = {"re": re, "SMALL": SMALL}
    exec(source.split("### BEGIN SOLUTION")[1].split("### END SOLUTION")[0], names)
    return names["my_rule"]


def share(tp: int, tn: int) -> Interval:
    said = ["right"] * tp + ["wrong"] * (100 - tp) + ["right"] * (100 - tn) + ["wrong"] * tn
    return corrected_rate(250, 400, agreement(["right"] * 100 + ["wrong"] * 100, said))


@pytest.mark.parametrize(("name", "stubs"), [("warmup", 3), ("core", 1), ("stretch", 1)])
def test_a_stub_waits(name: str, stubs: int) -> None:
    assert check(f"07.{name}", *[...] * stubs).state == "waiting"


def test_warmup_takes_the_three_numbers_rounded() -> None:
    assert check("07.warmup", 0.9, 0.4, 0.33).state == "passed"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((0.6, 0.4, 0.33), "not of all"),
        ((0.9, 0.6, 0.33), "the rest were stopped"),
        ((0.9, 0.4, 0.733), "take off what chance gives"),
        ((0.9, 0.4, 0.467), "not half and half"),
        ((0.9, 0.4, 0.133), "divide by what is left"),
        ((0.9, 0.4, "0.33"), "one number"),
    ],
)
def test_warmup_tells_which_number_was_given_in_its_place(answer: tuple, why: str) -> None:
    verdict = check("07.warmup", *answer)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_core_passes_the_solution_of_the_lesson() -> None:
    assert check("07.core", solution()).state == "passed"


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (word_rule, "in another form"),
        (no_choices, "in another form"),
        (one_word_is_enough, "read those"),
        (lambda question, reference, answer: "right", "read those"),
        (lambda question, reference, answer: reference in answer, "one of the two"),
        ("right", "without parentheses"),
    ],
)
def test_core_tells_what_the_rule_lacks(rule: Callable | str, why: str) -> None:
    verdict = check("07.core", rule)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_stretch_passes_the_corrected_share() -> None:
    assert check("07.stretch", share(80, 90)).state == "passed"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (wilson(250, 400), "not yet corrected"),
        (share(90, 80), "changed places"),
        (wilson(300, 400), "carry the 200 labels"),
        (0.75, "returns one"),
    ],
)
def test_stretch_tells_what_was_forgotten(answer: object, why: str) -> None:
    verdict = check("07.stretch", answer)
    assert verdict.state == "missed"
    assert why in verdict.text
