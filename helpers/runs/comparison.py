"""Two runs on the same examples: what the second gains, and whether that could be luck."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers import stats
from helpers.stats import Interval

if TYPE_CHECKING:
    import pandas

    from helpers.runs import Run

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, repr=False)
class Comparison:
    """What run b gains over run a on the same examples: difference = b - a; a win is an example that b does better.

    p is from the exact McNemar test if every example differs by -1, 0 or 1, else from a paired permutation test (`test` says which).
    `incomplete` says which run lacks replies; then there is no comparison: difference and p are nan, and nothing is counted.
    """

    a: str
    b: str
    difference: Interval
    p: float
    wins: int
    losses: int
    ties: int
    n: int
    test: str = "exact McNemar"
    incomplete: str = ""

    def __repr__(self) -> str:
        if self.incomplete:
            return f"{self.b} - {self.a}: no comparison, {self.incomplete}"
        d = self.difference
        p = "p<0.001" if self.p < 0.001 else f"p={self.p:.3f}"
        return (
            f"{self.b} - {self.a}: {d.value:+.2f} [{d.low:+.2f}, {d.high:+.2f}], n={self.n}, "
            f"{self.wins} wins, {self.losses} losses, {self.ties} ties, {p} ({self.test})"
        )


def compare(a: Run, b: Run) -> Comparison:
    """What b gains over a, example by example.

    Of a pair with an incomplete run it says just that. ValueError: the runs are of different tasks, splits, metrics, examples or
    targets; nothing can be said of such a pair.
    """
    first, second = aligned(a, b)
    if not (a.complete and b.complete):
        return _incomplete(a, b)
    paired = stats.difference(first["score"].to_numpy(), second["score"].to_numpy())
    names = (a.method, b.method) if a.method != b.method else (f"{a.method}, {a.model}", f"{b.method}, {b.model}")
    return Comparison(*names, paired.gain, paired.p, paired.wins, paired.losses, paired.ties, paired.gain.n, paired.test)


def _incomplete(a: Run, b: Run) -> Comparison:
    lost = [f"{run.failed} of {len(run.table)} replies of {run.method} failed" for run in (a, b) if not run.complete]
    unknown = Interval(math.nan, math.nan, math.nan, len(a.table))
    why = f"{' and '.join(lost)}: run again, then compare"
    return Comparison(a.method, b.method, unknown, math.nan, 0, 0, 0, len(a.table), test="none", incomplete=why)


def aligned(a: Run, b: Run) -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """The tables of both runs by id, in the order of a."""
    no = f"cannot compare {a.method!r} and {b.method!r}: "
    for what in ("task", "split", "metric"):
        in_a = getattr(a, what)
        in_b = getattr(b, what)
        if in_a != in_b:
            raise ValueError(f"{no}{what} is {in_a!r} for one and {in_b!r} for the other; run both on the same")
    first = a.table.set_index("id")
    second = b.table.set_index("id")
    odd = sorted(set(first.index) ^ set(second.index))
    if odd:
        raise ValueError(
            f"{no}{len(odd)} examples are in only one of the runs (n={len(first)} and n={len(second)}), such as {odd[0]!r}; "
            "run both with the same limit"
        )
    second = second.loc[first.index]
    for what in ("input", "target"):
        changed = [i for i, x, y in zip(first.index, first[what], second[what], strict=True) if x != y]
        if changed:
            raise ValueError(f"{no}the {what} of example {changed[0]!r} changed in between; run both again")
    return first, second
