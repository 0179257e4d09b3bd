"""k-means on a line, by hand: the few values that stand best for many."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy

__all__ = ["lloyd", "nearest"]

KNOTS = 256  # between which the density is measured for the first codebook, or four for each of its entries if that is more


def lloyd(values: numpy.ndarray, k: int, *, steps: int = 300) -> numpy.ndarray:
    """The codebook: at most k values (sorted, float64) with a small mean squared distance to `values`. Lloyd 1982, IEEE Trans. IT 28.

    Two steps in turns, until neither changes anything: each value goes to its nearest entry; each entry moves to the mean of its
    values. Sorted, the values of an entry are a slice between two midpoints, so with running sums a step costs k searches
    whatever the number of values. The start decides which local optimum is found: entries are spread through the cube root of the
    density, which is where many entries lie at the optimum (Panter and Dite 1951), so the same values always give the same codebook.
    Differs from scikit-learn's KMeans, which starts at random and measures every value against every entry.
    ValueError: k below 1, no values, or values that are not finite.

    >>> lloyd([0.0, 0.1, 0.9, 1.0, 1.1], 2).round(3).tolist()
    [0.05, 1.0]
    """
    import numpy as np

    flat = np.asarray(values, dtype=np.float64).reshape(-1)
    if k < 1 or not flat.size or not np.isfinite(flat).all():
        raise ValueError(f"k-means needs k >= 1 and finite values, got k={k} and {flat.size} values; look for nan in the weights")
    points, counts = np.unique(flat, return_counts=True)
    if len(points) <= k:
        return points
    running = np.concatenate([[0], np.cumsum(counts)]), np.concatenate([[0.0], np.cumsum(points * counts)])
    book = _start(points, counts, k)
    for _ in range(steps):
        moved = _means(points, book, *running)
        if np.array_equal(moved, book):
            break
        book = moved
    return book


def nearest(values: numpy.ndarray, book: numpy.ndarray) -> numpy.ndarray:
    """The position in a sorted codebook of the entry nearest to each value; half way, the lower one.

    >>> nearest([0.2, 0.6, 9.0], [0.0, 1.0]).tolist()
    [0, 1, 1]
    """
    import numpy as np

    return np.searchsorted(_midpoints(np.asarray(book, dtype=np.float64)), np.asarray(values, dtype=np.float64), side="left")


def _means(points: numpy.ndarray, book: numpy.ndarray, counted: numpy.ndarray, summed: numpy.ndarray) -> numpy.ndarray:
    """Each entry at the mean of its slice; an entry without values stays where it is."""
    import numpy as np

    edges = np.concatenate([[0], np.searchsorted(points, _midpoints(book), side="right"), [len(points)]])
    count, total = np.diff(counted[edges]), np.diff(summed[edges])
    return np.sort(np.where(count > 0, total / np.maximum(count, 1), book))


def _start(points: numpy.ndarray, counts: numpy.ndarray, k: int) -> numpy.ndarray:
    """k values at equal steps of the integral of the cube root of the density, which is measured between knots of equal count.

    A knot interval of c values and width w adds (c / w)^(1/3) * w. Knots of equal width would leave the tails empty.
    """
    import numpy as np

    before = np.concatenate([[0], np.cumsum(counts)])
    wanted = np.linspace(0, before[-1], min(max(KNOTS, 4 * k), len(points) - 1) + 1)
    at = np.unique(np.clip(np.searchsorted(before, wanted), 0, len(points) - 1))
    share = np.cbrt(np.diff(before[at])) * np.cbrt(np.diff(points[at])) ** 2
    grown = np.concatenate([[0.0], np.cumsum(share)])
    return np.interp((np.arange(k) + 0.5) / k * grown[-1], grown, points[at])


def _midpoints(book: numpy.ndarray) -> numpy.ndarray:
    return (book[1:] + book[:-1]) / 2
