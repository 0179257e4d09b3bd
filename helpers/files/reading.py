"""From what stands on the disk to one table: each kind of file has its reader here, and several files become one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from helpers.files.columnar import read_excel, read_parquet, read_saved
from helpers.files.decoding import decode
from helpers.files.delimited import read_csv, read_fasttext
from helpers.files.layout import Form
from helpers.files.objects import read_json
from helpers.files.opening import Source, unpacked
from helpers.files.table import Table, first_few

__all__ = ["Settings", "read"]


@dataclass(frozen=True)
class Settings:
    """What the reader says of how a file is written; None: recognize it."""

    encoding: str | None = None
    form: Form = field(default_factory=Form)
    sheet: str | None = None


def read(sources: Sequence[Source], settings: Settings) -> Table:
    """The rows of all sources as one table, numbered through. Where every name says a split, that is a column `split`."""
    tables = [READERS[source.kind](source, settings) for source in sources]
    if len(tables) == 1:
        return tables[0]
    splits = [source.split for source in sources]
    fields = dict.fromkeys(column for table in tables for column in table.columns)
    columns = {column: [cell for table in tables for cell in table.columns.get(column, [None] * len(table))] for column in fields}
    if all(splits) and len(set(splits)) > 1 and "split" not in columns:
        columns["split"] = [split for split, table in zip(splits, tables) for _ in table.rows]
    notes = [f"{table.name}: {note}" for table in tables for note in table.notes]
    return Table(_name(tables), _kinds(tables), columns, list(range(1, sum(map(len, tables)) + 1)), [_ranges(tables), *notes])


def _text(source: Source, settings: Settings) -> tuple[str, list[str]]:
    return decode(source.name, unpacked(source), settings.encoding)


def _csv(source: Source, settings: Settings) -> Table:
    text, notes = _text(source, settings)
    if text.startswith("__label__"):
        return read_fasttext(source.name, text)
    form = settings.form
    if source.name.lower().removesuffix(".gz").endswith(".tsv") and form.delimiter is None:
        form = replace(form, delimiter="\t")
    table = read_csv(source.name, text, form)
    return replace(table, notes=[*notes, *table.notes])


def _json(source: Source, settings: Settings) -> Table:
    text, notes = _text(source, settings)
    table = read_json(source.name, text)
    return replace(table, notes=[*notes, *table.notes])


READERS: dict[str, Callable[[Source, Settings], Table]] = {
    "CSV": _csv,
    "JSONL": _json,
    "JSON": _json,
    "Parquet": lambda source, _: read_parquet(source.name, unpacked(source)),
    "Excel": lambda source, settings: read_excel(source.name, unpacked(source), settings.sheet),
    "data set": lambda source, _: read_saved(source.path),
}


def _name(tables: Sequence[Table]) -> str:
    return f"{tables[0].name} and {len(tables) - 1} more"


def _kinds(tables: Sequence[Table]) -> str:
    return ", ".join(dict.fromkeys(table.kind for table in tables))


def _ranges(tables: Sequence[Table]) -> str:
    """Which rows are whose."""
    parts: list[str] = []
    end = 0
    for table in tables:
        parts.append(f"rows {end + 1:,} to {end + len(table):,} are those of {table.name}")
        end += len(table)
    return first_few(parts)
