"""A method that is plain code: a regular expression, a rule, answers that were written down."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.methods.method import Answer, OnAnswer
from helpers.storage import short

if TYPE_CHECKING:
    from helpers.models import Model

__all__ = ["Pattern", "by_code"]


class _WithoutModel:
    """Answers each example by `answer`, and asks no model."""

    answer: Callable[[Mapping], str]

    def solve(self, examples: Sequence[Mapping], model: Model | None = None, on_answer: OnAnswer | None = None) -> list[Answer]:
        answers = [Answer(self.answer(example)) for example in examples]
        for i, answer in enumerate(answers):
            if on_answer:
                on_answer(i, answer)
        return answers


@dataclass(frozen=True)
class _Coded(_WithoutModel):
    """What a function makes of an example."""

    name: str
    answer: Callable[[Mapping], str]

    @property
    def fingerprint(self) -> str:
        code = self.answer.__code__
        held = [cell.cell_contents for cell in self.answer.__closure__ or ()]
        return short(f"code {self.name} {code.co_code.hex()} {code.co_names} {code.co_consts!r} {held!r}")


@dataclass(frozen=True)
class Pattern(_WithoutModel):
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


def by_code(answer: Callable[[Mapping], str], *, name: str = "") -> _Coded:
    """A method that is a function from an example to its answer, such as a regular expression. ValueError: it is no function.

    >>> by_code(lambda example: example["input"].upper(), name="capitals").solve([{"input": "so"}])[0].text
    'SO'
    """
    if not hasattr(answer, "__code__"):
        raise ValueError(f"by_code takes a function of one example that returns the answer as text, got {answer!r}")
    return _Coded(name or answer.__name__, answer)
