"""How the overview writes a text, a time, a size and a day."""

from __future__ import annotations

import re
from datetime import date

__all__ = ["long_date", "megabytes", "plain", "seconds"]


def plain(text: str) -> str:
    """A text for a cell of a table, in which nothing is Markdown but code between backticks."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()))
    return "".join(part.replace("|", r"\|") if part.startswith("`") else re.sub(r"([\\*_\[\]<>|~])", r"\\\1", part) for part in parts)


def seconds(value: float) -> str:
    """`12.3 s`; minutes from two minutes on."""
    return f"{value:.1f} s" if value < 120 else f"{value / 60:.1f} min"


def megabytes(value: int | None) -> str:
    """Bytes as `640 MB`; nothing where they are not known."""
    return f"{value / 1e6:,.0f} MB" if value else ""


def long_date(day: str) -> str:
    """`November 21, 2026` of `2026-11-21`."""
    return f"{date.fromisoformat(day):%B} {int(day[-2:])}, {day[:4]}"
