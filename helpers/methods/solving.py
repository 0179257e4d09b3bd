"""What every method can do: answer examples. And what it means that a model gives no reply at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from helpers.models.reply import ModelError

if TYPE_CHECKING:
    from helpers.methods.method import Answer, OnAnswer
    from helpers.models import Model

__all__ = ["Solver", "answers"]

FIRST = 8  # requests that a server is sent at once; if the first so many replies all failed, the rest will too


class Solver(Protocol):
    """A method, as a run needs it; `fingerprint` and `template` are used where it has them."""

    name: str

    def solve(self, examples: Sequence[Mapping], model: Model | None, on_answer: OnAnswer | None = None) -> list[Answer]: ...


def answers(method: Solver, examples: Sequence[Mapping], model: Model | None, on_answer: OnAnswer | None = None) -> list[Answer]:
    """What a method answers, one an example, in order; `on_answer(i, answer)` is called as the answers come.

    ModelError: every reply failed, or the first eight did; the others are then not waited for. ValueError: the method lost an answer.
    """
    came, errors = [], []

    def note(i: int, answer: Answer) -> None:
        (errors if answer.failed else came).append(answer.failed)
        if not came and len(errors) == FIRST:
            raise _silence(method, model, errors, "first ")
        if on_answer:
            on_answer(i, answer)

    given = method.solve(examples, model, note)
    if len(given) != len(examples):
        raise ValueError(f"method {method.name!r} gave {len(given)} answers to {len(examples)} examples: solve() gives one each")
    errors = [answer.failed for answer in given if answer.failed]
    if errors and len(errors) == len(given):
        raise _silence(method, model, errors)
    return given


def _silence(method: Solver, model: Model | None, errors: list[str], which: str = "") -> ModelError:
    """The error of a model that gives no reply at all."""
    who = model.name if model else "a method without a model"
    return ModelError(f"no reply from {who}: {errors[0]} (all {which}{len(errors)} requests of {method.name!r} failed; nothing was scored)")
