"""Check an exercise: not attempted yet, passed, or got, expected and why. After an attempt, show a solution. Nothing here raises."""

from __future__ import annotations

import html
import importlib
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpers import places, progress

__all__ = ["BEGIN", "END", "Miss", "Verdict", "asked", "check", "solution"]

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"
STUCK = 3  # wrong answers in one session, after which the check says where help is
_LOOK = {
    "waiting": ("not attempted yet", "#6b6b6b"),
    "passed": ("passed", "#00735c"),
    "missed": ("not yet", "#b34700"),
    "shown": ("a solution", "#6b6b6b"),
}
_tries: Counter[str] = Counter()


class Miss(Exception):
    """Raised by a check function: what was got, what was expected, and why it matters."""

    def __init__(self, got: Any, expected: Any, why: str):
        super().__init__(why)
        self.got = got
        self.expected = expected
        self.why = why


@dataclass(frozen=True)
class Verdict:
    """What a check found: state is "waiting", "passed" or "missed", or "shown" for a solution; text is for the reader."""

    name: str
    state: str
    text: str

    def __repr__(self) -> str:
        return f"Exercise {self.name}: {_LOOK[self.state][0]}.{chr(10) if self.state == 'shown' else ' '}{self.text}".strip()

    def _repr_html_(self) -> str:
        word, color = _LOOK[self.state]
        text = html.escape(self.text)
        body = f"<pre>{text}</pre>" if self.state == "shown" else text.replace("\n", "<br>")
        head = f"<b>Exercise {html.escape(self.name)}: {word}.</b>"  # in the theme's color: any other is too dark or too light in one
        return f'<div style="border-left:4px solid {color};padding:.4em .8em">{head} {body}</div>'


def check(name: str, *answer: Any) -> Verdict:
    """Check exercise `name` ("01.warmup") with the learner's answer, or answers; `...` means not attempted.

    The check lives in `helpers/checks/lesson_01.py` as a function `warmup`; it looks at properties of the
    answer, returns a sentence of praise that says what was shown, and raises `Miss` where the answer falls short.

    An attempt counts for `my/progress.json` where the notebook lies in `my/`.

    >>> check("00.warmup", ...)
    Exercise 00.warmup: not attempted yet. Replace the ... above, then run this cell again.
    """
    name = str(name)
    try:
        test = _find(name)
    except Exception as error:  # the fault is ours, not the learner's; the notebook goes on
        return Verdict(name, "missed", f"Its check cannot be loaded, whatever the answer: {type(error).__name__}: {_short(error)}")
    if test is None:
        return Verdict(name, "missed", "There is no such exercise: names look like '01.warmup', '01.core', '01.stretch'.")
    if any(_waits(value) for value in answer):
        return Verdict(name, "waiting", _instruction())
    state, text = _judge(test, answer)
    progress.tried(name, state == "passed")
    _tries[name] += 1
    if state == "missed" and _tries[name] >= STUCK:
        text += f'\nStuck? exercises.solution("{name}") shows one solution.'
    return Verdict(name, state, text)


def _judge(test: Callable[..., str], answer: tuple) -> tuple[str, str]:
    """The state of an answer, and what to say about it."""
    try:
        return "passed", str(test(*answer) or "")
    except Miss as miss:
        return "missed", f"Got: {_short(miss.got)}\nExpected: {_short(miss.expected)}\nWhy: {miss.why}"
    except (Exception, SystemExit) as error:  # a learner's object may do anything; the notebook goes on
        return "missed", f"The check could not use this answer: {type(error).__name__}: {_short(error)}"


def _instruction() -> str:
    """How to go on, by where the check stands: in the cell of the dots, or in one below it."""
    if "..." in progress.request().get("content", {}).get("code", "..."):
        return "Replace the ... above, then run this cell again."
    return "Replace the ... above, run that cell, then this one."


def solution(name: str) -> Verdict:
    """One solution of exercise `name`, once it was attempted: in this session, or in `my/` at any time. Never raises."""
    name = str(name)
    if name not in _tries and name not in _attempts():
        return Verdict(name, "waiting", "Try it first: its solution is shown after an attempt.")
    answers = _answers(name)
    if not answers:
        return Verdict(name, "missed", f"lessons/solutions holds no solution of {name}.")
    return Verdict(name, "shown", answers)


def _attempts() -> dict[str, Any]:
    try:
        return progress.read()["exercises"]
    except ValueError:  # `ladder progress` tells of it
        return {}


def _answers(name: str) -> str:
    """What the solution's notebook has between the markers: in the cell of the check, or in the last cell above it that has any."""
    lesson = name.partition(".")[0]
    for path in (places.root() / "lessons" / "solutions").glob(f"{lesson}_*.ipynb"):
        sources = ["".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
        at = next((number for number, source in enumerate(sources) if asked(source, name)), -1)
        marked = [source for source in sources[: at + 1] if BEGIN in source]
        if marked:
            return "\n\n".join(part.strip() for part in re.findall(rf"{BEGIN}\n(.*?)\n\s*{END}", marked[-1], re.DOTALL))
    return ""


def asked(source: str, name: str) -> bool:
    """Whether a cell checks exercise `name`."""
    return bool(re.search(rf"check\(\s*[\"']{re.escape(name)}[\"']", source))


def _find(name: str) -> Callable[..., str] | None:
    """The check function of an exercise, or None. Raises what the import of the lesson's checks raises, but for their being none."""
    lesson, _, part = name.partition(".")
    place = f"helpers.checks.lesson_{lesson}"
    try:
        module = importlib.import_module(place)
    except ModuleNotFoundError as error:
        if error.name == place:
            return None
        raise
    return vars(module)[part] if part in module.__all__ else None


def _waits(value: Any) -> bool:
    """Whether an answer is `...`, or a list, tuple or dict that still holds one."""
    if isinstance(value, dict):
        value = list(value.values())
    return value is Ellipsis or (isinstance(value, list | tuple) and any(item is Ellipsis for item in value))


def _short(value: Any, limit: int = 300) -> str:
    """The value as text, cut in the middle when long."""
    try:
        text = value if isinstance(value, str) else str(value)
    except Exception as error:
        text = f"<unprintable {type(value).__name__}: {type(error).__name__}>"
    return text if len(text) <= limit else f"{text[: limit // 2]} … {text[-limit // 2 :]}"
