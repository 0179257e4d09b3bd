"""Streams of labels drawn by the thousand: how often a monitor cries wolf in an unchanged year, and how late it sees a change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy

__all__ = ["delays", "first_alarm", "streams", "threshold"]


def streams(rates: Sequence[float], count: int, *, seed: int = 0) -> numpy.ndarray:
    """`count` streams of labels, 1 for wrong, shape (count, labels); `rates` has the error rate of each label.

    >>> streams([0.0, 1.0], 2).tolist()
    [[0, 1], [0, 1]]
    """
    import numpy as np

    rates = np.asarray(rates, dtype=float)
    if rates.ndim != 1 or rates.size == 0 or not ((rates >= 0) & (rates <= 1)).all():
        raise ValueError(f"rates has a number from 0 to 1 for each label, got {rates.tolist()[:5]} of shape {rates.shape}")
    return (np.random.default_rng(seed).random((count, len(rates))) < rates).astype(np.int8)


def first_alarm(statistic: numpy.ndarray, level: float) -> numpy.ndarray:
    """For each stream the number of the label, from 1, at which its statistic first reaches the level; inf where it never does."""
    import numpy as np

    reached = np.asarray(statistic) >= level
    return np.where(reached.any(axis=-1), reached.argmax(axis=-1) + 1.0, np.inf)


def delays(statistic: numpy.ndarray, level: float, *, change: int) -> numpy.ndarray:
    """For each stream how many labels after the change the alarm came; inf: never; nan: it came before, so it was false.

    change: how many labels came before it. ValueError: none came after it.
    """
    import numpy as np

    if not 0 <= change < statistic.shape[-1]:
        raise ValueError(f"change={change}: the streams have {statistic.shape[-1]} labels, and at least one must come after the change")
    late = first_alarm(statistic, level) - change
    return np.where(late > 0, late, np.nan)


def threshold(statistic: numpy.ndarray, share: float) -> float:
    """The lowest level that at most this share of the (unchanged) streams ever reaches. Judge it on other streams."""
    import numpy as np

    if not 0 <= share < 1:
        raise ValueError(f"share={share}: the share of unchanged streams that may alarm is from 0 to below 1")
    highest = np.sort(np.asarray(statistic).max(axis=-1))
    allowed = highest[len(highest) - int(np.floor(share * len(highest) + 1e-9)) - 1]
    return float(np.nextafter(allowed, np.inf))  # just above the highest that must stay silent
