"""Pages: a folder of text files, read with care for what such folders hold."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from helpers.retrieval.structure import blocks

__all__ = ["Page", "read_pages"]

_DATE = re.compile(r"^\W*date\W*:\W*(\d{4}-\d\d-\d\d)\b", re.IGNORECASE)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # bytes that no text holds
NEAR_THE_TOP = 10  # lines in which a date is looked for


@dataclass(frozen=True)
class Page:
    """One document: its `text` is the whole of it, title and date lines included; `date` is like "2025-03-04", or None."""

    id: str
    title: str
    text: str
    date: str | None = None


def read_pages(folder: str | Path) -> list[Page]:
    """Every *.md and *.txt file in a folder and in those below it, sorted by id: its path without the ending, `memos/m01`.

    What is hidden (`.ipynb_checkpoints`) is left out. The title is the first line `# Title` outside fenced code, else the file's name;
    the date is that of a line `Date: 2025-03-04` near the top.
    UTF-8, with or without a byte order mark; UTF-16 with one. Another file is read as Windows-1252 (else Latin-1), with a warning.
    An empty page is left out with a warning, and so is a page with the same text as one before it.
    ValueError: no folder, no page in it, a binary file, two files with one id (`a.md`, `a.txt`), a date that is not in the calendar.

    >>> read_pages("data/handbook/pages")[0].id  # doctest: +SKIP
    'm01-...'
    """
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise ValueError(f"no such folder of pages: {str(folder)!r}; give a folder that holds *.md or *.txt files")
    pages = _without_copies(_page(file, file.relative_to(folder)) for file in _one_an_id(page_files(folder), folder))
    if not pages:
        raise ValueError(f"no page in {folder.name!r}: it needs at least one *.md or *.txt file that is not empty")
    return pages


def page_files(folder: Path) -> list[Path]:
    """The *.md and *.txt files in a folder and in those below it, without the hidden ones, sorted."""
    visible = (path for path in folder.rglob("*") if not any(part.startswith(".") for part in path.relative_to(folder).parts))
    return sorted(path for path in visible if path.suffix.lower() in (".md", ".txt") and path.is_file())


def _one_an_id(files: list[Path], folder: Path) -> list[Path]:
    files_by_id: dict[str, Path] = {}
    for file in files:
        name = _id(file.relative_to(folder))
        first = files_by_id.setdefault(name, file)
        if first is not file:
            raise ValueError(f"{first.name} and {file.name} would both be the page {name!r}: rename one of them")
    return [files_by_id[name] for name in sorted(files_by_id)]


def _page(file: Path, name: Path) -> Page:
    text = _decode(file.read_bytes(), name).replace("\r\n", "\n").replace("\r", "\n")
    title = next((block for level, block in blocks(text) if level == 1), name.stem)
    return Page(_id(name), title, text, _date(text, name))


def _decode(data: bytes, name: Path) -> str:
    """The text of a file's bytes; a warning where the encoding had to be guessed."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise ValueError(f"{name} begins like UTF-16 text and is none ({error.reason}): save it as UTF-8, or move it away") from error
    if match := _BINARY.search(data):
        raise ValueError(f"{name} is no text: byte {match.start()} is 0x{match[0].hex()}; save it as UTF-8 text, or move it away")
    for encoding in ("utf-8-sig", "cp1252", "latin-1"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "utf-8-sig":
            warnings.warn(f"{name} is not UTF-8; it was read as {encoding}: check its accents, and save it as UTF-8", stacklevel=6)
        return text
    raise AssertionError("Latin-1 reads any bytes")


def _date(text: str, name: Path) -> str | None:
    lines = text.lstrip().split("\n", NEAR_THE_TOP)[:NEAR_THE_TOP]
    written = next((match[1] for match in (_DATE.match(line[:80]) for line in lines) if match), None)
    try:
        return written and date.fromisoformat(written).isoformat()
    except ValueError as error:
        raise ValueError(f"{name} has the date {written!r}, which is not in the calendar ({error}); write it like 2025-03-04") from error


def _without_copies(pages: Iterable[Page]) -> list[Page]:
    originals: dict[str, Page] = {}
    for page in pages:
        text = page.text.strip()
        if not text:
            warnings.warn(f"the page {page.id!r} is empty and was left out", stacklevel=3)
        elif text in originals:
            warnings.warn(f"the page {page.id!r} has the same text as {originals[text].id!r} and was left out", stacklevel=3)
        else:
            originals[text] = page
    return list(originals.values())


def _id(name: Path) -> str:
    return name.with_suffix("").as_posix()
