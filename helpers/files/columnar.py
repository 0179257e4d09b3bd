"""Files that hold columns rather than text: Parquet, Excel workbooks, data sets that Hugging Face's `save_to_disk` wrote."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.files.table import Cell, Table, filled, table_of

if TYPE_CHECKING:
    from datasets import Dataset, Features

__all__ = ["read_excel", "read_parquet", "read_saved", "whole_parquet"]

_EXCEL_ERRORS = {"#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"}


def read_parquet(name: str, data: bytes) -> Table:
    """The columns of a Parquet file; class numbers that `datasets` wrote become their names. ValueError: no Parquet, or no row."""
    import pyarrow as pa
    from datasets import Features
    from pyarrow import parquet

    with whole_parquet(name):
        table = parquet.read_table(pa.BufferReader(data))
    if not table.num_rows:
        raise ValueError(f"{name} has columns ({', '.join(table.column_names)}) and no rows")
    columns = {column: cells for column, cells in table.to_pydict().items() if not column.startswith("__index_level")}
    columns = _with_classes(columns, Features.from_arrow_schema(table.schema))
    return Table(name, "Parquet", columns, list(range(1, table.num_rows + 1)))


@contextmanager
def whole_parquet(name: str) -> Iterator[None]:
    """What reads a Parquet file in this block says in one line if the file is none, or broken (ValueError)."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise ValueError(
            f"{name} is no whole Parquet file ({str(error).splitlines()[0]}): write it again, or save the table as CSV"
        ) from None


def read_saved(folder: Path) -> Table:
    """The columns of a data set that `save_to_disk` wrote; of one with splits, they are a column `split`. ValueError: it is not whole."""
    from datasets import Dataset, load_from_disk

    try:
        saved = load_from_disk(str(folder))
    except Exception as error:  # a dozen kinds: a file that is missing, broken or of a newer version
        problem = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(f"{folder.name} is no whole data set ({problem}): save it again, or its rows with to_json()") from None
    splits = {"": saved} if isinstance(saved, Dataset) else dict(saved)
    records = [{**row, **({"split": split} if split else {})} for split, rows in splits.items() for row in _rows(rows)]
    if not records:
        raise ValueError(f"{folder.name} is a data set without rows")
    return table_of(folder.name, "data set", records)


def _rows(rows: Dataset) -> list[dict[str, Cell]]:
    columns = _with_classes(rows.to_dict(), rows.features)
    return [dict(zip(columns, cells)) for cells in zip(*columns.values())]


def _with_classes(columns: dict[str, list[Cell]], features: Features) -> dict[str, list[Cell]]:
    """The columns, with the names of classes in place of their numbers."""
    from datasets import ClassLabel

    for column, feature in features.items():
        if isinstance(feature, ClassLabel) and column in columns:
            columns[column] = [feature.names[cell] if isinstance(cell, int) and cell >= 0 else None for cell in columns[column]]
    return {column: filled(cells) for column, cells in columns.items()}


def read_excel(name: str, data: bytes, sheet: str | None = None) -> Table:
    """The columns of a sheet of a workbook (the first by itself), by pandas; the first row has the names.

    ValueError: what pandas reads workbooks with is not installed; no workbook, no such sheet, no row.
    """
    import pandas as pd

    try:
        book = pd.ExcelFile(io.BytesIO(data), engine="calamine")
    except ImportError:
        cure = 'run `pip install -c constraints.txt "python-calamine>=0.4,<1"`, or save the sheet as CSV (UTF-8)'
        raise ValueError(f"{name} is an Excel workbook, and what reads it is not installed: {cure}") from None
    except Exception as error:  # calamine's own kinds, and those of a broken zip
        raise ValueError(f"{name} is no whole Excel workbook ({error}): save it again, or the sheet as CSV (UTF-8)") from None
    sheets = [str(title) for title in book.sheet_names]
    if sheet is not None and sheet not in sheets:
        raise ValueError(f"{name} has no sheet {sheet!r}; there are {', '.join(map(repr, sheets))}: give one as sheet=")
    frame = pd.read_excel(book, sheet_name=sheet or sheets[0], dtype=object, keep_default_na=False).dropna(how="all")
    records = [{str(column).strip(): _plain(cell) for column, cell in row.items()} for row in frame.to_dict("records")]
    if not records:
        raise ValueError(f"{name}: the sheet {sheet or sheets[0]!r} has no rows: give another as sheet=, of {', '.join(sheets)}")
    table = table_of(name, "Excel", records, [place + 1 for place in frame.index])
    if len(sheets) > 1 and sheet is None:
        table.notes.append(f"of the sheets {', '.join(sheets)} the first was read (sheet=)")
    return table


def _plain(cell: Cell) -> Cell:
    """A cell as other files have it: a day without the time that pandas adds, None for one of Excel's errors."""
    if isinstance(cell, str) and cell.strip() in _EXCEL_ERRORS:
        return None
    if isinstance(cell, datetime):
        return cell.date() if cell.time() == cell.min.time() else cell.isoformat(sep=" ")
    return cell
