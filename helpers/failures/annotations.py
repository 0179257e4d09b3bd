"""What people and judges said of spans: annotations, from the spans themselves or from Phoenix's export of them, by trace.

Names: `annotations` with annotation.name, annotation.score, annotation.label, and the same with "evaluation" (spec/annotations.md in
Arize-ai/openinference); in the table of `get_span_annotations_dataframe()` span_id, annotation_name, result.score, result.label
(packages/phoenix-client in Arize-ai/phoenix).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

from helpers.failures.assembly import score_of
from helpers.failures.gathering import Gathered
from helpers.failures.sources import read_columns

if TYPE_CHECKING:
    from helpers.failures.otlp import Span

__all__ = ["Feedback", "read_feedback"]

FIELDS = {"span": ("span_id", "context.span_id", "index"), "name": ("annotation_name", "name"),
          "score": ("result.score", "score"), "label": ("result.label", "label")}  # fmt: skip
Said = tuple[str, str, Any]  # trace, the annotation's name, its score or else its label


@dataclass(frozen=True)
class Feedback:
    """`by_trace[trace][name]`: the mean of the scores, or the last label that is no score. `chosen` is the name that became the score."""

    by_trace: Mapping[str, Mapping[str, Any]]
    names: Sequence[str] = ()
    chosen: str | None = None
    notes: list[str] = field(default_factory=list)

    def of(self, trace: str) -> dict[str, Any]:
        """The columns for a trace: score, and the other annotations under their names."""
        values = self.by_trace.get(trace, {})
        return {"score": values.get(self.chosen), **{f"annotation.{name}": values.get(name) for name in self.names if name != self.chosen}}


def read_feedback(traces: Mapping[str, Sequence[Span]], path: str | Path | None, chosen: str | None) -> Feedback:
    """All annotations of the traces. ValueError: the file names no spans, or there is no annotation of the name that was chosen."""
    cells: dict[str, dict[str, list]] = {}
    lost = 0
    owners = {span.id: trace for trace, spans in traces.items() for span in spans}
    for span, name, value in [*_inside(traces), *(_of_file(Path(path).expanduser()) if path else ())]:
        if span in owners:
            cells.setdefault(owners[span], {}).setdefault(name, []).append(value)
        lost += span not in owners
    names = list(dict.fromkeys(name for by_name in cells.values() for name in by_name))
    if chosen is not None and chosen not in names:
        raise ValueError(f"feedback={chosen!r}: no annotation has that name; there are {', '.join(map(repr, names)) or 'none'}")
    notes = [f"{lost} annotations are of spans that are not in the file, and do not count"] if lost else []
    notes += [f"annotations {', '.join(names)}: feedback= says which is the score"] if len(names) > 1 and not chosen else []
    by_trace = {trace: {name: _one(values) for name, values in by_name.items()} for trace, by_name in cells.items()}
    return Feedback(by_trace, names, chosen or (names[0] if len(names) == 1 else None), notes)


def _inside(traces: Mapping[str, Sequence[Span]]) -> Iterator[Said]:
    for spans in traces.values():
        for span in spans:
            for word in ("annotation", "evaluation"):  # two words for one thing, says the specification
                for item in span.attributes.get(f"{word}s") or ():
                    score = item.get(f"{word}.score")
                    yield span.id, str(item.get(f"{word}.name")), item.get(f"{word}.label") if score is None else score


def _of_file(path: Path) -> Iterator[Said]:
    table = read_columns(path, Gathered(path.name))
    columns = {what: next((table.columns[name] for name in names if name in table.columns), None) for what, names in FIELDS.items()}
    if columns["span"] is None or columns["name"] is None:
        there = ", ".join(table.columns)
        raise ValueError(f"{path.name}: annotations need span_id and annotation_name, as Phoenix exports them; there are {there}")
    nothing = [None] * len(table)
    for span, name, score, label in zip(*(columns[what] or nothing for what in FIELDS)):
        yield str(span).lower(), str(name), label if score in (None, "") else score


def _one(values: Sequence[Any]) -> Any:
    scores = [score_of(value) for value in values]
    numbers = [score for score in scores if score is not None and score == score]
    return mean(numbers) if numbers else values[-1]
