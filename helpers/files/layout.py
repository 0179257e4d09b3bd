"""How a CSV file is written: which delimiter, quotes and escapes fit its rows, and on which line the names stand."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from helpers.files.decoding import wide_cells

__all__ = ["DELIMITERS", "Form", "best_reading", "repeated", "uneven"]

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_ABOVE = 20  # lines at most that may stand above the names


@dataclass(frozen=True)
class Form:
    """How a file is written: None where nothing was said. `header`: the line (from 1) that holds the names."""

    delimiter: str | None = None
    quotechar: str | None = None
    escapechar: str | None = None
    header: int | None = None
    spaces: bool = False  # after a delimiter and before a quote


@dataclass(frozen=True)
class Reading:
    """What a form makes of a text: each record with the line it begins on. `problem`: where the quotes broke off."""

    form: Form
    records: list[tuple[int, list[str]]]
    problem: str = ""

    @property
    def fits(self) -> bool:
        """Whether there are two names or more, rows as wide as they are (but for empty fields at the end), and no column in quotes."""
        if self.problem or len(self.records[0][1]) < 2:
            return False
        rows = [row for _, row in self.records[1:]]
        return not any(uneven(row, len(self.records[0][1])) for row in rows) and not _is_title(self.records) and not _in_quotes(rows)


@dataclass(frozen=True)
class Other:
    """A form beside the usual one, tried where that does not fit and the text shows it: in a share of its lines, or once."""

    form: Form
    shows: re.Pattern
    note: str
    share: float = 0.0

    def is_shown(self, text: str) -> bool:
        return len(self.shows.findall(text)) > self.share * text.count("\n")


_SPACE = re.compile(r'[,;\t|] +"')
_BACKSLASH = re.compile(r'\\"')
_SINGLE = re.compile(r"(?m)(?:^|[,;\t|])'")
OTHERS = (
    Other(Form(spaces=True), _SPACE, "spaces between a delimiter and a quote were skipped"),
    Other(Form(escapechar="\\"), _BACKSLASH, "a backslash before a quote was read as part of the quoting (escapechar=)"),
    Other(
        Form(escapechar="\\", spaces=True),
        _BACKSLASH,
        "spaces and backslashes before quotes were read as part of the quoting (escapechar=)",
    ),
    Other(Form(quotechar="'"), _SINGLE, "single quotes were read as the quotes (quotechar=)", 0.5),
    Other(
        Form(quotechar="'", escapechar="\\"),
        _SINGLE,
        "single quotes were read as the quotes, and backslashes before them as part of the quoting (quotechar=, escapechar=)",
        0.5,
    ),
)


def best_reading(text: str, form: Form) -> tuple[Reading, list[str]]:
    """The usual form where it fits, else the first other one that does, with a sentence on it; else the usual one again."""
    usual = _read(text, form)
    if usual.fits:
        return usual, []
    for other in OTHERS:
        settings = {option: value for option, value in vars(other.form).items() if value}
        free = all(vars(form)[option] in (None, False) for option in settings)
        if free and other.is_shown(text) and (reading := _read(text, replace(form, **settings))).fits:
            return reading, [other.note]
    if form.header is None and (reading := _below_title(text, form, usual)):
        return reading, [f"the names were taken from line {reading.form.header}, and the lines above it left out (header=)"]
    return usual, []


def _below_title(text: str, form: Form, usual: Reading) -> Reading | None:
    """The first reading that fits and begins some lines further down, where the lines above are no rows."""
    for line, record in usual.records[:_ABOVE]:
        reading = _read(text, replace(form, header=line))
        if line > 1 and reading.fits and len(reading.records) > 2 and not repeated(reading.records):
            return reading
        if sum(bool(cell.strip()) for cell in record) > 2:
            return None
    return None


def _read(text: str, form: Form) -> Reading:
    skipped = (form.header or 1) - 1
    below = "".join(list(wide_cells(text))[skipped:]) if skipped else text
    form = replace(form, delimiter=form.delimiter or _delimiter(below))
    records: list[tuple[int, list[str]]] = []
    try:
        records += _records(below, form, skipped)
    except ValueError as error:
        return Reading(form, records, str(error))
    return Reading(form, records, "" if records else f"there is no line {form.header} of names (header=)")


def _records(text: str, form: Form, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """The records that are not blank, each with the line it begins on. ValueError: a quote that is not closed."""
    reader = _reader(text, form, strict=True)
    begins = 1
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            ends = f"closed on line {reader.line_num + skipped}, where more text follows ({error})"
            how = "never closed" if "unexpected end" in str(error) else ends
            raise ValueError(
                f"a double quote is opened in the row that begins on line {begins + skipped} and is {how}: close it, double it: "
                '"", or give quotechar= or escapechar='
            ) from None
        if any(cell.strip() for cell in record):
            yield begins + skipped, record
        begins = reader.line_num + 1


def _reader(text: str, form: Form, strict: bool = False) -> Iterator[list[str]]:
    return csv.reader(
        wide_cells(text),
        delimiter=form.delimiter or ",",
        quotechar=form.quotechar or '"',
        escapechar=form.escapechar,
        skipinitialspace=form.spaces,
        strict=strict,
    )


def _delimiter(text: str) -> str:
    """The delimiter under which the first rows are as wide as the first line; a comma when none is."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    best = (0.0, 1)
    chosen = ","
    for delimiter in DELIMITERS:
        if delimiter in first:
            try:
                widths = [len(row) for row, _ in zip(_reader(text, Form(delimiter)), range(200)) if row]
            except csv.Error:
                continue
            fit = (sum(width == widths[0] for width in widths) / len(widths), widths[0])
            if fit > best and widths[0] > 1:
                best = fit
                chosen = delimiter
    return chosen


def uneven(row: Sequence[str], width: int) -> bool:
    return len(row) != width and (len(row) < width or any(cell.strip() for cell in row[width:]))


def _is_title(records: Sequence[tuple[int, list[str]]]) -> bool:
    """Whether the first record is a title: its first field alone holds something, and of the next one two or more do."""
    filled = [[bool(cell.strip()) for cell in record] for _, record in records[:2]]
    return len(filled) == 2 and filled[0][0] and sum(filled[0]) == 1 and sum(filled[1]) > 1


def repeated(records: Sequence[tuple[int, list[str]]]) -> str | None:
    """A name that stands twice or more in the column below it, as it does where the first record is an example."""
    for place, cell in enumerate(records[0][1]):
        if cell.strip() and sum(row[place].strip() == cell.strip() for _, row in records[1:]) > 1:
            return cell.strip()
    return None


def _in_quotes(rows: Sequence[list[str]]) -> bool:
    """Whether all fields of some column (in the first 2,000 rows) stand in quotes, which then are no part of the text."""
    for cells in zip(*rows[:2000]):
        texts = [cell.strip() for cell in cells if cell.strip()]
        if len(texts) > 1 and any(all(len(text) > 1 and text[0] == text[-1] == quote for text in texts) for quote in "\"'"):
            return True
    return False
