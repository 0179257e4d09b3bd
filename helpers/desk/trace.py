"""A trace: which part of an application did what for one request, when, and for how long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes

__all__ = ["Span", "Trace", "timeline"]


@dataclass
class Span:
    """One part's work: its name, the second it began (from the start of the trace), how long it took, and what came of it."""

    part: str
    start: float
    seconds: float = 0.0
    note: str = ""


@dataclass
class Trace:
    """The spans of one request, in the order in which they began.

    >>> trace = Trace()
    >>> with trace.span("router") as span:
    ...     span.note = "leave"
    >>> [(span.part, span.note) for span in trace.spans]
    [('router', 'leave')]
    """

    spans: list[Span] = field(default_factory=list)
    began: float = field(default_factory=time.perf_counter)

    @contextmanager
    def span(self, part: str) -> Iterator[Span]:
        """Time what stands in the `with`; a part that raises leaves its span, with the error as its note."""
        span = Span(part, time.perf_counter() - self.began)
        self.spans.append(span)
        try:
            yield span
        except Exception as error:
            span.note = f"{type(error).__name__}: {error}"
            raise
        finally:
            span.seconds = time.perf_counter() - self.began - span.start

    def table(self) -> pandas.DataFrame:
        """One row a span: part, time such as "12 ms", note."""
        import pandas as pd

        return pd.DataFrame([{"part": span.part, "time": f"{1000 * span.seconds:.0f} ms", "note": span.note} for span in self.spans])


def timeline(trace: Trace, *, ax: Axes | None = None, title: str = "") -> Axes:
    """A bar for each span, from its start to its end, first part on top. ValueError: a trace without spans."""
    from helpers.plots import COLORS

    if not trace.spans:
        raise ValueError("the trace has no spans: ask the desk first, and take the trace that comes with the answer")
    if ax is None:
        from matplotlib import pyplot as plt

        ax = plt.subplots(figsize=(7, 0.4 * len(trace.spans) + 1.1), layout="constrained")[1]
    rows = range(len(trace.spans))
    starts, lengths = [[1000 * value for value in values] for values in zip(*((s.start, s.seconds) for s in trace.spans), strict=True)]
    ax.barh(rows, lengths, left=starts, color=COLORS["blue"])
    ax.set(yticks=list(rows), yticklabels=[span.part for span in trace.spans], xlabel="milliseconds from the question", title=title)
    ax.invert_yaxis()
    return ax
