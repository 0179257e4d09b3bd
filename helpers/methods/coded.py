"""A method that is plain code: a regular expression, a rule, answers that were written down."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import TYPE_CHECKING

from helpers.methods.baselines import tell
from helpers.storage import short

if TYPE_CHECKING:
    from helpers.methods.method import Answer, OnAnswer
    from helpers.models import Model

__all__ = ["Pattern", "by_code"]


@dataclass(frozen=True)
class _Coded:
    """Answers each example with what a function makes of it, and asks no model."""

    name: str
    answer: Callable[[Mapping], str]

    @property
    def fingerprint(self) -> str:
        return short(f"code {self.name} {_said(self.answer.__code__)} {_cells(self.answer)}")

    def solve(self, examples: Sequence[Mapping], model: Model | None = None, on_answer: OnAnswer | None = None) -> list[Answer]:
        return tell([self.answer(example) for example in examples], on_answer)


def _said(code: CodeType) -> str:
    """What a function's code does, the same in every process: the functions inside it by what they do, not by where they lie."""
    constants = [_said(value) if isinstance(value, CodeType) else repr(value) for value in code.co_consts]
    return f"{code.co_code.hex()} {code.co_names} {constants}"


def _cells(function: Callable) -> str:
    """The plain values that a function holds from outside; others have no text that stays."""
    values = [cell.cell_contents for cell in function.__closure__ or ()]
    return repr([value for value in values if isinstance(value, str | int | float | bool | tuple | list | dict)])


@dataclass(frozen=True)
class Pattern:
    """What a regular expression finds in the input: all matches as a JSON list, or else the first one; of a match its first group."""

    regex: str
    of_lists: bool = False
    name: str = "regular expression"

    @property
    def fingerprint(self) -> str:
        return short(f"pattern {self.name} {self.of_lists} {self.regex}")

    def answer(self, example: Mapping) -> str:
        matches = [match[1] if match.re.groups else match[0] for match in re.finditer(self.regex, example["input"])]
        return json.dumps(matches, ensure_ascii=False) if self.of_lists else (matches or [""])[0]

    def solve(self, examples: Sequence[Mapping], model: Model | None = None, on_answer: OnAnswer | None = None) -> list[Answer]:
        return tell([self.answer(example) for example in examples], on_answer)


def by_code(answer: Callable[[Mapping], str], *, name: str = "") -> _Coded:
    """A method that is a function from an example to its answer, such as a regular expression. ValueError: it is no function.

    >>> by_code(lambda example: example["input"].upper(), name="capitals").solve([{"input": "so"}])[0].text
    'SO'
    """
    if not hasattr(answer, "__code__"):
        raise ValueError(f"by_code takes a function of one example that returns the answer as text, got {answer!r}")
    return _Coded(name or answer.__name__, answer)
