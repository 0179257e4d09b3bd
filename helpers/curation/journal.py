"""A journal: a file of JSON lines that only grows. What it has taken is on the disk, and a kill loses nothing of it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import FileLock

__all__ = ["Journal", "alone"]

PATIENCE = 10.0  # seconds to wait for another process that writes


def alone(path: Path) -> FileLock:
    """A lock on the file, to be entered by `with`: one process at a time reads or writes. The file `.<name>.lock` lies beside it."""
    from filelock import FileLock

    return FileLock(path.with_name(f".{path.name}.lock"), timeout=PATIENCE)


class Journal:
    """The lines of a file. Several processes may open it: each takes in what the others wrote before it writes.

    `dropped` counts the bytes of a last line that a kill cut off: nobody was told that it was saved.
    """

    def __init__(self, path: Path):
        self.path = path
        self.dropped = 0
        self._end = 0
        self._lines = 0

    def news(self) -> list[dict]:
        """What was added since the last call; everything at the first. ValueError names a line that is damaged."""
        with alone(self.path):
            return self._read()

    def append(self, entry: Mapping) -> list[dict]:
        """Write the entry, and return what is new: what others added in the meantime, then the entry."""
        line = json.dumps(dict(entry), ensure_ascii=False).encode() + b"\n"
        with alone(self.path):
            others = self._read()
            with self.path.open("r+b") as file:
                file.truncate(self._end)  # a line that was cut off would swallow the next one
                file.seek(self._end)
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
            self._end += len(line)
            self._lines += 1
        return [*others, json.loads(line)]

    def _read(self) -> list[dict]:
        with self.path.open("rb") as file:
            if file.seek(0, os.SEEK_END) < self._end:
                raise ValueError(f"{self.path.name} is shorter than when it was read: something else changed it. Open it again.")
            file.seek(self._end)
            whole, newline, rest = file.read().rpartition(b"\n")
        self.dropped = self.dropped or len(rest)
        entries = [self._entry(line) for line in (whole + newline).split(b"\n")[:-1]]
        self._end += len(whole + newline)
        return entries

    def _entry(self, line: bytes) -> dict:
        self._lines += 1
        try:
            return dict(json.loads(line))
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"{self.path.name}, line {self._lines} is damaged ({type(error).__name__}). Nothing was changed. "
                "Copy the file, then mend that line or take it out."
            ) from error
