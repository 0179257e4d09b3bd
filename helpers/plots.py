"""The few figures used everywhere. Each takes and returns a matplotlib `ax`; colors are safe for color-blind readers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from helpers.runs import Comparison, Run

__all__ = ["COLORS", "scores", "paired", "outcomes", "cost", "name_dots", "show"]

# Okabe & Ito, "Color Universal Design" (2008)
COLORS = {
    "blue": "#0072B2", "orange": "#D55E00", "green": "#009E73", "yellow": "#E69F00",
    "sky": "#56B4E9", "pink": "#CC79A7", "gray": "#6b6b6b",
}  # fmt: skip
_COSTS = {
    "tokens_in": "prompt tokens per example", "tokens_out": "reply tokens per example", "seconds": "seconds per example",
    "usd_per_1000": "US dollars per 1,000 answers",
}  # fmt: skip
_STEPS = (9, -17, 21, -29, 33, -41, 45, 57)  # points above or below a dot where its name may stand


def scores(runs: Sequence[Run] | pd.DataFrame, *, ax: Axes | None = None, baseline: float | None = None, title: str = "") -> Axes:
    """One row a run: a dot at its score, a line over its 95% interval; the best is blue. An incomplete run has a word in place of a dot.

    runs: runs, or the table `runs.table` makes (columns method, score, low, high, n); baseline: a score drawn as a dotted line.
    """
    table = _table(runs)
    ax = ax or _axes(height=0.45 * len(table) + 1.1)
    rows = range(len(table))
    best = table["score"].max()
    for y, (_, row) in zip(rows, table.iterrows()):
        if math.isnan(row["score"]):
            ax.annotate("incomplete: no score", (0, y), va="center", fontsize=9, color=COLORS["gray"])
            continue
        color = COLORS["blue"] if row["score"] == best else COLORS["gray"]
        ax.plot([row["low"], row["high"]], [y, y], color=color, lw=2, solid_capstyle="butt")
        ax.plot(row["score"], y, "o", color=color, ms=7)
        ax.annotate(f"{row['score']:.2f}", (row["score"], y), xytext=(0, 7), textcoords="offset points", ha="center", fontsize=9)
    if baseline is not None:
        ax.axvline(baseline, color=COLORS["orange"], ls=":", lw=1.5, label=f"trivial baseline {baseline:.2f}")
        ax.legend(frameon=False, fontsize=9, loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0)
    ax.set(yticks=list(rows), yticklabels=_names(table), ylim=(len(table) - 0.4, -0.7), xlim=(-0.02, 1.04))
    ax.set_xlabel(_score_label(table))
    return _finish(ax, title, pad=8 if baseline is None else 24)


def paired(comparison: Comparison, *, ax: Axes | None = None, title: str = "") -> Axes:
    """A paired comparison: how many examples the first run did better, how many the second, and the ties; in words where there is none."""
    ax = ax or _axes(height=1.6)
    gain = comparison.difference
    if comparison.incomplete:
        ax.annotate(repr(comparison), (0.5, 0.5), xycoords="axes fraction", ha="center", va="center", fontsize=9, wrap=True)
        ax.set(xticks=[], yticks=[])
        return _finish(ax, title)
    parts = [
        (f"{comparison.a} better", comparison.losses, "orange"),
        ("the same", comparison.ties, "gray"),
        (f"{comparison.b} better", comparison.wins, "blue"),
    ]
    start = 0
    for label, count, color in parts:
        ax.barh([0], [count], left=start, color=COLORS[color], alpha=0.35 if color == "gray" else 0.9, label=f"{label}: {count}")
        start += count
    ax.set(yticks=[], xlim=(0, start))
    ax.set_xlabel(f"examples (n = {comparison.n}); gain {gain.value:+.2f} [{gain.low:+.2f}, {gain.high:+.2f}]")
    ax.legend(frameon=False, fontsize=9, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return _finish(ax, title, pad=26)


def outcomes(table: pd.DataFrame, *, ax: Axes | None = None, baseline: float | None = None, title: str = "") -> Axes:
    """A bar for each row of the table that `runs.outcomes` makes: how much was right, wrong and unreadable. An incomplete run has no bar.

    baseline: a score drawn as a dotted line.
    """
    ax = ax or _axes(height=0.36 * len(table) + 1.4)
    names = _names(table)
    start = table["right"] * 0
    for outcome, color in (("right", "blue"), ("wrong", "orange"), ("unreadable", "gray")):
        ax.barh(names, table[outcome], left=start, color=COLORS[color], alpha=0.35 if color == "gray" else 0.9, label=outcome)
        start = start + table[outcome]
    if baseline is not None:
        ax.axvline(baseline, color="black", ls=":", lw=1.5, label=f"trivial baseline {baseline:.2f}")
    ax.invert_yaxis()
    ax.set(xlim=(0, 1))
    ax.set_xlabel(f"share of the examples, n = {int(table['n'].max())}")
    ax.legend(frameon=False, fontsize=9, ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return _finish(ax, title, pad=26)


def cost(runs: Sequence[Run] | pd.DataFrame, *, x: str = "tokens_in", ax: Axes | None = None, title: str = "") -> Axes:
    """Score against what an answer costs: one labeled dot a run, with its 95% interval.

    x: a column of the table, such as "tokens_in" (tokens a prompt), "seconds" or "usd_per_1000"; ValueError if there is none of
    that name. A run whose value is not known, or that is incomplete, is named below the axis.
    """
    table = _table(runs)
    if x not in table:
        raise ValueError(f"no column {x!r} to draw the score against; there are: {', '.join(table.columns)}")
    ax = ax or _axes(height=3.4)
    label = _score_label(table)
    lacking = table[x].isna() | table["score"].isna()
    unknown = ", ".join(table.loc[lacking, "method"]) if lacking.sum() <= 3 else f"{lacking.sum()} of {len(table)} runs"
    table = table[~lacking].sort_values(x, kind="stable")
    spread = [(table["score"] - table["low"]).clip(lower=0), (table["high"] - table["score"]).clip(lower=0)]
    ax.errorbar(table[x], table["score"], yerr=spread, fmt="o", color=COLORS["blue"], ecolor=COLORS["sky"], capsize=3)
    ax.set_xlabel(_COSTS.get(x, x) + (f" (unknown for {unknown})" if unknown else ""))
    ax.set_ylabel(label)
    ax.margins(x=0.2)
    bars = list(zip(table[x], table["low"], table["high"]))
    name_dots(_finish(ax, title), list(zip(_names(table), table[x], table["score"])), bars=bars)
    return ax


def name_dots(ax: Axes, dots: Sequence[tuple[str, float, float]], *, bars: Sequence[tuple[float, float, float]] = ()) -> None:
    """Write each name beside its dot where it covers no other dot, name or bar; a thin line leads to one that is far.

    dots: (name, x, y); bars: (x, low, high), the vertical lines of intervals. Call it last: it measures the finished figure.
    """
    ax.figure.draw_without_rendering()
    centers = [_spot(ax, x, y) for _, x, y in dots]
    left_edge, bottom_edge, right_edge, _ = ax.bbox.extents * 72 / ax.figure.dpi
    occupied = [(x - 6, y - 6, x + 6, y + 6) for x, y in centers]
    ends = [(_spot(ax, x, low), _spot(ax, x, high)) for x, low, high in bars]
    occupied += [(bottom[0] - 3, bottom[1], top[0] + 3, top[1]) for bottom, top in ends]
    for (name, x, y), (px, py) in zip(dots, centers, strict=True):
        width = 4.6 * len(name) + 3
        beside = [(8, -3), (-8 - width, -3)]
        centered = [(-width / 2 + shift, dy) for dy in _STEPS for shift in (0, width / 2, -width / 2)]
        boxes = {(dx, dy): (px + dx, py + dy, px + dx + width, py + dy + 8) for dx, dy in [*beside, *centered]}
        inside = {spot for spot, box in boxes.items() if left_edge <= box[0] and box[2] <= right_edge and box[1] >= bottom_edge}
        free = [spot for spot, box in boxes.items() if spot in inside and not any(_meet(box, other) for other in occupied)]
        spot = min(free, key=lambda spot: abs(spot[1]), default=beside[0])
        occupied.append(boxes[spot])
        line = {"arrowstyle": "-", "lw": 0.5, "color": COLORS["gray"], "shrinkA": 0, "shrinkB": 4} if abs(spot[1]) > 20 else None
        text = ax.annotate(name, (x, y), xytext=spot, textcoords="offset points", fontsize=8, arrowprops=line)
        text.set_in_layout(False)  # or the axes would shrink, and the dots come nearer than they were


def show(ax: Axes, alt: str) -> None:
    """Show the figure in a notebook; its output's metadata say in `alt` what is drawn, for those who do not see it."""
    from IPython.display import display
    from matplotlib import pyplot as plt

    if not alt.strip():
        raise ValueError(f"alt={alt!r}: say in a sentence or two what the figure shows, for those who do not see it")
    display(ax.figure, metadata={"image/png": {"alt": alt}})
    plt.close(ax.figure)  # or the notebook would show it a second time


def _spot(ax: Axes, x: float, y: float) -> tuple[float, float]:
    """Where a value lies in the figure, in points."""
    return tuple(ax.transData.transform((x, y)) * 72 / ax.figure.dpi)


def _meet(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    """Whether two boxes (left, bottom, right, top) overlap."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _table(runs: Sequence[Run] | pd.DataFrame) -> pd.DataFrame:
    """One row a run, with the columns of `Run.summary`."""
    import pandas as pd

    table = runs if isinstance(runs, pd.DataFrame) else pd.DataFrame([run.summary() for run in runs])
    if table.empty:
        raise ValueError("no runs to draw: give a list of runs, or the table that runs.table makes of one")
    return table


def _names(table: pd.DataFrame) -> list[str]:
    """The methods, each with its model where there are several models."""
    if "model" not in table or table["model"].nunique() < 2:
        return table["method"].to_list()
    return [f"{method}, {model}" for method, model in zip(table["method"], table["model"])]


def _score_label(table: pd.DataFrame) -> str:
    few = int(table["n"].min())
    many = int(table["n"].max())
    return f"score with 95% interval, n = {few}" + (f" to {many}" if many > few else "")


def _axes(*, height: float) -> Axes:
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(7, height), layout="constrained")[1]


def _finish(ax: Axes, title: str, *, pad: float = 8) -> Axes:
    ax.spines[["top", "right"]].set_visible(False)
    if title:
        ax.set_title(title, fontsize=11, loc="left", pad=pad)
    return ax
