"""Records of failures: one table from every kind of file, run and archive; and what is broken, said in one line."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers import failures, places, runs, tracking
from helpers.failures import embeddings, gathering, sources
from helpers.runs.record import Run, frame

VECTORS = np.arange(12, dtype=np.float32).reshape(4, 3) / 7
MOMENT = pd.Timestamp("2026-01-05T09:00:00Z")


def row(number: int = 0, **changes) -> dict:
    return {"id": f"q{number}", "prompt": f"What is {number}?", "response": f"{number}.", **changes}


def rows() -> list[dict]:
    return [row(n, score=n % 2, embedding=VECTORS[n].tolist(), time=MOMENT.isoformat(), kind="sum") for n in range(4)]


def written(tmp_path, content: list[dict] | str | bytes, name: str = "log.jsonl"):
    """A file; rows become the kind of file that its name says."""
    path = tmp_path / name
    if isinstance(content, list) and name.endswith(".parquet"):
        pd.DataFrame(content).to_parquet(path)
    elif isinstance(content, list) and name.endswith(".csv"):
        pd.DataFrame(content).to_csv(path, index=False)
    else:
        text = "".join(json.dumps(each) + "\n" for each in content) if isinstance(content, list) else content
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def a_run(method: str = "bare", scores: tuple[float, ...] = (1.0, 0.0)) -> Run:
    lines = [
        {"id": f"e{n}", "input": f"What is {n}?", "target": str(n), "messages": [{"role": "user", "content": "?"}], "reply": "0",
         "answer": "0", "score": score, "tokens_in": 3, "tokens_out": 1, "seconds": 0.1, "usd": 0.0, "cached": False, "error": None,
         "kind": "sum"}
        for n, score in enumerate(scores)
    ]  # fmt: skip
    return Run("sums", method, "fake", "dev", "exact", frame(lines), {}, {}, 0.2)


@pytest.mark.parametrize("name", ["log.jsonl", "log.csv", "log.parquet"])
def test_each_kind_of_file_becomes_the_same_records(tmp_path, name):
    records = failures.read(written(tmp_path, rows(), name))
    assert list(records) == ["id", "prompt", "response", "score", "embedding", "time", "conversation", "kind"]
    assert (list(records["id"]), list(records["score"])) == (["q0", "q1", "q2", "q3"], [0.0, 1.0, 0.0, 1.0])
    assert np.array_equal(failures.vectors(records), VECTORS)
    assert (records["time"] == MOMENT).all()


def test_a_list_in_json_and_a_packed_file_are_read_too(tmp_path):
    one = failures.read(written(tmp_path, json.dumps(rows()), "log.json"))
    packed = failures.read(written(tmp_path, gzip.compress("".join(json.dumps(each) + "\n" for each in rows()).encode()), "log.jsonl.gz"))
    assert np.array_equal(failures.vectors(one), VECTORS)
    assert np.array_equal(failures.vectors(packed), VECTORS)


def test_vectors_stay_with_their_rows_when_records_are_filtered_and_sorted(tmp_path):
    records = failures.read(written(tmp_path, rows()))
    bad = records[records["score"] == 0].sort_values("id", ascending=False)
    assert np.array_equal(failures.vectors(bad), VECTORS[[2, 0]])
    assert np.array_equal(failures.vectors(pd.concat([bad, records[1:2]])), VECTORS[[2, 0, 1]])


def test_records_without_vectors_say_how_to_get_some(tmp_path):
    with pytest.raises(KeyError, match=r"no column 'embedding': import them with embed=, such as load_embedder"):
        failures.vectors(failures.read(written(tmp_path, [row()])))


def test_vectors_are_held_in_four_bytes_a_number(tmp_path):
    records = failures.read(written(tmp_path, rows(), "log.parquet"))
    assert records["embedding"].array.__arrow_array__().nbytes == VECTORS.size * 4


@pytest.mark.parametrize("text", ["[0.5, -1.0, 2.0]", "[ 0.5 -1.\n  2. ]", "[5e-1,-1,2]"])
def test_a_vector_written_as_text_is_read(tmp_path, text):
    records = failures.read(written(tmp_path, [row(embedding=text)], "log.csv"))
    assert failures.vectors(records).tolist() == [[0.5, -1.0, 2.0]]


def test_a_vector_that_is_code_is_not_run(tmp_path):
    with pytest.raises(ValueError, match=r"log\.csv, row 1: 'embedding' holds '\[len\(\"ab\"\)\]', and a vector is a list of numbers"):
        failures.read(written(tmp_path, [row(embedding='[len("ab")]')], "log.csv"))


@pytest.mark.parametrize("words", ["question answer", "input output", "attributes.input.value attributes.output.value", "User_Input Reply"])
def test_columns_are_known_by_their_usual_names(tmp_path, words):
    prompt, response = words.split()
    records = failures.read(written(tmp_path, [{prompt: "How?", response: "So."}]))
    assert records.loc[0, ["id", "prompt", "response"]].tolist() == ["row-1", "How?", "So."]


def test_a_column_that_is_named_wins_and_the_other_one_stays_beside(tmp_path):
    records = failures.read(written(tmp_path, [row(body="Really?")]), prompt="body")
    assert records.loc[0, ["prompt", "file_prompt"]].tolist() == ["Really?", "What is 0?"]


def test_a_column_that_is_missing_is_named_with_those_that_are_there(tmp_path):
    path = written(tmp_path, [{"ask": "How?", "say": "So."}])
    with pytest.raises(ValueError, match=r"no column looks like the prompt; there are 'ask', 'say': name it, prompt="):
        failures.read(path)
    with pytest.raises(ValueError, match=r"no column 'asks' for prompt= \(did you mean 'ask'\?\); there are 'ask', 'say'"):
        failures.read(path, prompt="asks")
    with pytest.raises(ValueError, match=r"no column 'vec' for embedding="):
        failures.read(path, prompt="ask", response="say", embedding="vec")
    with pytest.raises(TypeError, match=r"no option promt=; a column can be named for id, prompt"):
        failures.read(path, promt="ask")


def test_words_of_praise_and_blame_are_scores_and_others_are_named(tmp_path):
    read = failures.read(written(tmp_path, [row(n, thumbs=said) for n, said in enumerate(["up", "thumbs down", "👎", True, "0.25", None])]))
    assert read["score"].tolist()[:5] == [1.0, 0.0, 0.0, 1.0, 0.25]
    assert read["score"].isna().tolist() == [False] * 5 + [True]
    with pytest.raises(ValueError, match=r"1 values of 'thumbs' are no score: row 2: 'fine'; a score is a number, or one of up, "):
        failures.read(written(tmp_path, [row(thumbs="up"), row(1, thumbs="fine")]))


def test_ids_on_several_rows_are_named_with_the_cure(tmp_path):
    path = written(tmp_path, [row(1), row(2), row(1)])
    with pytest.raises(ValueError, match=r"1 of the ids in 'id' stand on several rows: 'q1' in rows 1, 3; .* give id=False"):
        failures.read(path)
    assert failures.read(path, id=False)["id"].tolist() == ["row-1", "row-2", "row-3"]


@pytest.mark.parametrize("name", ["log.jsonl", "log.csv", "log.parquet"])
def test_rows_without_a_vector_are_an_error_that_names_them_and_may_be_left_out(tmp_path, name):
    path = written(tmp_path, [row(0), *rows()[1:3], row(4), *rows()[3:]], name)
    with pytest.raises(ValueError, match=r'2 of 5 rows have no embedding: rows 1, 4; .* give embed= .*missing="drop"'):
        failures.read(path)
    records = failures.read(path, missing="drop")
    assert (records["id"].tolist(), records.attrs["notes"]) == (
        ["q1", "q2", "q3"], ["2 rows without a prompt or a vector were left out: 1, 4"])  # fmt: skip
    assert np.array_equal(failures.vectors(records), VECTORS[1:])


def test_a_row_without_a_prompt_takes_its_vector_along(tmp_path):
    path = written(tmp_path, [rows()[0], rows()[1] | {"prompt": " "}, rows()[2]])
    with pytest.raises(ValueError, match=r"1 of 3 rows have no prompt: rows 2"):
        failures.read(path)
    assert np.array_equal(failures.vectors(failures.read(path, missing="drop")), VECTORS[[0, 2]])


def test_an_embedder_takes_the_place_of_the_files_vectors(tmp_path):
    embedder = SimpleNamespace(name="lengths", embed=lambda texts: np.array([[len(text), 1] for text in texts], np.float32))
    records = failures.read(written(tmp_path, [row(0), *rows()[1:]]), embed=embedder)
    assert failures.vectors(records).tolist() == [[10.0, 1.0]] * 4


@pytest.mark.parametrize("name", ["log.jsonl", "log.parquet"])
def test_without_vectors_the_broken_ones_do_not_matter(tmp_path, name):
    path = written(tmp_path, [rows()[0], row(1, embedding=[1.0])], name)
    assert list(failures.read(path, embedding=False)) == ["id", "prompt", "response", "score", "time", "conversation", "kind"]


def test_vectors_of_several_lengths_are_told_by_row(tmp_path):
    cut = [*rows()[:2], row(2, embedding=[1.0, 2.0]), rows()[3]]
    for name in ("log.jsonl", "log.parquet"):
        with pytest.raises(ValueError, match=r"must be of one length: 3 rows have 3 numbers, and row 3 has 2"):
            failures.read(written(tmp_path, cut, name))


@pytest.mark.parametrize(("number", "shown"), [(float("nan"), "nan"), (float("inf"), "inf"), (1e39, "inf")])
def test_numbers_that_are_none_are_told_by_row_and_place(tmp_path, number, shown):
    broken = [rows()[0], row(1, embedding=[0.0, number, 1.0])]
    for name in ("log.jsonl", "log.parquet"):
        with pytest.raises(ValueError, match=rf"hold numbers that are none: row 2 \(number 2 is {shown}\); every number must be finite"):
            failures.read(written(tmp_path, broken, name))


FORMS = ["2026-01-05T10:00:00+01:00", 1767603600, 1767603600000, "1767603600000000000", "Mon, 05 Jan 2026 10:00:00 +0100"]


def test_times_in_five_forms_in_one_column_are_one_moment(tmp_path):
    records = failures.read(written(tmp_path, [row(n, time=form) for n, form in enumerate([*FORMS, None])]))
    assert (records["time"][:5] == MOMENT).all()
    assert pd.isna(records["time"][5])
    assert records.attrs["notes"] == []


@pytest.mark.parametrize("bare", ["2026-01-05 10:00:00", "Mon, 05 Jan 2026 10:00:00"])
def test_a_time_without_a_zone_beside_others_is_an_error_unless_its_zone_is_said(tmp_path, bare):
    path = written(tmp_path, [row(n, time=form) for n, form in enumerate([*FORMS, bare])])
    with pytest.raises(ValueError, match=rf'1 values of \'time\' name no time zone, and the others do: row 6: \'{bare}\'.*zone="UTC"'):
        failures.read(path)
    assert failures.read(path, zone="Europe/Berlin")["time"].eq(MOMENT).all()


def test_times_that_all_lack_a_zone_are_utc_and_a_note_says_so(tmp_path):
    records = failures.read(written(tmp_path, [row(time="2026-01-05 09:00:00")]))
    assert (records["time"][0], records.attrs["notes"]) == (MOMENT, ["the times in 'time' name no zone, and were read as UTC (zone=)"])
    with pytest.raises(ValueError, match=r"zone='Mars' is no time zone: give one such as"):
        failures.read(written(tmp_path, [row(time="2026-01-05 09:00:00")]), zone="Mars")


@pytest.mark.parametrize("value", ["yesterday", 20260105, True, "12:30"])
def test_a_value_that_is_no_time_is_told_with_its_row(tmp_path, value):
    with pytest.raises(ValueError, match=r"1 values of 'time' are no time I can read: row 2: .*a time is 2026-01-05T10:00:00\+01:00"):
        failures.read(written(tmp_path, [row(time=FORMS[0]), row(1, time=value)]))


@pytest.mark.parametrize(("name", "content", "problem"), [
    ("log.jsonl", "", r"log\.jsonl is empty: it needs one row at least"),
    ("log.csv", "prompt,response\n", r"log\.csv is empty"),
    ("log.csv", '{"prompt": "a", "response": "b"}\n', r"log\.csv holds JSON, not CSV: .* let the name end in \.jsonl"),
    ("log.jsonl", "prompt,response\na,b\n", r"log\.jsonl, line 1: broken JSON at character 1"),
    ("log.jsonl", '{"prompt": "a", "response": "b"}\n[1]\n', r"log\.jsonl, line 2: holds a list: each line is one JSON object"),
    ("log.parquet", "prompt,response\na,b\n", r"log\.parquet is no whole Parquet file"),
    ("log.csv", b"PAR1 and more", r"log\.csv is no table but Parquet: let its name end in \.parquet"),
    ("log.jsonl", bytes(range(256)) * 9, r"log\.jsonl is binary, not text: byte 1 is 0x00"),
    ("log.jsonl.gz", b"no gzip", r"log\.jsonl\.gz is no whole gzip file"),
    ("log.pdf", "x", r"log\.pdf: the name must end in one of \.csv"),
    ("log.csv", "prompt,response\na,b\nc,d,e\n", r"1 rows have not the 2 fields of the first line: row 2 \(line 3\) has 3"),
    ("log.csv", "prompt,response\na,b\nc\n", r"1 rows have not the 2 fields of the first line: row 2 \(line 3\) has 1"),
    ("log.csv", 'prompt,response\na,"b\n', r"a double quote is open in the row that ends at line 2"),
    ("log.csv", "prompt,response\nна,b\n".encode("cp1251"), r'line 2 \(row 1\): byte 0xed .* is not UTF-8: .*encoding="cp1251"'),
    ("log.jsonl", b'{"prompt": "\\ud800", "response": "b"}\n', r"line 1, field 'prompt': holds half a character"),
])  # fmt: skip
def test_a_broken_file_is_told_what_is_wrong_and_where(tmp_path, name, content, problem):
    with pytest.raises(ValueError, match=problem):
        failures.read(written(tmp_path, content, name))


def test_a_parquet_file_that_was_cut_is_told(tmp_path):
    path = written(tmp_path, rows(), "log.parquet")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ValueError, match=r"log\.parquet is no whole Parquet file .*: write it again"):
        failures.read(path)


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "LONGEST", 1_000_000)
    path = written(tmp_path, [row(), row(1, prompt="x" * 5_000_000)])
    with pytest.raises(ValueError, match=r"log\.jsonl, line 2: goes on for more than 1 million bytes, .*\.json"):
        failures.read(path)


def test_windows_1252_is_recognized_late_in_a_file_too(tmp_path):
    lines = [json.dumps(row(n)) for n in range(2_000)] + ['{"id": "last", "prompt": "Où est le café ?", "response": "Là."}']
    records = failures.read(written(tmp_path, "\n".join(lines).encode("cp1252")))
    assert (len(records), records["prompt"].iloc[-1]) == (2_001, "Où est le café ?")
    assert any("encoding='cp1252' was recognized" in note for note in records.attrs["notes"])


def test_an_index_that_pandas_wrote_is_a_column_with_a_name(tmp_path):
    pd.DataFrame(rows()).to_csv(tmp_path / "log.csv")
    assert failures.read(tmp_path / "log.csv")["column 1"].tolist() == ["0", "1", "2", "3"]


def test_a_file_whose_first_bytes_end_within_a_letter_or_a_line_is_read(tmp_path):
    long = "x" + "é" * 50_000  # its 65,536th byte is half a letter
    assert failures.read(written(tmp_path, json.dumps(row(prompt=long), ensure_ascii=False)))["prompt"][0] == long
    text = "prompt,response\n" + "Où est le café ?,Là.\n" * 2_000
    assert failures.read(written(tmp_path, text.encode("utf-16"), "log.csv"), id=False)["prompt"].eq("Où est le café ?").all()
    assert len(failures.read(written(tmp_path, text[:184].encode("utf-16"), "log.csv"))) > 1


def test_delimiters_quotes_and_line_breaks_of_a_csv_are_seen(tmp_path):
    text = 'prompt;response\n"Why;\nhow?";"He said ""so"""\n'
    assert failures.read(written(tmp_path, text, "log.csv"))[["prompt", "response"]].values.tolist() == [["Why;\nhow?", 'He said "so"']]


def test_runs_become_records_with_ids_of_their_own(tmp_path):
    one = failures.from_run(runs.read(a_run().save(tmp_path)))
    assert one[["id", "prompt", "response", "target", "score", "kind", "method"]].values.tolist() == [
        ["e0", "What is 0?", "0", "0", 1.0, "sum", "bare"], ["e1", "What is 1?", "0", "1", 0.0, "sum", "bare"]]  # fmt: skip
    both = failures.from_run([a_run(), a_run("few-shot", (1.0, np.nan))])
    assert both["id"].tolist() == ["bare|fake|e0", "bare|fake|e1", "few-shot|fake|e0", "few-shot|fake|e1"]
    assert both["score"].isna().tolist() == [False, False, False, True]
    with pytest.raises(ValueError, match=r"the runs: 2 of the ids in 'id' stand on several rows"):
        failures.from_run([a_run(), a_run()])


def test_a_comet_archive_becomes_the_records_of_its_run():
    with tracking.start("bare") as tracker:
        tracker.log_run(a_run())
    records = failures.from_archive(tracking.runs()["archive"][0])
    assert records[["id", "prompt", "response", "target", "score"]].equals(
        failures.from_run(a_run())[["id", "prompt", "response", "target", "score"]]
    )
    assert list(places.outputs("comet").glob("*.zip"))


def test_the_work_grows_as_the_rows_each_is_parsed_once(tmp_path, monkeypatch):
    counts = Counter()
    parse = embeddings._parsed
    monkeypatch.setattr(embeddings, "_parsed", lambda cell: counts.update(vectors=1) or parse(cell))
    loads = json.loads
    monkeypatch.setattr(sources.json, "loads", lambda text: counts.update(lines=1) or loads(text))
    for n in (10, 40):
        counts.clear()
        failures.read(written(tmp_path, [row(i, embedding=[1.0, i]) for i in range(n)]))
        assert counts == {"vectors": n, "lines": n}


def test_the_numbers_of_a_parquet_file_never_become_pythons(tmp_path, monkeypatch):
    added = []
    monkeypatch.setattr(gathering.Vectors, "add", lambda self, cell, row: added.append(row))
    records = failures.read(written(tmp_path, rows(), "log.parquet"))
    assert (added, len(failures.vectors(records))) == ([], 4)
