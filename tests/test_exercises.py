"""Exercises: a verdict for every answer, and never an exception."""

from __future__ import annotations

import sys
from collections import Counter
from types import ModuleType

import numpy as np
import pytest

from helpers import exercises, workbook
from helpers.exercises import Miss, check


@pytest.fixture(autouse=True)
def lesson(monkeypatch):
    """Lesson 77 with one exercise: the answer to everything, in text or as a number."""

    def core(answer, *more):
        if callable(answer):
            answer = answer()
        if answer != 42:
            raise Miss(answer, 42, "six by <nine>")
        return "You counted right."

    module = ModuleType("helpers.checks.lesson_77")
    module.core, module.hidden, module.nothing, module.__all__ = core, core, lambda answer: None, ["core", "nothing"]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(exercises, "_tries", Counter())


def test_the_stub_waits():
    for stub in (..., [...], (1, ...), {"a": ...}):
        verdict = check("77.core", stub)
        assert (verdict.state, repr(verdict)[:38]) == ("waiting", "Exercise 77.core: not attempted yet. R")
    assert check("77.core", 42, ...).state == "waiting"


def test_a_right_answer_passes_and_says_what_it_showed():
    assert repr(check("77.core", 42)) == "Exercise 77.core: passed. You counted right."
    html = check("77.core", 42)._repr_html_()
    assert "<b>Exercise 77.core: passed.</b> You counted right." in html
    assert "solid #00735c" in html


def test_a_wrong_answer_is_told_what_was_got_what_was_expected_and_why():
    verdict = check("77.core", 54)
    assert (verdict.state, verdict.text) == ("missed", "Got: 54\nExpected: 42\nWhy: six by <nine>")
    assert "Got: 54<br>Expected: 42<br>Why: six by &lt;nine&gt;" in verdict._repr_html_()


def test_an_answer_that_breaks_the_check_is_a_miss_and_not_an_error():
    class Unprintable(Exception):
        def __str__(self):
            raise RuntimeError("no text")

    def broken():
        raise Unprintable

    for answer, told in [(lambda: 1 / 0, "ZeroDivisionError: division by zero"), (np.arange(3), "ValueError: The truth value"),
                         (sys.exit, "SystemExit"), (broken, "Unprintable: <unprintable Unprintable: RuntimeError>")]:  # fmt: skip
        verdict = check("77.core", answer)
        assert verdict.state == "missed"
        assert f"The check could not use this answer: {told}" in verdict.text


def test_a_long_answer_is_cut_in_the_middle():
    text = check("77.core", "a" * 500 + "b" * 500).text
    assert "aaa … bbb" in text
    assert len(text) < 400


def test_an_unknown_exercise_is_named():
    for name in ("78.core", "77.last", "77.hidden", "77", "", "core", None, 7.5, "../77.core"):
        verdict = check(name, 42)
        assert (verdict.state, verdict.text[:26]) == ("missed", "There is no such exercise:")
    assert "<b>" not in check("<b>", 42)._repr_html_().replace("<b>Exercise", "")


@pytest.mark.parametrize("missing", ["peft_that_is_not_here", "helpers.checks.lesson_79_parts"])
def test_a_check_that_cannot_be_imported_says_so_and_is_not_called_unknown(missing, tmp_path, monkeypatch):
    (tmp_path / "lesson_79.py").write_text(f"import {missing}\n__all__ = ['core']\n")
    monkeypatch.setattr("helpers.checks.__path__", [str(tmp_path)])
    for answer in (42, ...):
        verdict = check("79.core", answer)
        assert verdict.state == "missed"
        assert verdict.text == f"Its check cannot be loaded, whatever the answer: ModuleNotFoundError: No module named '{missing}'"


def test_no_answer_and_a_check_without_a_word_still_give_a_verdict():
    assert "TypeError" in check("77.core").text
    assert repr(check("77.nothing", 1)) == "Exercise 77.nothing: passed."


def test_a_miss_carries_its_parts():
    miss = Miss([1], 2, "one list is no number")
    assert (miss.got, miss.expected, str(miss)) == ([1], 2, "one list is no number")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ('mine = ...\ncheck("77.core", mine)', "Replace the ... above, then run this cell again."),
        ('check("77.core", mine)', "Replace the ... above, run that cell, then this one."),
    ],
)
def test_the_stub_says_how_to_go_on_from_where_its_check_stands(code, told, monkeypatch):
    monkeypatch.setattr(exercises.progress, "request", lambda: {"content": {"code": code}})
    assert check("77.core", ...).text == told


def test_a_solution_is_shown_only_after_an_attempt():
    assert "Try it first" in exercises.solution("13.warmup").text
    check("13.warmup", ...)
    assert exercises.solution("13.warmup").state == "waiting"
    check("13.warmup", 1)
    assert exercises.solution("13.warmup").text == "my_size = 8 * (384 + 512)"
    check("13.core", 1)
    assert "\n    def forward" in exercises.solution("13.core")._repr_html_()


def test_an_attempt_in_an_earlier_session_is_an_attempt(monkeypatch):
    monkeypatch.setattr(exercises.progress, "read", lambda: {"exercises": {"13.warmup": {"tries": 1, "passed": False}}})
    assert exercises.solution("13.warmup").state == "shown"


def test_every_exercise_has_a_solution_to_show():
    names = [f"{lesson.number}.{part}" for lesson in workbook.find(solutions=True) for part in ("warmup", "core", "stretch")]
    assert [name for name in names if not exercises._answers(name)] == []


def test_after_three_wrong_answers_the_check_says_where_help_is():
    told = ["exercises.solution" in check("77.core", 1).text for _ in range(3)]
    assert told == [False, False, True]
