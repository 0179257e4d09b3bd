"""What form the targets of a file have: lists, objects, labels, short answers, free text; and the metric that asks for."""

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
from helpers.files.inside import SPELLINGS, converted
from helpers.files.table import Cell, first_few
from helpers.metrics import replies
from helpers.metrics.registry import METRICS
from helpers.prompts import Json, as_text

__all__ = ["as_words", "keys_of", "recognized", "shortened"]


def as_words(value: Cell) -> Json:
    """A cell as text: 1.0 is "1", True is "true", a day is in ISO form; lists and objects stay."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if value is None or isinstance(value, str | list | dict):
        return value
    return value.isoformat() if isinstance(value, date | time) else str(value)


@dataclass(frozen=True)
class Proposal:
    """Targets as their form wants them, the metric that it asks for and why, what was changed; `options`: the labels of sets."""

    values: list
    metric: str
    why: str
    notes: list[str] = field(default_factory=list)
    options: tuple[str, ...] = ()


def recognized(place: str, column: str, cells: Sequence[Cell], rows: Sequence[int], metric: str | None) -> Proposal:
    """The form of the targets. ValueError: most are lists (or objects), and some are not."""
    words = [as_words(cell) for cell in cells]
    stripped = [value.strip() if isinstance(value, str) else value for value in words]
    parsed = [_nested(value) for value in stripped]
    all_nested = all(value is not None for value in parsed)
    values, notes, options = converted(parsed if all_nested else stripped, column, metric)
    nested = [_nested(value) for value in values]
    lists, objects = (sum(isinstance(value, kind) for value in nested) for kind in (list, dict))
    if lists + objects >= 0.8 * len(values):
        kind = list if lists >= objects else dict
        odd = [f"row {row}: {shortened(value)}" for row, value, cell in zip(rows, values, nested) if not isinstance(cell, kind)]
        _refuse_odd(place, column, kind, odd, len(rows))
        proposal = _lists(column, nested, notes) if kind is list else _objects(nested, metric)
        return replace(proposal, options=options)
    texts = [json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value for value in values]
    if all(re.fullmatch(r"-?\d+\.0+", text) for text in texts):
        texts = [text.split(".")[0] for text in texts]
        notes = [*notes, "targets such as 1.0 were read as 1"]
    return Proposal(texts, *_texts(texts), notes)


def _refuse_odd(place: str, column: str, kind: type, odd: Sequence[str], rows: int) -> None:
    if odd:
        what = "JSON lists" if kind is list else "JSON objects"
        count = f"{len(odd)} of {rows} are not"
        raise ValueError(f"{place}: the targets in {column!r} are {what}, but {count}: {first_few(odd, '; ')}; correct them")


def _lists(column: str, nested: Sequence[list], notes: list[str]) -> Proposal:
    values = [[as_text(as_words(item)) for item in value] for value in nested]
    if SPELLINGS.search(column.lower()) and all(value and all(item.strip() for item in value) for value in values):
        short = median(len(item.split()) for value in values for item in value) <= 8
        why = f"lists in a column named {column!r}: accepted spellings, one of which is enough"
        return Proposal(values, "exact" if short else "rouge_l", why, notes)
    return Proposal(values, "set_f1", "the targets are lists", notes)


def _objects(nested: Sequence[dict], metric: str | None) -> Proposal:
    """As lists of "key: value", so that values are scored; whole objects where the reader asked for another metric."""
    if metric is not None and not METRICS[metric].of_lists:
        note = [METRICS[metric].caution] * bool(METRICS[metric].caution)
        return Proposal([json.dumps(value, ensure_ascii=False) for value in nested], "json", "the targets are JSON objects", note)
    values = [[f"{key}: {as_text(as_words(item))}" for key, item in value.items() if item is not None] for value in nested]
    note = 'JSON objects became lists of "key: value", so that every value counts; metric="json" keeps them, and checks form and keys only'
    return Proposal(values, "set_f1", "the targets are JSON objects, and this scores their values", [note])


def keys_of(cells: Sequence[Cell], values: Sequence) -> tuple[str, ...]:
    """The keys of objects that became lists, in the order of first sight; none where the targets were lists."""
    items = [item for cell, value in zip(cells, values) if isinstance(_nested(as_words(cell)), dict) for item in value]
    return tuple(dict.fromkeys(item.split(": ")[0] for item in items))


_NUMBER = re.compile(r"[-+]?[$€£]?\d[\d.,' ]*\s?[%€$£]?")


def _texts(texts: Sequence[str]) -> tuple[str, str]:
    counts = Counter(text.casefold() for text in texts)
    short = all(len(text) <= 40 and len(text.split()) <= 5 for text in counts)
    if short and len(counts) <= min(MANY, len(texts) / (2 if len(counts) <= 10 else 4)):
        return "label", f"the targets are {len(counts)} short texts, each {len(texts) / len(counts):,.0f} times on average"
    words = median(len(text.split()) for text in texts)
    many = f"{len(counts)} in {len(texts)} rows"
    if all(_NUMBER.fullmatch(text) for text in texts):
        return (
            "exact",
            f"the targets are numbers ({many}): only the very number is right; where near is enough, make ranges of them",
        )
    if words <= 6:
        labels = ", or metric='label' if they are that" if len(texts) >= 2 * len(counts) else ""
        return "exact", f"the targets are short texts, mostly different ({many}){labels}"
    if all(re.search(r"[a-z0-9]", text.lower()) for text in texts):
        return "rouge_l", f"the targets are texts of {words:.0f} words"
    return "bleu", f"the targets are texts of {words:.0f} words, some without a letter of a-z, which ROUGE cannot read"


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


def shortened(value: Json) -> str:
    text = as_text(value)
    return repr(text if len(text) <= 40 else text[:40] + "...")
