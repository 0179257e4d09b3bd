"""What stands on the disk: a file's bytes as text, refused with what to change where they are none; and its folder of documents."""

from __future__ import annotations

import codecs
import csv
import io
import re
from pathlib import Path

from helpers.spelling import did_you_mean

__all__ = ["read_bytes", "decode", "wide_cells", "KINDS", "find_documents"]

KINDS = {".csv": "CSV", ".tsv": "CSV", ".jsonl": "JSONL", ".ndjson": "JSONL", ".parquet": "Parquet"}
LARGEST = 1_000_000_000  # bytes; all of it is held in memory
_MAGIC = {
    b"PK\x03\x04": "a zip file, such as an Excel workbook: open it and save the sheet as CSV (UTF-8)",
    b"\xd0\xcf\x11\xe0": "an old Office file: open it and save the sheet as CSV (UTF-8)",
    b"\x1f\x8b": "packed with gzip: unpack it",
    b"PAR1": "Parquet: let its name end in .parquet",
    b"%PDF": "a PDF: copy its rows into a CSV file",
    b"\x89PNG": "a picture",
    b"SQLite format 3": "an SQLite data base: export the table as CSV",
}
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # bytes that text rarely holds
_ONE_BYTE = re.compile(r"cp125\d|iso8859.*|latin.*|mac.*")
_UTF16 = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read_bytes(path: Path) -> bytes:
    """The file, read once. FileNotFoundError: it is not there. ValueError: a folder, another kind of file, an empty or a huge one."""
    allowed = ", ".join(KINDS)
    if path.is_dir():
        inside = sorted(file.name for file in path.iterdir() if file.suffix.lower() in KINDS)
        cure = f"give one of the files in it: {', '.join(inside[:5])}" if inside else f"give a file ({allowed})"
        raise ValueError(f"{path.name} is a folder, not a file: {cure}; a folder that is a task needs a task.toml")
    if not path.exists():
        near = sorted(file.name for file in path.parent.glob("*") if file.suffix.lower() in KINDS)[:5] if path.parent.is_dir() else []
        others = f"there are {', '.join(near)}" if near else "no CSV, JSONL or Parquet file is there"
        raise FileNotFoundError(f"no file {path.name!r} in {path.absolute().parent}; {others}{did_you_mean(path.name, near)}")
    if path.suffix.lower() not in KINDS:
        raise ValueError(f"{path.name}: the name must end in one of {allowed}, got {path.suffix or 'no ending'!r}; save it as CSV (UTF-8)")
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} has {path.stat().st_size / 1e9:.1f} GB, and at most 1 GB is read: take a sample of its rows")
    data = path.read_bytes()
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        raise ValueError(f"{path.name} is empty: it needs a line of column names, such as input,target, and one line an example")
    return data


def decode(name: str, data: bytes, encoding: str | None) -> str:
    """The text: UTF-8 with or without a byte order mark, or as `encoding` says; no byte is ever replaced.

    ValueError: a binary file; an unknown encoding; bytes that are not of it, with the first one's value, line and row.
    """
    _refuse_binary(name, data, encoding)
    mark = next((mark for mark in _UTF16 if data.startswith(mark)), None)
    if mark and encoding is None:
        raise ValueError(f'{name} is {_UTF16[mark].upper()}, not UTF-8: give encoding="{_UTF16[mark]}", or save it as UTF-8')
    try:
        known = codecs.lookup(encoding or "utf-8").name
        b"x".decode(known, "ignore")  # "rot13" is known, and is no encoding of bytes
    except (LookupError, UnicodeError):
        raise ValueError(
            f"{name}: encoding={encoding!r} is not known; known are utf-8, utf-16, cp1252, latin-1, shift_jis and more"
        ) from None
    if _ONE_BYTE.fullmatch(known):
        _refuse_mixed(name, data, known)
    try:
        return data.decode("utf-8-sig" if known == "utf-8" else known)
    except UnicodeDecodeError as error:
        raise ValueError(_undecoded(name, data, known, error)) from None


def wide_cells(text: str) -> io.StringIO:
    """The text as `csv` reads it, with cells as long as the file allowed (the default stops at 131,072 characters)."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    return io.StringIO(text, newline="")


def _refuse_binary(name: str, data: bytes, encoding: str | None) -> None:
    kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)
    if kind:
        raise ValueError(f"{name} is no text but {kind}")
    if encoding or data.startswith(tuple(_UTF16)):
        return
    match = _CONTROL.search(data)
    if match and (b"\0" in data or len(_CONTROL.findall(data)) > len(data) / 100):
        place = f"byte {match.start() + 1:,} is {match[0][0]:#04x}"
        raise ValueError(f'{name} is binary, not text: {place}; save it as CSV in UTF-8 (if it is UTF-16, give encoding="utf-16-le")')


def _refuse_mixed(name: str, data: bytes, encoding: str) -> None:
    """A one-byte encoding reads anything, so UTF-8 among it would silently become "Ã©"."""
    number = next((n for n, line in enumerate(data.split(b"\n"), 1) if not line.isascii() and _is_utf8(line)), None)
    if number:
        raise ValueError(
            f"{name}, line {number}: is UTF-8, so encoding={encoding!r} would garble it: leave encoding= out"
            + ("" if _is_utf8(data) else ", after saving the other lines as UTF-8 too: the file mixes encodings")
        )


def _undecoded(name: str, data: bytes, encoding: str, error: UnicodeDecodeError) -> str:
    before = data[: error.start]
    line = before.count(b"\n") + 1
    shown = f"byte {data[error.start]:#04x} (number {error.start + 1:,} of the file)"
    place = f"{name}, line {line} (row {_row(name, before.decode(encoding, 'ignore'), line)}): {shown} is not {encoding.upper()}"
    if encoding != "utf-8":
        return f"{place}: give the right encoding=, or save the file as UTF-8"
    lines = data.split(b"\n")
    bad = [number for number, each in enumerate(lines, 1) if not _is_utf8(each)]
    good = sum(not each.isascii() for each in lines) - len(bad)
    if good:
        return (
            f"{place}, but {good} of its other lines are: the file mixes encodings. Save line {', '.join(map(str, bad[:5]))} as UTF-8 too"
        )
    return f'{place}: give encoding="cp1252" (usual for Excel in the West) or the one it has, or save it as UTF-8'


def _row(name: str, before: str, line: int) -> int:
    """The number of the example, from 1, that the text breaks off in; 0 is the line of names."""
    if KINDS[Path(name).suffix.lower()] != "CSV":
        return line
    try:
        return sum(1 for record in csv.reader(wide_cells(before + "?")) if record) - 1
    except csv.Error:
        return line - 1


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def find_documents(file: Path, wish: str | Path | bool | None) -> tuple[Path | None, str]:
    """The folder and why: the one given, else `<name>_documents` or `documents` beside the file; `False` for none.

    ValueError: the folder that was given is not there, or holds no *.md or *.txt file.
    """
    if wish is False:
        return None, "as you said"
    if wish is None or wish == "":
        return _beside(file)
    if wish is True:
        raise ValueError(f"{file.name}: documents=True names no folder: give its path, or leave documents= out to look beside the file")
    folder = Path(wish).expanduser()
    if not folder.is_dir() and not folder.is_absolute() and (file.parent / folder).is_dir():
        folder = file.parent / folder
    if not folder.is_dir():
        raise ValueError(
            f"documents={str(wish)!r}: there is no such folder, here or beside {file.name}; give one that holds *.md or *.txt files"
        )
    if not (n := _pages(folder)):
        raise ValueError(f"documents={str(wish)!r}: the folder holds no *.md or *.txt file; save the documents as text, one a file")
    return folder, f"{n} files, as you said"


def _beside(file: Path) -> tuple[Path | None, str]:
    """By the folder's exact name: on some systems `Documents`, a reader's own folder, would answer to `documents`."""
    names = (f"{file.stem}_documents", "documents")
    folders = {entry.name: entry for entry in file.absolute().parent.iterdir() if entry.name in names and entry.is_dir()}
    for name in names:
        if name in folders and (n := _pages(folders[name])):
            return folders[name], f"{n} files, found beside {file.name}; documents=False to leave them out"
    return None, f"no folder {names[0]} or {names[1]} with *.md or *.txt files beside {file.name}; give documents="


def _pages(folder: Path) -> int:
    from helpers.retrieval.pages import page_files

    return len(page_files(folder))
