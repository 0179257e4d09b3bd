"""Things to click, each with a static face that reads the same without a kernel."""

from __future__ import annotations

import html
import tomllib
from dataclasses import dataclass
from pathlib import Path

from helpers import places

__all__ = ["Question", "Quiz", "quiz"]


@dataclass(frozen=True)
class Question:
    """One recall question: `options` in order, `right` the index of the right one, `why` the explanation."""

    text: str
    options: tuple[str, ...]
    right: int
    why: str

    def mark(self, choice: int) -> str:
        """What to tell someone who chose option number `choice` (from 0)."""
        verdict = "Right." if choice == self.right else f"Not this one; it is “{self.options[self.right]}”."
        return f"{verdict} {self.why}"


@dataclass(frozen=True)
class Quiz:
    """The questions of a lesson. Shown in a notebook: a static list with folded answers; `play()` gives buttons."""

    questions: tuple[Question, ...]

    def __repr__(self) -> str:
        lines = []
        for n, q in enumerate(self.questions, 1):
            lines += [f"{n}. {q.text}"] + [f"   {chr(97 + i)}) {option}" for i, option in enumerate(q.options)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return "".join(_face(n, q) for n, q in enumerate(self.questions, 1))

    def play(self):
        """Buttons to answer with, one box a question (an `ipywidgets.VBox`)."""
        import ipywidgets

        return ipywidgets.VBox([_box(n, q) for n, q in enumerate(self.questions, 1)])


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
    return Quiz(tuple(_question(row, path.name) for row in rows))


def _question(row: dict, where: str) -> Question:
    for field in ("text", "options", "right", "why"):
        if field not in row:
            raise ValueError(f"{where}: the question {row.get('text', '')!r} has no {field!r}; each needs text, options, right and why")
    if row["right"] not in row["options"]:
        raise ValueError(f"{where}: the right answer {row['right']!r} of {row['text']!r} is not one of its options")
    return Question(row["text"], tuple(row["options"]), row["options"].index(row["right"]), row["why"])


def _face(n: int, q: Question) -> str:
    options = "".join(f"<li>{html.escape(option)}</li>" for option in q.options)
    answer = f"{html.escape(q.options[q.right])}. {html.escape(q.why)}"
    return (
        f"<p><b>{n}. {html.escape(q.text)}</b></p><ol type='a'>{options}</ol>"
        f"<details><summary>Show the answer</summary><p>{answer}</p></details>"
    )


def _box(n: int, q: Question):
    """One question with its options as a radio list and a line that answers at once."""
    import ipywidgets

    choice = ipywidgets.RadioButtons(options=[(option, i) for i, option in enumerate(q.options)], value=None, layout={"width": "auto"})
    told = ipywidgets.HTML()
    choice.observe(lambda change: setattr(told, "value", html.escape(q.mark(change["new"]))), names="value")
    return ipywidgets.VBox([ipywidgets.HTML(f"<b>{n}. {html.escape(q.text)}</b>"), choice, told])
