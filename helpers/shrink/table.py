"""Size, quality, time and memory side by side, and which techniques nothing else beats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from helpers import runs
from helpers.shrink.measuring import measure, peak_memory, weight_bytes

if TYPE_CHECKING:
    import pandas

    from helpers.runs import Run, Solver
    from helpers.shrink.shrunk import Shrunk
    from helpers.tasks import Task

__all__ = ["weigh", "frontier"]


def weigh(
    shrunk: Iterable[Shrunk],
    method: Solver,
    task: Task,
    *,
    split: str = "dev",
    limit: int | None = None,
    batches: Sequence[int] = (1, 16),
    repeats: int = 3,
    memory: bool = False,
) -> pandas.DataFrame:
    """One row a technique; the first, usually `plain`, is what the others are compared with, on the same examples.

    name, bytes (files), score with low and high (95%), change with change_low and change_high (paired, nan for the first),
    seconds_N an answer and tokens_per_second_N for each N of `batches`, weight_bytes (in memory, nan where unknown), and with `memory`
    before_mb and peak_mb of a process of its own. Each model is read, measured and dropped before the next.

    >>> weigh([plain("pocket", "a"), int8("pocket", "b")], prompt("{input}"), load_task("reviews"), limit=20)  # doctest: +SKIP
    """
    import pandas as pd

    rows, first = [], None
    for one in shrunk:
        row, run = _row(one, method, task, first, split, limit)
        first = first or run
        rows.append(row | _costs(one, run, batches, repeats, memory))
    return pd.DataFrame(rows)


def frontier(table: pandas.DataFrame, *, low: Sequence[str] = ("bytes", "seconds_1"), high: Sequence[str] = ("score",)) -> pandas.Series:
    """True for each row that no other row beats (the Pareto frontier); the index is the table's.

    A row is beaten by one that is nowhere worse (not above in any column of `low`, not below in any of `high`) and somewhere better. Of
    two equal rows neither beats the other. It compares the numbers as they are, noise included: look at the intervals too.
    ValueError: a column is missing, or has nan, which beats nothing and cannot be beaten.

    >>> import pandas as pd
    >>> frontier(pd.DataFrame({"bytes": [9, 5, 6], "score": [0.9, 0.8, 0.7]}), low=["bytes"]).tolist()
    [True, True, False]
    """
    import numpy as np
    import pandas as pd

    missing = [name for name in (*low, *high) if name not in table]
    if missing or table[[*low, *high]].isna().to_numpy().any():
        why = f"no column {', '.join(missing)} in {', '.join(table)}" if missing else "there are empty cells: drop those rows first"
        raise ValueError(f"the frontier needs a number in every cell of {', '.join((*low, *high))}; {why}")
    costs = np.column_stack([table[list(low)].to_numpy(float), -table[list(high)].to_numpy(float)])
    beaten = [bool(((costs <= row).all(axis=1) & (costs < row).any(axis=1)).any()) for row in costs]
    return ~pd.Series(beaten, index=table.index, dtype=bool, name="frontier")


def _row(one: Shrunk, method: Solver, task: Task, first: Run | None, split: str, limit: int | None) -> tuple[dict, Run]:
    run = runs.run(method, task, one.model(), split=split, limit=limit)
    row = {"name": one.name, "bytes": one.bytes, "score": run.score.value, "low": run.score.low, "high": run.score.high}
    change = runs.compare(first, run).difference if first else None
    names = {"change": "value", "change_low": "low", "change_high": "high"}
    return row | {name: getattr(change, part, float("nan")) for name, part in names.items()}, run


def _costs(one: Shrunk, run: Run, batches: Sequence[int], repeats: int, memory: bool) -> dict:
    model, cells = one.model(), {}
    speed = measure(model, list(run.table["messages"]), batches=batches, max_tokens=run.settings.get("max_tokens", 64), repeats=repeats)
    for row in speed.itertuples():
        cells |= {f"seconds_{row.batch}": row.seconds, f"tokens_per_second_{row.batch}": row.tokens_per_second}
    cells["weight_bytes"] = weight_bytes(model) or float("nan")
    if memory:
        peak = peak_memory(one, list(run.table["messages"])[:16], max_tokens=run.settings.get("max_tokens", 64))
        cells |= {"before_mb": peak["before"], "peak_mb": peak["peak"]}
    return cells
