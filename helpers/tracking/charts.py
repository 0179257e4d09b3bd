"""A control chart: what is counted day by day, with the limits that usual days draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from helpers.plots import COLORS

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes

__all__ = ["control_chart"]


def control_chart(
    days: pandas.DataFrame, limits: Mapping[str, Sequence[float]], *, marks: Mapping[float, str] | None = None, title: str = ""
) -> Axes:
    """A panel for each column in `limits`, by day (the index): its values, what lies outside the limits in orange, the limits dashed.

    limits: a column to (lowest, highest) value that raises no alarm; marks: a day to a word that stands where it begins.
    Returns the lowest panel. ValueError: no limits, or a column that the table lacks.
    """
    from matplotlib import pyplot as plt

    lacking = [name for name in limits if name not in days]
    if lacking or not limits:
        raise ValueError(f"a control chart needs limits for columns of the table; got {list(limits)}, the table has {list(days.columns)}")
    size = (7.6, 1.9 * len(limits) + 0.6)
    figure, panels = plt.subplots(len(limits), 1, figsize=size, sharex=True, squeeze=False, layout="constrained")
    for ax, (name, (low, high)) in zip(panels[:, 0], limits.items()):
        outside = ~days[name].between(low, high)
        ax.plot(days.index, days[name], "o-", ms=4, color=COLORS["blue"])
        ax.plot(days.index[outside], days.loc[outside, name], "o", ms=7, color=COLORS["orange"], label="alarm")
        _limits(ax, days[name], low, high)
        _marks(ax, marks or {})
        ax.set_ylabel(name)
        ax.spines[["top", "right"]].set_visible(False)
    panels[0, 0].legend(frameon=False, fontsize=8, loc="upper left")
    panels[-1, 0].set_xlabel("day (dashed: the limits)")
    figure.suptitle(title, fontsize=11)
    return panels[-1, 0]


def _limits(ax: Axes, values: pandas.Series, low: float, high: float) -> None:
    """The limits as lines; one below all that can be counted is left out."""
    for limit in (low, high):
        if limit > 0 or values.min() < 0:
            ax.axhline(limit, color=COLORS["gray"], ls="--", lw=1.2)
    bottom, top = ax.get_ylim()
    ax.set_ylim(bottom, top + 0.18 * (top - bottom))


def _marks(ax: Axes, marks: Mapping[float, str]) -> None:
    for day, word in marks.items():
        ax.axvline(day - 0.5, color=COLORS["gray"], ls=":", lw=1)
        ax.annotate(word, (day - 0.3, 0.98), xycoords=("data", "axes fraction"), va="top", fontsize=8, color=COLORS["gray"])
