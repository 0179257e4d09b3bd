"""Rows as columns, gathered one by one or batch by batch; the numbers of vectors take 4 bytes each from the start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.failures.embeddings import Vectors
from helpers.files.columnar import whole_parquet
from helpers.files.opening import find_sources, unpacked
from helpers.files.table import Cell, Table
from helpers.progress import bar

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch

__all__ = ["Gathered", "batches", "gather_parquet"]

BATCH = 1_000  # rows of a Parquet file at a time
Row = dict[str, Cell]


class Gathered:
    """Rows as columns. The first of `vectors_in` that a row holds is the column of vectors, which goes into `vectors`; without `keep` all
    of them are left out."""

    def __init__(self, name: str, vectors_in: Iterable[str] = (), *, keep: bool = True) -> None:
        self.name = name
        self.wanted = tuple(vectors_in) if keep else ()
        self.left_out = () if keep else tuple(vectors_in)
        self.vectors: Vectors | None = None
        self.columns: dict[str, list[Cell]] = {}
        self.rows: list[int] = []
        self.notes: list[str] = []

    def add(self, row: Row, number: int) -> None:
        """One more row; what it lacks is None."""
        if self.vectors is None and (column := next((column for column in self.wanted if row.get(column) is not None), None)):
            self.expect(column)
        if self.vectors is not None:
            self.vectors.add(row.pop(self.vectors.column, None) or None, number)
        for column in self.left_out:
            row.pop(column, None)
        for column in row:
            if column not in self.columns:
                self.columns[column] = [None] * len(self.rows)
        for column, cells in self.columns.items():
            cells.append(row.get(column))
        self.rows.append(number)

    def expect(self, column: str) -> None:
        """From now on this column is that of the vectors; the rows so far have none."""
        self.vectors = Vectors(self.name, column)
        self.vectors.lengths.extend([0] * len(self.rows))
        self.columns.pop(column, None)

    def table(self, kind: str) -> Table:
        """What was gathered. ValueError: nothing."""
        if not self.rows:
            raise ValueError(f"{self.name} is empty: it needs one row at least, with a prompt and a response")
        nothing = [name for name in self.wanted if not any(self.columns.get(name, [True]))]
        columns = {name: cells for name, cells in self.columns.items() if name not in nothing}
        return Table(self.name, kind, columns, self.rows, self.notes)


def batches(path: Path) -> Iterator[tuple[int, RecordBatch]]:
    """A Parquet file piece by piece, each with the number of its first row."""
    import pyarrow as pa
    from pyarrow import parquet

    first = 1
    with whole_parquet(path.name):
        source = pa.BufferReader(unpacked(find_sources(path)[0])) if path.suffix.lower() == ".gz" else path
        file = parquet.ParquetFile(source)
        with bar(file.metadata.num_rows, path.name) as shown:
            for batch in file.iter_batches(BATCH):
                yield first, batch
                first += batch.num_rows
                shown.update(batch.num_rows)


def gather_parquet(path: Path, gathered: Gathered) -> None:
    """Columns, batch by batch; the numbers of vectors go over without ever becoming Python's."""
    for first, batch in batches(path):
        names = [name for name in batch.schema.names if not name.startswith("__index_level") and name not in gathered.left_out]
        column = next((column for column in gathered.wanted if column in names), None)
        if column and gathered.vectors is None:
            gathered.expect(column)
        rows = range(first, first + batch.num_rows)
        for name in names:
            if name == column:
                _add_vectors(gathered.vectors, batch.column(name), rows)
            else:
                gathered.columns.setdefault(name, []).extend(batch.column(name).to_pylist())
        gathered.rows.extend(rows)


def _add_vectors(vectors: Vectors, cells: Array, rows: Sequence[int]) -> None:
    import pyarrow as pa

    numeric = pa.types.is_floating, pa.types.is_integer
    if any(fits(getattr(cells.type, "value_type", pa.null())) for fits in numeric):
        lengths = cells.value_lengths().fill_null(0).to_pylist()
        vectors.add_many(cells.flatten().to_numpy(zero_copy_only=False), lengths)
    else:
        for row, cell in zip(rows, cells.to_pylist()):
            vectors.add(cell, row)
