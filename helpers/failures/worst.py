"""The worst groups: which groups of rows fail more than the rest, by how much, and how many would seem to by chance alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from helpers.stats import Interval, holm, wilson

if TYPE_CHECKING:
    import numpy
    import pandas

__all__ = ["by_chance", "excess", "rank", "slices"]

Groups = Mapping[str, "numpy.ndarray"]  # a name, and a mask that says which rows belong to the group


def slices(table: pandas.DataFrame, columns: Sequence[str], *, smallest: int = 5) -> dict[str, numpy.ndarray]:
    """A group for each value of each column, such as "kind: sarcasm", with at least `smallest` rows inside and outside.

    KeyError: a column that the table lacks.
    """
    if missing := [column for column in columns if column not in table]:
        raise KeyError(f"no column {missing[0]!r} in this table; there are: {', '.join(map(str, table.columns))}")
    masks = {
        f"{column}: {value}": (table[column] == value).to_numpy() for column in columns for value in sorted(set(table[column]), key=str)
    }
    return {name: mask for name, mask in masks.items() if smallest <= mask.sum() <= len(table) - smallest}


def excess(bad: Sequence[bool], group: Sequence[bool]) -> Interval:
    """How much more often a group fails than the rest, with Newcombe's 95% interval (1998, Statistics in Medicine 17).

    Differs from comparing two intervals by eye: two that overlap may still differ.

    >>> excess([1] * 8 + [0] * 12, [1] * 10 + [0] * 10)
    0.80 [0.44, 0.94], n=20

    ValueError: a group that holds no row, or every row, or says so of other rows.
    """
    import numpy as np

    bad, group = np.asarray(bad, dtype=bool), np.asarray(group, dtype=bool)
    _check(bad, {"group": group})
    inside, rest = (wilson(int(bad[side].sum()), int(side.sum())) for side in (group, ~group))
    gap = inside.value - rest.value
    low = gap - np.hypot(inside.value - inside.low, rest.high - rest.value)
    high = gap + np.hypot(inside.high - inside.value, rest.value - rest.low)
    return Interval(gap, float(low), float(high), len(bad))


def rank(bad: Sequence[bool], groups: Groups, *, chance: Sequence[float] = ()) -> pandas.DataFrame:
    """One row a group, the surest first: n, its failure rate, the rest's, the excess with its interval, p, and p for all groups at once.

    p is Fisher's exact test, one-sided: would so many fail here if the group were like the rest? `holm` corrects it for the number of
    groups. `chance`, the smallest p of each shuffle (`by_chance`), gives a column `shuffled`: the share of shuffles that reach this p.
    ValueError: a group that holds no row, or every row.
    """
    import numpy as np
    import pandas as pd

    bad = np.asarray(bad, dtype=bool)
    _check(bad, groups)
    rows = [_row(name, bad, np.asarray(mask, dtype=bool)) for name, mask in groups.items()]
    table = pd.DataFrame(rows, columns=["group", "n", "failed", "rest", "excess", "p"]).set_index("group")
    table["holm"] = holm(table["p"].tolist())
    if len(chance):
        table["shuffled"] = [(np.sum(np.asarray(chance) <= p * (1 + 1e-9)) + 1) / (len(chance) + 1) for p in table["p"]]
    return table.sort_values("p", kind="stable")


def by_chance(bad: Sequence[bool], groups: Callable[[numpy.ndarray], Groups], *, shuffles: int = 200, seed: int = 0) -> pandas.DataFrame:
    """Shuffle which rows are bad, look for bad groups as before, and again: a row a shuffle, how many groups have p < 0.05, the smallest p.

    groups: makes the groups from the shuffled failures. It clusters anew where the groups came from the failures; else a
    p value would forget that the groups were drawn around them. Westfall and Young 1993.

    >>> by_chance(bad, lambda shuffled: cluster(vectors, shuffled).groups())["seem bad"].mean()  # doctest: +SKIP
    3.4
    """
    import numpy as np
    import pandas as pd

    if shuffles < 1:
        raise ValueError(f"shuffles={shuffles}: chance needs one shuffle or more, 200 is usual")
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(shuffles):
        shuffled = rng.permutation(np.asarray(bad, dtype=bool))
        pvalues = [_p(shuffled, mask) for mask in groups(shuffled).values()]
        rows.append({"seem bad": sum(p < 0.05 for p in pvalues), "smallest p": min(pvalues, default=1.0)})
    return pd.DataFrame(rows, columns=["seem bad", "smallest p"])


def _row(name: str, bad: numpy.ndarray, group: numpy.ndarray) -> tuple:
    return name, int(group.sum()), float(bad[group].mean()), float(bad[~group].mean()), excess(bad, group), _p(bad, group)


def _p(bad: numpy.ndarray, group: numpy.ndarray) -> float:
    """The chance of so many bad rows or more in a group of that size: the one-sided Fisher test."""
    from scipy.stats import hypergeom

    return float(hypergeom.sf(int((bad & group).sum()) - 1, len(bad), int(bad.sum()), int(group.sum())))


def _check(bad: numpy.ndarray, groups: Groups) -> None:
    for name, mask in groups.items():
        if len(mask) != len(bad):
            raise ValueError(f"group {name!r} says of {len(mask)} rows whether they belong to it, and there are {len(bad)} scores")
        if not 0 < sum(map(bool, mask)) < len(bad):
            raise ValueError(f"group {name!r} holds {sum(map(bool, mask))} of {len(bad)} rows: there is no rest to compare it with")
