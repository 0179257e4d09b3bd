"""What two versions of a notebook show, cell by cell, and where they differ."""

from __future__ import annotations

import configparser
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from typing import Any

from helpers import places
from helpers.workbook.rules_outputs import EXEMPT
from helpers.workbook.tolerance import agree

__all__ = ["Change", "changes", "disagreements", "sanitize"]

EMBEDDED = re.compile(r"data:image/[\w+]+;base64,[A-Za-z0-9+/=]+")


@dataclass(frozen=True)
class Change:
    """One cell whose output is not what it was: the first line that differs, before and after."""

    name: str
    cell: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.name}, cell {self.cell}:\n  - {self.before}\n  + {self.after}"


def changes(name: str, before: Any, after: Any) -> list[Change]:
    """The cells whose outputs differ, figures too, leaving out what tests/sanitize.cfg covers and the ids of widgets."""
    pairs = enumerate(zip(before.cells, after.cells, strict=True), 1)
    return [change for number, (old, new) in pairs if (change := _change(name, number, old, new, str.__eq__, figures=True))]


def disagreements(name: str, committed: Any, executed: Any, *, exact: bool = False) -> list[Change]:
    """The cells that do not show what was committed. Cells tagged `nbval-ignore-output` are not looked at.

    The text must be the same and its decimals near, as `tolerance.agree` says; a figure must be there, whatever it looks like.
    exact: every digit and every figure must be the same.
    """
    same = str.__eq__ if exact else agree
    pairs = enumerate(zip(committed.cells, executed.cells, strict=True), 1)
    looked_at = [(number, old, new) for number, (old, new) in pairs if EXEMPT not in old.metadata.get("tags", [])]
    return [change for number, old, new in looked_at if (change := _change(name, number, old, new, same, figures=exact))]


def _change(name: str, number: int, old: Any, new: Any, same: Callable[[str, str], bool], *, figures: bool) -> Change | None:
    pairs = zip_longest(_lines(old, figures), _lines(new, figures), fillvalue="(nothing)")
    pair = next((pair for pair in pairs if not same(*pair)), None)
    return Change(name, number, *(text[:160] for text in pair)) if pair else None


def _lines(cell: Any, figures: bool) -> list[str]:
    """What a cell shows, line by line; `figures` adds the checksum of each figure."""
    lines = []
    for data in _merged(cell.get("outputs", [])):
        for kind, content in sorted(data.items()):
            if "widget-view" in kind:
                lines.append("a widget")
            elif kind.startswith("image/"):
                lines.append(_figure(content) if figures else f"a figure, {kind}")
            else:
                lines += _text(content, figures)
    return lines


def _merged(outputs: list[Any]) -> list[dict[str, Any]]:
    """The data of each output; text that a stream sent in several pieces is one."""
    merged: list[dict[str, Any]] = []
    for output in outputs:
        if "text" not in output:
            merged.append(dict(output.get("data", {"error": output.get("ename", "")})))
        elif merged and output.name in merged[-1]:
            merged[-1][output.name] += output.text
        else:
            merged.append({output.name: output.text})
    return merged


def _text(content: Any, figures: bool) -> list[str]:
    text = content if isinstance(content, str) else json.dumps(content, sort_keys=True)
    text = EMBEDDED.sub(lambda match: _figure(match[0]) if figures else "a figure", text)
    return [sanitize(line) for line in text.rstrip("\n").split("\n")]


def _figure(content: str) -> str:
    return f"a figure ({len(content)} characters, checksum {zlib.crc32(content.encode()):08x})"


def sanitize(text: str) -> str:
    """The text with what tests/sanitize.cfg covers replaced."""
    for pattern, replacement in _replacements():
        text = pattern.sub(replacement, text)
    return text


@cache
def _replacements() -> tuple[tuple[re.Pattern, str], ...]:
    config = configparser.RawConfigParser()
    config.read(places.root() / "tests" / "sanitize.cfg", encoding="utf-8")
    return tuple((re.compile(config[section]["regex"]), config[section]["replace"]) for section in config.sections())
