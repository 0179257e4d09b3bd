"""What the rest of the house asks of a metric, so that a new one is added in one place: `registry.METRICS`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.stats import Interval, interval

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["Asked", "Metric"]

Target = str | Sequence[str]


@dataclass(frozen=True)
class Asked:
    """What an instruction is written from: the target column's name in words, some targets, the labels, the keys of the objects that
    became lists of "key: value", and whether there are documents."""

    name: str
    targets: Sequence[Target]
    labels: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    documents: bool = False


@dataclass(frozen=True)
class Metric:
    """One way to score an answer, and what goes with it.

    score: (answer, target, labels) to a number from 0 to 1; it never raises on an answer, and raises ValueError on a target that it
    cannot score against. read: (answer, labels) to what the answer says, or None where it says nothing of the kind: so that
    unreadable can be told from wrong. form: the sentence that asks for the form of an answer, with {labels}; empty where none is needed.
    instruction: the instruction of a task that has none. needs_labels: every target is one of the task's labels.
    spellings: a list of targets holds accepted spellings, one of which is enough. looked_up: a document may hold the answer.
    of_lists: a target is a list of items. of_texts: a target is one text, whatever shape it had. caution: what a reader who chose the
    metric should know. classes: the table of a run by label, for a metric that has classes.
    """

    name: str
    score: Callable[[str, Target, Sequence[str]], float]
    read: Callable[[str, Sequence[str]], str | None]
    instruction: Callable[[Asked], str]
    form: str = ""
    needs_labels: bool = False
    spellings: bool = False
    looked_up: bool = False
    of_lists: bool = False
    of_texts: bool = False
    caution: str = ""
    classes: Callable[[Sequence[str], Sequence[str], Sequence[str]], DataFrame] | None = None

    def interval(self, scores: Sequence[float]) -> Interval:
        """The mean of some scores with its 95% interval: Wilson's where all are 0 or 1, else the bootstrap's."""
        return interval(scores)

    def readable(self, answers: Sequence[str], labels: Sequence[str] = ()) -> int:
        """How many of the answers can be read at all."""
        return sum(self.read(answer, labels) is not None for answer in answers)
