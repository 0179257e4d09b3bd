"""How the spans of this folder were made: 40 questions of the handbook go through a small RAG chain that really asks pocket.

    python data/spans/make.py

Each trace has a CHAIN span, and under it an EMBEDDING, a RETRIEVER and an LLM span. Written are Phoenix's rows, its annotations, and the
same traces as OTLP JSON. Durations are measured; the clock starts on a made-up day, so a second run gives other times and no other text.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from helpers import metrics, models, places, retrieval, storage, tasks

FOLDER = places.data("spans")
PROMPT = "Answer the question using the information below.\n\n{passages}\n\nQuestion: {input}"
START = datetime(2026, 2, 2, 9, tzinfo=UTC)
TRACES = 40
A_SESSION = 4  # traces
THUMBS = 0.7  # share of the traces that got a thumb
FLIPPED = 0.1  # share of the thumbs that say the opposite of right and wrong


def main() -> None:
    """Ask, and write the three files."""
    spans = [span for number, row in enumerate(_questions()) for span in _trace(number, row)]
    roots = [span for span in spans if span["parent_id"] is None]
    thumbs = _thumbs(roots)
    rows = [_phoenix(span) for span in spans]
    storage.write_rows(FOLDER / "spans.jsonl", rows)
    storage.write_rows(FOLDER / "annotations.jsonl", thumbs)
    storage.write_json(FOLDER / "spans.json", _otlp(spans, {thumb["span_id"]: thumb for thumb in thumbs}), indent=None)


def _questions() -> list[dict]:
    """40 questions of dev, as many of each kind as dev has, by a seed."""
    rows = tasks.load_task("handbook")["dev"].to_list()
    return random.Random(8).sample(rows, TRACES)


class Chain:
    """What answers: MiniLM finds two passages, pocket reads them."""

    embedder = retrieval.load_embedder("minilm")
    model = models.load("pocket", cache="off")
    index = retrieval.NumpyIndex(embedder, retrieval.by_structure(retrieval.read_pages(places.data("handbook", "pages")), 128))


def _trace(number: int, row: dict) -> list[dict[str, Any]]:
    """The spans of one question, in the order in which they began; times in seconds from the start of the trace."""
    question = row["input"]
    began = time.perf_counter()
    clock = [0.0]
    vector = Chain.embedder.embed([question], kind="query")[0]
    clock.append(time.perf_counter() - began)
    hits = Chain.index.search([question], 2)[0]
    clock.append(time.perf_counter() - began)
    prompt = PROMPT.format(passages="\n\n".join(hit.chunk.passage for hit in hits), input=question)
    reply = Chain.model.ask(prompt, max_tokens=24)
    clock.append(time.perf_counter() - began)
    about = {"kind": row["kind"], "example": row["id"], "target": row["target"]}
    attributes = [
        {"input.value": question, "output.value": reply.text, "session.id": f"session-{number // A_SESSION + 1:02d}", "metadata": about},
        {"input.value": question, "embedding.model_name": "all-MiniLM-L6-v2",
         "embedding.embeddings": [{"embedding.text": question, "embedding.vector": [round(float(x), 4) for x in vector]}]},
        {"input.value": question, "retrieval.documents": [_document(hit) for hit in hits]},
        {"input.value": prompt, "output.value": reply.text, "llm.model_name": "pocket",
         "llm.input_messages": [{"message.role": "user", "message.content": prompt}],
         "llm.output_messages": [{"message.role": "assistant", "message.content": reply.text}],
         "llm.token_count.prompt": reply.tokens_in, "llm.token_count.completion": reply.tokens_out,
         "llm.token_count.total": reply.tokens_in + reply.tokens_out},
    ]  # fmt: skip
    names = ("handbook", "CreateEmbeddings", "search", "pocket")
    kinds = ("CHAIN", "EMBEDDING", "RETRIEVER", "LLM")
    edges = ((0, 3), (0, 1), (1, 2), (2, 3))
    trace = _hex(f"trace {number}", 32)
    root = _hex(f"trace {number} CHAIN", 16)
    opened = START + timedelta(hours=7 * (number // A_SESSION), minutes=3 * (number % A_SESSION))
    return [
        {"name": name, "span_kind": kind, "parent_id": None if kind == "CHAIN" else root,
         "start_time": opened + timedelta(seconds=clock[first]), "end_time": opened + timedelta(seconds=clock[last]),
         "status_code": "OK", "status_message": "", "context.span_id": _hex(f"trace {number} {kind}", 16), "context.trace_id": trace,
         "attributes": {"openinference.span.kind": kind, **own}}
        for name, kind, (first, last), own in zip(names, kinds, edges, attributes)
    ]  # fmt: skip


def _document(hit: retrieval.Hit) -> dict[str, Any]:
    return {"document.id": hit.chunk.id, "document.content": hit.chunk.passage, "document.score": round(float(hit.score), 4)}


def _thumbs(roots: list[dict]) -> list[dict[str, Any]]:
    """Thumbs as users might give them: from the metric `exact`, with noise, in Phoenix's form."""
    draw = random.Random(80)
    thumbs = []
    for span in roots:
        given = draw.random() < THUMBS
        right = bool(metrics.score("exact", span["attributes"]["output.value"], span["attributes"]["metadata"]["target"]))
        score = int(right != (draw.random() < FLIPPED))
        if given:
            label = "up" if score else "down"
            thumbs.append({"span_id": span["context.span_id"], "annotation_name": "thumbs", "annotator_kind": "HUMAN",
                           "result.label": label, "result.score": score, "created_at": span["end_time"].isoformat()})  # fmt: skip
    return thumbs


def _phoenix(span: dict) -> dict[str, Any]:
    row = {name: value for name, value in span.items() if name != "attributes"}
    row |= {name: row[name].isoformat() for name in ("start_time", "end_time")}
    return row | {f"attributes.{name}": value for name, value in span["attributes"].items()}


def _otlp(spans: list[dict], thumbs: dict[str, dict]) -> dict[str, Any]:
    """All spans in one request; thumbs among the attributes of the span they are of. Vectors are hidden, as the setting
    OPENINFERENCE_HIDE_EMBEDDINGS_VECTORS does it: four hundred numbers a question would be most of the file."""
    made = []
    for span in spans:
        attributes = dict(span["attributes"])
        if thumb := thumbs.get(span["context.span_id"]):
            about = {"name": "annotation_name", "label": "result.label", "score": "result.score", "annotator_kind": "annotator_kind"}
            attributes["annotations"] = [{f"annotation.{name}": thumb[field] for name, field in about.items()}]
        if embeddings := attributes.get("embedding.embeddings"):
            attributes["embedding.embeddings"] = [{**item, "embedding.vector": "__REDACTED__"} for item in embeddings]
        times = [str(round(span[name].timestamp() * 1e6) * 1000) for name in ("start_time", "end_time")]
        parent = {"parentSpanId": span["parent_id"]} if span["parent_id"] else {}
        made.append({"traceId": span["context.trace_id"], "spanId": span["context.span_id"], **parent, "name": span["name"], "kind": 1,
                     "startTimeUnixNano": times[0], "endTimeUnixNano": times[1], "status": {"code": 1},
                     "attributes": [{"key": name, "value": value} for name, value in _flat(attributes)]})  # fmt: skip
    resource = {"attributes": [{"key": "openinference.project.name", "value": {"stringValue": "handbook"}}]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": "data/spans/make.py"}, "spans": made}]}]}


def _flat(attributes: dict) -> list[tuple[str, dict]]:
    """OpenInference flattens lists of objects; other objects are JSON in text."""
    pairs: list[tuple[str, dict]] = []
    for name, value in attributes.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            pairs += [(f"{name}.{place}.{key}", _value(cell)) for place, item in enumerate(value) for key, cell in item.items()]
        else:
            pairs.append((name, _value(value)))
    return pairs


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return {"arrayValue": {"values": [_value(item) for item in value]}}
    if isinstance(value, dict):
        return {"stringValue": json.dumps(value, ensure_ascii=False)}
    kinds = {int: "intValue", float: "doubleValue", str: "stringValue"}
    return {kinds[type(value)]: str(value) if isinstance(value, int) else value}


def _hex(text: str, digits: int) -> str:
    return hashlib.sha256(f"spans {text}".encode()).hexdigest()[:digits]


if __name__ == "__main__":
    main()
