"""What the targets are, and so which metric fits them: labels, lists, JSON objects, short answers or free text."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from helpers.files.forms import keys_of, recognized, shortened
from helpers.files.table import Cell, first_few
from helpers.metrics.registry import METRICS, score
from helpers.prompts import as_text

__all__ = ["Targets", "understand"]


@dataclass(frozen=True)
class Targets:
    """The targets as the metric wants them, why that metric was proposed, and what was changed on the way."""

    values: list
    metric: str
    why: str
    labels: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()  # of the objects that became lists of "key: value"
    options: tuple[str, ...] = ()  # the labels that may be in a set
    notes: list[str] = field(default_factory=list)


def understand(
    place: str, column: str, cells: Sequence[Cell], rows: Sequence[int], *, metric: str | None, labels: Sequence[str] | None
) -> Targets:
    """Propose the metric (or take the one given), and check that every target can be scored by it.

    ValueError: targets all the same, targets that the metric cannot score, labels that are not listed; with rows and the cure.
    """
    if metric is not None and metric not in METRICS:
        raise ValueError(f"{place}: metric={metric!r} is unknown: choose one of {', '.join(METRICS)}")
    proposal = recognized(place, column, cells, rows, metric or ("label" if labels else None))
    values = proposal.values
    keys = keys_of(cells, values) if METRICS[metric or proposal.metric].of_lists else ()
    if len({json.dumps(value) for value in values}) < 2:
        raise ValueError(
            f"{place}: every one of {len(values)} targets in column {column!r} is {shortened(values[0])}: whatever always says that is "
            "right, so nothing can be learned or compared. Name another column with target=, or add examples of another kind"
        )
    proposed, why = ("label", "labels= was given") if labels else (proposal.metric, proposal.why)
    targets = Targets(values, metric or proposed, "as you said" if metric else why, keys=keys, notes=proposal.notes)
    targets = replace(targets, options=proposal.options)
    entry = METRICS[targets.metric]
    if entry.of_texts:
        targets = replace(targets, values=[value if isinstance(value, str) else as_text(value) for value in values])
    if entry.needs_labels:
        targets = _with_labels(place, targets, rows, labels)
    return _checked(place, column, targets, rows)


def _with_labels(place: str, targets: Targets, rows: Sequence[int], listed: Sequence[str] | None) -> Targets:
    """One spelling a label, the most frequent (or the one given), and the labels in order."""
    counts = Counter(as_text(value) for value in targets.values)
    spelled = {as_text(label).casefold(): as_text(label) for label in listed or ()}
    if not listed:
        for text, _ in reversed(counts.most_common()):
            spelled[text.casefold()] = text
    other = [f"row {row}: {shortened(value)}" for row, value in zip(rows, targets.values) if as_text(value).casefold() not in spelled]
    if other:
        raise ValueError(
            f"{place}: {len(other)} targets are none of labels={list(listed)}: {first_few(other)}; add them to labels=, or correct them"
        )
    changed = [text for text in counts if spelled[text.casefold()] != text]
    note = [f"labels that differ in case only were made one: {', '.join(map(repr, changed[:5]))}"] if changed else []
    labels = tuple(sorted(spelled.values(), key=_by_number) if not listed else map(as_text, listed))
    if len(spelled) < max(2, len(labels)):
        raise ValueError(
            f"{place}: labels are two or more, different in more than case; got {list(labels)}: name another column with target="
        )
    values = [spelled[as_text(value).casefold()] for value in targets.values]
    return replace(targets, values=values, labels=labels, notes=[*targets.notes, *note, *_meaningless(labels)])


def _meaningless(labels: Sequence[str]) -> list[str]:
    """What a reader must know of labels that no prompt can make sense of."""
    if not all(re.fullmatch(r"-?\d+(\.\d+)?|true|false", label.casefold()) for label in labels):
        return []
    shown = ", ".join(labels[:5]) + ", ..." * (len(labels) > 5)
    return [f"the labels ({shown}) do not say what they mean: put names in their place, or explain them with instruction="]


def _checked(place: str, column: str, targets: Targets, rows: Sequence[int]) -> Targets:
    """The targets, each of which the metric has scored once."""
    distinct: dict[str, tuple] = {}
    for row, value in zip(rows, targets.values):
        distinct.setdefault(json.dumps(value), (row, value))
    bad: list[str] = []
    for row, value in distinct.values():
        try:
            score(targets.metric, "", value, targets.labels)
        except ValueError as error:
            bad.append(f"row {row}: {error}")
    if bad:
        more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
        raise ValueError(
            f"{place}: metric {targets.metric!r} cannot score the targets in {column!r}; {bad[0]}{more}; correct it, or give metric="
        )
    return targets


def _by_number(label: str) -> tuple:
    return (0, float(label), "") if re.fullmatch(r"-?\d+(\.\d+)?", label) else (1, 0.0, label.casefold())
