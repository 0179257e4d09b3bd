"""Methods that are plain code: what they find, and what they are known by."""

from __future__ import annotations

import subprocess
import sys

import pytest

from helpers import methods

ROWS = [{"input": "order A12 and B7"}, {"input": "nothing"}]


@pytest.mark.parametrize(
    ("pattern", "of_lists", "texts"),
    [(r"[A-Z]\d+", True, ['["A12", "B7"]', "[]"]), (r"[A-Z]\d+", False, ["A12", ""]), (r"order (\w)", False, ["A", ""])],
)
def test_a_pattern_answers_with_all_matches_or_the_first(pattern: str, of_lists: bool, texts: list[str]) -> None:
    assert [answer.text for answer in methods.Pattern(pattern, of_lists).solve(ROWS)] == texts


def test_functions_that_differ_in_a_constant_or_in_what_they_hold_are_known_apart() -> None:
    made = [methods.by_code(lambda row, word=None: "yes"), methods.by_code(lambda row, word=None: "no")]
    held = [methods.by_code(_says(word)) for word in ("yes", "no", "no")]
    assert made[0].fingerprint != made[1].fingerprint
    assert held[0].fingerprint != held[1].fingerprint == held[2].fingerprint


def _says(word: str):
    return lambda row: word


def test_a_function_with_another_inside_is_known_by_the_same_mark_in_every_process() -> None:
    code = "from helpers import methods; print(methods.by_code(lambda row: str([c for c in (lambda x: x)(row)]), name='a').fingerprint)"
    marks = {subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout for _ in range(2)}
    assert len(marks) == 1
    assert marks != {""}
