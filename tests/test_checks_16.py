"""Lesson 16, each exercise: the stub waits, the solution passes, a plausible wrong answer is told why."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from itertools import accumulate

import numpy as np
import pytest
from scipy.stats import binom

from helpers import places
from helpers.exercises import check
from helpers.failures import sequential


def solution(name: str) -> Callable:
    """What the solution notebook binds to `name`, between its markers."""
    cells = json.loads((places.root() / "lessons" / "solutions" / "16_drift.ipynb").read_text(encoding="utf-8"))["cells"]
    source = next("".join(cell["source"]) for cell in cells if f"{name} = ...\n" in "".join(cell["source"]))
    names = {"np": np, "re": re, "date": date}
    exec(source.split("### BEGIN SOLUTION")[1].split("### END SOLUTION")[0], names)
    return names[name]


def constant(bet: float) -> Callable:
    return lambda errors, p0: list(accumulate([1 + bet * (error - p0) for error in errors], lambda a, b: a * b))


def peeking(errors: list[int], p0: float) -> list[float]:
    """Bets by the error rate of the whole stream."""
    bet = max(0.0, np.mean(errors) - p0) / (p0 * (1 - p0)) / 2
    return constant(min(bet, 0.9 / p0))(errors, p0)


def cumulative(errors: list[int], p0: float) -> list[float]:
    """Bets by all errors so far: long good times weigh it down."""
    owned, history = 1.0, []
    for n, error in enumerate(errors):
        share = (p0 + sum(errors[:n])) / (n + 1)
        owned *= 1 + min(max(0.0, (share - p0) / (p0 * (1 - p0))), 0.5 / p0) * (error - p0)
        history.append(owned)
    return history


def knowing(errors: list[int], p0: float) -> list[float]:
    """Bets only where the label is going to be an error."""
    return constant(1.0)([error or p0 for error in errors], p0)


def one_by_p(errors: list[int], p0: float) -> list[float]:
    return [1 / max(binom.sf(sum(errors[:n]) - 1, n, p0), 1e-12) for n in range(1, len(errors) + 1)]


def adding(errors: list[int], p0: float) -> list[float]:
    return [1 + max(0.0, sum(error - p0 for error in errors[: n + 1])) for n in range(len(errors))]


def shifted(answer: str, received: str) -> str:
    """The year of the bill, also where the day is over."""
    return received[:4] + answer[4:] if re.fullmatch(r"\d{4}-[01]\d-[0-3]\d", answer) else answer


def by_month(answer: str, received: str) -> str:
    """Compares months only: of two days in one month it sees no difference."""
    if not re.fullmatch(r"\d{4}-[01]\d-[0-3]\d", answer):
        return answer
    return f"{int(received[:4]) + (answer[5:7] < received[5:7])}{answer[4:]}"


def pasted(answer: str, received: str) -> str:
    """The next year as text, whether or not it has such a day."""
    if not re.fullmatch(r"\d{4}-[01]\d-[0-3]\d", answer):
        return answer
    return f"{int(received[:4]) + (answer[5:] < received[5:])}{answer[4:]}"


def replaced(answer: str, received: str) -> str:
    """The year put into a date: it raises where that year has no such day."""
    if not re.fullmatch(r"\d{4}-(0\d|1[0-2])-[0-3]\d", answer):
        return answer
    day = date.fromisoformat(answer)
    year = int(received[:4])
    return next(then for n in (year, year + 1) if (then := day.replace(year=n).isoformat()) >= received)


def from_digits(answer: str, received: str) -> str:
    digits = re.sub(r"\D", "", answer)
    return f"{received[:4]}-{digits[4:6] or '01'}-{digits[6:8] or '01'}"


@pytest.mark.parametrize("name", ["warmup", "core", "stretch"])
def test_a_stub_waits(name: str) -> None:
    assert check(f"16.{name}", ...).state == "waiting"


@pytest.mark.parametrize("owned", [2.8 * 0.8 * 2.8, 6.27, np.float64(6.272), np.float32(6.272)])
def test_warmup_takes_the_wealth_rounded_and_as_a_numpy_number(owned: float) -> None:
    assert check("16.warmup", owned).state == "passed"


@pytest.mark.parametrize(
    ("owned", "why"),
    [
        (4.4, "so multiply"),
        (7.84, "label in the middle is missing"),
        (9, "p0 is missing"),
        (1.792, "two of the three are wrong"),
        (5, "one after the other"),
        ("6.27", "multiply 1 by"),
        (True, "multiply 1 by"),
        (float("nan"), "one after the other"),
    ],
)
def test_warmup_says_what_the_number_is(owned: object, why: str) -> None:
    verdict = check("16.warmup", owned)
    assert (verdict.state, why in verdict.text, "6.27" in verdict.text) == ("missed", True, False)


@pytest.mark.parametrize("name", ["my_test", "my_due"])
def test_the_solution_of_the_lesson_passes(name: str) -> None:
    assert check({"my_test": "16.core", "my_due": "16.stretch"}[name], solution(name)).state == "passed"


@pytest.mark.parametrize(
    "test", [lambda errors, p0: sequential.wealth(errors, p0), lambda errors, p0: sequential.wealth(errors, p0, memory=10)]
)
def test_core_takes_any_fair_bettor_and_arrays(test: Callable) -> None:
    assert check("16.core", test).state == "passed"


@pytest.mark.parametrize(
    ("test", "why"),
    [
        (constant(12.0), "can lose more than all"),
        (constant(0.0), "bet more"),
        (constant(1.0), "300 good labels"),
        (cumulative, "300 good labels"),
        (peeking, "placed before its label"),
        (knowing, "fixed before the label is seen"),
        (one_by_p, "1 at most"),
        (adding, "1 at most"),
        (constant(-0.5), "a bet of 0 or more"),
        (lambda errors, p0: 3.0, "a list of numbers"),
        (lambda errors, p0: [1.0], "one finite number"),
        (7, "without parentheses"),
    ],
)
def test_core_says_what_a_wrong_bettor_does(test: object, why: str) -> None:
    verdict = check("16.core", test)
    assert verdict.state == "missed"
    assert why in verdict.text


@pytest.mark.parametrize(
    ("due", "why"),
    [
        (shifted, "that day was over"),
        (by_month, "that day was over"),
        (pasted, "go on until there is"),
        (from_digits, "what is no date stays"),
        (lambda answer, received: date.fromisoformat(answer).isoformat(), "ValueError for '', received 2026-05-05"),
        (replaced, "ValueError for '2024-02-29', received 2027-12-02"),
        (lambda answer, received: answer, "that day was over"),
        (lambda answer, received: received, "what is no date stays"),
        (lambda answer, received: None if answer[:6] == "2025-0" else answer, "return the date as"),
        ("2026-01-01", "without parentheses"),
    ],
)
def test_stretch_says_which_date_is_wrong(due: object, why: str) -> None:
    verdict = check("16.stretch", due)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_a_check_does_not_print_the_answer_of_the_stretch() -> None:
    assert "2026-01-11" not in check("16.stretch", lambda answer, received: answer).text
