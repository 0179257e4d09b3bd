"""A file of any length as columns, row by row: text is never held as a whole."""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from helpers.failures.gathering import Gathered, Row, batches, gather_parquet
from helpers.files import reading
from helpers.files.decoding import decode
from helpers.files.delimited import column_names
from helpers.files.layout import Form, best_reading, uneven
from helpers.files.objects import read_json
from helpers.files.opening import checked_kind, find_sources, unpacked
from helpers.files.table import Table, first_few
from helpers.progress import bar
from helpers.tasks.examples import json_row

__all__ = ["read_columns", "read_objects"]

LONGEST = 50_000_000  # bytes of a line
HEAD = 65_536  # bytes by which a file is known as text


def read_columns(path: Path, gathered: Gathered, encoding: str | None = None) -> Table:
    """The columns of a file; `gathered` then has its vectors. ValueError, FileNotFoundError: it is not there, broken, or something else."""
    kind = checked_kind(path)
    if kind == "Parquet":
        gather_parquet(path, gathered)
    elif kind in ("JSONL", "CSV"):
        lines = _lines(path, encoding, gathered.notes)
        for number, row in _objects(path.name, lines) if kind == "JSONL" else _records(path.name, lines):
            gathered.add(row, number)
    else:
        table = reading.read(find_sources(path), reading.Settings(encoding=encoding))
        gathered.notes += table.notes
        for number, row in zip(table.rows, table.records()):
            gathered.add(row, number)
    return gathered.table(kind)


def read_objects(path: Path) -> Iterator[tuple[int, Row]]:
    """The objects of a JSONL or Parquet file, each with its number, one at a time; those of a JSON file after all of it was read."""
    kind = checked_kind(path)
    if kind == "Parquet":
        for first, batch in batches(path):
            yield from enumerate(batch.to_pylist(), first)
    elif kind == "JSONL":
        yield from _objects(path.name, _lines(path, None, []))
    elif kind == "JSON":
        text, _ = decode(path.name, unpacked(find_sources(path)[0]))
        yield from _whole(path.name, text)
    else:
        raise ValueError(f"{path.name}: a span holds lists, so it is read from .jsonl, .json or .parquet, not from {kind}: export it so")


def _whole(name: str, text: str) -> Iterable[tuple[int, Row]]:
    """A single object that holds lists of its own, such as OTLP's, as it is; else the rows that `helpers.files` sees in the JSON."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if isinstance(value, dict) and "resourceSpans" in value:
        return [(1, value)]
    table = read_json(name, text)
    return zip(table.rows, table.records())


def _lines(path: Path, encoding: str | None, notes: list[str]) -> Iterator[str]:
    """The lines of a text file, one at a time. One that is not UTF-8 is decoded as a whole, or refused, as `decode` does."""
    packed = path.name.lower().endswith(".gz")
    with _whole_gzip(path.name), gzip.open(path) if packed else path.open("rb") as file:
        _, odd = decode(path.name, _head(file), encoding)
        file.seek(0)
        whole = bool(encoding) or any(note.startswith("encoding=") for note in odd)
        number = 0
        with bar(path.stat().st_size, path.name, unit="B") as shown:
            while not whole and (line := _line(path.name, file, number + 1)):
                shown.update(len(line))
                try:
                    text = line.decode("utf-8-sig" if number == 0 else "utf-8")
                except UnicodeDecodeError:
                    whole = True
                    break
                number += 1
                yield text
        if whole:
            file.seek(0)
            text, odd = decode(path.name, file.read(), encoding)
            notes += odd
            yield from (line + "\n" for line in text.split("\n")[number:])


def _head(file: IO[bytes]) -> bytes:
    """The beginning of a file, cut where no letter is cut."""
    head = file.read(HEAD)
    if len(head) < HEAD or b"\0" in head[:200]:  # UTF-16
        return head
    return head[: head.rfind(b"\n") + 1] or head.rstrip(bytes(range(128, 256)))


@contextmanager
def _whole_gzip(name: str) -> Iterator[None]:
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{name} is no whole gzip file ({error}): pack it again, or give it unpacked, without .gz") from None


def _line(name: str, file: IO[bytes], number: int) -> bytes:
    line = file.readline(LONGEST + 1)
    if len(line) > LONGEST:
        raise ValueError(
            f"{name}, line {number}: goes on for more than {LONGEST / 1e6:.0f} million bytes, and a row has at most that: give each row "
            "a line; a single JSON list needs a name that ends in .json"
        )
    return line


def _objects(name: str, lines: Iterable[str]) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            problem = "" if isinstance(row, dict) else f": holds a {type(row).__name__}"
        except (ValueError, RecursionError):
            problem = ": is no JSON"
        if problem == ": is no JSON" or "\\ud" in line:  # where it breaks, and whether it holds half a character
            problem = json_row(line.encode("utf-8", "surrogatepass"))[1] or problem
        if problem:
            raise ValueError(f"{name}, line {number}{problem}: each line is one JSON object; correct it, or leave it out")
        yield number, row


def _records(name: str, lines: Iterable[str]) -> Iterator[tuple[int, Row]]:
    """The rows of a CSV file by the names in its first line; how it is written is seen from its first 200 lines."""
    lines = iter(lines)
    sample = list(islice(lines, 200))
    if (first := "".join(sample).lstrip())[:1] in ("{", "["):
        raise ValueError(f"{name} holds JSON, not CSV: its first line begins {first[:30]!r}; let the name end in .jsonl (an object a line)")
    if not first:
        return
    seen, _ = best_reading("".join(sample), Form())
    rows = _reader(seen.form, chain(sample[(seen.form.header or 1) - 1 :], lines))
    filled = (row for row in rows if any(cell.strip() for cell in row))
    odd: list[str] = []
    try:
        header = [cell.strip() or f"column {place}" for place, cell in enumerate(next(filled), 1)]  # pandas leaves its index unnamed
        column_names(name, header, [record for record in seen.records[1:] if not uneven(record[1], len(header))])
        for number, row in enumerate(filled, 1):
            if uneven(row, len(header)):
                odd.append(f"row {number} (line {rows.line_num}) has {len(row)}")
            yield number, dict(zip(header, row))
    except csv.Error as error:
        cure = 'close it, or double a quote inside a text: ""'
        raise ValueError(f"{name}: a double quote is open in the row that ends at line {rows.line_num} ({error}): {cure}") from None
    if odd:
        cure = "put texts that hold the delimiter or a line break in double quotes"
        raise ValueError(f"{name}: {len(odd)} rows have not the {len(header)} fields of the first line: {first_few(odd)}: {cure}")


def _reader(form: Form, lines: Iterable[str]) -> Any:
    csv.field_size_limit(LONGEST)
    options = {"delimiter": form.delimiter or ",", "quotechar": form.quotechar or '"', "escapechar": form.escapechar}
    return csv.reader(lines, **options, skipinitialspace=form.spaces, strict=True)
