"""Lesson 12, each exercise: the stub waits, the solution passes, a plausible wrong answer is told why."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable

import numpy as np
import pytest

from helpers import places
from helpers.exercises import check


def solution(name: str) -> Callable:
    """What the solution notebook binds to `name`, between its markers."""
    cells = json.loads((places.root() / "lessons" / "solutions" / "12_data.ipynb").read_text(encoding="utf-8"))["cells"]
    source = next("".join(cell["source"]) for cell in cells if f"{name} = ...\n" in "".join(cell["source"]))
    names = {"np": np, "re": re}
    exec(source.split("### BEGIN SOLUTION")[1].split("### END SOLUTION")[0], names)
    return names[name]


def by_rows(groups: list[str], share: float, seed: int) -> list[int]:
    return random.Random(seed).sample(range(len(groups)), round(share * len(groups)))


def by_number_of_groups(groups: list[str], share: float, seed: int) -> list[int]:
    names = sorted(set(groups))
    drawn = set(random.Random(seed).sample(names, round(share * len(names))))
    return [place for place, group in enumerate(groups) if group in drawn]


def the_same_each_time(groups: list[str], share: float, seed: int) -> list[int]:
    return solution("my_split")(groups, share, 0)


def unseeded(groups: list[str], share: float, seed: int) -> list[int]:
    return solution("my_split")(groups, share, random.SystemRandom().randrange(10**6))


def deaf_to_the_share(groups: list[str], share: float, seed: int) -> list[int]:
    return solution("my_split")(groups, 0.3, seed)


def the_three_forms(text: str) -> str:
    """The forms that the lesson named before it named all five."""
    return re.sub(r"((?:born|DOB|birthday is) )(?:\d{1,2} [A-Z][a-z]+ \d{4}|\d\d/\d\d/\d{4}|\d{4}-\d\d-\d\d)", r"\1[birthday]", text)


def every_date(text: str) -> str:
    return re.sub(r"\d{1,2}(?:th)? [A-Z][a-z]+ \d{4}|\d{1,2}[/.]\d{1,2}[/.]\d{4}|\d{4}-\d\d-\d\d", "[birthday]", text)


def one_form(text: str) -> str:
    return re.sub(r"([Bb]orn )\d{1,2} [A-Z][a-z]+ \d{4}", r"\1[birthday]", text)


def the_word_too(text: str) -> str:
    return solution("my_birthdays")(text).replace("born [birthday]", "[birthday]")


@pytest.mark.parametrize("name", ["warmup", "core", "stretch"])
def test_a_stub_waits(name: str) -> None:
    assert check(f"12.{name}", ...).state == "waiting"


@pytest.mark.parametrize("share", [0.135 / 0.22, 0.61, 0.614])
def test_warmup_takes_the_share_rounded(share: float) -> None:
    assert check("12.warmup", share).state == "passed"


@pytest.mark.parametrize(
    ("share", "why"),
    [
        (0.9, "right labels are far more common"),
        (0.6, "where both are wrong they agree"),
        (0.135, "divide by the share of rows"),
        (0.15, "among the disagreements there are more"),
        (0.386, "in which the second is wrong"),
        (0.5, "exactly one of the two"),
        ("61%", "divide how often"),
        (float("nan"), "exactly one of the two"),
    ],
)
def test_warmup_says_what_the_number_is(share: object, why: str) -> None:
    verdict = check("12.warmup", share)
    assert verdict.state == "missed"
    assert why in verdict.text


@pytest.mark.parametrize(("name", "answer"), [("core", "my_split"), ("stretch", "my_birthdays")])
def test_the_solution_of_the_lesson_passes(name: str, answer: str) -> None:
    assert check(f"12.{name}", solution(answer)).state == "passed"


@pytest.mark.parametrize(
    ("split", "why"),
    [
        (by_rows, "groups on both sides"),
        (by_number_of_groups, "count rows, not groups"),
        (the_same_each_time, "shuffle the groups by the seed"),
        (unseeded, "draw from a generator made with the seed"),
        (deaf_to_the_share, "0.2 ± 0.05"),
        (lambda groups, share, seed: [True] * 3, "each test row is named once"),
        (lambda groups, share, seed: None, "positions of rows"),
        (7, "without parentheses"),
    ],
)
def test_core_says_what_a_wrong_split_does(split: object, why: str) -> None:
    verdict = check("12.core", split)
    assert verdict.state == "missed"
    assert why in verdict.text


@pytest.mark.parametrize(
    ("birthdays", "why"),
    [
        (every_date, "this is no date of birth"),
        (one_form, "which form has it?"),
        (the_word_too, "the rest of the text has to stay"),
        ("born", "without parentheses"),
        (lambda text: None, "return the text, changed or not"),
        (the_three_forms, "which form has it?"),
    ],
)
def test_stretch_says_which_date_was_taken_or_left(birthdays: object, why: str) -> None:
    verdict = check("12.stretch", birthdays)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_the_lesson_names_every_form_that_the_check_asks_for() -> None:
    text = (places.root() / "lessons" / "solutions" / "12_data.ipynb").read_text(encoding="utf-8")
    task = text[text.index("## Exercise: stretch") : text.index("my_birthdays = ...")]
    for form in ("born 12 March 1984", "Born on 1st April 1979", "DOB 12/03/1984", "my birthday is 1984-03-12", "date of birth: 12.3.1984"):
        assert form in task
