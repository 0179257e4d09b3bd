"""Numbers and tables of the card as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from helpers import stats
from helpers.stats import Interval

__all__ = ["table", "share", "points", "interval"]


def interval(scores: Sequence[float]) -> Interval:
    """The mean with its 95% interval: Wilson's for scores of 0 and 1, else the bootstrap's."""
    return stats.interval(scores)


def share(at: Interval) -> str:
    """'96.5% [93.0, 98.3]'."""
    return f"{at.value:.1%} [{100 * at.low:.1f}, {100 * at.high:.1f}]"


def points(at: Interval) -> str:
    """A difference in percentage points: '+20.5 [+14.1, +26.9]'."""
    return f"{100 * at.value:+.1f} [{100 * at.low:+.1f}, {100 * at.high:+.1f}]"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; bars and line breaks inside a cell are made harmless.

    >>> print(table(["a", "b"], [[1, "x|y"]]))
    | a | b |
    | --- | --- |
    | 1 | x\\|y |
    """
    lines = [list(head), ["---"] * len(head), *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")
