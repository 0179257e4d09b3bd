"""A method that is plain code: a regular expression, a rule, answers that were written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.methods.method import Answer, OnAnswer
from helpers.storage import short

if TYPE_CHECKING:
    from helpers.models import Model

__all__ = ["by_code"]


@dataclass(frozen=True)
class _Coded:
    """Answers each example with what a function makes of it, and asks no model."""

    name: str
    answer: Callable[[Mapping], str]

    @property
    def fingerprint(self) -> str:
        return short(f"code {self.name} {self.answer.__code__.co_code.hex()}")

    def solve(self, examples: Sequence[Mapping], model: Model | None = None, on_answer: OnAnswer | None = None) -> list[Answer]:
        answers = [Answer(self.answer(example)) for example in examples]
        for i, answer in enumerate(answers):
            if on_answer:
                on_answer(i, answer)
        return answers


def by_code(answer: Callable[[Mapping], str], *, name: str = "") -> _Coded:
    """A method that is a function from an example to its answer, such as a regular expression. ValueError: it is no function.

    >>> by_code(lambda example: example["input"].upper(), name="capitals").solve([{"input": "so"}])[0].text
    'SO'
    """
    if not hasattr(answer, "__code__"):
        raise ValueError(f"by_code takes a function of one example that returns the answer as text, got {answer!r}")
    return _Coded(name or answer.__name__, answer)
