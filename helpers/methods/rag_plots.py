"""What is seen of retrieval-augmented generation: where answers fail, risk and coverage, finds and tokens, and an explorer of finds."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING

from helpers.methods.rag import OUTCOMES, outcomes
from helpers.plots import COLORS

if TYPE_CHECKING:
    import pandas
    from ipywidgets import VBox
    from matplotlib.axes import Axes

    from helpers.retrieval.hits import Hit, Retriever
    from helpers.runs import Run

__all__ = ["draw_outcomes", "draw_risk", "draw_sweep", "Explorer"]

_SHADES = dict(zip(OUTCOMES, ("blue", "yellow", "orange", "pink", "gray")))
_CURVES = ("gray", "orange", "sky", "blue", "green", "pink", "yellow")


def draw_outcomes(runs: Sequence[Run], *, ax: Axes | None = None, title: str = "") -> Axes:
    """One bar a run, cut into the counts of its outcomes; that of an incomplete run is named so, and lacks the replies that failed.

    Runs of several models are named by method and model.
    """
    import matplotlib.pyplot as plt

    several = len({run.model for run in runs}) > 1
    ax = ax or plt.subplots(figsize=(8 if several else 7, 0.5 * len(runs) + 1.5), layout="constrained")[1]
    counts = [outcomes(run).value_counts() for run in runs]
    starts = [0] * len(runs)
    for outcome, color in _SHADES.items():
        sizes = [int(count[outcome]) for count in counts]
        bars = ax.barh(range(len(runs)), sizes, left=starts, color=COLORS[color], label=outcome)
        ax.bar_label(bars, [str(size) if size else "" for size in sizes], label_type="center", fontsize=9, color="white")
        starts = [start + size for start, size in zip(starts, sizes)]
    names = [run.method + f"\n{run.model}" * several + "\n(incomplete)" * (not run.complete) for run in runs]
    most = max(len(run.table) for run in runs)
    ax.set(yticks=range(len(runs)), yticklabels=names, ylim=(len(runs) - 0.4, -0.6), xlim=(0, most))
    ax.set_xlabel(f"questions (n = {most})")
    ax.legend(frameon=False, fontsize=8, ncols=3, loc="lower left", bbox_to_anchor=(0, 1.0))
    return _titled(ax, title, pad=42)


def draw_risk(curves: Mapping[str, pandas.DataFrame], *, ax: Axes | None = None, title: str = "") -> Axes:
    """Risk against coverage: a line for each table of `abstention.risk_coverage`, or a dot with its 95% interval for one of one row."""
    import matplotlib.pyplot as plt

    ax = ax or plt.subplots(figsize=(7, 3.6), layout="constrained")[1]
    for (name, table), color in zip(curves.items(), cycle(_CURVES)):
        if len(table) == 1:
            spread = [(table["risk"] - table["low"]).clip(lower=0), (table["high"] - table["risk"]).clip(lower=0)]
            ax.errorbar(table["coverage"], table["risk"], yerr=spread, fmt="o", ms=7, capsize=3, color=COLORS[color], label=name)
        else:
            ax.plot(table["coverage"], table["risk"], lw=1.8, color=COLORS[color], label=name)
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.04), xlabel="coverage: share of questions answered")
    dots = any(len(table) == 1 for table in curves.values())
    ax.set_ylabel("risk: share of answers wrong" + ", 95% interval of dots" * dots)
    ax.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return _titled(ax, title)


def draw_sweep(sweep: pandas.DataFrame, *, ax: Axes | None = None, title: str = "") -> Axes:
    """Share found against the tokens that it costs: one line a chunk size, its dots named by k, each with its 95% interval.

    `sweep` has one row a setting: size, k, tokens (a question), found, low, high, n.
    """
    import matplotlib.pyplot as plt

    ax = ax or plt.subplots(figsize=(7, 3.6), layout="constrained")[1]
    colors = [COLORS[name] for name in ("gray", "sky", "blue", "orange", "green", "pink", "yellow")]
    places = [(-17, 4), (4, -10)]  # neighboring lines do not write over each other
    for number, (size, rows) in enumerate(sweep.sort_values("k").groupby("size")):
        color = colors[number % len(colors)]
        ax.plot(rows["tokens"], rows["found"], "o-", ms=4, color=color, label=f"{size} tokens")
        ax.vlines(rows["tokens"], rows["low"], rows["high"], color=color, alpha=0.3)
        for row in rows.itertuples():
            at = {"xytext": places[number % 2], "textcoords": "offset points"}
            ax.annotate(f"k={row.k}", (row.tokens, row.found), **at, fontsize=7, color=color)
    ax.set_xscale("log", base=2)
    ax.xaxis.set_major_formatter("{x:.0f}")
    ax.set_xlabel("tokens of the passages, a question (log scale)")
    ax.set_ylabel(f"share found, 95% interval, n = {int(sweep['n'].max())}")
    ax.legend(title="chunks of at most", frameon=False, fontsize=9, title_fontsize=9, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return _titled(ax, title)


@dataclass(frozen=True)
class Explorer:
    """What several retrievers find for a question, side by side; a chunk that holds evidence is marked with ✓.

    `rows` are examples with `input` and `evidence`. Shown in a notebook: the table of the first one; `play()` gives a box in which
    to choose a question or type your own, and a slider for k.

    >>> from helpers.retrieval import Bm25, Chunk
    >>> index = Bm25([Chunk("p1#0", "p1", "Pay", "On the 28th."), Chunk("p2#0", "p2", "Pay rise", "In May.")])
    >>> Explorer([index], [{"input": "pay", "evidence": ["On the 28th."]}], k=2).table("pay")["BM25"].to_list()
    ['✓ Pay', 'Pay rise']
    """

    retrievers: Sequence[Retriever]
    rows: Sequence[Mapping]
    k: int = 3

    def table(self, question: str, k: int | None = None) -> pandas.DataFrame:
        """The titles of the first k chunks: a row a rank, a column a retriever; empty where one found fewer."""
        import pandas as pd

        k = k or self.k
        evidence = next((row["evidence"] for row in self.rows if row["input"] == question), [])
        titles_by_name = {way.name: [_named(hit, evidence) for hit in way.search([question], k)[0]] for way in self.retrievers}
        columns = {name: titles + [""] * (k - len(titles)) for name, titles in titles_by_name.items()}
        return pd.DataFrame(columns, index=pd.RangeIndex(1, k + 1, name="rank"))

    def __repr__(self) -> str:
        first = self.rows[0]["input"]
        return f"{first}\n{self.table(first).to_string()}"

    def _repr_html_(self) -> str:
        return self._face(self.rows[0]["input"], self.k)

    def play(self) -> VBox:
        """A box of questions, a slider of k, and the table below them."""
        import ipywidgets

        questions = [row["input"] for row in self.rows]
        box = ipywidgets.Combobox(
            options=questions, value=questions[0], description="question", layout={"width": "auto"}, continuous_update=False
        )
        depth = ipywidgets.IntSlider(self.k, 1, 10, description="k", continuous_update=False)
        shown = ipywidgets.HTML(self._face(questions[0], self.k))
        for knob in (box, depth):
            knob.observe(lambda change: setattr(shown, "value", self._face(box.value, depth.value)), names="value")
        return ipywidgets.VBox([box, depth, shown])

    def _face(self, question: str, k: int) -> str:
        if not question.strip():
            return "<p>Choose a question, or type one.</p>"
        return f"<p><b>{html.escape(question)}</b></p>{self.table(question, k).to_html(border=0)}<p>✓ holds evidence</p>"


def _named(hit: Hit, evidence: Sequence[str]) -> str:
    holds = any(sentence in hit.chunk.text for sentence in evidence)
    return f"{'✓ ' if holds else ''}{hit.chunk.title or hit.chunk.id}"


def _titled(ax: Axes, title: str, *, pad: float = 8) -> Axes:
    ax.spines[["top", "right"]].set_visible(False)
    if title:
        ax.set_title(title, fontsize=11, loc="left", pad=pad)
    return ax
