"""What nothing else beats, and the figures of shrinking: the values that weights may take, the frontier, and which part hurts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING

from helpers.plots import COLORS, name_dots

if TYPE_CHECKING:
    import numpy
    import pandas
    from matplotlib.axes import Axes

__all__ = ["draw_frontier", "draw_sensitivity", "draw_values", "frontier"]


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


def draw_values(weights: numpy.ndarray, allowed: Mapping[str, Sequence[float]], *, ax: Axes | None = None, title: str = "") -> Axes:
    """A histogram of weights, and below it, one row a name, the values that a quantized weight may take.

    >>> draw_values(weights, {"even grid, 2 bits": [-1, 0, 1]})  # doctest: +SKIP
    """
    ax = ax or _axes(3.4)
    counts, *_ = ax.hist(weights.reshape(-1), bins=200, color=COLORS["gray"], alpha=0.5)
    step = max(counts) * 0.12
    colors = cycle(COLORS[name] for name in ("orange", "blue", "green", "pink"))
    for row, ((name, values), color) in enumerate(zip(allowed.items(), colors)):
        y = -step * (row + 1)
        ax.axhline(y, color=color, lw=0.5, alpha=0.4)
        ax.plot(values, [y] * len(values), "|", color=color, ms=13, mew=2, label=name)
    ax.set(xlabel="weight", ylabel="weights in a bin", ylim=(-step * (len(allowed) + 1), None))
    ax.set_yticks([tick for tick in ax.get_yticks() if 0 <= tick <= max(counts) * 1.05])
    ax.legend(frameon=False, fontsize=9, loc="upper left")
    return _finish(ax, title)


def draw_frontier(
    table: pandas.DataFrame,
    *,
    margin: float = 0.05,
    seconds: str = "seconds_1",
    diamonds: str = "",
    ax: Axes | None = None,
    title: str = "",
) -> Axes:
    """Score against bytes on disk (log scale), the color of a dot its `seconds`; a line joins what nothing smaller beats in score.

    table: what `weigh` returns. A full dot surely loses less than the margin against the first row (change_low lies above it); an open
    one is surely below the first row (change_high lies below zero); a gray one is undetermined. A file that scores 0 is not joined.
    diamonds: rows whose name holds this word are diamonds, and a legend says so.
    """
    ax = ax or _axes(4.2)
    table = table.assign(mb=table["bytes"] / 1e6).sort_values("mb", kind="stable")
    spread = [(table["score"] - table["low"]).clip(lower=0), (table["high"] - table["score"]).clip(lower=0)]
    ax.errorbar(table["mb"], table["score"], yerr=spread, fmt="none", ecolor=COLORS["gray"], elinewidth=1, alpha=0.5)
    best = table[frontier(table, low=["bytes"]) & (table["score"] > 0)]
    ax.plot(best["mb"], best["score"], color=COLORS["gray"], lw=1, ls="--", zorder=1)
    for row, color in zip(table.itertuples(), _colors(ax, table[seconds]), strict=True):
        shape = "D" if diamonds and diamonds in row.name else "o"
        filling = _filling(row.change_low, row.change_high, margin) or color
        ax.plot(row.mb, row.score, shape, ms=7.5 if shape == "D" else 9, mew=2, mec=color, mfc=filling)
    _label_bytes(ax, table["mb"], margin, diamonds)
    dots = list(zip(table["name"], table["mb"], table["score"], strict=True))
    name_dots(_finish(ax, title), dots[::-1])  # the large files first: the small ones have room on their left
    return ax


def draw_sensitivity(table: pandas.DataFrame, *, ax: Axes | None = None, title: str = "") -> Axes:
    """One row a part, the most harmful on top: what the score lost with its paired interval, and how many weights the part has.

    table: what `sensitivity` returns. Blue rows lie below zero with their whole interval; gray ones may be luck.
    """
    ax = ax or _axes(0.42 * len(table) + 1.1)
    for y, row in enumerate(table.itertuples()):
        color = COLORS["blue"] if row.change_high < 0 else COLORS["gray"]
        ax.plot([row.change_low, row.change_high], [y, y], color=color, lw=2, solid_capstyle="butt")
        ax.plot(row.change, y, "o", color=color, ms=7)
        ax.annotate(f"{row.change:+.2f}", (row.change, y), xytext=(0, 6), textcoords="offset points", ha="center", fontsize=8)
    names = [f"{row.part} ({row.parameters / 1e6:.2f} M)" for row in table.itertuples()]
    ax.axvline(0, color=COLORS["orange"], ls=":", lw=1.5)
    ax.set(yticks=range(len(table)), yticklabels=names, ylim=(len(table) - 0.4, -0.8), xlabel="change of the score, 95% paired interval")
    return _finish(ax, title)


def _label_bytes(ax: Axes, mb: pandas.Series, margin: float, diamonds: str) -> None:
    """The two axes of `draw_frontier`, with what its dots mean."""
    ax.set_xscale("log")
    ticks = [tick for tick in (1, 2, 3, 5, 10, 20, 30, 50) if mb.min() * 0.7 <= tick <= mb.max() * 1.5]
    ax.set_xticks(ticks or ax.get_xticks(), [str(tick) for tick in ticks] or None)
    ax.set_xticks([], minor=True)
    words = f"inside, by the paired change: full: loses less than {margin:g}, open: worse, gray: undetermined"
    ax.set(xlabel=f"MB on disk (log scale)\n{words}", ylabel="score; bar: 95% interval of this file alone", ylim=(-0.1, 1.16))
    ax.set_xlim(mb.min() * 0.8, mb.max() * 1.3)
    ax.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    if diamonds:
        ax.plot([], [], "D", ms=7.5, mew=2, mec=COLORS["gray"], mfc="white", ls="none", label=f"diamond: {diamonds}")
        ax.legend(frameon=False, fontsize=9, loc="lower right")


def _filling(low: float, high: float, margin: float) -> str:
    """The color inside a dot, by the interval of its change; "" for the dot's own. The first row has no change (nan)."""
    if not low <= -margin:
        return ""
    return "white" if high < 0 else "#c9c9c9"


def _colors(ax: Axes, values: pandas.Series) -> list:
    """A color for each value, and the bar that explains them."""
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    scale = ScalarMappable(Normalize(0, values.max() * 1000), colormaps["viridis_r"])
    ax.figure.colorbar(scale, ax=ax, label="milliseconds an answer, one at a time", pad=0.02)
    return [scale.to_rgba(value * 1000) for value in values]


def _axes(height: float) -> Axes:
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(7.6, height), layout="constrained")[1]


def _finish(ax: Axes, title: str) -> Axes:
    ax.spines[["top", "right"]].set_visible(False)
    if title:
        ax.set_title(title, fontsize=11, loc="left", pad=10)
    return ax
