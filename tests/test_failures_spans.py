"""Records from spans: Phoenix's rows and OTLP JSON say the same, a broken trace is named, the made traces are what their card says."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from helpers import failures, places
from helpers.failures import traces

FOLDER = places.data("spans")
START = 1_767_603_600  # 2026-01-05 09:00 UTC


def span(kind: str = "CHAIN", parent: str | None = None, trace: str = "t1", begin: float = 0, **attributes) -> dict:
    """A row as Phoenix exports it; its id is that of the trace and the kind."""
    own = {f"attributes.{name.replace('__', '.')}": value for name, value in attributes.items()}
    return {
        "name": kind.lower(), "span_kind": kind, "parent_id": parent,
        "start_time": (START + begin) * 1000, "end_time": (START + begin + 1) * 1000, "status_code": "OK", "status_message": "",
        "context.span_id": f"{trace}-{kind}", "context.trace_id": trace, **own,
    }  # fmt: skip


def chain(trace: str = "t1", **root) -> list[dict]:
    """A root with a retriever and an LLM span beneath it."""
    top = {"input__value": "How much?", "output__value": "Two.", **root}
    documents = [{"document.id": "p1", "document.content": "It is two.", "document.score": 0.5}]
    messages = [{"message.role": "user", "message.content": "It is two. How much?"}]
    own = {"input__value": "raw", "output__value": "2", "llm__input_messages": messages, "llm__token_count__prompt": 9}
    return [
        span("CHAIN", trace=trace, **top),
        span("RETRIEVER", f"{trace}-chain", trace, 0.1, retrieval__documents=documents),
        span("LLM", f"{trace}-chain", trace, 0.2, **own),
    ]


def written(tmp_path, rows: list[dict] | dict, name: str = "spans.jsonl"):
    path = tmp_path / name
    if name.endswith(".parquet"):
        pd.DataFrame(rows).to_parquet(path)
    else:
        lines = [rows] if isinstance(rows, dict) else rows
        path.write_text("".join(json.dumps(row) + "\n" for row in lines), encoding="utf-8")
    return path


def otlp(*spans: dict) -> dict:
    return {"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]}


def otlp_span(number: int = 1, parent: str = "", **attributes) -> dict:
    pairs = [{"key": name, "value": value} for name, value in attributes.items()]
    return {"traceId": "5B8EFFF798038103D269B633813FC60C", "spanId": f"EEE19B7EC3C1B17{number}", "parentSpanId": parent, "name": "ask",
            "startTimeUnixNano": str(START * 10**9), "endTimeUnixNano": str(START * 10**9 + 5 * 10**8), "attributes": pairs}  # fmt: skip


@pytest.mark.parametrize("name", ["spans.jsonl", "spans.json", "spans.parquet"])
def test_a_trace_becomes_one_record_with_what_its_root_took_in_and_gave_back(tmp_path, name):
    rows = chain(session__id="s1", metadata={"kind": "direct", "prompt": "v2"})
    path = written(tmp_path, rows, name)
    if name == "spans.json":
        path.write_text(json.dumps(rows), encoding="utf-8")
    record = failures.from_spans(path).iloc[0]
    assert record[["id", "prompt", "response", "conversation", "taken_from"]].tolist() == ["t1", "How much?", "Two.", "s1", "root span"]
    assert record[["seconds", "status", "tokens_in", "spans", "kind", "metadata.prompt"]].tolist() == [1.0, "OK", 9, 3, "direct", "v2"]
    assert (record["time"], record["documents"]) == (
        pd.Timestamp("2026-01-05T09:00Z"), [{"id": "p1", "content": "It is two.", "score": 0.5}])  # fmt: skip


def test_spans_may_be_packed(tmp_path):
    for name, text in (("spans.json.gz", json.dumps(chain())), ("spans.jsonl.gz", "".join(json.dumps(row) + "\n" for row in chain()))):
        (tmp_path / name).write_bytes(gzip.compress(text.encode()))
        assert failures.from_spans(tmp_path / name)["response"].tolist() == ["Two."]


def test_where_the_root_holds_no_text_the_last_llm_span_speaks(tmp_path):
    later = span("LLM", "t1-chain", begin=0.5, input__value="raw", output__value="three") | {"context.span_id": "later"}
    rows = [*chain(input__value=None, output__value=None), later]
    record = failures.from_spans(written(tmp_path, [rows[0], rows[3], *rows[1:3]])).iloc[0]
    assert (record["taken_from"], record["response"]) == ("LLM span", "three")
    record = failures.from_spans(written(tmp_path, rows[:3])).iloc[0]
    assert (record["prompt"], record["response"]) == ("It is two. How much?", "2")


def test_the_embedding_is_that_of_the_prompt(tmp_path):
    items = [{"embedding.text": "Other", "embedding.vector": [9, 9]}, {"embedding.text": "How much?", "embedding.vector": [0.5, 1]}]
    path = written(tmp_path, [*chain(), span("EMBEDDING", "t1-chain", embedding__embeddings=items)])
    assert failures.vectors(failures.from_spans(path)).tolist() == [[0.5, 1.0]]
    assert not {"embedding", "file_embedding"} & {*failures.from_spans(path, embedding=False)}


def test_a_trace_without_a_vector_among_others_is_named_by_its_row(tmp_path):
    items = [{"embedding.text": "How much?", "embedding.vector": [0.5, 1]}]
    path = written(tmp_path, [*chain("t1"), *chain("t2"), span("EMBEDDING", "t2-chain", "t2", embedding__embeddings=items)])
    with pytest.raises(ValueError, match=r"1 of 2 rows have no embedding: rows 1; .*embed="):
        failures.from_spans(path)
    assert failures.from_spans(path, missing="drop")["id"].tolist() == ["t2"]


def test_hidden_vectors_are_none_and_other_text_is_an_error(tmp_path):
    hidden = [{"embedding.text": "How much?", "embedding.vector": "__REDACTED__"}]
    assert "embedding" not in failures.from_spans(
        written(tmp_path, [*chain(), span("EMBEDDING", "t1-chain", embedding__embeddings=hidden)])
    )
    broken = [{"embedding.text": "How much?", "embedding.vector": {"a": "b"}}]
    with pytest.raises(ValueError, match=r"row 1: 'embedding' holds .*a vector is a list of numbers"):
        failures.from_spans(written(tmp_path, [*chain(), span("EMBEDDING", "t1-chain", embedding__embeddings=broken)]))


def test_otlp_json_is_read_with_its_typed_values_and_flattened_lists(tmp_path):
    vector = {"arrayValue": {"values": [{"doubleValue": 0.5}, {"intValue": "2"}]}}
    root = otlp_span(**{"input.value": {"stringValue": "How much?"}, "output.value": {"stringValue": "Two."},
                        "metadata": {"stringValue": '{"kind": "direct"}'}})  # fmt: skip
    below = {"openinference.span.kind": {"stringValue": "EMBEDDING"}, "embedding.embeddings.0.embedding.vector": vector,
             "embedding.embeddings.0.embedding.text": {"stringValue": "How much?"}}  # fmt: skip
    path = written(tmp_path, [otlp(root), otlp(otlp_span(2, "eee19b7ec3c1b171", **below))])
    records = failures.from_spans(path)
    assert records.loc[0, ["id", "prompt", "response", "kind", "seconds", "spans"]].tolist() == [
        "5b8efff798038103d269b633813fc60c", "How much?", "Two.", "direct", 0.5, 2]  # fmt: skip
    assert failures.vectors(records).tolist() == [[0.5, 2.0]]


def test_a_span_whose_parent_is_not_there_is_named_and_may_be_a_root_or_left_out(tmp_path):
    path = written(tmp_path, [*chain("t1"), *chain("t2")[1:]])
    with pytest.raises(ValueError, match=r"1 of 2 traces have no one root: trace 't2': the parent 't2-chain' of span 'retr"):
        failures.from_spans(path)
    first = failures.from_spans(path, broken="first")
    assert (first["id"].tolist(), first["response"].tolist()) == (["t1", "t2"], ["Two.", "2"])
    dropped = failures.from_spans(path, broken="drop")
    assert (dropped["id"].tolist(), len(dropped.attrs["notes"])) == (["t1"], 1)


def test_several_roots_and_a_ring_of_parents_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"trace 't1': 2 spans are roots \(rows 1, 2\).*broken=\"first\""):
        failures.from_spans(written(tmp_path, [span("CHAIN"), span("LLM")]))
    with pytest.raises(ValueError, match=r"trace 't1': the spans are each other's parents"):
        failures.from_spans(written(tmp_path, [span("CHAIN", "t1-llm"), span("LLM", "t1-chain")]))
    with pytest.raises(ValueError, match=r"broken='keep': choose 'refuse'"):
        failures.from_spans(written(tmp_path, chain()), broken="keep")


def test_a_span_that_was_sent_twice_counts_once_and_two_with_one_id_are_named(tmp_path):
    records = failures.from_spans(written(tmp_path, [*chain(), *chain()]))
    assert (records["spans"].tolist(), records.attrs["notes"]) == ([3], ["3 spans stood there twice, and count once"])
    with pytest.raises(ValueError, match=r"two different spans have the id 't1-chain' \(rows 1 and 4\)"):
        failures.from_spans(written(tmp_path, [*chain(), span("CHAIN", begin=7)]))


def test_rows_that_are_no_spans_are_told_what_a_span_has(tmp_path):
    with pytest.raises(ValueError, match=r"row 1: a span as Phoenix exports it has .*; context\.trace_id, .* is missing, .* prompt"):
        failures.from_spans(written(tmp_path, [{"prompt": "a", "response": "b"}]))
    with pytest.raises(ValueError, match=r"row 1: a span of OTLP needs spanId; it has traceId"):
        failures.from_spans(written(tmp_path, otlp({"traceId": "a", "startTimeUnixNano": "1", "endTimeUnixNano": "2"})))
    with pytest.raises(ValueError, match=r"spans\.csv: a span holds lists, so it is read from \.jsonl, \.json or \.parquet, not from CSV"):
        failures.from_spans(written(tmp_path, [], "spans.csv"))
    with pytest.raises(ValueError, match=r"spans\.jsonl is empty"):
        failures.from_spans(written(tmp_path, []))


def test_read_says_that_spans_are_better_read_as_traces():
    assert any("from_spans makes one record of a trace" in note for note in failures.read(FOLDER / "spans.jsonl").attrs["notes"])
    with pytest.raises(ValueError, match=r"no column looks like the prompt; .*: these are spans: use from_spans"):
        failures.read(FOLDER / "spans.json")


def test_the_first_error_and_an_open_end_of_otlp_are_kept(tmp_path):
    text = {"input.value": {"stringValue": "How?"}, "output.value": {"stringValue": ""}}
    path = written(tmp_path, otlp(otlp_span(**text) | {"endTimeUnixNano": "0", "status": {"code": 2, "message": "timeout"}}))
    record = failures.from_spans(path).iloc[0]
    assert (record["status"], record["error"], record["response"]) == ("ERROR", "timeout", "")
    assert np.isnan(record["seconds"])


def test_annotations_become_the_score_of_their_trace(tmp_path):
    said = [{"span_id": "T1-LLM", "annotation_name": "thumbs", "result.label": "down"},
            {"span_id": "t1-chain", "annotation_name": "thumbs", "result.score": 1},
            {"span_id": "gone", "annotation_name": "thumbs", "result.score": 1}]  # fmt: skip
    path = written(tmp_path, [*chain("t1"), *chain("t2")])
    records = failures.from_spans(path, annotations=written(tmp_path, said, "said.jsonl"))
    assert records["score"].tolist()[0] == 0.5
    assert np.isnan(records["score"][1])
    assert records.attrs["notes"] == ["1 annotations are of spans that are not in the file, and do not count"]
    with pytest.raises(ValueError, match=r"said\.jsonl: annotations need span_id and annotation_name, .* there are name"):
        failures.from_spans(path, annotations=written(tmp_path, [{"name": "thumbs"}], "said.jsonl"))


def test_of_several_annotations_the_reader_says_which_is_the_score(tmp_path):
    items = [{"annotation.name": "thumbs", "annotation.score": 1}, {"annotation.name": "tone", "annotation.label": "rude"}]
    path = written(tmp_path, chain(annotations=items, evaluations=[{"evaluation.name": "judge", "evaluation.score": 0.25}]))
    record = failures.from_spans(path, feedback="judge").iloc[0]
    assert record[["score", "annotation.thumbs", "annotation.tone"]].tolist() == [0.25, 1, "rude"]
    records = failures.from_spans(path)
    assert records["score"].isna().all()
    assert records.attrs["notes"] == ["annotations thumbs, tone, judge: feedback= says which is the score"]
    with pytest.raises(ValueError, match=r"feedback='stars': no annotation has that name; there are 'thumbs', 'tone', 'judge'"):
        failures.from_spans(path, feedback="stars")


def test_each_span_is_read_once_however_many_there_are(tmp_path, monkeypatch):
    counts = Counter()
    slim = traces._slim
    monkeypatch.setattr(traces, "_slim", lambda one: counts.update(spans=1) or slim(one))
    for n in (5, 20):
        counts.clear()
        failures.from_spans(written(tmp_path, [row for number in range(n) for row in chain(f"t{number}")]))
        assert counts == {"spans": 3 * n}


@pytest.fixture(scope="module")
def made() -> pd.DataFrame:
    return failures.from_spans(FOLDER / "spans.jsonl", annotations=FOLDER / "annotations.jsonl")


def test_the_two_forms_of_the_made_traces_say_the_same(made):
    other = failures.from_spans(FOLDER / "spans.json")
    pd.testing.assert_frame_equal(made.drop(columns="embedding"), other, check_exact=False, rtol=0, atol=1e-5)
    assert failures.vectors(made).shape == (40, 384)


def test_the_made_traces_ask_what_the_handbook_asks(made):
    lines = [json.loads(line) for line in places.data("handbook", "dev.jsonl").read_text(encoding="utf-8").splitlines()]
    asked = {row["id"]: row for row in lines}
    for record in made.to_dict("records"):
        row = asked[record["example"]]
        assert (record["prompt"], record["target"], record["kind"]) == (row["input"], row["target"], row["kind"])
        pages = {document["id"].partition("#")[0] for document in record["documents"]}
        assert all((places.data("handbook", "pages") / f"{page}.md").exists() for page in pages), pages


def test_the_made_questions_are_not_in_pockets_corpus(made, leaked: Callable[..., list[str]]):
    assert leaked(list(made["prompt"])) == []


def test_the_card_gives_the_counts_of_the_made_traces(made):
    card = " ".join((FOLDER / "card.md").read_text(encoding="utf-8").split())
    thumbs = made["score"].dropna()
    for count in (f"{len(made)} traces", f"{made['spans'].sum()} spans", f"{made['conversation'].nunique()} sessions"):
        assert count in card
    assert f"{len(thumbs)} thumbs, {int(thumbs.sum())} up" in card
    assert "made" in card
    assert re.search(r"simulated", card)


def test_a_second_asking_of_pocket_gives_the_replies_of_the_file(made):
    from helpers import models

    lines = [json.loads(line) for line in (FOLDER / "spans.jsonl").read_text(encoding="utf-8").splitlines()]
    calls = [row for row in lines if row["span_kind"] == "LLM"][:5]
    pocket = models.load("pocket")
    for row in calls:
        prompt = row["attributes.llm.input_messages"][0]["message.content"]
        assert pocket.ask(prompt, max_tokens=24).text == row["attributes.output.value"]
