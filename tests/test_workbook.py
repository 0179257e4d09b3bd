"""Running, cutting, refreshing: what must survive a failing cell, a dead kernel, a kill and a second run."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import nbformat
import pytest

from helpers import places, workbook
from helpers.storage import write_text
from helpers.workbook import checking, refreshing, rules_outputs, running
from helpers.workbook.drift import drift
from helpers.workbook.execution import Job, Result, Task, Watcher
from helpers.workbook.notebooks import Lesson, clean, fingerprint, tree_hash


def notebook(path: Path, *sources: str) -> Path:
    """A lesson of these code cells; the first is tagged `parameters`."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    cells[0].metadata["tags"] = ["parameters"]
    write_text(path, clean(nbformat.v4.new_notebook(cells=cells)))
    return path


@pytest.fixture(autouse=True)
def steady_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "tree_hash", lambda: "tree")


def test_lessons_are_found_by_number_and_range(lessons: Path) -> None:
    notebook(lessons / "02_lakes.ipynb", "n = 1")
    assert [lesson.number for lesson in workbook.find(["1"], folder=lessons)] == ["01"]
    assert [lesson.number for lesson in workbook.find(["01-02"], folder=lessons)] == ["01", "02"]
    with pytest.raises(ValueError, match=r"no lesson 07 in lessons/. There are: 01, 02"):
        workbook.find(["7"], folder=lessons)


def test_a_range_means_the_lessons_there_are(lessons: Path) -> None:
    assert [lesson.number for lesson in workbook.find(["00-03"], folder=lessons)] == ["01"]
    for empty in ("02-09", "03-00"):
        with pytest.raises(ValueError, match=f"no lesson {empty} in lessons/. There are: 01"):
            workbook.find([empty], folder=lessons)


def test_a_folder_without_lessons_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no lessons in .*solutions: there is no notebook named like 01_prompts.ipynb"):
        workbook.find(folder=tmp_path, solutions=True)


def test_cleaning_drops_what_a_run_leaves_and_numbers_widgets() -> None:
    cell = nbformat.v4.new_code_cell("1", metadata={"papermill": {"duration": 1}, "tags": ["x"]})
    dirty = nbformat.v4.new_notebook(cells=[cell], metadata={"papermill": {"input_path": "/somewhere"}})
    dirty.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"f" * 32: {"model_name": "Label"}}}}
    text = clean(dirty)
    assert "papermill" not in text
    assert "f" * 32 not in text
    assert json.loads(text)["cells"][0]["metadata"] == {"tags": ["x"]}
    assert list(json.loads(text)["metadata"]["widgets"].popitem()[1]["state"]) == ["0" * 32]


def test_the_fingerprint_sees_cells_parameters_and_data_but_not_outputs(lessons: Path, tmp_path: Path) -> None:
    lesson = Lesson(lessons / "01_rivers.ipynb")
    first = fingerprint(lesson, {}, "t")
    other = lesson.read()
    other.cells[4].outputs = []
    write_text(lesson.path, clean(other))
    assert fingerprint(lesson, {}, "t") == first
    assert fingerprint(lesson, {"n": 2}, "t") != first
    (tmp_path / "data").mkdir()
    before = tree_hash([tmp_path / "data"])
    (tmp_path / "data" / "x.txt").write_text("1")
    assert tree_hash([tmp_path / "data"]) != before


def test_a_run_leaves_whole_clean_results_and_the_second_run_does_nothing(lessons: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = workbook.run(workbook.find(folder=lessons), out=out)
    assert [(result.name, result.status) for result in first] == [("01_rivers", "passed")]
    assert first[0].memory > 20e6
    made = Lesson(out / "lessons" / "01_rivers.ipynb").read()
    assert set(made.metadata) == {"kernelspec", "language_info"}
    assert made.cells[4].outputs[0].data["text/plain"] == "4"
    assert workbook.run(workbook.find(folder=lessons), out=out)[0].status == "current"
    assert sorted(path.name for path in (out / "lessons").iterdir()) == ["01_rivers.ipynb", "01_rivers.json"]


def test_a_run_with_parameters_lies_beside_the_course_s_own(lessons: Path, tmp_path: Path) -> None:
    out, found = tmp_path / "out", workbook.find(folder=lessons)
    workbook.run(found, out=out)
    before = (out / "lessons" / "01_rivers.ipynb").read_bytes()
    [result] = workbook.run(found, parameters={"n": 10}, out=out)
    assert re.fullmatch(r"01_rivers@[0-9a-f]{12}\.ipynb", result.notebook)
    made = Lesson(out / "lessons" / result.notebook).read()
    assert made.cells[5].outputs[0].data["text/plain"] == "10"  # one below its place: the parameters were put in before it
    assert (out / "lessons" / "01_rivers.ipynb").read_bytes() == before
    assert [workbook.run(found, parameters=share, out=out)[0].status for share in ({}, {"n": 10})] == ["current", "current"]


def test_a_failed_run_leaves_the_last_good_one_until_the_next_good_one(tmp_path: Path) -> None:
    out, path = tmp_path / "out", tmp_path / "lessons" / "01_wrong.ipynb"
    good = ["01_wrong.ipynb", "01_wrong.json"]
    both = sorted([*good, "01_wrong.failed.ipynb", "01_wrong.failed.json"])
    for code, status, names in (("n + 1", "passed", good), ("n / 0", "failed", both), ("n / 0", "failed", both)):
        notebook(path, "n = 1", code)
        [result] = workbook.run([Lesson(path)], out=out)
        assert (result.status, bool(result.last_good)) == (status, status == "failed")
        assert sorted(path.name for path in (out / "lessons").iterdir()) == names
        assert "n + 1" in (out / "lessons" / "01_wrong.ipynb").read_text(encoding="utf-8")
    notebook(path, "n = 1", "n + 1")
    assert workbook.run([Lesson(path)], out=out)[0].status == "current"
    assert sorted(path.name for path in (out / "lessons").iterdir()) == good


def test_a_lesson_whose_forced_run_failed_is_not_current(lessons: Path, tmp_path: Path) -> None:
    task = Task(Lesson(lessons / "01_rivers.ipynb"), {}, Job(tmp_path, "tree", {}, Watcher()))
    task._execute = lambda: Result("01_rivers", "passed")
    write_text(task.files.notebook, "")
    for status in ("passed", "failed"):
        task.files.write({**asdict(Result("01_rivers", status)), "key": task.key, "parameters": {}})
    assert task().status == "passed"


@pytest.mark.parametrize(
    ("source", "failed"),
    [
        ("# a\nx = 1\n\n\ndef f(a):\n    return a / 0\n\n\nf(\n    2)", (6, "return a / 0")),
        ("x = 1\ny = (", (2, "y = (")),
        ("try:\n    n / 0\nexcept ZeroDivisionError as error:\n    raise KeyError('x') from error", (4, "raise KeyError('x') from error")),
        ("%%time\nx = 1\nn / 0", (0, "%%time")),
    ],
)
def test_an_error_names_the_line_that_failed(source: str, failed: tuple[int, str], tmp_path: Path) -> None:
    notebook(tmp_path / "lessons" / "01_a.ipynb", "n = 1", source)
    [result] = workbook.run(workbook.find(folder=tmp_path / "lessons"), out=tmp_path)
    row = f", line {failed[0]}" if failed[0] else ""
    assert result.error.startswith(f"cell 2 of 2{row} (`{failed[1]}`): ")


@pytest.mark.parametrize(("model", "status"), [("hf:x", "current"), ("openai:x@http://127.0.0.1:9/v1", "passed")])
def test_a_lesson_that_asks_a_server_is_never_current(model: str, status: str, lessons: Path, tmp_path: Path) -> None:
    task = Task(Lesson(lessons / "01_rivers.ipynb"), {"model": model}, Job(tmp_path, "tree", {}, Watcher()))
    task._execute = lambda: Result("01_rivers", "passed")
    write_text(task.files.notebook, "")
    task.files.write({**asdict(Result("01_rivers", "passed")), "key": task.key, "parameters": task.parameters})
    assert task().status == status


def test_a_relative_home_is_the_same_folder_for_the_kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LADDER_HOME", "out")
    monkeypatch.setenv("LADDER_CACHE", "r.sqlite")
    env = running.environment(1, {})
    assert (env["LADDER_HOME"], env["LADDER_CACHE"]) == (str(tmp_path / "out"), str(tmp_path / "r.sqlite"))
    monkeypatch.setenv("LADDER_CACHE", "off")
    assert running.environment(1, {})["LADDER_CACHE"] == "off"


def test_failures_are_named_and_the_others_still_finish(tmp_path: Path) -> None:
    folder, out = tmp_path / "lessons", tmp_path / "out"
    notebook(folder / "00_good.ipynb", "n = 1", "n + 1")
    notebook(folder / "01_wrong.ipynb", "n = 1", "# divide\nn / 0", "n")
    notebook(folder / "02_killed.ipynb", "n = 1", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    good, wrong, killed = workbook.run(workbook.find(folder=folder), jobs=3, out=out)
    assert good.ok
    assert (wrong.status, wrong.error) == ("failed", "cell 2 of 3, line 2 (`n / 0`): ZeroDivisionError: division by zero")
    assert killed.status == "died"
    assert killed.error.startswith("cell 2 of 2 (`import os, signal`): the kernel died")
    assert not (out / "lessons" / "01_wrong.ipynb").exists()
    assert "ZeroDivisionError" in (out / "lessons" / "01_wrong.failed.ipynb").read_text(encoding="utf-8")


def test_a_lesson_that_takes_too_long_is_ended_and_said_so(tmp_path: Path) -> None:
    notebook(tmp_path / "lessons" / "03_slow.ipynb", "n = 1", "import time\ntime.sleep(600)")
    slow = workbook.run(workbook.find(folder=tmp_path / "lessons"), timeout=3, out=tmp_path)[0]
    assert slow.status == "timeout"
    assert slow.error.endswith("timed out after 3 s")
    assert slow.seconds < 30


def test_a_killed_run_leaves_no_half_result_and_the_rerun_does_the_rest(tmp_path: Path) -> None:
    folder, out = tmp_path / "lessons", tmp_path / "out"
    flag = tmp_path / "go"
    notebook(folder / "01_wait.ipynb", "n = 1", f"import pathlib, time\nwhile not pathlib.Path({str(flag)!r}).exists(): time.sleep(0.1)")
    command = [sys.executable, "-m", "helpers.cli", "run", "--lessons", str(folder), "--out", str(out)]
    process = subprocess.Popen(command, cwd=places.root(), stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(places.root())})
    deadline = time.monotonic() + 40
    while not list(out.glob("lessons/.01_wait.*.part.ipynb")) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert list(out.glob("lessons/0*")) == []
    flag.touch()
    assert workbook.run(workbook.find(folder=folder), out=out)[0].status == "passed"
    assert sorted(path.suffix for path in out.glob("lessons/*")) == [".ipynb", ".json"]


def test_an_unknown_parameter_is_refused_with_the_known_ones(lessons: Path) -> None:
    with pytest.raises(ValueError, match=r"no parameter m in lesson 01. There are: n\."):
        workbook.run(workbook.find(folder=lessons), parameters={"m": 1})


def test_refresh_says_which_output_changed_and_writes_it(lessons: Path) -> None:
    solution = lessons / "solutions" / "01_rivers.ipynb"
    edited = Lesson(solution).read()
    edited.cells[4].outputs[0].data["text/plain"] = "99"
    write_text(solution, clean(edited))
    results, found = workbook.refresh(folder=lessons)
    assert all(result.ok for result in results)
    assert [str(change) for change in found if change.name.startswith("solutions")] == ["solutions/01_rivers, cell 5:\n  - 99\n  + 4"]
    assert Lesson(solution).read().cells[4].outputs[0].data["text/plain"] == "4"
    assert rules_outputs.metadata(Lesson(solution), Lesson(solution).read()) == []


@pytest.mark.parametrize("fails", ["lessons", "solutions"])
def test_refresh_leaves_both_as_they_were_when_one_fails(fails: str, lessons: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    solution, lesson = lessons / "solutions" / "01_rivers.ipynb", lessons / "01_rivers.ipynb"
    edited = Lesson(solution).read()
    edited.cells[4].source, edited.cells[4].outputs = "n + 100", []
    write_text(solution, clean(edited))
    before = solution.read_bytes(), lesson.read_bytes()

    def run(found: list[Lesson], *, out: Path, **settings: object) -> list[Result]:
        assert {one.home for one in found} == {lessons}  # a draft runs where the lesson will lie
        for one in found:
            made = one.read()
            made.cells[1].outputs = [nbformat.v4.new_output("stream", text="executed")]
            write_text(out / kind(one) / one.path.name, clean(made))
        return [Result(one.name, "failed" if kind(one) == fails else "passed") for one in found]

    def kind(one: Lesson) -> str:
        return "solutions" if one.is_solution else "lessons"

    monkeypatch.setattr(refreshing, "run", run)
    assert workbook.refresh(folder=lessons)[1] == []
    assert (solution.read_bytes(), lesson.read_bytes()) == before
    fails = "none"
    assert len(workbook.refresh(folder=lessons)[1]) == 2
    assert drift(Lesson(solution)) == []
    assert "executed" in lesson.read_text(encoding="utf-8")


def test_a_part_of_the_check_that_breaks_is_one_problem_and_the_next_part_runs(lessons: Path) -> None:
    (lessons / "01_rivers.ipynb").write_text("{", encoding="utf-8")
    part = checking._timed("rules", lambda: checking._rules([Lesson(lessons / "01_rivers.ipynb")]), lambda text: None)
    assert (part.name, part.passed, part.failures) == ("rules", 0, 1)
    assert part.problems[0].startswith("ValueError: 01_rivers.ipynb is not a notebook")
