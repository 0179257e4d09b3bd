"""Two runs on the same examples: what the second gains, and whether that could be luck."""

from __future__ import annotations

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

    def __repr__(self) -> str:
        d = self.difference
        p = "p<0.001" if self.p < 0.001 else f"p={self.p:.3f}"
        return (
            f"{self.b} - {self.a}: {d.value:+.2f} [{d.low:+.2f}, {d.high:+.2f}], n={self.n}, "
            f"{self.wins} wins, {self.losses} losses, {self.ties} ties, {p} ({self.test})"
        )


def compare(a: Run, b: Run) -> Comparison:
    """What b gains over a, example by example.

    ValueError: the runs are of different tasks, splits, metrics, examples or targets; nothing can be said of such a pair.
    """
    left, right = _aligned(a, b)
    x, y = left["score"].to_numpy(), right["score"].to_numpy()
    wins, losses, n = int((y > x).sum()), int((y < x).sum()), len(x)
    counts = {"wins": wins, "losses": losses, "ties": n - wins - losses, "n": n}
    if set(y - x) <= {-1.0, 0.0, 1.0}:
        return Comparison(a.method, b.method, stats.paired_wins(wins, losses, n), stats.mcnemar(x, y), **counts)
    return Comparison(a.method, b.method, stats.paired_bootstrap(x, y), stats.sign_flip(x, y), **counts, test="paired permutation")


def _aligned(a: Run, b: Run) -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """The tables of both runs by id, in the order of a."""
    no = f"cannot compare {a.method!r} and {b.method!r}: "
    for what in ("task", "split", "metric"):
        x, y = getattr(a, what), getattr(b, what)
        if x != y:
            raise ValueError(f"{no}{what} is {x!r} for one and {y!r} for the other; run both on the same")
    left, right = a.table.set_index("id"), b.table.set_index("id")
    odd = sorted(set(left.index) ^ set(right.index))
    if odd:
        raise ValueError(
            f"{no}{len(odd)} examples are in only one of the runs (n={len(left)} and n={len(right)}), such as {odd[0]!r}; "
            "run both with the same limit"
        )
    right = right.loc[left.index]
    for what in ("input", "target"):
        changed = [i for i, x, y in zip(left.index, left[what], right[what], strict=True) if x != y]
        if changed:
            raise ValueError(f"{no}the {what} of example {changed[0]!r} changed in between; run both again")
    return left, right
