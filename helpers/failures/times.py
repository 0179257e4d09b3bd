"""Times as logs write them, in one column even: with a zone, without, as numbers since 1970; all become UTC, or an error says why not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from helpers.files.table import Cell, first_few

if TYPE_CHECKING:
    import pandas

__all__ = ["read_times"]

_UNITS = ((1e11, 1e6), (1e14, 1e3), (1e17, 1.0), (1e20, 1e-3))  # below that a number is in s, ms, us, ns; times to get microseconds
_EARLIEST = 1e8  # seconds: 1973; smaller numbers are days such as 20260105, or counters
_FORMS = "2026-01-05T10:00:00+01:00, Mon, 05 Jan 2026 10:00:00 +0100, or seconds, ms, us or ns since 1970"
_START = datetime(1970, 1, 1, tzinfo=UTC)


def read_times(place: str, column: str, cells: Sequence[Cell], rows: Sequence[int], zone: str | None = None) -> tuple[pandas.Series, str]:
    """The times in UTC (NaT for nothing), and a sentence where a zone had to be assumed.

    What names its zone, and numbers since 1970, need no guess. Times without a zone are UTC where the whole column has none; beside
    others they would shift, so that is an error unless `zone` says theirs, such as "Europe/Berlin".
    ValueError: that; a value that is no time, with its row; a zone that there is not.
    """
    import pandas as pd

    moments = [None if cell is None else _moment(cell) for cell in cells]
    unread = [f"row {row}: {str(cell)[:40]!r}" for row, cell, moment in zip(rows, cells, moments) if cell is not None and moment is None]
    if unread:
        raise ValueError(
            f"{place}: {len(unread)} values of {column!r} are no time I can read: {first_few(unread)}; a time is {_FORMS}: correct "
            "them, name another column with time=, or give time=False"
        )
    bare = [f"row {row}: {str(cell)[:40]!r}" for row, cell, moment in zip(rows, cells, moments) if moment and moment.tzinfo is None]
    if bare and zone is None and len(bare) < sum(moment is not None for moment in moments):
        raise ValueError(
            f"{place}: {len(bare)} values of {column!r} name no time zone, and the others do: {first_few(bare)}; read as UTC they could "
            'be hours off: give zone="UTC", or theirs, such as zone="Europe/Berlin"'
        )
    assumed = _zone(zone)
    placed = [moment.replace(tzinfo=assumed) if moment and moment.tzinfo is None else moment for moment in moments]
    note = f"the times in {column!r} name no zone, and were read as {zone or 'UTC'} (zone=)" if bare else ""
    ticks = [None if moment is None else (moment - _START) // timedelta(microseconds=1) for moment in placed]
    return pd.to_datetime(pd.Series(ticks, dtype="Int64"), unit="us", utc=True), note


def _zone(name: str | None) -> tzinfo:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, ValueError, OSError):
        raise ValueError(f'zone={name!r} is no time zone: give one such as "UTC" or "Europe/Berlin"') from None


def _moment(cell: Cell) -> datetime | None:
    """The moment, without a zone where the cell names none; None if it is no time."""
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None
    try:
        return _since_1970(float(cell))
    except ValueError:
        return _written(str(cell).strip())


def _since_1970(number: float) -> datetime | None:
    scale = next((scale for limit, scale in _UNITS if _EARLIEST <= number < limit), None)
    return None if scale is None else _START + timedelta(microseconds=round(number * scale))


def _written(text: str) -> datetime | None:
    for reader in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return reader(text)
        except (ValueError, TypeError, IndexError):
            continue
    return None
