"""The vectors of records: collected number after number while a file is read, checked, and one Arrow column of the table in the end."""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.files.table import Cell, first_few

if TYPE_CHECKING:
    import numpy
    import pandas

__all__ = ["Vectors", "as_column", "vectors"]

CURE = "give embed= (an embedder, which embeds every prompt anew), or embedding=False to read without vectors"


class Vectors:
    """All numbers of all rows one after the other in 4 bytes each, and how many belong to each row: 0 where there is no vector."""

    def __init__(self, place: str, column: str) -> None:
        self.place = place
        self.column = column
        self.numbers = array("f")
        self.lengths = array("l")

    def add(self, cell: Cell | array, row: int) -> None:
        """A row's vector: a list of numbers, or one written as text, "[0.1, -0.2]". ValueError: it is something else."""
        try:
            vector = array("f", _parsed(cell) if cell is not None else ())
        except (TypeError, ValueError, OverflowError):
            raise ValueError(
                f"{self.place}, row {row}: {self.column!r} holds {str(cell)[:40]!r}, and a vector is a list of numbers, such as "
                f"[0.1, -0.2]: correct it, or {CURE}"
            ) from None
        self.numbers.extend(vector)
        self.lengths.append(len(vector))

    def add_many(self, numbers: numpy.ndarray, lengths: Sequence[int]) -> None:
        """The vectors of many rows."""
        import numpy as np

        with np.errstate(over="ignore"):  # too large becomes infinite, which `checked` tells
            self.numbers.frombytes(numbers.astype(np.float32, copy=False).tobytes())
        self.lengths.extend(lengths)

    def without(self, rows: Sequence[int]) -> list[int]:
        """The numbers of the rows that have no vector."""
        return [row for row, length in zip(rows, self.lengths) if not length]

    def checked(self, rows: Sequence[int]) -> numpy.ndarray:
        """float32, one row a vector there is. ValueError: vectors of several lengths, or numbers that are none (NaN, infinite)."""
        import numpy as np

        there = [(row, length) for row, length in zip(rows, self.lengths) if length]
        counts = Counter(length for _, length in there)
        usual = counts.most_common(1)[0][0]
        if odd := [f"row {row} has {length}" for row, length in there if length != usual]:
            raise ValueError(
                f"{self.place}: the vectors in {self.column!r} must be of one length: {counts[usual]:,} rows have {usual} numbers, and "
                f"{first_few(odd)}. They come from another embedder, or were cut: leave these rows out, or {CURE}"
            )
        matrix = np.frombuffer(self.numbers, dtype=np.float32).reshape(-1, usual)
        broken = np.flatnonzero(~np.isfinite(matrix).all(axis=1))
        if len(broken):
            shown = [f"row {there[place][0]} ({_worst(matrix[place])})" for place in broken]
            raise ValueError(
                f"{self.place}: {len(shown)} vectors in {self.column!r} hold numbers that are none: {first_few(shown)}; "
                f"every number must be finite: leave these rows out, or {CURE}"
            )
        return matrix


def _parsed(cell: Cell | array) -> Sequence[float]:
    if not isinstance(cell, str):
        return cell
    text = cell.strip()
    if text[:1] == "[" and "," not in text:  # as numpy prints it
        return [float(number) for number in text[1:].removesuffix("]").split()]
    return json.loads(text)


def _worst(vector: numpy.ndarray) -> str:
    import numpy as np

    place = int(np.flatnonzero(~np.isfinite(vector))[0])
    return f"number {place + 1} is {vector[place]}"


def as_column(matrix: numpy.ndarray) -> pandas.Series:
    """A column for a table, each cell a row of the matrix: Arrow lists of one length in one block of memory."""
    import pandas as pd
    import pyarrow as pa

    lists = pa.FixedSizeListArray.from_arrays(pa.array(matrix.reshape(-1)), matrix.shape[1])
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([lists])))


def vectors(records: pandas.DataFrame) -> numpy.ndarray:
    """The embeddings of records as one float32 array, a row each, in their order. KeyError: the records have none.

    >>> vectors(read("log.jsonl")).shape  # doctest: +SKIP
    (100000, 384)
    """
    import numpy as np

    if "embedding" not in records:
        raise KeyError("these records have no column 'embedding': import them with embed=, such as load_embedder('minilm')")
    chunks = records["embedding"].array.__arrow_array__()
    numbers = [chunk.flatten().to_numpy(zero_copy_only=False) for chunk in chunks.chunks]
    flat = numbers[0] if len(numbers) == 1 else np.concatenate([np.zeros(0, np.float32), *numbers])
    return flat.reshape(-1, chunks.type.list_size)
