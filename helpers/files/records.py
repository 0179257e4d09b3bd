"""A reader's file as columns: CSV with any usual delimiter, JSON lines, Parquet. A row that cannot be read is an error, never a gap."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal

from helpers.files.opening import wide_cells
from helpers.prompts import Json
from helpers.tasks.examples import json_row

__all__ = ["Cell", "Table", "first_few", "read_csv", "read_jsonl", "read_parquet"]

Cell = Json | date | time | timedelta | Decimal | bytes  # what a file may hold; dates and the rest are Parquet's

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SHOWN = 5


@dataclass(frozen=True)
class Table:
    """`columns[name][i]` is a cell of the i-th row, None where there is nothing; `rows[i]` is the row's number in the file, from 1."""

    name: str
    kind: str
    columns: dict[str, list[Cell]]
    rows: list[int]
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)


def first_few(texts: Sequence[str], separator: str = ", ") -> str:
    """The first five of some texts in a line, with dots where there are more."""
    return separator.join(texts[:_SHOWN]) + " ..." * (len(texts) > _SHOWN)


def read_csv(name: str, text: str, delimiter: str | None = None) -> Table:
    """The columns of a CSV file, all text; the first line has their names, blank lines do not count.

    ValueError: a quote that is never closed, a row with more or fewer fields than there are names, names that are missing or doubled.
    """
    delimiter = delimiter or _delimiter(text)
    records = list(_records(name, text, delimiter))
    header = [cell.strip() for cell in records[0][1]]
    rows = records[1:]
    uneven = [(number, line, len(row)) for number, (line, row) in enumerate(rows, 1) if len(row) != len(header)]
    if uneven:
        shown = first_few([f"row {number} (line {line}) has {fields}" for number, line, fields in uneven], "; ")
        raise ValueError(
            f"{name}: {len(uneven)} of {len(rows)} rows have not the {len(header)} fields of the first line: {shown}; "
            'put texts that hold the delimiter or a line break in double quotes, and double a quote inside: "", or give delimiter='
        )
    if not rows:
        raise ValueError(f"{name} has a line of names ({', '.join(header)}) and no rows: add one line an example")
    columns = {}
    for place, column in enumerate(_names(name, header, rows)):
        cells = [row[place] if row[place].strip() else None for _, row in rows]
        if column or any(cell is not None for cell in cells):
            columns[column or f"column {place + 1}"] = cells
    notes = [] if delimiter == "," else [f"the fields are separated by {DELIMITERS.get(delimiter, repr(delimiter))} (delimiter=)"]
    return Table(name, "CSV", columns, list(range(1, len(rows) + 1)), notes)


def read_jsonl(name: str, text: str) -> Table:
    """The columns of a JSON lines file, one object a line; a field that a line lacks is None. ValueError: a line that is no object."""
    if text.lstrip().startswith("["):
        raise ValueError(f"{name} is one JSON list: write each of its objects on a line of its own (JSON lines), without commas between")
    rows: list[dict] = []
    numbers: list[int] = []
    problems: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            row, problem = json_row(line.encode("utf-8", "surrogatepass"))
            problems += [f"line {number}{problem}"] if problem else []
            rows.append(row)
            numbers.append(number)
    if problems:
        more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
        raise ValueError(f"{name}, {'; '.join(problems[:3])}{more}: correct it, or leave it out")
    fields = dict.fromkeys(column for row in rows for column in row)
    columns = {column: [row.get(column) for row in rows] for column in fields}
    blank = {column: [None if isinstance(c, str) and not c.strip() else c for c in cells] for column, cells in columns.items()}
    return Table(name, "JSONL", blank, numbers)


def read_parquet(name: str, data: bytes) -> Table:
    """The columns of a Parquet file; class numbers that `datasets` wrote become their names. ValueError: no Parquet, or no row."""
    import pyarrow as pa
    from datasets import ClassLabel, Features
    from pyarrow import parquet

    try:
        table = parquet.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:
        raise ValueError(
            f"{name} is no whole Parquet file ({str(error).splitlines()[0]}): write it again, or save the table as CSV"
        ) from None
    if not table.num_rows:
        raise ValueError(f"{name} has columns ({', '.join(table.column_names)}) and no rows")
    columns = {column: cells for column, cells in table.to_pydict().items() if not column.startswith("__index_level")}
    for column, feature in Features.from_arrow_schema(table.schema).items():
        if isinstance(feature, ClassLabel) and column in columns:
            columns[column] = [feature.names[cell] if cell is not None and cell >= 0 else None for cell in columns[column]]
    blank = {column: [None if _nothing(cell) else cell for cell in cells] for column, cells in columns.items()}
    return Table(name, "Parquet", blank, list(range(1, table.num_rows + 1)))


def _nothing(cell: Cell) -> bool:
    return (isinstance(cell, str) and not cell.strip()) or (isinstance(cell, float) and cell != cell)


def _records(name: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The records that are not blank, each with the line it begins on."""
    reader = csv.reader(wide_cells(text), delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            never = (
                "never closed" if "unexpected end" in str(error) else f"closed on line {reader.line_num}, where more text follows ({error})"
            )
            raise ValueError(
                f'{name}: a double quote is opened in the row that begins on line {begins} and is {never}: close it, or double it: ""'
            ) from None
        if any(cell.strip() for cell in record):
            yield begins, record
        begins = reader.line_num + 1


def _delimiter(text: str) -> str:
    """The delimiter under which the first rows are as wide as the first line; a comma when none is."""
    first = next(line for line in text.splitlines() if line.strip())
    best = (0.0, 1)
    chosen = ","
    for delimiter in DELIMITERS:
        if delimiter in first:
            try:
                widths = [len(row) for row, _ in zip(csv.reader(wide_cells(text), delimiter=delimiter), range(200)) if row]
            except csv.Error:
                continue
            fit = (sum(width == widths[0] for width in widths) / len(widths), widths[0])
            if fit > best and widths[0] > 1:
                best = fit
                chosen = delimiter
    return chosen


def _names(name: str, header: list[str], rows: list) -> list[str]:
    """The names of the columns, refused if two are alike or if the first line looks like an example."""
    twice = [column for column, count in Counter(header).items() if count > 1 and column]
    if twice:
        raise ValueError(f"{name}: two columns are named {twice[0]!r}: rename one in the first line")
    for place, column in enumerate(header):
        if column and sum(row[place].strip() == column for _, row in rows) > 1:
            raise ValueError(
                f"{name}: the first line looks like an example, not names: {column!r} stands below it as well. "
                "Put a line of names above it, such as input,target"
            )
    return header
