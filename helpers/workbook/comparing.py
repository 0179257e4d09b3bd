"""What two versions of a notebook show, cell by cell, and where they differ: decimals may, by as much as two processors differ."""

from __future__ import annotations

import configparser
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, zip_longest
from typing import Any

from helpers import places
from helpers.workbook.rules_outputs import EXEMPT

__all__ = ["Change", "agree", "changes", "disagreements", "sanitize"]

EMBEDDED = re.compile(r"data:image/[\w+]+;base64,[A-Za-z0-9+/=]+")
# A decimal that stands alone: 0.448, -1.20e-05, 44.8%. Not one in a name, version or date: v0.448, x-0.448, 2.13.0, 0.448B.
DECIMAL = re.compile(r"(?<![\w.])(?<![^\W\d]-)[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d+(?:e[-+]?\d+)?(?!\w|\.\d|-[^\W\d])(?: ?%)?")
PLACES = 3  # a decimal with fewer is a score or an amount, and exact
FULL_PLACES = 6  # from here on a decimal is printed as it is in memory
LAST_PLACE = 2  # how far the last printed place may be off
RELATIVE = 1e-3  # or a thousandth of the number, where that is more


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

    The text must be the same and its decimals near, as `agree` says; a figure must be there, whatever it looks like.
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


def agree(a: str, b: str) -> bool:
    """Whether `b` says what `a` says: the same text, but for a small difference in decimals of three places or more.

    Such a decimal may differ by 2 in its last printed place, or by a thousandth of itself where that is more; its sign must stay. A
    percentage counts as the share that it is, so that 44.8% has three places. Whole numbers, decimals of one or two places, and numbers
    that are part of a name must be the same. Runs of blanks count as one, since a column may become one character wider.

    >>> agree("score 0.448 of 18", "score 0.449 of 18"), agree("0.448", "0.463"), agree("0.81", "0.82")
    (True, False, False)
    """
    if a == b:
        return True
    if _words(a) != _words(b):
        return False
    return all(_near(x, y) for x, y in zip(DECIMAL.findall(a), DECIMAL.findall(b), strict=True))


def _words(text: str) -> list[str]:
    """What stands between the decimals."""
    ends = [0, *(at for match in DECIMAL.finditer(text) for at in match.span()), len(text)]
    pieces = [text[start:end] for start, end in pairwise(ends)][::2]
    return [re.sub(r"[ \u00a0]+", " ", piece) for piece in pieces]


def _near(a: str, b: str) -> bool:
    if a == b:
        return True
    fewest, most = sorted((_places(a), _places(b)))
    if fewest < PLACES or (fewest < most and fewest < FULL_PLACES) or a.endswith("%") != b.endswith("%"):
        return False
    x = _value(a)
    y = _value(b)
    if x * y < 0:  # a gain that became a loss
        return False
    step = max(_step(a), _step(b))
    binary = step / 1000  # 0.448 + 0.002 is not 0.450 in binary
    return abs(x - y) <= max(LAST_PLACE * step, RELATIVE * max(abs(x), abs(y))) + binary


def _places(number: str) -> int:
    shown = len(re.search(r"\.(\d+)", number)[1])
    return shown + 2 * number.endswith("%")


def _step(number: str) -> float:
    """What one in the last printed place is worth: 0.001 for 0.448 and for 44.8%."""
    exponent = re.search(r"e([-+]?\d+)", number)
    return 10.0 ** ((int(exponent[1]) if exponent else 0) - _places(number))


def _value(number: str) -> float:
    plain = number.rstrip(" %").replace("−", "-").replace(",", "")
    return float(plain) / (100 if number.endswith("%") else 1)
