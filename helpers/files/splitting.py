"""Splits that stay: which of train, dev and test a row is in depends on a hash of what it belongs to, or on its date."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate, pairwise

__all__ = ["split_by_hash", "split_by_date", "sample", "SHARES"]

SHARES = {"train": 0.5, "dev": 0.2, "test": 0.3}
_LEAST = 0.6  # of its share of the rows, a split has at least this much, or the cuts are moved


def split_by_hash(place: str, units: Sequence[str], seed: int) -> tuple[list[str], bool]:
    """The split of each row; rows of one unit (a group, or copies of one text) stay together. And whether the cuts had to be moved.

    A unit is in train if its hash, as a number from 0 to 1, is below 0.5, in dev below 0.7, else in test: other rows do not matter,
    so a longer file leaves the old rows where they were. Where that makes a split too small, as in files of few rows, the units are
    cut in the order of their hashes instead, and some may move when rows are added.
    """
    sizes: dict[str, int] = {}
    for unit in units:
        sizes[unit] = sizes.get(unit, 0) + 1
    order = sorted(sizes, key=lambda unit: _hash(unit, seed))
    _refuse_few(place, len(order), "different examples or groups")
    hashes = [_hash(unit, seed) for unit in order]
    cuts = [bisect_left(hashes, at) for at in accumulate(list(SHARES.values())[:-1])]
    moved = not _enough([sizes[unit] for unit in order], cuts)
    if moved:
        cuts = _cuts([sizes[unit] for unit in order])
    splits = _named(order, cuts)
    return [splits[unit] for unit in units], moved


def split_by_date(place: str, units: Sequence[str], dates: Sequence[float]) -> list[str]:
    """The split of each row: the oldest in train, the newest in test. Rows of one unit go by its newest row.

    dates: seconds since 1970; one day (UTC) is never divided.
    """
    newest: dict[str, float] = {}
    for unit, date in zip(units, dates):
        day = date // 86_400
        newest[unit] = max(day, newest.get(unit, day))
    sizes: dict[float, int] = {}
    for unit in units:
        sizes[newest[unit]] = sizes.get(newest[unit], 0) + 1
    order = sorted(sizes)
    _refuse_few(place, len(order), "different days", "date=False to split without them")
    splits = _named(order, _cuts([sizes[day] for day in order]))
    return [splits[newest[unit]] for unit in units]


def sample(ids: Sequence[str], n: int, seed: int) -> list[int]:
    """The positions of n rows, in order, drawn by a hash of their ids that has nothing to do with the splits."""
    return sorted(sorted(range(len(ids)), key=lambda row: _hash(f"sample:{ids[row]}", seed))[:n])


def _hash(text: str, seed: int) -> float:
    """A number from 0 to 1."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{text}".encode()).digest()[:8], "big") / 2**64


def _refuse_few(place: str, found: int, what: str, cure: str = "group=False if the groups need not stay together") -> None:
    if found < len(SHARES):
        raise ValueError(f"{place}: three splits need three {what} or more, and there are {found}: add rows, or give {cure}")


def _cuts(sizes: Sequence[int]) -> list[int]:
    """Where to cut an order of blocks, so that the splits come nearest to their shares of the rows and none is empty."""
    sums, total = list(accumulate(sizes)), sum(sizes)
    first, second = (share * total for share in accumulate(list(SHARES.values())[:-1]))
    one = min(range(1, len(sizes) - 1), key=lambda cut: abs(sums[cut - 1] - first))
    two = min(range(one + 1, len(sizes)), key=lambda cut: abs(sums[cut - 1] - second))
    return [one, two]


def _enough(sizes: Sequence[int], cuts: Sequence[int]) -> bool:
    edges = [0, *cuts, len(sizes)]
    rows = [sum(sizes[a:b]) for a, b in pairwise(edges)]
    return all(found >= max(1, _LEAST * share * sum(sizes)) for found, share in zip(rows, SHARES.values()))


def _named(order: Sequence, cuts: Sequence[int]) -> dict:
    edges = [0, *cuts, len(order)]
    return {unit: split for split, a, b in zip(SHARES, edges, edges[1:]) for unit in order[a:b]}
