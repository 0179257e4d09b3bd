"""A CSV file as columns. A row that cannot be read is an error, never a gap."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from helpers.files.layout import DELIMITERS, Form, best_reading, repeated, uneven
from helpers.files.table import Table, first_few, table_of

__all__ = ["column_names", "read_csv", "read_fasttext"]

_SEP = re.compile(r'"?sep=(.)"?[;,\t ]*\r?\n', re.IGNORECASE)  # Excel's own first line
_LIMIT = 32_767  # characters of a cell, where Excel cuts


def read_csv(name: str, text: str, form: Form) -> Table:
    """The columns of a CSV file, all text; blank lines do not count.

    ValueError: a quote that is never closed, a row with more or fewer fields than there are names, names that are missing or doubled;
    an option that is no character.
    """
    text, form, notes = _without_sep(text, _checked(form))
    reading, more = best_reading(text, form)
    notes += more
    if reading.problem:
        raise ValueError(f"{name}: {reading.problem}")
    header = [cell.strip() for cell in reading.records[0][1]]
    rows = [row for row in reading.records[1:] if not _is_rule(row[1])]
    notes += ["the line of dashes below the names was left out"] * (len(rows) < len(reading.records) - 1)
    _refuse_uneven(name, header, rows)
    if reading.form.delimiter != "," and not any("sep=" in note for note in notes):
        delimiter = reading.form.delimiter or ""
        notes.append(f"the fields are separated by {DELIMITERS.get(delimiter, repr(delimiter))} (delimiter=)")
    columns = {}
    for place, column in enumerate(column_names(name, header, rows)):
        cells = [row[place] if row[place].strip() else None for _, row in rows]
        if column or any(cell is not None for cell in cells):
            columns[column or f"column {place + 1}"] = cells
    cut = [str(number) for number, (_, row) in enumerate(rows, 1) if any(len(cell) == _LIMIT for cell in row)]
    notes += [f"rows whose text ends at {_LIMIT:,} characters, where Excel cuts: {first_few(cut)}"] if cut else []
    return Table(name, "CSV", columns, list(range(1, len(rows) + 1)), notes)


def read_fasttext(name: str, text: str) -> Table:
    """The lines of fastText, which begin with their labels: `__label__late __label__lost The parcel ...`."""
    records = []
    for line in filter(str.strip, text.split("\n")):
        words = line.split()
        labels = [word.removeprefix("__label__") for word in words if word.startswith("__label__")]
        records.append({"text": " ".join(word for word in words if not word.startswith("__label__")), "label": labels})
    table = table_of(name, "fastText", records)
    table.notes.append("each line begins with its labels (__label__), as fastText has them")
    return table


def _checked(form: Form) -> Form:
    for option in ("delimiter", "quotechar", "escapechar"):
        value = vars(form)[option]
        if value is not None and len(value) != 1:
            raise ValueError(f'{option}={value!r} must be one character, such as ";" or "\\t"')
    if form.header is not None and (not isinstance(form.header, int) or form.header < 1):
        raise ValueError(f"header={form.header!r} must be the number of the line that holds the names, from 1")
    return form


def _without_sep(text: str, form: Form) -> tuple[str, Form, list[str]]:
    """The text with an empty line in place of Excel's `sep=;`, which says the delimiter."""
    match = _SEP.match(text)
    if not match or form.header == 1:
        return text, form, []
    note = f"the first line, {match[0].strip()!r}, says the delimiter, as Excel means it (delimiter=)"
    return "\n" + text[match.end() :], replace(form, delimiter=form.delimiter or match[1]), [note]


def _is_rule(row: Sequence[str]) -> bool:
    """Whether a row only draws the line that Markdown and SQL programs put below the names."""
    cells = [cell.strip() for cell in row if cell.strip()]
    return len(cells) > 1 and all(re.fullmatch(r":?-{3,}:?", cell) for cell in cells)


def _refuse_uneven(name: str, header: list[str], rows: Sequence[tuple[int, list[str]]]) -> None:
    odd = [(number, line, len(row)) for number, (line, row) in enumerate(rows, 1) if uneven(row, len(header))]
    if odd:
        shown = first_few([f"row {number} (line {line}) has {fields}" for number, line, fields in odd], "; ")
        raise ValueError(
            f"{name}: {len(odd)} of {len(rows)} rows have not the {len(header)} fields of the first line: {shown}; "
            'put texts that hold the delimiter or a line break in double quotes, and double a quote inside: "", or give delimiter=, '
            "quotechar=, or header= (the line of the names)"
        )
    if not rows:
        raise ValueError(f"{name} has a line of names ({', '.join(header)}) and no rows: add one line an example")


def column_names(name: str, header: list[str], rows: Sequence[tuple[int, list[str]]]) -> list[str]:
    """The names of the columns, refused if two are alike or if the first line looks like an example."""
    twice = [column for column, count in Counter(header).items() if count > 1 and column]
    if twice:
        raise ValueError(f"{name}: two columns are named {twice[0]!r}: rename one in the first line")
    if column := repeated([(0, header), *rows]):
        raise ValueError(
            f"{name}: the first line looks like an example, not names: {column!r} stands below it as well. "
            "Put a line of names above it, such as input,target"
        )
    return header
