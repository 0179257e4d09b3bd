"""A reader's file on the command line: found from where the command was given, and run again when it changes."""

from __future__ import annotations

import nbformat
import pytest

from helpers import workbook
from helpers.workbook.execution import Result, Task
from helpers.workbook.notebooks import KERNEL
from helpers.workbook.running import _contents, seen_from_here


def test_a_data_file_means_the_one_seen_from_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes").mkdir()
    given = {"task": "my.csv", "documents": "notes", "model": "notes", "limit": 20, "other": "owner/name"}
    assert seen_from_here(given) == {**given, "task": str(tmp_path / "my.csv"), "documents": str(tmp_path / "notes")}
    assert seen_from_here({"task": "./notes"}) == {"task": str(tmp_path / "notes")}


def test_a_model_folder_means_the_one_seen_from_here_and_counts_as_a_parameter(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tuned").mkdir()
    for given in ("hf:tuned", "hf:./tuned"):
        assert seen_from_here({"model": given}) == {"model": f"hf:{tmp_path / 'tuned'}"}
    other = {"model": "hf:Qwen/Qwen2.5-0.5B-Instruct", "embedder": "hf:"}
    assert seen_from_here(other) == other
    weights = tmp_path / "tuned" / "model.safetensors"
    weights.write_text("one")
    before = _contents(seen_from_here({"model": "hf:tuned"}))
    weights.write_text("two")
    assert before != _contents(seen_from_here({"model": "hf:tuned"})) != ""


@pytest.mark.parametrize("changed", ["my.csv", "documents/a.md"])
def test_a_changed_file_or_document_changes_what_a_lesson_ran_on(tmp_path, changed):
    (tmp_path / "documents").mkdir()
    for name in ("my.csv", "documents/a.md"):
        (tmp_path / name).write_text("one")
    before = _contents({"task": str(tmp_path / "my.csv"), "limit": 3})
    (tmp_path / changed).write_text("two")
    assert _contents({"task": str(tmp_path / "my.csv"), "limit": 3}) != before
    assert _contents({"task": "facts"}) == ""


def test_a_lesson_reads_the_file_that_the_command_named_and_again_when_it_changed(tmp_path, monkeypatch):
    code = nbformat.v4.new_code_cell
    knob = code('task = "facts"', metadata={"tags": ["parameters"]})
    cells = [knob, code("rows = open(task).read().split()"), code("rows[-1]")]
    (tmp_path / "lessons").mkdir()
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    nbformat.write(notebook, tmp_path / "lessons" / "17_decide.ipynb")
    (tmp_path / "my.csv").write_text("text,label\none,a\ntwo,b\nthree,a\n")
    monkeypatch.chdir(tmp_path)
    found = workbook.find(["17"], folder=tmp_path / "lessons")
    [result] = workbook.run(found, parameters={"task": "my.csv"}, out=tmp_path / "out")
    assert (result.status, result.error) == ("passed", "")
    assert "three,a" in (tmp_path / "out" / "lessons" / result.notebook).read_text()
    monkeypatch.setattr(Task, "_execute", lambda self: Result("17_decide", "passed"))
    assert workbook.run(found, parameters={"task": "my.csv"}, out=tmp_path / "out")[0].status == "current"
    (tmp_path / "my.csv").write_text("text,label\none,a\ntwo,a\n")
    assert workbook.run(found, parameters={"task": "my.csv"}, out=tmp_path / "out")[0].status == "passed"
    assert not list(tmp_path.rglob("*.part*"))
