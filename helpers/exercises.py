"""Check an exercise: not attempted yet, passed, or what was got, what was expected, and why. Never raises."""

from __future__ import annotations

import html
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Verdict", "Miss", "check"]

_LOOK = {"waiting": ("not attempted yet", "#6b6b6b"), "passed": ("passed", "#00735c"), "missed": ("not yet", "#b34700")}


class Miss(Exception):
    """Raised by a check function: what was got, what was expected, and why it matters."""

    def __init__(self, got: Any, expected: Any, why: str):
        super().__init__(why)
        self.got = got
        self.expected = expected
        self.why = why


@dataclass(frozen=True)
class Verdict:
    """What a check found: state is "waiting", "passed" or "missed"; text is for the reader."""

    name: str
    state: str
    text: str

    def __repr__(self) -> str:
        return f"Exercise {self.name}: {_LOOK[self.state][0]}. {self.text}".strip()

    def _repr_html_(self) -> str:
        word, color = _LOOK[self.state]
        body = html.escape(self.text).replace("\n", "<br>")
        return (
            f'<div style="border-left:4px solid {color};padding:.4em .8em">'
            f'<b style="color:{color}">Exercise {html.escape(self.name)}: {word}.</b> {body}</div>'
        )


def check(name: str, *answer: Any) -> Verdict:
    """Check exercise `name` ("01.warmup") with the learner's answer, or answers; `...` means not attempted.

    The check lives in `helpers/checks/lesson_01.py` as a function `warmup`; it looks at properties of the
    answer, returns a sentence of praise that says what was shown, and raises `Miss` where the answer falls short.

    >>> check("00.warmup", ...)
    Exercise 00.warmup: not attempted yet. Replace the ... above, run that cell, then this one.
    """
    name = str(name)
    try:
        test = _find(name)
    except Exception as error:  # the fault is ours, not the learner's; the notebook goes on
        return Verdict(name, "missed", f"Its check cannot be loaded, whatever the answer: {type(error).__name__}: {_short(error)}")
    if test is None:
        return Verdict(name, "missed", "There is no such exercise: names look like '01.warmup', '01.core', '01.stretch'.")
    if any(_waits(value) for value in answer):
        return Verdict(name, "waiting", "Replace the ... above, run that cell, then this one.")
    try:
        return Verdict(name, "passed", str(test(*answer) or ""))
    except Miss as miss:
        return Verdict(name, "missed", f"Got: {_short(miss.got)}\nExpected: {_short(miss.expected)}\nWhy: {miss.why}")
    except (Exception, SystemExit) as error:  # a learner's object may do anything; the notebook goes on
        return Verdict(name, "missed", f"The check could not use this answer: {type(error).__name__}: {_short(error)}")


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
