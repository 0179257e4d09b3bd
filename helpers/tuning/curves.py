"""Loss curves and learning curves, drawn while they grow."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes

    from helpers.methods.method import Method
    from helpers.models import Model
    from helpers.tasks import Task
    from helpers.tracking import Tracker

__all__ = ["draw", "draw_learning", "Live", "learning_curve"]


def draw(curve: pandas.DataFrame, *, ax: Axes | None = None, title: str = "") -> Axes:
    """The loss of every step, and the dev loss where it was measured; the best of that is ringed. `curve`: as `Tuned.curve`."""
    from helpers.plots import COLORS

    ax = ax or _axes()
    dev = curve[curve["dev_loss"].notna()]
    ax.plot(curve["step"], curve["loss"], color=COLORS["gray"], lw=1, label="training, one batch a step")
    ax.plot(dev["step"], dev["dev_loss"], "o-", color=COLORS["blue"], lw=2, ms=4, label="dev")
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
    """Draws a curve in the notebook as it grows, at most every `seconds`. Elsewhere it only keeps the rows.

    `fit(..., live=Live())` for the loss of one run after another, `learning_curve(..., on_point=Live())` for a score by training rows.
    """

    def __init__(self, *, seconds: float = 1.0) -> None:
        self.rows: list[dict] = []
        self.seconds, self._shown, self._handle = seconds, -math.inf, None

    def __call__(self, row: dict) -> None:
        if self.rows and row.get("step", math.inf) <= self.rows[-1].get("step", -math.inf):
            self.rows = []  # another run begins
        self.rows.append(row)
        shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
        due = "n" in row or row["step"] == row.get("steps") or row.get("stopped") or time.monotonic() - self._shown > self.seconds
        if due and hasattr(shell, "kernel"):
            self._shown = time.monotonic()
            self._draw()

    def _draw(self) -> None:
        from io import BytesIO

        import pandas as pd
        from IPython.display import Image, display
        from matplotlib.figure import Figure

        figure, png, points = Figure(figsize=(6, 3), layout="constrained"), BytesIO(), "n" in self.rows[-1]
        (draw_learning if points else draw)(pd.DataFrame(self.rows), ax=figure.subplots(), title=self.title)
        figure.savefig(png, format="png", dpi=100)
        image = Image(data=png.getvalue(), alt="score by training rows" if points else "training and dev loss by step")
        if self._handle is None:
            self._handle = display(image, display_id=True)
        else:
            self._handle.update(image)

    @property
    def title(self) -> str:
        """Where the curve stands, in words."""
        row = self.rows[-1]
        if "n" in row:
            return f"{row['score']:.2f} after {row['n']} training rows"
        left = f", {row['left']:.0f} s left" if row.get("left", math.nan) > 0 and not row.get("stopped") else ""
        return f"step {row['step']} of {row.get('steps', '?')}{left}"


def learning_curve(
    base: str | Path | Model,
    task: Task,
    solver: Method,
    sizes: Sequence[int],
    *,
    limit: int | None = None,
    on_point: Callable[[dict], None] | None = None,
    folder: str | Path | None = None,
    tracker: Tracker | None = None,
    **options: object,
) -> pandas.DataFrame:
    """The dev score against the number of training rows: one row a size (n, score, low, high, dev_loss, seconds); 0 is the base itself.

    solver: a `Method`, with which examples are asked in training and on dev (its first `limit`); n: rows that there were, if fewer than
    the size. on_point: called with each row as it is measured, as `Live()`. folder: of all runs, each in one below it named by its
    size; options: as in `fit`.
    """
    import pandas as pd

    from helpers.tuning.bases import portable, spec_of

    rows = []
    for size in sorted({min(size, len(task["train"])) for size in sizes}):
        where = Path(folder) / str(size) if folder else None
        rows.append(_point(base, task, solver, size, limit, where, options))
        if tracker is not None:
            tracker.log_metrics({f"learning.{name}": rows[-1][name] for name in ("score", "low", "high")}, step=size)
        if on_point:
            on_point(rows[-1])
    curve = pd.DataFrame(rows)
    if tracker is not None:
        _keep(tracker, curve, {"base": portable(spec_of(base)), "task": task.name, "solver": solver.name, **options})
    return curve


def _keep(tracker: Tracker, curve: pandas.DataFrame, about: dict) -> None:
    """The whole curve to Comet: what it was made with, a table, a figure."""
    from matplotlib.figure import Figure

    plain = {name: value for name, value in about.items() if isinstance(value, str | int | float)}
    tracker.log_parameters({"learning": plain | {"sizes": [int(n) for n in curve["n"]]}})
    tracker.log_table("learning curve", curve)
    if tracker.mode != "off":
        tracker.log_figure("learning curve", draw_learning(curve, ax=Figure(figsize=(6, 3), layout="constrained").subplots()))


def _point(base: object, task: Task, solver: Method, size: int, limit: int | None, folder: Path | None, options: dict) -> dict:
    from helpers import runs
    from helpers.models import load
    from helpers.tuning.bases import spec_of
    from helpers.tuning.fitting import fit

    done = fit(base, task, template=solver, limit=size, folder=folder, **options) if size else None
    said = runs.run(solver, task, done.model() if done else load(spec_of(base), cache=False), limit=limit, progress=False).summary()
    loss = {"dev_loss": done.curve["dev_loss"].min(), "seconds": done.seconds} if done else {"dev_loss": math.nan, "seconds": 0.0}
    return {"n": size, **{name: said[name] for name in ("score", "low", "high")}, **loss}
