"""Widgets: what can be clicked, and its face without a kernel."""

from __future__ import annotations

import pytest

from helpers import places
from helpers.widgets import Question, quiz
from helpers.widgets.panel import Panel

TWO = """
[[question]]
text = "Is 1 < 2?"
options = ["yes & always", "no"]
right = "yes & always"
why = "Order of <numbers>."

[[question]]
text = "And 3?"
options = ["a", "b", "c"]
right = "c"
why = "It is last."
"""


def write(folder, text: str):
    (folder / "10.toml").write_text(text, encoding="utf-8")
    return quiz("10", folder=folder)


def test_a_quiz_reads_as_text_without_its_answers(tmp_path):
    assert repr(write(tmp_path, TWO)) == "1. Is 1 < 2?\n   a) yes & always\n   b) no\n2. And 3?\n   a) a\n   b) b\n   c) c"


def test_the_static_face_folds_the_answers_and_escapes_the_text(tmp_path):
    face = write(tmp_path, TWO)._repr_html_()
    assert "<b>1. Is 1 &lt; 2?</b>" in face
    assert "<li>a) yes &amp; always</li><li>b) no</li>" in face
    assert face.count("<details>") == 2
    assert "<summary>Show the answer</summary><p>a) yes &amp; always. Order of &lt;numbers&gt;.</p>" in face


def test_a_choice_is_marked_and_explained():
    question = Question("And 3?", ("a", "b", "c"), 2, "It is last.")
    assert question.mark(2) == "Right. It is last."
    assert question.mark(0) == "Not this one; it is c) c. It is last."


def test_a_quiz_is_live_only_where_somebody_can_click(tmp_path, monkeypatch):
    asked = write(tmp_path, TWO)
    with pytest.raises(NotImplementedError):
        asked._ipython_display_()
    shown = []
    monkeypatch.setattr("helpers.progress.live", lambda: True)
    monkeypatch.setattr(Panel, "show", lambda panel: shown.append(panel))
    asked._ipython_display_()
    assert [panel.row.tooltips for panel in shown] == [("yes & always", "no"), ("a", "b", "c")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[question]\n", "10.toml is not TOML: "),
        ("title = 'x'\n", "10.toml has no questions: each begins"),
        (TWO.replace('why = "It is last."', ""), "10.toml: the question 'And 3\\?' has no 'why'"),
        (TWO.replace('right = "c"', 'right = "d"'), "10.toml: the right answer 'd' of 'And 3\\?' is not one of its options"),
    ],
)
def test_a_quiz_that_cannot_be_asked_is_named(tmp_path, text, told):
    with pytest.raises(ValueError, match=told):
        write(tmp_path, text)


def test_a_missing_quiz_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no quiz for lesson '10': 10.toml is not in lessons/quiz"):
        quiz("10", folder=tmp_path)


@pytest.mark.parametrize("lesson", sorted(file.stem for file in (places.root() / "lessons" / "quiz").glob("*.toml")))
def test_every_lesson_asks_three_questions_with_different_options(lesson):
    questions = quiz(lesson).questions
    assert len(questions) == 3
    assert all(len(set(question.options)) == len(question.options) >= 3 for question in questions)
