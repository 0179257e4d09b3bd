"""A file's bytes as text: UTF-8, UTF-16 and Windows-1252 are recognized, anything else is asked about; no byte is ever replaced."""

from __future__ import annotations

import codecs
import csv
import io
import re

__all__ = ["decode", "wide_cells"]

_MAGIC = {
    b"PK\x03\x04": "a zip file or an Excel workbook: unpack it, or let its name end in .xlsx",
    b"\xd0\xcf\x11\xe0": "an old Office file: let its name end in .xls if it is an Excel workbook",
    b"\x1f\x8b": "packed with gzip: let its name end in .gz, such as my.csv.gz",
    b"PAR1": "Parquet: let its name end in .parquet",
    b"%PDF": "a PDF: copy its rows into a CSV file",
    b"\x89PNG": "a picture",
    b"SQLite format 3": "an SQLite data base: export the table as CSV",
}
_STAND_INS = {  # text that stands where a download went wrong
    re.compile(rb"version https://git-lfs"): "a pointer of Git LFS: run `git lfs pull` in its repository, or download the file itself",
    re.compile(rb"(?i)<(!doctype )?html"): "a web page: download the file itself (on GitHub: Raw; on the Hugging Face hub: download)",
}
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")  # bytes that text rarely holds; for \0 see _NUL
_NUL = 0.01  # a larger share of a file's bytes is no slip of an export
_ONE_BYTE = re.compile(r"cp125\d|iso8859.*|latin.*|mac.*")
_MARKS = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_USUAL = ("cp1252", "cp1250", "cp1251", "cp1253", "shift_jis", "gb18030", "euc_kr", "mac_roman")  # elsewhere, and on old Macs
_GARBLED = re.compile(r"Ã[\x80-\xbfŸ].{0,8}|â€[™œ“”\x9d\x99].{0,8}")
_WESTERN = re.compile(r"[À-ÖØ-öø-ÿŒœŠšŽžŸ“”„‘’‚–—…•€£§°«»©®™¿¡´·\xa0]")


def decode(name: str, data: bytes, encoding: str | None = None) -> tuple[str, list[str]]:
    """The text, and a sentence on the encoding where it was recognized by something else than being UTF-8.

    ValueError: a binary file; an unknown encoding; bytes that are not of it, or of several, with the first one's value, line and row.
    """
    recognized = None if encoding else _recognized(data)
    _refuse_others(name, data, encoding or recognized)
    known = _known(name, encoding or recognized or "utf-8")
    if encoding and _ONE_BYTE.fullmatch(known):
        _refuse_mixed(name, data, known)
    try:
        text = data.decode("utf-8-sig" if known == "utf-8" else known).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise ValueError(_undecoded(name, data, known, error)) from None
    notes = [f"encoding={recognized!r} was recognized, and reads {_sample(text)!r}; give encoding= if that is wrong"] if recognized else []
    if len(garbled := _GARBLED.findall(text)) > 2:
        notes.append(
            f"texts hold {garbled[0]!r} and the like: they were garbled before they came here, UTF-8 read as cp1252; save them anew"
        )
    if "\0" in text:
        notes.append(f"{text.count(chr(0))} NUL characters were taken out of the text; they are a slip of the export")
    return text.replace("\0", ""), notes


def wide_cells(text: str) -> io.StringIO:
    """The text as `csv` reads it, with cells as long as the file allowed (the default stops at 131,072 characters)."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    return io.StringIO(text, newline="")


def _recognized(data: bytes) -> str | None:
    """The encoding that the bytes show, None for UTF-8 and for what nothing shows."""
    mark = next((mark for mark in _MARKS if data.startswith(mark)), None)
    if mark:
        return _MARKS[mark]
    for encoding, zeros in (("utf-16-le", data[1:2000:2]), ("utf-16-be", data[0:2000:2])):
        if zeros.count(0) > 0.6 * len(zeros):
            return encoding
    if data.isascii() or any(not line.isascii() and _is_utf8(line) for line in data.split(b"\n")):
        return None
    return "cp1252" if _looks_western(data) else None


def _looks_western(data: bytes) -> bool:
    """Whether the bytes read as Windows-1252 are the letters and marks of Western Europe, few to a word: "Ïðèâåò" is Russian."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return False
    words = re.findall(r"\w*[^\W\x00-\x7f]\w*", text)
    letters = "".join(words)
    marks = re.findall(r"[^\x00-\x7f]", text)
    accents = sum(not letter.isascii() for letter in letters)
    return accents <= len(letters) / 2 and len(_WESTERN.findall(text)) >= 0.9 * len(marks)


def _known(name: str, encoding: str) -> str:
    try:
        known = codecs.lookup(encoding).name
        b"x".decode(known, "ignore")  # "rot13" is known, and is no encoding of bytes
    except (LookupError, UnicodeError):
        raise ValueError(
            f"{name}: encoding={encoding!r} is not known; known are utf-8, utf-16, cp1252, latin-1, shift_jis and more"
        ) from None
    return known


def _refuse_others(name: str, data: bytes, encoding: str | None) -> None:
    """What is no table at all: by its first bytes, or by bytes that no text holds."""
    start = data.removeprefix(codecs.BOM_UTF8).lstrip()[:100]
    kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)
    kind = kind or next((kind for pattern, kind in _STAND_INS.items() if pattern.match(start)), None)
    if kind:
        raise ValueError(f"{name} is no table but {kind}")
    if encoding not in (None, "cp1252"):
        return
    match = re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", data)
    if match and data.count(0) + len(_CONTROL.findall(data)) > _NUL * len(data):
        place = f"byte {match.start() + 1:,} is {match[0][0]:#04x}"
        raise ValueError(f'{name} is binary, not text: {place}; save it as CSV in UTF-8, or give encoding= (such as "utf-16-le")')


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
    return f"{place}: give the encoding that reads it, {_readings(lines[bad[0] - 1])}; or save it as UTF-8"


def _readings(line: bytes) -> str:
    """What the usual encodings make of a line, as settings to choose from."""
    texts: dict[str, str] = {}
    for encoding in _USUAL:
        try:
            texts[encoding] = _sample(line.decode(encoding))
        except UnicodeDecodeError:
            continue
    return ", ".join(f'encoding="{encoding}" ({text!r})' for encoding, text in texts.items())


def _sample(text: str) -> str:
    """The first word beyond ASCII, with what stands around it."""
    match = re.search(r"\S*[^\x00-\x7f].{0,12}", text) or re.search(r".{1,12}", text)
    return match[0] if match else ""


def _row(name: str, before: str, line: int) -> int:
    """The number of the example, from 1, that the text breaks off in; 0 is the line of names."""
    if "json" in name.lower() or name.lower().endswith(".ndjson"):
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
