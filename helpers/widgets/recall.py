"""The quiz that closes a lesson: recall questions with options to choose from."""

from __future__ import annotations

import html
import tomllib
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from helpers import places, progress
from helpers.widgets.panel import Face, Panel, lettered, listed, listed_text

__all__ = ["Question", "Quiz", "quiz"]


@dataclass(frozen=True)
class Question:
    """One recall question: `options` in order, `right` the index of the right one, `why` the explanation."""

    text: str
    options: tuple[str, ...]
    right: int
    why: str
    name: str = ""  # "01.2": the second of lesson 01

    def mark(self, choice: int) -> str:
        """What to tell someone who chose option number `choice` (from 0); the first answer goes into the learner's record."""
        progress.recalled(self.name, choice == self.right)
        verdict = "Right." if choice == self.right else f"Not this one; it is {lettered(self.options, self.right)}."
        return f"{verdict} {self.why}"


@dataclass(frozen=True)
class Quiz:
    """The questions of a lesson. Shown in a notebook: each with its options, a folded answer, and buttons where somebody can click."""

    questions: tuple[Question, ...]

    def __repr__(self) -> str:
        return "\n".join(_text(number, question) for number, question in enumerate(self.questions, 1))

    def _repr_html_(self) -> str:
        return "".join(_html(number, question) for number, question in enumerate(self.questions, 1))

    def _ipython_display_(self) -> None:
        if not progress.live():
            raise NotImplementedError  # IPython then shows the static face
        for number, question in enumerate(self.questions, 1):
            Panel("Your answer", question.options, partial(_live_face, number, question), question.mark).show()


def quiz(lesson: str, *, folder: Path | None = None) -> Quiz:
    """The quiz of a lesson, read from `lessons/quiz/<lesson>.toml`.

    lesson: its number, "01". FileNotFoundError: there is no such file. ValueError, which names the file: it is no TOML, has no
    questions, or one without text, options, a right one among them, or why.
    """
    path = (folder or places.root() / "lessons" / "quiz") / f"{lesson}.toml"
    if not path.exists():
        raise FileNotFoundError(f"no quiz for lesson {lesson!r}: {path.name} is not in lessons/quiz")
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("question", [])
    except ValueError as error:
        raise ValueError(f"{path.name} is not TOML: {error}") from None
    if not rows:
        raise ValueError(f"{path.name} has no questions: each begins with a line [[question]]")
    return Quiz(tuple(_question(row, path.name, f"{lesson}.{number}") for number, row in enumerate(rows, 1)))


def _question(row: dict, where: str, name: str) -> Question:
    for field in ("text", "options", "right", "why"):
        if field not in row:
            raise ValueError(f"{where}: the question {row.get('text', '')!r} has no {field!r}; each needs text, options, right and why")
    if row["right"] not in row["options"]:
        raise ValueError(f"{where}: the right answer {row['right']!r} of {row['text']!r} is not one of its options")
    return Question(row["text"], tuple(row["options"]), row["options"].index(row["right"]), row["why"], name)


def _live_face(number: int, question: Question, choice: int | None) -> Face:
    return Face(_text(number, question, choice), _html(number, question, choice))


def _text(number: int, question: Question, choice: int | None = None) -> str:
    return f"{number}. {question.text}\n{listed_text(question.options, choice, 'your answer')}"


def _html(number: int, question: Question, choice: int | None = None) -> str:
    answer = html.escape(f"{lettered(question.options, question.right)}. {question.why}")
    return (
        f"<p><b>{number}. {html.escape(question.text)}</b></p>{listed(question.options, choice, 'your answer')}"
        f"<details><summary>Show the answer</summary><p>{answer}</p></details>"
    )
