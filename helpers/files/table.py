"""A file's rows as columns, whatever kind of file it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal

from helpers.prompts import Json

__all__ = ["Cell", "Table", "filled", "first_few", "table_of"]

Cell = Json | date | time | timedelta | Decimal | bytes  # what a file may hold; dates and the rest are those of Parquet and Excel

_SHOWN = 5


@dataclass(frozen=True)
class Table:
    """`columns[name][i]` is a cell of the i-th row, None where there is nothing; `rows[i]` is the row's number in the file, from 1.

    `notes`: sentences on how it was read. What a known shape of file says by itself: `roles`, a column or template by role,
    `instruction`, and `options`, the labels that may be in a set.
    """

    name: str
    kind: str
    columns: dict[str, list[Cell]]
    rows: list[int]
    notes: list[str] = field(default_factory=list)
    roles: Mapping[str, str] = field(default_factory=dict)
    instruction: str = ""
    options: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def records(self) -> list[dict[str, Cell]]:
        """The rows as dictionaries, each with every column."""
        return [dict(zip(self.columns, cells)) for cells in zip(*self.columns.values())]


def table_of(name: str, kind: str, records: Sequence[Mapping[str, Cell]], numbers: Sequence[int] = ()) -> Table:
    """Records as a table; a field that a record lacks is None. `numbers`: those of the rows, else from 1."""
    fields = dict.fromkeys(column for record in records for column in record)
    columns = {column: filled([record.get(column) for record in records]) for column in fields}
    return Table(name, kind, columns, list(numbers) or list(range(1, len(records) + 1)))


def filled(cells: Sequence[Cell]) -> list[Cell]:
    """The cells, with None for blank texts and for numbers that are none (NaN)."""
    return [None if _nothing(cell) else cell for cell in cells]


def first_few(texts: Sequence[str], separator: str = ", ") -> str:
    """The first five of some texts in a line, with dots where there are more."""
    return separator.join(texts[:_SHOWN]) + " ..." * (len(texts) > _SHOWN)


def _nothing(cell: Cell) -> bool:
    return (isinstance(cell, str) and not cell.strip()) or (isinstance(cell, float) and cell != cell)
