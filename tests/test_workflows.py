"""The instructor's workflow: a job for each lesson, and one site of what they left."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import nbformat
import yaml

from helpers import places
from helpers.cli import _parser
from helpers.storage import write_text
from helpers.workbook.entries import read_entry
from helpers.workbook.notebooks import Lesson, clean, find, fingerprint
from helpers.workbook.results import Files, placed

WORKFLOWS = places.root() / ".github" / "workflows"
JOBS = yaml.safe_load((WORKFLOWS / "lessons.yml").read_text(encoding="utf-8"))["jobs"]


def steps(job: str, word: str) -> list[dict]:
    """The steps of a job that use an action or run a command with this word in it."""
    return [step for step in JOBS[job]["steps"] if word in step.get("uses", "") + step.get("run", "")]


def test_the_matrix_has_a_job_for_every_lesson(tmp_path: Path) -> None:
    (step,) = steps("plan", "lessons=")
    env = {**os.environ, "GITHUB_OUTPUT": str(tmp_path / "output")}
    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=places.root(), env=env, check=True)
    name, _, numbers = (tmp_path / "output").read_text().partition("=")
    assert (name, json.loads(numbers)) == ("lessons", [lesson.number for lesson in find()])
    assert JOBS["plan"]["outputs"]["lessons"] == f"${{{{ steps.{step['id']}.outputs.{name} }}}}"
    assert JOBS["lesson"]["strategy"]["matrix"]["lesson"] == "${{ fromJSON(needs.plan.outputs.lessons) }}"


def test_every_job_finds_the_environment_that_one_of_them_makes() -> None:
    (kept,) = steps("environment", "actions/cache@")
    for job in ("lesson", "site"):
        (found,) = steps(job, "actions/cache/restore")
        assert found["with"] == kept["with"] | {"fail-on-cache-miss": True}
        assert "environment" in JOBS[job]["needs"] or JOBS[JOBS[job]["needs"]]["needs"] == ["plan", "environment"]


def test_its_commands_are_commands_of_ladder() -> None:
    lines = [step["run"] for job in ("lesson", "site") for step in steps(job, "ladder ")]
    for line in lines:
        words = shlex.split(line.replace('"$LESSON"', "01").replace("$PARAMETERS", "-p limit=4"))
        assert callable(_parser().parse_args(words[1:]).do)
    assert [line.split()[1] for line in lines] == ["run", "check", "site"]


def ran(folder: Path, number: str, out: Path) -> Lesson:
    """A lesson of one cell and, in `out`, what its run leaves."""
    lesson = Lesson(folder / f"{number}_lesson.ipynb")
    write_text(lesson.path, clean(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"# {number} · Lesson")])))
    files = Files(placed(lesson, {}, out))
    write_text(files.notebook, lesson.path.read_text(encoding="utf-8"))
    key = fingerprint(lesson, {}, "tree")
    files.write(
        {
            "name": lesson.name,
            "status": "passed",
            "seconds": 1.0,
            "notebook": files.notebook.name,
            "parameters": {},
            "tree": "tree",
            "key": key,
        }
    )
    return lesson


def test_what_two_jobs_left_is_one_course_once_it_lies_together(tmp_path: Path) -> None:
    (upload,), (download,) = steps("lesson", "upload-artifact"), steps("site", "download-artifact")
    assert upload["with"]["path"].rstrip("/") == download["with"]["path"] == "outputs/lessons"
    assert upload["with"]["name"].startswith(download["with"]["pattern"].rstrip("*"))
    lessons = [ran(tmp_path / "course", number, tmp_path / number) for number in ("00", "01")]
    for number in ("00", "01"):
        shutil.copytree(tmp_path / number / "lessons", tmp_path / "outputs" / "lessons", dirs_exist_ok=True)
    entries = [read_entry(tmp_path / "outputs", lesson, "tree") for lesson in lessons]
    assert [(entry.status, entry.stale) for entry in entries] == [("passed", False)] * 2
