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

    from helpers.models import Model
    from helpers.tasks import Task
    from helpers.techniques import Method

__all__ = ["draw", "Live", "learning_curve"]


def draw(curve: pandas.DataFrame, *, ax: Axes | None = None, title: str = "") -> Axes:
    """The loss of every step, and the dev loss where it was measured; the best of that is ringed. `curve`: as `Tuned.curve`."""
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    from helpers.plots import COLORS

    ax = ax or (plt.subplots(figsize=(6, 3))[1] if "matplotlib.pyplot" in sys.modules else Figure().subplots())
    dev = curve[curve["dev_loss"].notna()]
    ax.plot(curve["step"], curve["loss"], color=COLORS["gray"], lw=1, label="training, one batch a step")
    ax.plot(dev["step"], dev["dev_loss"], "o-", color=COLORS["blue"], lw=2, ms=4, label="dev")
    if len(dev):
        best = dev.loc[dev["dev_loss"].idxmin()]
        ax.plot(best["step"], best["dev_loss"], "o", mfc="none", mec=COLORS["orange"], ms=11, mew=2, label="best, kept")
    ax.set(xlabel="steps", ylabel="loss (nats a token)", ylim=(0, None))
    ax.set_title(title, loc="left", fontsize=11)
    ax.legend(frameon=False, fontsize=9)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


class Live:
    """Draws the curve in the notebook as it grows, at most every `seconds`: `fit(..., live=Live())`. Elsewhere it only keeps the rows."""

    def __init__(self, *, seconds: float = 1.0) -> None:
        self.rows: list[dict] = []
        self.seconds, self._shown, self._handle = seconds, -math.inf, None

    def __call__(self, row: dict) -> None:
        self.rows.append(row)
        shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
        if hasattr(shell, "kernel") and (time.monotonic() - self._shown > self.seconds or row["step"] == row.get("steps")):
            self._shown = time.monotonic()
            self._draw()

    def _draw(self) -> None:
        from io import BytesIO

        import pandas as pd
        from IPython.display import Image, display
        from matplotlib.figure import Figure

        figure, row, png = Figure(figsize=(6, 3), layout="constrained"), self.rows[-1], BytesIO()
        left = f", {row['left']:.0f} s left" if row.get("left", math.nan) > 0 else ""
        draw(pd.DataFrame(self.rows), ax=figure.subplots(), title=f"step {row['step']} of {row.get('steps', '?')}{left}")
        figure.savefig(png, format="png", dpi=100)
        image = Image(data=png.getvalue(), alt="training and dev loss by step")
        if self._handle is None:
            self._handle = display(image, display_id=True)
        else:
            self._handle.update(image)


def learning_curve(
    base: str | Path | Model,
    task: Task,
    solver: Method,
    sizes: Sequence[int],
    *,
    limit: int | None = None,
    on_point: Callable[[dict], None] | None = None,
    **options: object,
) -> pandas.DataFrame:
    """The dev score against the number of training rows: one row a size (n, score, low, high, dev_loss, seconds); 0 is the base itself.

    solver: a `Method`, with which examples are asked in training and on dev (its first `limit`); options: as in `fit`.
    """
    import pandas as pd

    from helpers import runs
    from helpers.models import load
    from helpers.tuning.bases import spec_of
    from helpers.tuning.fitting import fit

    rows = []
    for size in sizes:
        done = fit(base, task, template=solver, limit=size, **options) if size else None
        said = runs.run(solver, task, done.model() if done else load(spec_of(base), cache=False), limit=limit, progress=False).summary()
        loss = {"dev_loss": done.curve["dev_loss"].min(), "seconds": done.seconds} if done else {"dev_loss": math.nan, "seconds": 0.0}
        rows.append({"n": size, **{name: said[name] for name in ("score", "low", "high")}, **loss})
        if on_point:
            on_point(rows[-1])
    return pd.DataFrame(rows)
