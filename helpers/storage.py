"""Files written whole or not at all, JSON read with a reason where it cannot be, and the short hash that names things."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

__all__ = [
    "digest",
    "file_digest",
    "free_name",
    "keep_copy",
    "latest_checkpoint",
    "put_checkpoint",
    "read_json",
    "read_rows",
    "short",
    "write_bytes",
    "write_json",
    "write_rows",
    "write_text",
]

CHECKPOINT = "checkpoint"
NEW = "checkpoint.new"
OLD = "checkpoint.old"


def write_bytes(path: Path, content: bytes) -> Path:
    """Put the bytes there in one step: a reader sees the old file or the new one, never half of it, and a kill leaves the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return path


def write_text(path: Path, text: str) -> Path:
    """`write_bytes` of a text: UTF-8, with \\n at the ends of lines on every system."""
    return write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any, *, indent: int | None = 1) -> Path:
    """`write_text` of a value as JSON, with a newline at its end."""
    return write_text(path, json.dumps(value, indent=indent, ensure_ascii=False) + "\n")


def read_json(path: Path, kind: type = dict) -> Any:
    """The JSON value in a file. ValueError, which names folder and file: it is missing, no JSON, or not of this kind.

    >>> read_json(Path("data/pocket/config.json"))["model_type"]  # doctest: +SKIP
    'llama'
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path.parent.name}/{path.name} cannot be read ({type(error).__name__})") from error
    if not isinstance(value, kind):
        raise ValueError(f"{path.parent.name}/{path.name} holds a {type(value).__name__}, not a {kind.__name__}")
    return value


def write_rows(path: Path, rows: Iterable[Mapping]) -> Path:
    """`write_text` of rows as JSON, one a line; what JSON does not know, such as a date, as its text."""
    return write_text(path, "".join(json.dumps(dict(row), ensure_ascii=False, default=str) + "\n" for row in rows))


def read_rows(path: Path) -> list[dict]:
    """The rows of a file with one JSON object a line, such as `write_rows` writes."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def digest(value: Any) -> str:
    """SHA-256 of a text, of bytes, or of any other value as JSON with sorted keys; what JSON does not know counts as its repr."""
    if isinstance(value, str):
        value = value.encode(errors="surrogatepass")
    if not isinstance(value, bytes):
        value = json.dumps(value, sort_keys=True, default=repr).encode()
    return hashlib.sha256(value).hexdigest()


def short(value: Any) -> str:
    """The first twelve characters of `digest`: enough to tell things apart, short enough to read."""
    return digest(value)[:12]


def file_digest(path: Path) -> str:
    """SHA-256 of a file's content, read in pieces: it may be the weights of a model."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def free_name(path: Path) -> Path:
    """The first free name for a copy beside a file: `01_prompts.ipynb.1.bak`, which git ignores."""
    number = 1
    while (copy := path.with_name(f"{path.name}.{number}.bak")).exists():
        number += 1
    return copy


def keep_copy(path: Path) -> Path:
    """Copy a file to the first free name beside it."""
    return shutil.copy2(path, free_name(path))


def put_checkpoint(folder: Path) -> None:
    """Put the folder `checkpoint.new` in the place of `checkpoint`; at every moment one of the two is whole."""
    if (folder / CHECKPOINT).exists():  # if not, OLD is all there is
        shutil.rmtree(folder / OLD, ignore_errors=True)
        os.replace(folder / CHECKPOINT, folder / OLD)
    os.replace(folder / NEW, folder / CHECKPOINT)
    shutil.rmtree(folder / OLD, ignore_errors=True)


def latest_checkpoint(folder: Path) -> Path | None:
    """The newest whole checkpoint, if there is one."""
    return next((folder / name for name in (CHECKPOINT, OLD) if (folder / name / "state.json").exists()), None)
