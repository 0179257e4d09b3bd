"""Records from traces of OpenTelemetry with the names of OpenInference, as Phoenix exports them: one record a trace."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.failures.annotations import Feedback, read_feedback
from helpers.failures.assembly import assemble
from helpers.failures.gathering import Gathered
from helpers.failures.otlp import Span, as_object, spans_of
from helpers.failures.sources import read_objects
from helpers.failures.times import read_times
from helpers.files.table import first_few

if TYPE_CHECKING:
    import pandas

    from helpers.retrieval import Embedder

__all__ = ["from_spans"]

KEPT = (
    "openinference.span.kind", "input.value", "output.value", "session.id", "metadata", "llm.model_name", "llm.input_messages",
    "llm.output_messages", "llm.token_count.prompt", "llm.token_count.completion", "retrieval.documents", "reranker.output_documents",
    "embedding.embeddings", "annotations", "evaluations",
)  # fmt: skip
Traces = dict[str, list[Span]]


def from_spans(
    path: str | Path, *, annotations: str | Path | None = None, feedback: str | None = None, broken: str = "refuse",
    missing: str = "refuse", embedding: bool = True, zone: str | None = None, embed: Embedder | None = None,
) -> pandas.DataFrame:  # fmt: skip
    """Records from spans: Phoenix's rows (JSONL, JSON, Parquet) or OTLP JSON (one object, or one a line); `otlp` has the names.

    A trace becomes one record. Its prompt and response are what the root span took in and gave back, as that is what a user saw; an
    LLM span holds one step, often a whole prompt with passages. Where the root has none, they are those of the last LLM span, and the
    column `taken_from` says so. The embedding is that of the prompt among the EMBEDDING spans. Beside them: seconds (of the root),
    status, error, model, documents (of the last retriever or reranker), tokens of all LLM spans, spans, and the keys of `metadata`.
    Score: the annotation called `feedback` (the only one by itself) of any span in the trace, from the spans or from a file of
    annotations, as `get_span_annotations_dataframe()` has them.

    broken: what becomes of a trace with no root, several, or a span whose parent is not there: "refuse" (an error names them), "first"
    (the earliest span without a parent is the root) or "drop". The rest as in `read`.
    """
    if broken not in ("refuse", "first", "drop"):
        raise ValueError(f"broken={broken!r}: choose 'refuse' (an error names the traces), 'first' or 'drop'")
    path = Path(path).expanduser()
    traces, notes = _by_trace(path, zone)
    said = read_feedback(traces, annotations, feedback)
    roots, more = _roots(path.name, traces, broken)
    gathered = Gathered(path.name, ("embedding",), keep=embedding and embed is None)
    gathered.notes += [*notes, *more, *said.notes]
    for trace, root in roots.items():
        gathered.add(_record(root, traces[trace], said), root.row)
    wishes = {name: name for name in ("id", "prompt", "response", "score", "time", "conversation")}
    return assemble(gathered.table("spans"), gathered.vectors, wishes, missing=missing, embed=embed)


def _by_trace(path: Path, zone: str | None) -> tuple[Traces, list[str]]:
    """The spans by trace, each with what is needed of it, start and end in seconds since 1970. A span sent twice counts once, as OTLP
    may send it; ValueError: two spans with one id."""
    known: dict[tuple[str, str], Span] = {}
    twice = 0
    for number, row in read_objects(path):
        for span in map(_slim, spans_of(path.name, number, row)):
            other = known.setdefault((span.trace, span.id), span)
            if other is not span and replace(other, row=span.row) != span:
                where = f"rows {other.row} and {span.row}"
                raise ValueError(f"{path.name}: two different spans have the id {span.id!r} ({where}): an id is given once; export again")
            twice += other is not span
    spans = list(known.values())
    starts, note = read_times(path.name, "start", [span.start for span in spans], [span.row for span in spans], zone)
    ends, _ = read_times(path.name, "end", [span.end for span in spans], [span.row for span in spans], zone)
    traces: Traces = {}
    for span, start, end in zip(spans, _seconds(starts), _seconds(ends)):
        traces.setdefault(span.trace, []).append(replace(span, start=start, end=end))
    notes = [f"{twice} spans stood there twice, and count once"] if twice else []
    return traces, [*notes, *([note] if note else [])]


def _seconds(times: pandas.Series) -> list[float]:
    import pandas as pd

    return ((times - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(seconds=1)).tolist()


def _slim(span: Span) -> Span:
    """The span with the attributes that are needed, and the numbers of its vectors in 4 bytes each."""
    attributes = {name: span.attributes[name] for name in KEPT if name in span.attributes}
    if items := attributes.get("embedding.embeddings"):
        attributes["embedding.embeddings"] = [(item.get("embedding.text"), _packed(item.get("embedding.vector"))) for item in items]
    return replace(span, attributes=attributes)


def _packed(vector: Any) -> Any:
    try:
        return array("f", vector)
    except TypeError:  # hidden ("__REDACTED__"), or no vector: an error where it is used
        return None if vector == "__REDACTED__" else vector


def _roots(place: str, traces: Traces, broken: str) -> tuple[dict[str, Span], list[str]]:
    """The root of each trace that stays. ValueError: broken traces that may not stay."""
    roots: dict[str, Span] = {}
    problems: list[str] = []
    for trace, spans in traces.items():
        ids = {span.id for span in spans}
        tops = [span for span in spans if span.parent not in ids]
        problem = _problem(tops)
        problems += [f"trace {trace[:12]!r}: {problem}"] if problem else []
        if not problem or broken == "first":
            roots[trace] = min(tops or spans, key=lambda span: (span.start, span.row))
    if problems and broken == "refuse":
        raise ValueError(
            f"{place}: {len(problems)} of {len(traces)} traces have no one root: {first_few(problems, '; ')}. A trace has one span without "
            'a parent, and the parent of every other; an export with a limit cuts traces. Export all spans, or give broken="first" (the '
            'earliest span without a parent counts as the root) or broken="drop" (leave these traces out)'
        )
    done = "the earliest span without a parent counts as their root" if broken == "first" else "they were left out"
    return roots, [f"{len(problems)} traces have no one root; {done}: {first_few(problems, '; ')}"] if problems else []


def _problem(tops: Sequence[Span]) -> str:
    if orphan := next((span for span in tops if span.parent), None):
        return f"the parent {orphan.parent!r} of span {orphan.name!r} (row {orphan.row}) is not there"
    if len(tops) == 1:
        return ""
    rows = ", ".join(str(span.row) for span in tops)
    return f"{len(tops)} spans are roots (rows {rows})" if tops else "the spans are each other's parents"


def _record(root: Span, spans: Sequence[Span], said: Feedback) -> dict[str, Any]:
    """One trace as a row."""
    by_time = sorted(spans, key=lambda span: span.start)
    calls = [span for span in by_time if span.kind == "LLM"]
    last = calls[-1] if calls else root
    prompt, response = (root.attributes.get(name) for name in ("input.value", "output.value"))
    whole = prompt is not None and response is not None
    if not whole:
        prompt = prompt or _content(last, "llm.input_messages") or last.attributes.get("input.value")
        response = response or _content(last, "llm.output_messages") or last.attributes.get("output.value")
    counts = {f"tokens_{way}": _tokens(calls, f"llm.token_count.{name}") for way, name in (("in", "prompt"), ("out", "completion"))}
    error = next((span.message or span.name for span in by_time if span.status == "ERROR"), None)
    named = {
        "id": root.trace, "prompt": prompt, "response": response, "embedding": _vector(by_time, prompt), "time": root.start,
        "conversation": _first(by_time, "session.id"), "seconds": root.end - root.start, "status": root.status, "error": error,
        "model": _first(calls, "llm.model_name"), "documents": _documents(by_time), **counts, "spans": len(spans),
        "taken_from": "root span" if whole else "LLM span", **said.of(root.trace),
    }  # fmt: skip
    extra = as_object(root.attributes.get("metadata"))
    return named | {f"metadata.{name}" if name in named else name: value for name, value in extra.items()}


def _first(spans: Sequence[Span], name: str) -> Any:
    return next((span.attributes[name] for span in spans if name in span.attributes), None)


def _tokens(calls: Sequence[Span], name: str) -> int | None:
    counts = [span.attributes[name] for span in calls if span.attributes.get(name) is not None]
    return int(sum(counts)) if counts else None


def _content(span: Span, name: str) -> str | None:
    """The text of the last of a span's messages."""
    texts = [message.get("message.content") for message in span.attributes.get(name) or ()]
    return texts[-1] if texts else None


def _vector(spans: Sequence[Span], prompt: str | None) -> Any:
    """The vector of the prompt's text; where no text was kept, the only one there is."""
    items = list(chain.from_iterable(span.attributes.get("embedding.embeddings") or () for span in spans if span.kind == "EMBEDDING"))
    exact = [vector for text, vector in items if text == prompt]
    return exact[0] if exact else items[0][1] if len(items) == 1 and not items[0][0] else None


def _documents(spans: Sequence[Span]) -> list[dict] | None:
    """What the last retriever or reranker gave: objects with content, and id, score, metadata where they were kept."""
    names = ("reranker.output_documents", "retrieval.documents")
    lists = [span.attributes[name] for span in spans for name in names if span.attributes.get(name)]
    return [{name.removeprefix("document."): value for name, value in item.items()} for item in lists[-1]] if lists else None
