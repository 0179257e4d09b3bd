"""The few figures used everywhere. Each takes and returns a matplotlib `ax`; colors are safe for color-blind readers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from helpers.runs import Comparison, Run

__all__ = ["COLORS", "scores", "paired", "cost"]

# Okabe & Ito, "Color Universal Design" (2008)
COLORS = {
    "blue": "#0072B2", "orange": "#D55E00", "green": "#009E73", "yellow": "#E69F00",
    "sky": "#56B4E9", "pink": "#CC79A7", "gray": "#6b6b6b",
}  # fmt: skip


def scores(runs: Sequence[Run] | pd.DataFrame, *, ax: Axes | None = None, baseline: float | None = None, title: str = "") -> Axes:
    """One row a run: a dot at its score, a line over its 95% interval; the best is blue.

    runs: runs, or the table `runs.table` makes (columns method, score, low, high, n); baseline: a score drawn as a dotted line.
    """
    table = _table(runs)
    ax = ax or _axes(height=0.45 * len(table) + 1.1)
    rows = range(len(table))
    best = table["score"].max()
    for y, (_, row) in zip(rows, table.iterrows()):
        color = COLORS["blue"] if row["score"] == best else COLORS["gray"]
        ax.plot([row["low"], row["high"]], [y, y], color=color, lw=2, solid_capstyle="butt")
        ax.plot(row["score"], y, "o", color=color, ms=7)
        ax.annotate(f"{row['score']:.2f}", (row["score"], y), xytext=(0, 7), textcoords="offset points", ha="center", fontsize=9)
    if baseline is not None:
        ax.axvline(baseline, color=COLORS["orange"], ls=":", lw=1.5, label=f"trivial baseline {baseline:.2f}")
        ax.legend(frameon=False, fontsize=9, loc="lower right")
    ax.set(yticks=list(rows), yticklabels=table["method"], ylim=(len(table) - 0.4, -0.7), xlim=(-0.02, 1.04))
    ax.set_xlabel(f"score with 95% interval, n = {int(table['n'].min())}")
    return _finish(ax, title)


def paired(comparison: Comparison, *, ax: Axes | None = None, title: str = "") -> Axes:
    """A paired comparison: how many examples only the first run got right, how many only the second, and the ties."""
    ax = ax or _axes(height=1.6)
    parts = [("only the first", comparison.losses, "orange"), ("both or neither", comparison.ties, "gray"), ("only the second", comparison.wins, "blue")]
    left = 0
    for label, count, color in parts:
        ax.barh([0], [count], left=left, color=COLORS[color], alpha=0.35 if color == "gray" else 0.9, label=f"{label}: {count}")
        left += count
    ax.set(yticks=[], xlim=(0, left))
    ax.set_xlabel(f"examples (n = {comparison.difference.n})")
    ax.legend(frameon=False, fontsize=9, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return _finish(ax, title, pad=26)


def cost(runs: Sequence[Run] | pd.DataFrame, *, x: str = "tokens_in", ax: Axes | None = None, title: str = "") -> Axes:
    """Score against what an answer costs: one labeled dot a run, with its 95% interval.

    x: a column of the table, such as "tokens_in" (tokens a prompt), "seconds" or "usd_per_1000".
    """
    names = {"tokens_in": "prompt tokens an example", "tokens_out": "reply tokens an example", "seconds": "seconds an example",
             "usd_per_1000": "US dollars per 1,000 answers"}  # fmt: skip
    table = _table(runs)
    ax = ax or _axes(height=3.4)
    spread = [table["score"] - table["low"], table["high"] - table["score"]]
    ax.errorbar(table[x], table["score"], yerr=spread, fmt="o", color=COLORS["blue"], ecolor=COLORS["sky"], capsize=3)
    for _, row in table.iterrows():
        ax.annotate(row["method"], (row[x], row["score"]), xytext=(6, 5), textcoords="offset points", fontsize=9)
    ax.set_xlabel(names.get(x, x))
    ax.set_ylabel(f"score with 95% interval, n = {int(table['n'].min())}")
    ax.margins(x=0.2)
    return _finish(ax, title)


def _table(runs: Sequence[Run] | pd.DataFrame) -> pd.DataFrame:
    from helpers import runs as runs_module

    return runs if hasattr(runs, "iterrows") else runs_module.table(list(runs))


def _axes(*, height: float) -> Axes:
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(7, height), layout="constrained")[1]


def _finish(ax: Axes, title: str, *, pad: float = 8) -> Axes:
    ax.spines[["top", "right"]].set_visible(False)
    if title:
        ax.set_title(title, fontsize=11, loc="left", pad=pad)
    return ax
