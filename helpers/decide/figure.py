"""The ladder as a figure: quality with its interval against cost, on a log scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.plots import COLORS, name_dots

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes

    from helpers.decide.verdict import Verdict

__all__ = ["draw", "draw_confusion"]

LABELS = {
    "dollars_per_1000": "US dollars for 1,000 answers, log scale", "p95_ms": "95 of 100 answers come within, ms, log scale",
    "median_ms": "median answer, ms, log scale", "megabytes": "megabytes of weights kept here, log scale",
}  # fmt: skip
SHADES = {"will do": "green", "too low": "gray", "cannot be said": "orange", "over budget": "pink", "incomplete": "sky"}


def draw(verdict: Verdict, *, x: str = "dollars_per_1000", ax: Axes | None = None, title: str = "") -> Axes:
    """Each rung's score with its interval against one of its costs, numbered from the lowest rung; the color is its state.

    x: "dollars_per_1000", "p95_ms", "median_ms" or "megabytes". A ring marks the verdict, a dotted line what is good enough. A rung that
    costs nothing stands at the left ("costs 0"), where a log scale has no place for it; one whose cost is unknown is named below the
    axis, an incomplete one has no dot. ValueError: no such column.
    """
    import matplotlib.pyplot as plt

    if x not in LABELS:
        raise ValueError(f"no cost {x!r} to draw against; there are: {', '.join(LABELS)}")
    ax = ax or plt.subplots(figsize=(8.5, 4.2), layout="constrained")[1]
    table = verdict.table.assign(number=range(1, len(verdict.table) + 1))
    known = table[table[x].notna() & table["score"].notna()]
    edge = known[x][known[x] > 0].min() / 2 if (known[x] > 0).any() else 1.0
    stand = [value or edge for value in known[x]]
    known = known.assign(at=stand)
    for _, row in known.iterrows():
        _dot(ax, row, row["rung"] == verdict.rung)
    zero = edge if (known[x] == 0).any() else None
    _frame(ax, verdict, x, zero, table[table[x].isna()]["rung"].to_list())
    _legend(ax, table, verdict)
    if title:
        ax.set_title(title, fontsize=11, loc="left", pad=10)
    dots = [(str(row["number"]), row["at"], row["score"]) for _, row in known.iterrows()]
    name_dots(ax, dots, bars=list(known[["at", "low", "high"]].itertuples(index=False, name=None)))
    return ax


def _dot(ax: Axes, row: pandas.Series, named: bool) -> None:
    color = COLORS[SHADES[row["state"]]]
    ax.plot([row["at"], row["at"]], [row["low"], row["high"]], color=color, lw=2, solid_capstyle="butt")
    ax.plot(row["at"], row["score"], "o", color=color, ms=8, alpha=0.8, zorder=3)
    if named:
        ax.plot(row["at"], row["score"], "o", ms=14, mfc="none", mec=COLORS["blue"], mew=2, zorder=3)


def _frame(ax: Axes, verdict: Verdict, x: str, zero: float | None, unknown: list[str]) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    table = verdict.table
    ax.set_xscale("log")
    ax.xaxis.set(major_locator=LogLocator(subs=(1, 2, 5)), major_formatter=StrMethodFormatter("{x:g}"), minor_formatter=NullFormatter())
    ax.margins(x=0.08)
    ax.set_ylim(-0.05, min(1.12, max(float(table["high"].fillna(0).max()), verdict.good_enough or 0.0) + 0.12))
    if zero is not None:
        ax.axvline(zero * 1.4, color=COLORS["gray"], lw=0.8)
        ax.xaxis.set_major_formatter(lambda x, _: f"{x:g}" if x > zero * 1.4 else "")
        ax.annotate("costs 0", (zero, 1.0), xycoords=("data", "axes fraction"), ha="center", va="top", fontsize=8.5, color=COLORS["gray"])
    if verdict.good_enough is not None:
        ax.axhline(verdict.good_enough, color=COLORS["blue"], lw=1.2, ls=":", zorder=0)
    ax.set_xlabel(LABELS[x] + (f" (unknown for {', '.join(unknown)})" if unknown else ""))
    ax.set_ylabel(f"score with its interval, n = {int(table['n'].min())}")
    ax.spines[["top", "right"]].set_visible(False)


def _legend(ax: Axes, table: pandas.DataFrame, verdict: Verdict) -> None:
    """Right of the axes: number, name and state of each rung, the lowest at the bottom; then what line and ring mean."""
    top = 0.98
    for row in table[::-1].itertuples():
        text = f"{row.number}  {row.rung}: {row.state}"
        weight = "bold" if row.rung == verdict.rung else "normal"
        ax.annotate(text, (1.02, top), xycoords="axes fraction", va="top", fontsize=9, color=COLORS[SHADES[row.state]], weight=weight)
        top -= 0.085
    notes = "ring: the verdict\n" * (verdict.rung is not None) + "dotted: good enough\n" * (verdict.good_enough is not None)
    ax.annotate(notes, (1.02, top - 0.03), xycoords="axes fraction", va="top", fontsize=8.5, color=COLORS["blue"])


def draw_confusion(counts: pandas.DataFrame, *, most: int = 20, ax: Axes | None = None) -> Axes:
    """How often each target (down) got each answer (across), shaded by the share of the target's rows; the first `most` labels of each."""
    import matplotlib.pyplot as plt

    counts = counts.iloc[:most, :most]
    rows, columns = counts.shape
    ax = ax or plt.subplots(figsize=(2.2 + 0.55 * columns, 1.6 + 0.42 * rows), layout="constrained")[1]
    shares = counts.div(counts.sum(axis=1).clip(lower=1), axis=0)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row in range(rows):
        for column in range(columns):
            dark = shares.iat[row, column] > 0.5
            text = f"{counts.iat[row, column]}" if counts.iat[row, column] else ""
            ax.annotate(text, (column, row), ha="center", va="center", fontsize=9, color="white" if dark else "black")
    ax.set_xticks(range(columns), [str(name)[:24] for name in counts.columns], rotation=35, ha="right")
    ax.set_yticks(range(rows), [str(name)[:24] for name in counts.index])
    ax.set_xlabel("answer")
    ax.set_ylabel("target")
    ax.spines[:].set_visible(False)
    return ax
