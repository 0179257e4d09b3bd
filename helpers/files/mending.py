"""Groups moved between splits until the rows, and the rows of each label, are near their shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy

__all__ = ["mended"]

_MOST = 200  # moves
_ENOUGH = 0.6  # of a row in a split: the share of dev in the three rows that a label needs


def mended(splits: Mapping[str, str], kinds: Mapping[str, Counter], shares: Mapping[str, float]) -> dict[str, str]:
    """The split of each unit, after moves of one unit at a time, each the one that helps most, until none helps.

    kinds: the rows of each unit by label. What is made small: over the splits, how far the rows are from their share, and half as
    much, by label, how far the label's rows are; a label missing from a split though it has rows enough counts as five rows more, an
    empty split as more than anything. Of moves alike, the first in `splits` is made.
    """
    import numpy as np

    names, units = list(shares), list(splits)
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
    left = np.zeros(len(rows))
    gains = np.empty((len(rows), count))
    for split in range(count):
        inside = where == split
        left[inside] = now[split] - _far(held[split] - rows[inside], wanted[split])
        gains[:, split] = now[split] - _far(held[split] + rows, wanted[split])
    gains += left[:, None]
    gains[np.arange(len(rows)), where] = 0.0
    return gains


def _far(held: numpy.ndarray, wanted: numpy.ndarray) -> numpy.ndarray:
    """How far the rows of one split are from its share, for each of some (n, labels) it might hold."""
    import numpy as np

    total, size = held.sum(axis=1), wanted.sum()
    missing = ((held == 0) & (wanted >= _ENOUGH - 1e-9)).sum(axis=1)
    return np.abs(total - size) + 0.5 * np.abs(held - wanted).sum(axis=1) + 5 * missing + 4 * size * (total == 0)
