"""Spans in the two forms they are exported in, as one: Phoenix's rows, and OpenTelemetry's own JSON.

Phoenix (`client.spans.get_spans_dataframe()`, kept by `to_json(orient="records", lines=True)` or `to_parquet`): columns name, span_kind,
parent_id, start_time, end_time, status_code, status_message, context.span_id, context.trace_id and `attributes.` with every attribute
of OpenInference, lists as lists: src/phoenix/trace/dsl/query.py in Arize-ai/phoenix. OTLP JSON: resourceSpans, scopeSpans, spans; ids in
hex, 64-bit numbers as text, attributes as keys and typed values: docs/specification.md, "JSON Protobuf Encoding", in
open-telemetry/opentelemetry-proto; in a file, one such object a line (opentelemetry.io/docs/specs/otel/protocol/file-exporter). There
lists are flattened, `retrieval.documents.0.document.content`: spec/semantic_conventions.md in Arize-ai/openinference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Span", "as_object", "spans_of"]

_ITEM = re.compile(r"(.+?)\.(\d+)\.(.+)")
_STATUS = {0: "UNSET", 1: "OK", 2: "ERROR"}  # Status.StatusCode of trace.proto
_PREFIX = "attributes."


@dataclass(frozen=True, slots=True)
class Span:
    """One step of a trace. `attributes` by their names in OpenInference, lists as lists of objects; `row` is where it stands."""

    row: int
    trace: str
    id: str
    parent: str
    name: str
    start: Any
    end: Any
    status: str
    message: str
    attributes: dict[str, Any]

    @property
    def kind(self) -> str:
        """CHAIN, LLM, RETRIEVER, EMBEDDING ...: openinference.span.kind."""
        return str(self.attributes.get("openinference.span.kind", "")).upper()


def spans_of(place: str, number: int, row: Mapping[str, Any]) -> Iterator[Span]:
    """The spans of a row: one, or all in an object of OTLP. ValueError: it is neither."""
    if "resourceSpans" in row:
        for resource in row["resourceSpans"]:
            for scope in resource.get("scopeSpans", ()):
                yield from (_of_otlp(place, number, span) for span in scope.get("spans", ()))
        return
    names = ("context.trace_id", "context.span_id", "parent_id", "start_time", "end_time")
    if lacking := [name for name in names if name not in row]:
        raise ValueError(
            f"{place}, row {number}: a span as Phoenix exports it has {', '.join(names)}; {', '.join(lacking)} is missing, and there are "
            f"{', '.join(list(row)[:8])}: export it with get_spans_dataframe(), or as OTLP JSON (resourceSpans)"
        )
    attributes = {name.removeprefix(_PREFIX): value for name, value in row.items() if name.startswith(_PREFIX) and value is not None}
    attributes.setdefault("openinference.span.kind", row.get("span_kind") or "")
    ids = [str(row[name] or "").lower() for name in names[:3]]
    about = [str(row.get(name) or "") for name in ("status_code", "status_message")]
    yield Span(number, *ids, str(row.get("name") or ""), row["start_time"], row["end_time"], *about, attributes)


def _of_otlp(place: str, number: int, span: Mapping[str, Any]) -> Span:
    if lacking := [name for name in ("traceId", "spanId", "startTimeUnixNano", "endTimeUnixNano") if name not in span]:
        raise ValueError(f"{place}, row {number}: a span of OTLP needs {', '.join(lacking)}; it has {', '.join(span)}: export it again")
    ids = [str(span.get(name) or "").lower() for name in ("traceId", "spanId", "parentSpanId")]
    status = span.get("status") or {}
    attributes = _gathered({item["key"]: _value(item.get("value", {})) for item in span.get("attributes", ())})
    times = [int(span[name]) or None for name in ("startTimeUnixNano", "endTimeUnixNano")]  # 0: it did not end
    code = status.get("code", 0)
    about = str(_STATUS.get(code, code)).removeprefix("STATUS_CODE_"), status.get("message", "")
    return Span(number, *ids, span.get("name", ""), *times, *about, attributes)


def _value(value: Mapping[str, Any]) -> Any:
    """What an AnyValue holds; 64-bit numbers are text there, and NaN is too."""
    kind, content = next(iter(value.items()), ("", None))
    if kind in ("intValue", "doubleValue"):
        return (int if kind == "intValue" else float)(content)
    if kind == "arrayValue":
        return [_value(item) for item in content.get("values", ())]
    return {item["key"]: _value(item["value"]) for item in content.get("values", ())} if kind == "kvlistValue" else content


def _gathered(flat: Mapping[str, Any]) -> dict[str, Any]:
    """`a.0.b` and `a.1.b` as a list of objects under `a`; what is JSON in text (metadata) as it is meant."""
    attributes: dict[str, Any] = {}
    lists: dict[str, dict[int, dict]] = {}
    for name, value in flat.items():
        if match := _ITEM.fullmatch(name):
            lists.setdefault(match[1], {}).setdefault(int(match[2]), {})[match[3]] = value
        else:
            attributes[name] = value
    return attributes | {name: [items[place] for place in sorted(items)] for name, items in lists.items()}


def as_object(value: Any) -> dict[str, Any]:
    """An object, also one written as JSON, as OTLP has `metadata`; {} for anything else."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return dict(value) if isinstance(value, Mapping) else {}
