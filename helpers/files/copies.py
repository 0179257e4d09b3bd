"""Copies: rows that say the same twice, and what stands on both sides of a split."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from helpers.prompts import as_text
from helpers.tasks.examples import normal

__all__ = ["Near", "keys", "duplicates", "contradictions", "near_copies", "joined"]

LOOKED_AT = 500  # test rows that are compared with all of train
_NEAR = 0.9
_MARKS = dict.fromkeys(code for code in range(128) if not chr(code).isalnum())


@dataclass(frozen=True)
class Near:
    """Test rows that are nearly a train row: `pairs` holds (test position, train position, cosine), `looked` how many were compared."""

    pairs: list[tuple[int, int, float]]
    looked: int


def keys(texts: Sequence[str]) -> list[str]:
    """One key a text, the same for texts that differ in case, spacing and punctuation only (`helpers.tasks.examples.normal`).

    Only texts whose letters and digits agree are normalized with care, which is slow.
    """
    quick = [_quick(text) for text in texts]
    count = Counter(quick)
    return [f"={normal(text)}" if count[key] > 1 else key for text, key in zip(texts, quick)]


def _quick(text: str) -> str:
    """A text's letters and digits alone; most texts are ASCII, and then it is fast."""
    if text.isascii():
        return text.lower().translate(_MARKS)
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def duplicates(inputs: Sequence[str], targets: Sequence) -> list[tuple[int, int]]:
    """The rows that repeat an earlier one, input and target: (position, position of the first)."""
    first: dict[tuple, int] = {}
    firsts = [(place, first.setdefault((key, as_text(target)), place)) for place, (key, target) in enumerate(zip(inputs, targets))]
    return [(place, before) for place, before in firsts if place != before]


def contradictions(inputs: Sequence[str], targets: Sequence) -> list[tuple[int, int]]:
    """The rows whose input had another target before: (position, position of the first)."""
    first: dict[str, int] = {}
    firsts = [(place, first.setdefault(key, place)) for place, key in enumerate(inputs)]
    return [(place, before) for place, before in firsts if as_text(targets[place]) != as_text(targets[before])]


def joined(*columns: Sequence[str]) -> list[int]:
    """The number of each row's unit: rows that share a value of any column, at first or at second hand, are one unit. "" joins nothing.

    >>> joined(["a", "b", "a", ""], ["x", "x", "y", ""])
    [0, 0, 0, 3]
    """
    parent = list(range(len(columns[0])))

    def top(row: int) -> int:
        while parent[row] != row:
            parent[row] = row = parent[parent[row]]
        return row

    for column in columns:
        first: dict[str, int] = {}
        for row, value in enumerate(column):
            if value and (a := top(first.setdefault(value, row))) != (b := top(row)):
                parent[max(a, b)] = min(a, b)
    return [top(row) for row in range(len(parent))]


def near_copies(splits: Mapping[str, Sequence[str]]) -> Near:
    """The test inputs whose words are nearly those of a train input: TF-IDF vectors with a cosine of 0.9 or more.

    Of a large test split, 500 rows spread over it are compared. Texts of fewer than five words are not: they are alike by chance.
    """
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

    train = splits.get("train", ())
    test = splits.get("test", ())
    long = [place for place, text in enumerate(test) if len(text.split()) >= 5]
    looked = [long[number * len(long) // LOOKED_AT] for number in range(LOOKED_AT)] if len(long) > LOOKED_AT else long
    if not looked or not train:
        return Near([], 0)
    counts = HashingVectorizer(n_features=2**18, norm=None, alternate_sign=False)
    learned = counts.transform(text[:2000] for text in train)
    weigh = TfidfTransformer().fit(learned)
    product = weigh.transform(counts.transform(test[place][:2000] for place in looked)) @ weigh.transform(learned).T
    pairs = []
    for row, place in enumerate(looked):
        cosines = product.getrow(row)
        if cosines.nnz and cosines.data.max() >= _NEAR:
            best = cosines.data.argmax()
            pairs.append((place, int(cosines.indices[best]), float(cosines.data[best])))
    return Near(pairs, len(looked))
