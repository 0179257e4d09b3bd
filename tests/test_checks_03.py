"""Lesson 03, each exercise: the stub waits, the solution passes, a plausible wrong answer is told why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest

from helpers import methods
from helpers.exercises import check

PART = re.compile(r"(\d+) ([-+x]) (\d+) = (\d+)")  # also reads a part of a longer line
EQUATION = re.compile(r"(?<![-+*/=] )" + PART.pattern + r"(?!\d| [-+x*/] )")


def vote(answers: list[str]) -> str:
    counts = Counter(answer for answer in answers if answer)
    return max(counts, key=counts.get) if counts else ""


def blind_vote(answers: list[str]) -> str:
    return Counter(answers).most_common(1)[0][0] if answers else ""


def largest_of_equals(answers: list[str]) -> str:
    return max({answer for answer in answers if answer}, key=lambda answer: (answers.count(answer), answer), default="")


def none_without_votes(answers: list[str]) -> str | None:
    return vote(answers) or None


def holds(a: str, sign: str, b: str, result: str) -> bool:
    return {"+": int(a) + int(b), "-": int(a) - int(b), "x": int(a) * int(b)}[sign] == int(result)


def checker(problem: str, reply: str) -> list[str]:
    known, bad = set(re.findall(r"\d+", problem)), []
    for match in EQUATION.finditer(reply):
        if not holds(*match.groups()) or not {match[1], match[3]} <= known:
            bad.append(match[0])
        known.add(match[4])
    return bad


def arithmetic_only(problem: str, reply: str) -> list[str]:
    return [match[0] for match in EQUATION.finditer(reply) if not holds(*match.groups())]


def substring(problem: str, reply: str) -> list[str]:
    text = problem
    bad = []
    for match in EQUATION.finditer(reply):
        bad += [match[0]] * (not holds(*match.groups()) or match[1] not in text or match[3] not in text)
        text += f" {match[4]}"
    return bad


def all_results_first(problem: str, reply: str) -> list[str]:
    known = set(re.findall(r"\d+", problem)) | {match[4] for match in EQUATION.finditer(reply)}
    return [match[0] for match in EQUATION.finditer(reply) if not holds(*match.groups()) or not {match[1], match[3]} <= known]


def parts_too(problem: str, reply: str) -> list[str]:
    known, bad = set(re.findall(r"\d+", problem)), []
    for match in PART.finditer(reply):
        if not holds(*match.groups()) or not {match[1], match[3]} <= known:
            bad.append(match[0])
        known.add(match[4])
    return bad


def how_many(problem: str, reply: str) -> int:
    return len(checker(problem, reply))


def moves(numbers: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    steps = {}
    for i, a in enumerate(numbers):
        for j, b in enumerate(numbers):
            rest = [number for k, number in enumerate(numbers) if k not in (i, j)]
            if i < j:
                steps[f"{a} + {b} = {a + b}"] = tuple(sorted([*rest, a + b]))
            if i != j and a >= b:
                steps[f"{a} - {b} = {a - b}"] = tuple(sorted([*rest, a - b]))
    return steps


def search(numbers: tuple[int, ...], target: int) -> list[str] | None:
    if len(numbers) == 1:
        return [] if numbers[0] == target else None
    for step, child in moves(numbers).items():
        rest = search(child, target)
        if rest is not None:
            return [step, *rest]
    return None


def no_way_back(numbers: tuple[int, ...], target: int) -> list[str] | None:
    steps = []
    while len(numbers) > 1:
        step, numbers = min(moves(numbers).items(), key=lambda item: abs(sum(item[1]) - target - 1))
        steps.append(step)
    return steps if numbers == (target,) else None


def only_the_nearest(numbers: tuple[int, ...], target: int, width: int) -> list[str] | None:
    level = {numbers: []}
    while len(next(iter(level))) > 1:
        nearest = sorted(level, key=lambda state: abs(sum(state) - target))[:width]
        level = {child: [*level[state], step] for state in nearest for step, child in moves(state).items()}
    return level.get((target,))


def greedy(numbers: tuple[int, ...], target: int) -> list[str] | None:
    return only_the_nearest(numbers, target, 1)


def a_beam_of_three(numbers: tuple[int, ...], target: int) -> list[str] | None:
    return only_the_nearest(numbers, target, 3)


def not_all_numbers(numbers: tuple[int, ...], target: int) -> list[str] | None:
    if target in numbers:
        return []
    for step, child in moves(numbers).items():
        rest = not_all_numbers(child, target)
        if rest is not None:
            return [step, *rest]
    return None


def false_when_empty(numbers: tuple[int, ...], target: int) -> list[str] | None:
    if len(numbers) == 1:
        return [] if numbers[0] == target else None
    for step, child in moves(numbers).items():
        if rest := false_when_empty(child, target):
            return [step, *rest]
    return None


def packaged(numbers: tuple[int, ...], target: int) -> list[str] | None:
    return list(methods.depth_first(numbers, moves, lambda state: state == (target,)).steps) or None


@pytest.mark.parametrize("name", ["warmup", "core", "stretch"])
def test_a_stub_waits(name: str) -> None:
    assert check(f"03.{name}", ...).state == "waiting"


@pytest.mark.parametrize(("name", "answer"), [("warmup", vote), ("warmup", methods.most_common), ("core", checker), ("stretch", search)])
def test_a_solution_passes(name: str, answer: Callable) -> None:
    assert check(f"03.{name}", answer).state == "passed"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (blind_vote, "it has no vote"),
        (largest_of_equals, "came first"),
        (none_without_votes, "nobody voted"),
        ("18", "without parentheses"),
    ],
)
def test_warmup_tells_what_is_miscounted(answer: Callable | str, why: str) -> None:
    verdict = check("03.warmup", answer)
    assert verdict.state == "missed"
    assert why in verdict.text


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (arithmetic_only, "neither in the problem nor as an earlier result"),
        (all_results_first, "a later equation"),
        (substring, "compare whole numbers"),
        (parts_too, "the end of a longer line"),
        (how_many, "a list of equations"),
        (["12 + 5 = 18"], "without parentheses"),
    ],
)
def test_core_tells_what_the_checker_misses(answer: Callable | list, why: str) -> None:
    verdict = check("03.core", answer)
    assert verdict.state == "missed"
    assert why in verdict.text


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (no_way_back, "try the next step of the state before"),
        (greedy, "None for 24 from 3, 9, 14, 22"),
        (a_beam_of_three, "None for 28 from 5, 8, 9, 14, 18"),
        (not_all_numbers, "every number is used once"),
        (false_when_empty, "there is a way"),
        (packaged, "write the backtracking"),
        (lambda numbers, target: [f"{target} + 0 = {target}"], "can be used once"),
        (lambda numbers, target: [f"{numbers[0]} + {numbers[-1]} = {target}"] if len(numbers) > 1 else [], "a step that holds"),
        (lambda numbers, target: "no way", "a list of steps, or None"),
    ],
)
def test_stretch_tells_why_a_search_fails(answer: Callable, why: str) -> None:
    verdict = check("03.stretch", answer)
    assert verdict.state == "missed"
    assert why in verdict.text
