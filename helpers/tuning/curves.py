"""Loss curves and learning curves: drawn, drawn while they grow, and told to Comet."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas
    from IPython.display import DisplayHandle
    from matplotlib.axes import Axes
    from tqdm.std import tqdm

    from helpers.tracking import Tracker

__all__ = ["Live", "draw", "draw_learning", "tell", "to_archive"]

REPORTS = 100  # a tracker gets at most about so many points of the loss curve


def draw(curve: pandas.DataFrame, *, ax: Axes | None = None, title: str = "", watched: str = "dev") -> Axes:
    """The loss of every step, and the dev loss where it was measured; the best of that is ringed. `curve`: as `Tuned.curve`.

    watched: what the legend calls the rows of the dev loss, if they are not dev.
    """
    from helpers.plots import COLORS

    ax = ax or _axes()
    dev = curve[curve["dev_loss"].notna()]
    ax.plot(curve["step"], curve["loss"], color=COLORS["gray"], lw=1, label="training, one batch a step")
    ax.plot(dev["step"], dev["dev_loss"], "o-", color=COLORS["blue"], lw=2, ms=4, label=watched)
    if len(dev):
        best = dev.loc[dev["dev_loss"].idxmin()]
        ax.plot(best["step"], best["dev_loss"], "o", mfc="none", mec=COLORS["orange"], ms=11, mew=2, label="best, kept")
    ax.set(xlabel="steps", ylabel="loss (nats a token)", ylim=(0, None))
    return _finish(ax, title)


def draw_learning(curve: pandas.DataFrame, *, ax: Axes | None = None, title: str = "") -> Axes:
    """The dev score with its 95% interval against the number of training rows. `curve`: as `learning_curve` makes it."""
    from helpers.plots import COLORS

    ax = ax or _axes()
    reach = [curve["score"] - curve["low"], curve["high"] - curve["score"]]
    label = "dev, with its 95% interval"
    ax.errorbar(curve["n"], curve["score"], yerr=reach, fmt="o-", color=COLORS["blue"], lw=2, ms=5, capsize=3, label=label)
    if 0 in set(curve["n"]):
        base = curve.loc[curve["n"] == 0, "score"].iloc[0]
        ax.axhline(base, color=COLORS["gray"], ls=":", lw=1.5, label=f"not tuned: {base:.2f}")
    ax.set(xlabel="training rows", ylabel="score", ylim=(0, 1.02), xticks=list(curve["n"]))
    return _finish(ax, title)


def _axes() -> Axes:
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(6, 3), layout="constrained")[1]


def _finish(ax: Axes, title: str) -> Axes:
    ax.set_title(title, loc="left", fontsize=11)
    ax.legend(frameon=False, fontsize=9)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


class Live:
    """Draws a loss curve in the notebook as it grows, at most every `seconds`. Elsewhere it only keeps the rows.

    `fit(..., live=Live())` draws the loss of one run after another. watched: what the rows of the dev loss are called.
    """

    def __init__(self, *, seconds: float = 1.0, watched: str = "dev") -> None:
        self.rows: list[dict] = []
        self.watched = watched
        self.seconds = seconds
        self._shown = -math.inf
        self._handle: DisplayHandle | None = None

    def __call__(self, row: dict) -> None:
        if self.rows and row["step"] <= self.rows[-1]["step"]:
            self.rows = []  # another run begins
        self.rows.append(row)
        due = row["step"] == row.get("steps") or row.get("stopped") or time.monotonic() - self._shown > self.seconds
        if due and _in_notebook():
            self._shown = time.monotonic()
            self._draw()

    def _draw(self) -> None:
        from io import BytesIO

        import pandas as pd
        from IPython.display import Image, display
        from matplotlib.figure import Figure

        figure = Figure(figsize=(6, 3), layout="constrained")
        draw(pd.DataFrame(self.rows), ax=figure.subplots(), title=self.title, watched=self.watched)
        png = BytesIO()
        figure.savefig(png, format="png", dpi=100)
        image = Image(data=png.getvalue(), alt=self.alt)
        if self._handle is None:
            self._handle = display(image, display_id=True)
        else:
            self._handle.update(image)

    @property
    def alt(self) -> str:
        """What the picture shows, for those who do not see it."""
        losses = [(row["dev_loss"], row["step"]) for row in self.rows if not math.isnan(row["dev_loss"])]
        if not losses:
            return "The loss of each training step."
        lowest, step = min(losses)
        course = f"{losses[0][0]:.2f} at first, lowest with {lowest:.2f} at step {step}"
        return f"The loss of each training step, and that of {self.watched}: {course}."

    @property
    def title(self) -> str:
        """Where the curve stands, in words."""
        row = self.rows[-1]
        remaining = f", {row['left']:.0f} s left" if row.get("left", math.nan) > 0 and not row.get("stopped") else ""
        return f"step {row['step']} of {row.get('steps', '?')}{remaining}"


def _in_notebook() -> bool:
    """Whether a kernel runs this, which shows pictures; a plain IPython shell has none."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return hasattr(shell, "kernel")


def tell(row: dict, shown: tqdm | None, tracker: Tracker | None, live: Callable[[dict], None] | None) -> None:
    """One row of the loss curve to whoever watches: a bar, a caller, Comet."""
    if shown is not None:
        shown.update(row["examples"])
        shown.set_postfix(loss=f"{row['loss']:.3f}", refresh=False)
    if live:
        live(row)
    weighed = not math.isnan(row["dev_loss"])
    if tracker is not None and (weighed or row["step"] % max(1, row["steps"] // REPORTS) == 0):
        numbers = {name: row[name] for name in ("loss", "lr", "dev_loss") if not math.isnan(row[name])}
        tracker.log_metrics({f"tuning.{name}": value for name, value in numbers.items()}, step=row["step"])


def to_archive(tracker: Tracker, name: str, curve: pandas.DataFrame, drawn: Callable[..., Axes], **options: str) -> None:
    """A whole curve to Comet, as a table and as a figure; `drawn`: `draw` or `draw_learning`, which take the `options`."""
    from matplotlib.figure import Figure

    tracker.log_table(name, curve)
    if tracker.mode != "off":
        figure = Figure(figsize=(6, 3), layout="constrained")  # not pyplot's: a notebook would show it a second time
        tracker.log_figure(name, drawn(curve, ax=figure.subplots(), **options))
