"""Reading and checking examples: each trap is told with its file, line and field."""

from __future__ import annotations

import json
import re

import pytest

from helpers.tasks.examples import check_rows, check_splits, normal, read_rows

GOOD = {"id": "a", "input": "Fine.", "target": "yes"}


def read(tmp_path, data: bytes):
    file = tmp_path / "dev.jsonl"
    file.write_bytes(data)
    return read_rows(file)


def line(**changes) -> bytes:
    return json.dumps({**GOOD, **changes}, ensure_ascii=False).encode() + b"\n"


def test_a_byte_order_mark_crlf_blank_lines_and_odd_line_separators_are_tolerated(tmp_path):
    odd = "one\u2028two\x85three"
    rows, problems = read(tmp_path, b"\xef\xbb\xbf" + line(input=odd).replace(b"\n", b"\r\n") + b"\n  \n" + line(id="b").rstrip())
    assert problems == []
    assert [(number, row["id"]) for number, row in rows] == [(1, "a"), (4, "b")]
    assert rows[0][1]["input"] == odd


@pytest.mark.parametrize(("data", "problem"), [
    (b"", r"dev\.jsonl: the file is empty; each line is an example"),
    (b"\n \n", r"dev\.jsonl: the file is empty"),
    (line() + b'{"id": "b", "input": \n', r"dev\.jsonl, line 2: broken JSON at character \d+: Expecting value; got '\{\"id\": \"b\""),
    (line() + b"[1]\n", r"dev\.jsonl, line 2: must be an object with id, input and target, got a list"),
    (line() + '{"id": "b", "input": "café"}\n'.encode("latin-1"), r"line 2, field 'input': byte 0xe9 is not UTF-8; save the file as UTF-8"),
    (line() + b'{"id": "b", "inp\xe9', r"line 2: byte 0xe9 is not UTF-8"),
    ("\ufeff{}\n".encode("utf-16-le"), r"line 1: the file is UTF-16; save it as UTF-8"),
    (line() + b'{"id": "b", "id": "c"}\n', r"line 2, field 'id': is given twice on the line"),
    (line() + b'{"id": "b", "weight": NaN}\n', r"line 2, value NaN: is not JSON"),
    (line() + b'{"id": "b", "input": "\\ud83d"}\n', r"line 2, field 'input': holds half a character"),
    (line() + b"[" * 100_000 + b"\n", r"line 2: "),
])  # fmt: skip
def test_a_broken_file_is_told_with_its_line(tmp_path, data, problem):
    _, problems = read(tmp_path, data)
    assert len(problems) == 1
    assert re.search(problem, problems[0]), problems[0]


def test_good_lines_beside_broken_ones_are_still_read(tmp_path):
    rows, problems = read(tmp_path, b"{\n" + line() + b"}\n")
    assert ([number for number, _ in rows], len(problems)) == ([2], 2)


@pytest.mark.parametrize(("changes", "problem"), [
    ({"target": None}, "field 'target': is null; the line has id, input, target"),
    ({"id": 3}, "field 'id': must be a text, got a number: 3"),
    ({"input": "  "}, "field 'input': is empty"),
    ({"input": ["x"]}, "field 'input': must be a text, got a list: ['x']"),
    ({"target": True}, "field 'target': must be a text or a list of texts, got true or false: True"),
    ({"target": ["yes", 1]}, "field 'target': must be a text or a list of texts, got a list: ['yes', 1]"),
    ({"target": "maybe"}, "field 'target': the target 'maybe' is not one of the labels ['yes', 'no']: add it to `labels` in task.toml"),
])  # fmt: skip
def test_a_wrong_field_is_told_with_the_value_and_what_is_allowed(changes, problem):
    assert check_rows("dev.jsonl", [(7, {**GOOD, **changes})], "label", ["yes", "no"]) == [f"dev.jsonl, line 7, {problem}"]


def test_a_missing_field_is_told_with_those_there_are():
    problems = check_rows("dev.jsonl", [(7, {"id": "a", "text": "Fine.", "target": "yes"})], "exact", ())
    assert problems == ["dev.jsonl, line 7, field 'input': is missing; the line has id, text, target"]


@pytest.mark.parametrize(
    ("metric", "target", "problem"),
    [("set_f1", "BERT", "a set target"), ("json", "{", "a json target"), ("exact", "?", "an exact target")],
)
def test_a_target_that_its_metric_cannot_score_is_told(metric, target, problem):
    (got,) = check_rows("dev.jsonl", [(1, {**GOOD, "target": target})], metric, ())
    assert got.startswith(f"dev.jsonl, line 1, field 'target': {problem}")


def test_a_column_that_changes_its_type_is_told():
    rows = [(1, {**GOOD, "year": None}), (2, {**GOOD, "year": 1.5}), (3, {**GOOD, "year": 2}), (4, {**GOOD, "year": "2"})]
    (problem,) = check_rows("dev.jsonl", rows, "exact", ())
    assert problem == "dev.jsonl, line 4, field 'year': is a text here and a number on line 2; use one type"


def test_an_id_is_unique_in_the_whole_task():
    splits = {"train.jsonl": [(1, GOOD), (2, {**GOOD, "input": "x"})], "dev.jsonl": [(5, {**GOOD, "input": "y"})]}
    assert check_splits(splits) == [
        "train.jsonl, line 2, field 'id': 'a' is taken by train.jsonl, line 1; ids are unique in a task",
        "dev.jsonl, line 5, field 'id': 'a' is taken by train.jsonl, line 1; ids are unique in a task",
    ]


def test_the_same_input_in_two_splits_is_leakage_whatever_its_dress():
    one, other = {**GOOD, "input": "Don't  go – it's DULL!"}, {**GOOD, "id": "b", "input": "don’t go, it’s dull"}
    (problem,) = check_splits({"train.jsonl": [(1, one)], "test.jsonl": [(9, other)]})
    assert problem.startswith("test.jsonl, line 9, field 'input': leakage: the same as train.jsonl, line 1, but for case")


def test_the_same_input_twice_in_one_split_is_no_leakage():
    assert check_splits({"train.jsonl": [(1, GOOD), (2, {**GOOD, "id": "b"})]}) == []


@pytest.mark.parametrize(("a", "b"), [
    ("9 - 3?", "9 * 3?"), ("2.5", "25"), ("What is -5 + 2", "What is 5 + 2"), ("a > b", "a < b"), ("?!", "..."), ("12-7", "127"),
    ("good 👍", "good 👎"),
])  # fmt: skip
def test_marks_that_mean_something_are_not_dropped(a, b):
    assert normal(a) != normal(b)


@pytest.mark.parametrize(("a", "b"), [
    ("9 - 3", "9-3 ?"), ("A well-made film.", "a well made FILM"), ("“Yes”", "yes"), ("snake_case", "snake case"), ("ﬁne", "fine"),
    ("in 2024, we", "in 2024 we"),
])  # fmt: skip
def test_dress_is_dropped(a, b):
    assert normal(a) == normal(b)
