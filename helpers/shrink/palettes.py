"""Palettes: every weight becomes the number of one of 2^bits values, as a picture with few colors does with its pixels.

The values are chosen by k-means on a line, by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from helpers.shrink.packing import Coded, matrices, pack
from helpers.shrink.shrunk import open_base, write_packed

if TYPE_CHECKING:
    import numpy
    import torch

    from helpers.shrink.shrunk import Base, Shrunk

__all__ = ["lloyd", "nearest", "palette", "palettize"]

KNOTS = 256  # between which the density is measured for the first codebook, or four for each of its entries if that is more


def palette(
    base: Base,
    bits: int,
    folder: str | Path,
    *,
    per: Literal["matrix", "row groups"] = "matrix",
    rows: int = 16,
    skip: Sequence[str] = (),
) -> Shrunk:
    """Each linear matrix as packed indices of `bits` (1 to 8) into a codebook that k-means chose, or one for every `rows` rows.

    Bytes: weights * bits / 8, and 2 bytes (float16) for each of the 2^bits codebook entries. Everything else stays bfloat16: the
    norms, the embedding, and the matrices named in `skip`. Han, Mao and Dally 2016 (Deep Compression),
    arXiv:1510.00149, without their retraining and Huffman codes. Differs from NF4, whose 16 values are the same for every
    model and are scaled by the largest of each 64 weights. What it saves is disk and download: reading looks every weight up, so
    memory and speed in use are those of the float model, as a processor has no instruction that multiplies by an index.
    ValueError: bits outside 1 to 8, or weights that are not finite.

    >>> palette("pocket", 4, "outputs/shrink/palette-4").model().ask("Is 'a dull film' positive or negative?").text  # doctest: +SKIP
    'negative'
    """
    module, tokenizer = open_base(base)
    coded = {name: palettize(weight, bits, per=per, rows=rows) for name, weight in matrices(module, skip=skip).items()}
    grouped = f", a codebook for {rows} rows" if per == "row groups" else ""
    return write_packed(folder, f"palette, {bits} bits{grouped}", module, tokenizer, coded)


def palettize(weight: torch.Tensor, bits: int, *, per: str = "matrix", rows: int = 16) -> Coded:
    """One matrix (rows, columns) as a codebook (groups, 2^bits), float16, and packed indices. `packing.decode` gives it back.

    >>> import torch
    >>> coded = palettize(torch.tensor([[0.0, 1.0], [1.0, 0.0]]), 1)
    >>> coded.parts["packed"].tolist(), coded.parts["codebook"].tolist()
    ([6], [[0.0, 1.0]])
    """
    import numpy as np
    import torch

    if bits not in range(1, 9):
        raise ValueError(f"bits={bits!r}: a palette has 1 to 8 bits; with more, plain float16 is as small and exact")
    if per not in ("matrix", "row groups") or rows < 1:
        raise ValueError(f'per={per!r}, rows={rows}: per is "matrix" or "row groups", and a group has 1 row or more')
    values = weight.detach().float().cpu().numpy()
    rows = len(values) if per == "matrix" else rows
    books, indices = zip(*(_group(values[start : start + rows], bits) for start in range(0, len(values), rows)), strict=True)
    parts = {"packed": torch.from_numpy(pack(np.concatenate(indices), bits)), "codebook": torch.from_numpy(np.stack(books))}
    return Coded("palette", values.shape, parts, {"bits": bits, "rows": rows})


def _group(values: numpy.ndarray, bits: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The codebook (its last value repeated if there are fewer than 2^bits) and the indices of some rows."""
    import numpy as np

    with np.errstate(over="ignore"):
        book = lloyd(values, 2**bits).astype(np.float16)
    if not np.isfinite(book).all():
        raise ValueError(f"weights up to {np.abs(values).max():g} do not fit a float16 codebook (65504): skip this matrix")
    return np.pad(book, (0, 2**bits - len(book)), mode="edge"), nearest(values.reshape(-1), book)


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
    counted = np.concatenate([[0], np.cumsum(counts)])
    summed = np.concatenate([[0.0], np.cumsum(points * counts)])
    book = _start(points, counts, k)
    for _ in range(steps):
        moved = _means(points, book, counted, summed)
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
    count = np.diff(counted[edges])
    total = np.diff(summed[edges])
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
