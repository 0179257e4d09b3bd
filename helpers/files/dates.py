"""Dates in the ways that files write them: one way for the whole column, and an error where two ways fit or none does."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from datetime import date

from helpers.files.table import Cell, first_few

__all__ = ["read_dates", "share_of_dates"]

FORMATS = ("ISO8601", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y%m%d", "%d %B %Y", "%d %b %Y", "%B %d, %Y",
           "%b %d, %Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y")  # fmt: skip
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_ZONE = re.compile(r"(?<=[0-9Mm]) (GMT|UTC)([+-]\d{1,2}(:?\d\d)?)?$")  # as Google Forms writes it


def read_dates(
    place: str, column: str, values: Sequence[Cell], rows: Sequence[int], date_format: str | None = None
) -> tuple[list[float], str]:
    """Seconds since 1970 (UTC) of each value, and the format found. `date_format` is strftime's, such as "%d/%m/%Y", or "epoch".

    ValueError: a value that is no date, named with its row; a column that two formats read differently.
    """
    texts = [_text(value) for value in values]
    try:
        readings = {fmt: _parsed(texts, fmt) for fmt in ([date_format] if date_format else _likely(texts))}
    except ValueError as error:  # of a format that was given: an unknown letter after a %
        raise ValueError(f'{place}: date_format={date_format!r} is no format ({error}): give one such as "%d/%m/%Y"') from None
    best = max(readings, key=lambda fmt: readings[fmt][1])
    seconds, read = readings[best]
    cure = 'correct them, give date_format="%d/%m/%Y" or the like, name another column with date=, or date=False to split without dates'
    if read < len(texts):
        unread = [(row, value) for row, value, second in zip(rows, values, seconds) if second is None]
        shown = first_few([f"row {row}: {'empty' if value is None else repr(str(value)[:30])}" for row, value in unread])
        raise ValueError(
            f"{place}: {len(unread)} of {len(texts)} values of the date column {column!r} are no date I can read: {shown}; {cure}"
        )
    other = next((fmt for fmt, (also, count) in readings.items() if count == len(texts) and also != seconds), None)
    if other:
        raise ValueError(
            f'{place}: the date column {column!r} reads as {best} and as {other}, such as {texts[0]!r}: give date_format="{best}"'
        )
    return seconds, best


def share_of_dates(values: Sequence[Cell]) -> float:
    """How much of a column some format reads, from 0 to 1."""
    texts = [_text(value) for value in values]
    return max(_parsed(texts, fmt)[1] for fmt in _likely(texts)) / max(1, len(texts))


def _likely(texts: Sequence[str]) -> list[str]:
    """The formats that read at least half as many of some values as the best one does."""
    if all(text.isdigit() and len(text) in (10, 13) for text in texts):
        return ["epoch"]
    some = texts[:: max(1, len(texts) // 300)]
    counts = {fmt: _parsed(some, fmt)[1] for fmt in [base + time for base in FORMATS for time in (TIMES if "%" in base else ("",))]}
    return [fmt for fmt, count in counts.items() if count >= max(counts.values()) / 2]


def _text(value: Cell) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else _ZONE.sub("", str(value).strip())


def _parsed(texts: Sequence[str], fmt: str) -> tuple[list[float | None], int]:
    import pandas as pd

    if fmt == "epoch":
        if not all(text.isdigit() and len(text) in (10, 13) for text in texts):
            return [None] * len(texts), 0
        numbers = [int(text) / (1000 if len(text) == 13 else 1) for text in texts]
        return numbers, len(numbers)
    if fmt == "ISO8601" and any(text.isdigit() and len(text) != 4 for text in texts):
        return [None] * len(texts), 0  # 20240305 has a format of its own; 12 is no date
    with warnings.catch_warnings(action="ignore"):
        moments = pd.to_datetime(pd.Series(texts, dtype="object"), format=fmt, errors="coerce", utc=True)
    seconds = [None if pd.isna(moment) else moment.timestamp() for moment in moments]
    return seconds, sum(second is not None for second in seconds)
