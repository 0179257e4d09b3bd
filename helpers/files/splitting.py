"""Splits near their promise: half train, a fifth dev, three tenths test, of all rows and of each label, as far as rows can be divided."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy

__all__ = ["split_as_given", "split_by_hash", "split_by_date", "sample", "allotted", "SHARES", "mended"]

SHARES = {"train": 0.5, "dev": 0.2, "test": 0.3}


def split_by_hash(place: str, units: Sequence[str], labels: Sequence[str], seed: int) -> list[str]:
    """The split of each row; rows of one unit (a group, or copies of one text) stay together.

    The units of one label are put in the order of their hashes and cut where the shares say, by the largest remainder; a label of
    three units or more is in every split. So the order of the rows does not matter; when rows are added, the cuts move a little,
    and only units next to a cut change their split. Where units have several rows, some are moved afterwards; see `mended`.
    """
    kinds: dict[str, Counter] = {}
    for unit, label in zip(units, labels):
        kinds.setdefault(unit, Counter())[label] += 1
    _refuse_few(place, len(kinds), "different examples or groups")
    strata: dict[str, list[str]] = {}
    for unit in sorted(kinds, key=lambda unit: _hash(unit, seed)):
        label = min(kinds[unit], key=lambda label: (-kinds[unit][label], label))
        strata.setdefault(label, []).append(unit)
    splits = _stratified(strata)
    if len(kinds) < len(units) or set(splits.values()) != set(SHARES):
        splits = mended(splits, kinds, SHARES)
    return [splits[unit] for unit in units]


def split_by_date(place: str, units: Sequence[str], dates: Sequence[float]) -> list[str]:
    """The split of each row: the oldest in train, the newest in test. Rows of one unit go by its newest row.

    dates: seconds since 1970; one day (UTC) is never divided.
    """
    newest: dict[str, float] = {}
    for unit, date in zip(units, dates):
        day = date // 86_400
        newest[unit] = max(day, newest.get(unit, day))
    sizes = Counter(newest[unit] for unit in units)
    order = sorted(sizes)
    _refuse_few(place, len(order), "different days", "date=False to split without them")
    splits = _named(order, _cuts([sizes[day] for day in order]))
    return [splits[newest[unit]] for unit in units]


def split_as_given(place: str, own: Sequence[str | None], units: Sequence[str], labels: Sequence[str], seed: int) -> list[str]:
    """The splits that the file itself has; where it has no dev, a fifth of train is, by hash. A row that says none is in train.

    ValueError: train or test is missing.
    """
    lacking = [name for name in ("train", "test") if name not in own]
    if lacking:
        have = ", ".join(sorted({name for name in own if name}))
        raise ValueError(f"{place}: of the file's own splits ({have}) none is {' or '.join(lacking)}: give split=False to make new ones")
    if "dev" in own:
        return [name or "train" for name in own]
    train = [row for row, name in enumerate(own) if name != "test"]
    drawn = dict(zip(train, split_by_hash(place, [units[row] for row in train], [labels[row] for row in train], seed)))
    return [name if name == "test" else "dev" if drawn[row] == "dev" else "train" for row, name in enumerate(own)]


def sample(ids: Sequence[str], splits: Sequence[str], labels: Sequence[str], n: int, seed: int) -> list[int]:
    """The positions of n rows, in order: each split gives its part, and of that each label its own, by a hash of the ids that has
    nothing to do with the splits. ValueError: n is too small for three splits."""
    if n < len(SHARES):
        raise ValueError(f"max_rows={n}: three splits need {len(SHARES)} rows or more")
    order: dict[str, dict[str, list[int]]] = {split: {} for split in SHARES}
    for row in sorted(range(len(ids)), key=lambda row: _hash(f"sample:{ids[row]}", seed)):
        order[splits[row]].setdefault(labels[row], []).append(row)
    drawn: list[int] = []
    for groups, count in zip(order.values(), allotted(n, [splits.count(split) for split in SHARES])):
        names = sorted(groups)
        for name, part in zip(names, allotted(count, [len(groups[name]) for name in names])):
            drawn += groups[name][:part]
    return sorted(drawn)


def allotted(n: int, weights: Sequence[float]) -> list[int]:
    """n things by weight, by the largest remainder (Hamilton's method); each weight gets one at least, if there are enough.

    >>> allotted(30, [0.5, 0.2, 0.3]), allotted(3, [0.5, 0.2, 0.3]), allotted(2, [0.5, 0.2, 0.3])
    ([15, 6, 9], [1, 1, 1], [1, 0, 1])
    """
    least = 1 if n >= len(weights) else 0
    total = sum(max(0.0, weight) for weight in weights) or 1.0
    exact = [max(least, n * max(0.0, weight) / total) for weight in weights]
    counts = [int(value + 1e-9) for value in exact]
    by_remainder = sorted(range(len(counts)), key=lambda i: (counts[i] - exact[i], i))
    for i in by_remainder[: max(0, n - sum(counts))]:
        counts[i] += 1
    while sum(counts) > n:
        counts[max(range(len(counts)), key=lambda i: (counts[i], counts[i] - exact[i]))] -= 1
    return counts


def _stratified(strata: dict[str, list[str]]) -> dict[str, str]:
    """Units by label, in order, to splits: the rare labels first, and what rounding gave too much or too little goes into the next."""
    splits: dict[str, str] = {}
    owed = dict.fromkeys(SHARES, 0.0)
    for label in sorted(strata, key=lambda label: (len(strata[label]), label)):
        units = strata[label]
        wanted = {split: share * len(units) + owed[split] for split, share in SHARES.items()}
        counts = allotted(len(units), list(wanted.values()))
        owed = {split: wanted[split] - count for split, count in zip(SHARES, counts)}
        splits |= _named(units, list(accumulate(counts[:-1])))
    return splits


def _hash(text: str, seed: int) -> float:
    """A number from 0 to 1."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{text}".encode()).digest()[:8], "big") / 2**64


def _refuse_few(place: str, count: int, what: str, cure: str = "group=False if the groups need not stay together") -> None:
    if count < len(SHARES):
        raise ValueError(f"{place}: three splits need three {what} or more, and there are {count}: add rows, or give {cure}")


def _cuts(sizes: Sequence[int]) -> list[int]:
    """Where to cut an order of blocks, so that the splits come nearest to their shares of the rows and none is empty."""
    sums = list(accumulate(sizes))
    total = sum(sizes)
    first, second = (share * total for share in accumulate(list(SHARES.values())[:-1]))
    first_cut = min(range(1, len(sizes) - 1), key=lambda cut: abs(sums[cut - 1] - first))
    second_cut = min(range(first_cut + 1, len(sizes)), key=lambda cut: abs(sums[cut - 1] - second))
    return [first_cut, second_cut]


def _named(order: Sequence, cuts: Sequence[int]) -> dict:
    edges = [0, *cuts, len(order)]
    return {unit: split for split, a, b in zip(SHARES, edges, edges[1:]) for unit in order[a:b]}


_MOST = 200  # moves
_ENOUGH = 0.6  # of a row in a split: the share of dev in the three rows that a label needs


def mended(splits: Mapping[str, str], kinds: Mapping[str, Counter], shares: Mapping[str, float]) -> dict[str, str]:
    """The split of each unit, after moves of one unit at a time, each the one that helps most, until none helps.

    kinds: the rows of each unit by label. What is made small: over the splits, how far the rows are from their share, and half as
    much, by label, how far the label's rows are; a label missing from a split though it has rows enough counts as five rows more, an
    empty split as more than anything. Of moves alike, the first in `splits` is made.
    """
    import numpy as np

    names = list(shares)
    units = list(splits)
    labels = sorted({label for kind in kinds.values() for label in kind})
    rows = np.array([[kinds[unit][label] for label in labels] for unit in units], dtype=float)
    where = np.array([names.index(splits[unit]) for unit in units])
    wanted = np.outer([shares[name] for name in names], rows.sum(axis=0))
    for _ in range(_MOST):
        gains = _gains(rows, where, wanted)
        unit, split = divmod(int(gains.argmax()), len(names))
        if gains[unit, split] <= 1e-9:
            break
        where[unit] = split
    return {unit: names[split] for unit, split in zip(units, where)}


def _gains(rows: numpy.ndarray, where: numpy.ndarray, wanted: numpy.ndarray) -> numpy.ndarray:
    """What the move of each unit to each split would gain: (units, splits)."""
    import numpy as np

    count = len(wanted)
    held = np.array([rows[where == split].sum(axis=0) for split in range(count)])
    now = np.array([_far(held[split][None], wanted[split])[0] for split in range(count)])
    loss = np.zeros(len(rows))
    gains = np.empty((len(rows), count))
    for split in range(count):
        inside = where == split
        loss[inside] = now[split] - _far(held[split] - rows[inside], wanted[split])
        gains[:, split] = now[split] - _far(held[split] + rows, wanted[split])
    gains += loss[:, None]
    gains[np.arange(len(rows)), where] = 0.0
    return gains


def _far(held: numpy.ndarray, wanted: numpy.ndarray) -> numpy.ndarray:
    """How far the rows of one split are from its share, for each of some (n, labels) it might hold."""
    import numpy as np

    total = held.sum(axis=1)
    size = wanted.sum()
    missing = ((held == 0) & (wanted >= _ENOUGH - 1e-9)).sum(axis=1)
    return np.abs(total - size) + 0.5 * np.abs(held - wanted).sum(axis=1) + 5 * missing + 4 * size * (total == 0)
