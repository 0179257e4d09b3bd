"""What a person can decide about a row's label, and how far a queue of rows is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from helpers.prompts import Json

__all__ = ["DECISIONS", "Counts", "Decision", "check", "count"]

DECISIONS = ("keep", "change", "unsure")


@dataclass(frozen=True)
class Decision:
    """What stands about a row: decision "" while it is open, else keep, change or unsure; its label; a note; the seconds it took."""

    id: str
    decision: str = ""
    label: Json = None
    note: str = ""
    seconds: float | None = None
    on: str = ""


@dataclass(frozen=True)
class Counts:
    """How far a queue is. `minutes_not_needed`: what the open rows would cost at the median pace so far; None while no time is known."""

    rows: int
    kept: int
    changed: int
    unsure: int
    minutes_spent: float | None = None
    minutes_not_needed: float | None = None

    @property
    def done(self) -> int:
        return self.kept + self.changed + self.unsure

    def __str__(self) -> str:
        return f"{self.done} of {self.rows} reviewed: {self.kept} kept, {self.changed} changed, {self.unsure} unsure"


def count(rows: int, states: Iterable[Decision]) -> Counts:
    """The counts of a queue of so many rows, from what stands about those that somebody looked at."""
    decided = [state for state in states if state.decision]
    number = Counter(state.decision for state in decided)
    times = [state.seconds for state in decided if state.seconds is not None]
    minutes = (sum(times) / 60, (rows - len(decided)) * median(times) / 60) if times else ()
    return Counts(rows, number["keep"], number["change"], number["unsure"], *minutes)


def check(target: Json, labels: Sequence[str] | None, decision: str, label: Json) -> None:
    """ValueError: the decision is none, or its label is not allowed for a row whose proposed label is `target`."""
    if decision not in DECISIONS:
        raise ValueError(f"decision {decision!r} is not one of {', '.join(DECISIONS)}")
    if decision != "change":
        if label is not None:
            raise ValueError(f'label={label!r} goes with the decision "change"; {decision!r} leaves the label as it is')
        if decision == "keep" and target is None:
            raise ValueError('this row has no proposed label to keep; decide "change" with a label, or "unsure"')
        return
    if labels is not None and label not in labels:
        raise ValueError(f"label {label!r} is not one of {', '.join(map(repr, labels))}")
    if label is None or (target is not None and type(label) is not type(target)):
        raise ValueError(f"label {label!r} is a {type(label).__name__}; the proposed label is a {type(target).__name__}: {target!r}")
    if label == target:
        raise ValueError(f'label {label!r} is the proposed one already: decide "keep"')
