"""What the targets are, and so which metric fits them: labels, lists, JSON objects, short answers or free text."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from statistics import median

from helpers.files.columns import MANY
from helpers.files.records import Cell, first_few
from helpers.metrics import replies
from helpers.metrics.registry import METRICS, score
from helpers.prompts import Json, as_text

__all__ = ["Targets", "understand", "as_words"]

_SPELLINGS = re.compile(r"answers|references|accepted|spellings|summaries|variants|aliases")


@dataclass(frozen=True)
class Targets:
    """The targets as the metric wants them, why that metric was proposed, and what was changed on the way."""

    values: list
    metric: str
    why: str
    labels: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()  # of the objects that became lists of "key: value"
    notes: list[str] = field(default_factory=list)


def understand(
    place: str, column: str, cells: Sequence[Cell], rows: Sequence[int], *, metric: str | None, labels: Sequence[str] | None
) -> Targets:
    """Propose the metric (or take the one given), and check that every target can be scored by it.

    ValueError: targets all the same, targets that the metric cannot score, labels that are not listed; with rows and the cure.
    """
    if metric is not None and metric not in METRICS:
        raise ValueError(f"{place}: metric={metric!r} is unknown: choose one of {', '.join(METRICS)}")
    values, kind, why, notes = _shape(place, column, cells, rows, metric)
    keys = _keys(cells, values) if METRICS[metric or kind].of_lists else ()
    if len({json.dumps(value) for value in values}) < 2:
        raise ValueError(
            f"{place}: every one of {len(values)} targets in column {column!r} is {_cut(values[0])}: whatever always says that is right, "
            "so nothing can be learned or compared. Name another column with target=, or add examples of another kind"
        )
    if labels:
        kind = "label"
        why = "labels= was given"
    targets = Targets(values, metric or kind, "as you said" if metric else why, keys=keys, notes=notes)
    entry = METRICS[targets.metric]
    if entry.of_texts:
        targets = replace(targets, values=[value if isinstance(value, str) else as_text(value) for value in values])
    if entry.needs_labels:
        targets = _with_labels(place, targets, rows, labels)
    return _checked(place, column, targets, rows)


def as_words(value: Cell) -> Json:
    """A cell as text: 1.0 is "1", True is "true", a day is in ISO form; lists and objects stay."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if value is None or isinstance(value, str | list | dict):
        return value
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _shape(place: str, column: str, cells: Sequence[Cell], rows: Sequence[int], metric: str | None) -> tuple[list, str, str, list[str]]:
    """The values, the metric they ask for, and why."""
    words = [as_words(cell) for cell in cells]
    values = [value.strip() if isinstance(value, str) else value for value in words]
    nested = [_nested(value) for value in values]
    notes: list[str] = []
    if all(isinstance(value, dict) and isinstance(value.get("text"), list) for value in nested):
        nested = [value["text"] for value in nested]
        notes = ["of each target, the list under its key 'text' was taken, as in SQuAD"]
    lists, objects = (sum(isinstance(value, kind) for value in nested) for kind in (list, dict))
    if lists + objects >= 0.8 * len(values):
        kind = list if lists >= objects else dict
        odd = [f"row {row}: {_cut(value)}" for row, value, parsed in zip(rows, values, nested) if not isinstance(parsed, kind)]
        if odd:
            what = "JSON lists" if kind is list else "JSON objects"
            count = f"{len(odd)} of {len(values)} are not"
            raise ValueError(f"{place}: the targets in {column!r} are {what}, but {count}: {first_few(odd, '; ')}; correct them")
        return _lists(column, nested, notes) if kind is list else _objects(nested, metric)
    texts = [json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value for value in values]
    if all(re.fullmatch(r"-?\d+\.0+", text) for text in texts):
        texts = [text.split(".")[0] for text in texts]
        notes = ["targets such as 1.0 were read as 1"]
    return texts, *_texts(texts), notes


def _lists(column: str, nested: Sequence[list], notes: list[str]) -> tuple[list, str, str, list[str]]:
    values = [[as_text(as_words(item)) for item in value] for value in nested]
    if _SPELLINGS.search(column.lower()) and all(value and all(item.strip() for item in value) for value in values):
        short = median(len(item.split()) for value in values for item in value) <= 8
        why = f"lists in a column named {column!r}: accepted spellings, one of which is enough"
        return values, "exact" if short else "rouge_l", why, notes
    return values, "set_f1", "the targets are lists", notes


def _objects(nested: Sequence[dict], metric: str | None) -> tuple[list, str, str, list[str]]:
    """As lists of "key: value", so that values are scored; whole objects where the reader asked for another metric."""
    if metric is not None and not METRICS[metric].of_lists:
        note = [METRICS[metric].caution] * bool(METRICS[metric].caution)
        return [json.dumps(value, ensure_ascii=False) for value in nested], "json", "the targets are JSON objects", note
    values = [[f"{key}: {as_text(as_words(item))}" for key, item in value.items() if item is not None] for value in nested]
    note = 'JSON objects became lists of "key: value", so that every value counts; metric="json" keeps them, and checks form and keys only'
    return values, "set_f1", "the targets are JSON objects, and this scores their values", [note]


def _keys(cells: Sequence[Cell], values: Sequence) -> tuple[str, ...]:
    """The keys of objects that became lists, in the order of first sight; none where the targets were lists."""
    items = [item for cell, value in zip(cells, values) if isinstance(_nested(as_words(cell)), dict) for item in value]
    return tuple(dict.fromkeys(item.split(": ")[0] for item in items))


def _texts(texts: Sequence[str]) -> tuple[str, str]:
    counts = Counter(text.casefold() for text in texts)
    short = all(len(text) <= 40 and len(text.split()) <= 5 for text in counts)
    if short and len(counts) <= min(MANY, len(texts) / (2 if len(counts) <= 10 else 4)):
        return "label", f"the targets are {len(counts)} short texts, each {len(texts) / len(counts):,.0f} times on average"
    words = median(len(text.split()) for text in texts)
    if words <= 6:
        return "exact", f"the targets are short texts, mostly different ({len(counts)} in {len(texts)} rows)"
    if all(re.search(r"[a-z0-9]", text.lower()) for text in texts):
        return "rouge_l", f"the targets are texts of {words:.0f} words"
    return "bleu", f"the targets are texts of {words:.0f} words, some without a letter of a-z, which ROUGE cannot read"


def _with_labels(place: str, targets: Targets, rows: Sequence[int], listed: Sequence[str] | None) -> Targets:
    """One spelling a label, the most frequent (or the one given), and the labels in order."""
    counts = Counter(as_text(value) for value in targets.values)
    spelled = {as_text(label).casefold(): as_text(label) for label in listed or ()}
    if not listed:
        for text, _ in reversed(counts.most_common()):
            spelled[text.casefold()] = text
    other = [f"row {row}: {_cut(value)}" for row, value in zip(rows, targets.values) if as_text(value).casefold() not in spelled]
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
    return replace(targets, values=values, labels=labels, notes=[*targets.notes, *note])


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


def _nested(value: Json) -> list | dict | None:
    """A list or an object, also when written as text in JSON or Python spelling; else None."""
    if isinstance(value, str) and value[:1] in "[{" and value[-1:] in "]}":
        parsed = replies.json_value(value)
        if parsed is replies.BROKEN:
            try:
                parsed = ast.literal_eval(value)
            except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
                return None
        value = parsed
    return value if isinstance(value, list | dict) else None


def _by_number(label: str) -> tuple:
    return (0, float(label), "") if re.fullmatch(r"-?\d+(\.\d+)?", label) else (1, 0.0, label.casefold())


def _cut(value: Json) -> str:
    text = as_text(value)
    return repr(text if len(text) <= 40 else text[:40] + "...")
