"""What is found, drawn: a row for each kind of question, a dot with its interval for each retriever."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING

from helpers.plots import COLORS

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes

__all__ = ["draw_kinds"]

_SHADES = (("gray", "s"), ("sky", "D"), ("blue", "o"), ("orange", "^"), ("green", "v"))
GAP = 0.17  # between two retrievers of one kind, in rows


def draw_kinds(shares: pandas.DataFrame, *, ax: Axes | None = None, xlabel: str = "share found, 95% interval", title: str = "") -> Axes:
    """Dots with their intervals, one group of rows a kind of question, one color and marker a retriever.

    `shares` has a row a kind and a column a retriever; each entry is a `stats.Interval`. Kinds are named with their n.
    """
    import matplotlib.pyplot as plt

    ax = ax or plt.subplots(figsize=(7, 0.75 * len(shares) + 1.2), layout="constrained")[1]
    middle = (len(shares.columns) - 1) / 2
    for place, (name, (color, marker)) in enumerate(zip(shares, cycle(_SHADES))):
        heights = [row + GAP * (place - middle) for row in range(len(shares))]
        values = [share.value for share in shares[name]]
        ax.hlines(heights, [share.low for share in shares[name]], [share.high for share in shares[name]], color=COLORS[color], lw=1.8)
        ax.plot(values, heights, marker, color=COLORS[color], ms=6, ls="", label=name)
    names = [f"{kind}\nn = {share.n}" for kind, share in shares.iloc[:, 0].items()]
    ax.set(yticks=range(len(shares)), yticklabels=names, ylim=(len(shares) - 0.5, -0.5), xlim=(-0.02, 1.02), xlabel=xlabel)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, fontsize=9, ncols=5, loc="lower left", bbox_to_anchor=(0, 1.0))
    ax.set_title(title, fontsize=11, loc="left", pad=26)
    return ax
