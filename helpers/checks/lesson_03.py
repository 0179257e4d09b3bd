"""Checks of lesson 03."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from helpers.exercises import Miss

__all__ = ["warmup", "core", "stretch"]

BALLOTS = [
    (["18", "20", "18"], "18", "two of three replies say so"),
    (["18", "20", "20", "18"], "18", "of two answers with as many votes, the one that came first wins"),
    (["9", "100", "100", "9"], "9", "a tie goes to the answer that came first, not to the larger or the smaller"),
    (["", "", "18"], "18", "an empty answer is a reply that could not be read: it has no vote"),
    (["", "7", "", "7", "8"], "7", "an empty answer is a reply that could not be read: it has no vote"),
    (["", ""], "", "nobody voted, so there is no winner"),
    ([], "", "without replies nobody voted"),
    (["5"], "5", "one vote is the most there is"),
]

STORY = "Ana has 12 apples. Ben is 30 years old. Ana gets 5 more and gives 4 away. How many has she?"
REPLIES = [
    ("12 + 5 = 17. 17 - 4 = 13. The answer is 13.", [], "both hold, and 17 is the result of the first"),
    (
        "12 + 5 = 18. 18 - 4 = 14. The answer is 14.",
        ["12 + 5 = 18"],
        "the first does not hold; the second does, and goes on from the result written",
    ),
    (
        "12 + 5 = 17. 17 - 9 = 8. The answer is 8.",
        ["17 - 9 = 8"],
        "it holds, but 9 stands neither in the problem nor as an earlier result",
    ),
    ("17 - 4 = 13. 12 + 5 = 17. The answer is 17.", ["17 - 4 = 13"], "17 is a result only of a later equation"),
    ("12 + 8 = 20. 12 + 8 = 20.", ["12 + 8 = 20", "12 + 8 = 20"], "each bad equation counts, as often as it stands there"),
    ("4 x 5 = 20. The answer is 20.", [], "x is a sign too, and 4 times 5 is 20"),
    ("4 x 5 = 21. The answer is 21.", ["4 x 5 = 21"], "x is a sign too, and 4 times 5 is not 21"),
    ("2 + 5 = 7.", ["2 + 5 = 7"], "2 is only a part of the 12 in the problem: compare whole numbers"),
    ("12 + 5 + 4 = 21. The answer is 21.", [], "5 + 4 = 21 does not stand there: it is the end of a longer line, which holds"),
    ("12 + 5 = 4 + 13. The answer is 17.", [], "12 + 5 = 4 does not stand there: the line goes on, and as a whole it holds"),
    ("The answer is 13.", [], "without an equation there is none that is bad"),
]

PUZZLES = [
    ((10, 14), 24, True), ((20, 4), 16, True), ((3, 5, 9), 100, False), ((3, 5, 8, 24), 24, True), ((4, 9, 11), 24, True),
    ((2, 4, 5, 13), 24, True),
    ((3, 7, 8, 18), 0, True), ((2, 2, 2, 3), 24, False), ((1, 2, 3, 19), 13, True), ((24,), 24, True), ((7, 11), 5, False),
    ((3, 9, 14, 22), 24, True), ((5, 8, 9, 14, 18), 28, True), ((4, 7, 11, 12, 17), 9, True),  # the nearest states lead nowhere
]  # fmt: skip


def warmup(count: Callable[[list[str]], str]) -> str:
    """A function from the answers of several replies to the winner; unread replies have no vote, and the first of equals wins."""
    _is_function(count, "a function of a list of answers")
    for answers, want, why in BALLOTS:
        got = count(list(answers))
        if got != want:
            raise Miss(f"{got!r} for {answers}", repr(want), why)
    return f"It counts all {len(BALLOTS)} votes, ties and unread replies among them."


def core(checker: Callable[[str, str], list[str]]) -> str:
    """A function (problem, reply) -> the bad equations: those that do not hold, or that use a number from nowhere."""
    _is_function(checker, "a function of a problem and a reply")
    for reply, want, why in REPLIES:
        got = checker(STORY, reply)
        if not isinstance(got, list | tuple):
            raise Miss(f"{got!r} for the reply {reply!r}", "a list of equations", "a reply may have none, one or several bad ones")
        if list(got) != want:
            raise Miss(f"{list(got)} for the reply {reply!r} to {STORY!r}", str(want), why)
    return f"It reads all {len(REPLIES)} replies as a strict teacher would."


def stretch(search: Callable[[tuple, int], list[str] | None]) -> str:
    """A function (numbers, target) -> steps that use every number once and end on the target, or None where there is no way."""
    _is_function(search, "a function of numbers and a target")
    if isinstance(search, FunctionType) and {"depth_first", "breadth_first"} & set(search.__code__.co_names):
        raise Miss("a search that calls the packaged one", "one of your own", "the exercise is to write the backtracking")
    for numbers, target, possible in PUZZLES:
        _is_solved(search(numbers, target), numbers, target, possible)
    return f"All {len(PUZZLES)} puzzles: solved where there is a way, None where there is none."


def _is_solved(steps: Any, numbers: tuple[int, ...], target: int, possible: bool) -> None:
    puzzle = f"{target} from {', '.join(map(str, numbers))}"
    if steps is None:
        if possible:
            raise Miss(
                f"None for {puzzle}", "a list of steps", "there is a way: after a line that fails, try the next step of the state before"
            )
        return
    if not isinstance(steps, Sequence) or isinstance(steps, str):
        raise Miss(f"{steps!r} for {puzzle}", "a list of steps, or None", 'such as ["4 + 9 = 13", "13 + 11 = 24"]')
    left = _walk(list(numbers), steps, puzzle)
    if left != [target]:
        raise Miss(
            f"{list(steps)} for {puzzle}, which leaves {left}",
            f"[{target}] at the end",
            "every number is used once, and the last result is the target",
        )


def _walk(left: list[int], steps: Sequence[str], puzzle: str) -> list[int]:
    """The numbers left after the steps. Miss: one of them is not legal."""
    for step in steps:
        match = re.fullmatch(r"(\d+) ([-+]) (\d+) = (\d+)", str(step).strip())
        a, b, result = (int(match[place]) for place in (1, 3, 4)) if match else (0, 0, -1)
        rest = list(left)
        for number in (a, b):
            if number not in rest:
                raise Miss(
                    f"{step!r} for {puzzle}", f"a step that uses two of {left}", "a number can be used once, as the original or as a result"
                )
            rest.remove(number)
        if result != (a + b if match[2] == "+" else a - b):
            raise Miss(f"{step!r} for {puzzle}", "a step that holds", "each step is one sum or difference of two numbers")
        left = sorted([*rest, result])
    return left


def _is_function(answer: Any, what: str) -> None:
    if not callable(answer):
        raise Miss(type(answer).__name__, what, "put the function's name there, without parentheses")
