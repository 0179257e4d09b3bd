"""A suite of tests for a prompt: each reply passes or not, and the share that passes is held against a threshold set beforehand."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from helpers import stats

if TYPE_CHECKING:
    import pandas

    from helpers.stats import Interval

__all__ = ["suite", "verdict"]

Test = Callable[[Mapping], float | None]  # from a row of a run's table to 0, 1 or between; None: the row does not concern this test


def suite(table: pandas.DataFrame, tests: Mapping[str, tuple[float, Test]]) -> pandas.DataFrame:
    """A row a test: the mean of what it says of the rows with its 95% interval, the threshold "at least", and the verdict.

    table: as in `Run.table`; a row whose reply failed (score nan) is left out. tests: a name to (threshold, test). The verdict is "pass"
    where the whole interval reaches the threshold, "fail" where all of it misses, else "undetermined"; "not tested" where the test says
    None of every row. ValueError: no tests, no rows, or a test that fails on a row.
    """
    import pandas as pd

    rows = [row for row in table.to_dict("records") if not (isinstance(row["score"], float) and math.isnan(row["score"]))]
    if not rows or not tests:
        raise ValueError(f"nothing to test: {len(rows)} rows with a reply, {len(tests)} tests; suite(run.table, {{name: (0.9, test)}})")
    lines = {}
    for name, (least, test) in tests.items():
        values = [value for row in rows if (value := _said(name, test, row)) is not None]
        value = stats.interval(values) if values else None
        lines[name] = {"value": value, "at least": least, "verdict": verdict(value, least)}
    return pd.DataFrame(lines).T.rename_axis("test")


def verdict(value: Interval | None, least: float) -> str:
    """Whether a value surely reaches a threshold.

    >>> [verdict(stats.wilson(count, 80), 0.9) for count in (80, 75, 40)]
    ['pass', 'undetermined', 'fail']
    """
    if value is None:
        return "not tested"
    return "pass" if value.low >= least else "fail" if value.high < least else "undetermined"


def _said(name: str, test: Test, row: Mapping) -> float | None:
    try:
        value = test(row)
    except Exception as error:  # the reader's own function, on whatever the model wrote
        raise ValueError(f"test {name!r} fails on example {row.get('id')!r}: {type(error).__name__}: {error}") from error
    return None if value is None else float(value)
