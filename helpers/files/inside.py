"""Targets that hold more, or something else, than meets the eye: several labels in one text, a final answer, a list of one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from helpers.files.columns import MANY
from helpers.prompts import Json

__all__ = ["converted", "SPELLINGS"]

SPELLINGS = re.compile(r"answers|references|accepted|spellings|summaries|variants|aliases")  # in the name of a column of lists
_FINAL = re.compile(r"####\s*(.+?)\s*\Z")
_SEPARATORS = (",", ";", "|")
_NUMBER = re.compile(r"[\d\s.,+-]+")


@dataclass(frozen=True)
class Conversion:
    """One such kind: `fits` (values, the column's name), what a value becomes, a sentence on it; and the metrics that keep the values."""

    fits: Callable[[Sequence[Json], str], bool]
    convert: Callable[[Json], Json]
    note: str
    kept_by: frozenset[str] = frozenset()


def converted(values: Sequence[Json], column: str, metric: str | None) -> tuple[list[Json], list[str], tuple[str, ...]]:
    """The values as they are meant, a sentence where they were changed, and the labels that may be in a set, where they are known."""
    for conversion in CONVERSIONS:
        if metric not in conversion.kept_by and conversion.fits(values, column):
            return [conversion.convert(value) for value in values], [conversion.note], ()
    return _without_separator(values, metric)


def _without_separator(values: Sequence[Json], metric: str | None) -> tuple[list[Json], list[str], tuple[str, ...]]:
    """Labels such as "access, urgent" as sets where the rule says so, or metric="set_f1" does; else each is one label."""
    texts = [value for value in values if isinstance(value, str)]
    separator = next((mark for mark in _SEPARATORS if len(texts) == len(values) and _joins(texts, mark)), None)
    if separator is None or metric not in (None, "set_f1", "label"):
        return list(values), [], ()
    example = next(text for text in texts if len(_parts(text, separator)) > 1)
    if metric == "label" or (metric is None and not _recur(texts, separator)):
        few = len(set(texts)) <= min(MANY, len(texts) / 2)
        note = f'labels such as {example!r} are one label each, as their parts stand in no other label; metric="set_f1" makes them sets'
        return list(values), [note] * (few and metric is None), ()
    sets = [_parts(text, separator) for text in texts]
    note = f'targets such as {example!r} are sets of labels, as their parts stand in other targets too; metric="label" keeps each as one'
    return sets, [note], tuple(sorted({part for parts in sets for part in parts}, key=str.casefold))


def _parts(text: str, separator: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(separator) if part.strip()))


def _joins(texts: Sequence[str], separator: str) -> bool:
    """Whether at least one in twenty of the texts is made of short parts, and none of longer ones or of numbers."""
    several = [text for text in texts if len(_parts(text, separator)) > 1]
    short = all(len(part) <= 40 and len(part.split()) <= 5 for text in texts for part in _parts(text, separator))
    return len(several) >= max(2, len(texts) / 20) and short and not any(map(_NUMBER.fullmatch, several))


def _recur(texts: Sequence[str], separator: str) -> bool:
    """The rule: few different parts, four fifths of which (of those that stand beside another) stand in a second, different target."""
    targets = {tuple(_parts(text, separator)) for text in texts}
    counts = Counter(part for target in targets for part in target)
    beside = {part for target in targets if len(target) > 1 for part in target}
    return len(counts) <= min(MANY, len(texts) / 2) and sum(counts[part] > 1 for part in beside) >= 0.8 * len(beside)


def _all_final(values: Sequence[Json], column: str) -> bool:
    return all(isinstance(value, str) and _FINAL.search(value) for value in values)


def _final(value: Json) -> Json:
    match = _FINAL.search(value) if isinstance(value, str) else None
    return match[1] if match else value


def _lists_of_one(values: Sequence[Json], column: str) -> bool:
    if not all(isinstance(value, list) and len(value) == 1 and isinstance(value[0], str) for value in values):
        return False
    return not SPELLINGS.search(column.lower()) and 2 * len({value[0] for value in values}) <= min(2 * MANY, len(values))


CONVERSIONS = (
    Conversion(
        lambda values, _: all(isinstance(value, dict) and isinstance(value.get("text"), list) for value in values),
        lambda value: value["text"],
        "of each target, the list under its key 'text' was taken, as in SQuAD",
    ),
    Conversion(
        _all_final,
        _final,
        'of each target, what follows #### was taken, as in GSM8K; metric="rouge_l" scores the whole text',
        frozenset({"rouge_1", "rouge_2", "rouge_l", "bleu"}),
    ),
    Conversion(
        _lists_of_one,
        lambda value: value[0],
        'every target is a list of one label, and became that label; metric="set_f1" keeps the lists',
        frozenset({"set_f1"}),
    ),
)
