"""The `ladder` command as one types it."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import cli, places, workbook
from helpers.workbook import site
from helpers.workbook.checking import Execution, Part
from helpers.workbook.console import Progress, line, summary
from helpers.workbook.execution import Result
from helpers.workbook.manual import VARIABLES


def test_a_wrong_lesson_number_is_exit_code_two(lessons: Path, capsys: pytest.CaptureFixture) -> None:
    assert cli.main(["run", "7", "--lessons", str(lessons)]) == 2
    assert "no lesson 07" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["run"], ["exercises", "--check"], ["refresh"]])
def test_a_folder_without_lessons_is_exit_code_two(command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert cli.main([*command, "--lessons", str(tmp_path / "nowhere")]) == 2
    assert f"no lessons in {tmp_path / 'nowhere'}" in capsys.readouterr().err


def test_a_failed_lesson_is_exit_code_one(
    lessons: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(workbook, "run", lambda lessons, **settings: [Result("01_rivers", "failed", 1.0, None, 3, "cell 2: no")])
    assert cli.main(["run", "--lessons", str(lessons), "--out", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "0 passed, 1 failed" in told
    assert str(tmp_path / "site" / "index.html") in told


def test_a_run_is_told_whole_though_its_pages_could_not_be_made(
    lessons: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(workbook, "run", lambda lessons, **settings: [Result("01_rivers", "passed", 1.0, None, 3)])
    monkeypatch.setattr(site, "SETTINGS", tmp_path)
    assert cli.main(["run", "--lessons", str(lessons), "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().out
    assert "1 passed, 0 failed" in told
    assert "to read:   the pages could not be made" in told


def test_the_help_of_run_lists_parameters_with_their_comments_and_variables(lessons: Path, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit, match="0"):
        cli.main(["run", "--lessons", str(lessons), "--help"])
    told = capsys.readouterr().out
    assert re.search(r"01_rivers\n +n=4 +where to start\n", told)
    assert re.search(r"LADDER_HOME +a folder", told)


def test_every_variable_that_is_read_is_in_the_help_of_run() -> None:
    between_processes = {
        "LADDER_BRANCH",
        "LADDER_EXACT",
        "LADDER_RECORD",
        "LADDER_RECORDINGS_NOTES",
        "LADDER_RECORDINGS_STRICT",
        "LADDER_REPOSITORY",
    }
    sources = [path.read_text(encoding="utf-8") for path in places.root().joinpath("helpers").rglob("*.py")]
    read = {name for source in sources for name in re.findall(r'"(LADDER_[A-Z_]+)"', source)}
    assert read - between_processes == {name for name in VARIABLES if name.startswith("LADDER_")}


@pytest.mark.parametrize("command", ["-p m=2", "-p n=abc"])
def test_a_wrong_parameter_is_exit_code_two_and_nothing_is_written(
    command: str, lessons: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    assert cli.main(["run", *command.split(), "--lessons", str(lessons), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.startswith("ladder: n")
    assert not (tmp_path / "out").exists()


def test_the_check_ends_with_one_closing_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.setattr(workbook, "check", lambda *numbers, **settings: [Part("a", 3), Part("b", 1, ("wrong",), failed=2)])
    assert cli.main(["check"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "4 passed, 2 failed"


@pytest.mark.parametrize(
    ("flags", "how"),
    [
        ([], Execution()),
        (["--exact"], Execution(exact=True)),
        (["--learners", "--timeout", "9"], Execution(timeout=9, learners=True)),
        (["--no-run"], None),
    ],
)
def test_the_flags_of_check_say_what_is_executed(flags: list, how: Execution | None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {}
    monkeypatch.setattr(workbook, "check", lambda *numbers, **settings: asked.update(settings) or [])
    assert cli.main(["check", *flags]) == 0
    assert asked["execution"] == how


def test_drift_is_exit_code_one_and_cutting_mends_it(lessons: Path, capsys: pytest.CaptureFixture) -> None:
    (lessons / "01_rivers.ipynb").unlink()
    assert cli.main(["exercises", "--check", "--lessons", str(lessons)]) == 1
    assert cli.main(["exercises", "--lessons", str(lessons)]) == 0
    assert cli.main(["exercises", "--check", "--lessons", str(lessons)]) == 0
    assert "cut 01_rivers.ipynb" in capsys.readouterr().out


def test_a_command_from_elsewhere_gets_its_own_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.ELSEWHERE, "count", ("builtins:len", "counts"))
    assert cli.main(["count", "a", "b"]) == 2


def test_importing_the_command_loads_nothing_heavy() -> None:
    heavy = "{'torch', 'transformers', 'pandas', 'papermill', 'nbconvert', 'nbformat', 'comet_ml'}"
    code = f"import helpers.cli, helpers.workbook, sys; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=places.root(), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_without_a_terminal_progress_is_plain_lines() -> None:
    stream = io.StringIO()
    with Progress(1, stream) as watcher:
        watcher.started("01_a")
        watcher.cell("01_a", 3, 9)
        watcher.finished(Result("01_a", "died", 2.0, 5_000_000, 9, "cell 3 of 9: gone"))
    assert stream.getvalue() == "01_a: started\n[1/1] 01_a: DIED, 2.0 s, 5 MB\n      cell 3 of 9: gone\n"


def test_a_failed_run_says_that_the_last_good_page_is_left() -> None:
    text = line(Result("01_a", "failed", 2.0, error="cell 3: no", last_good="2026-11-20"))
    assert text.endswith("\n      cell 3: no\n      the page of its last good run, of 2026-11-20, is left as it was")


def test_on_a_terminal_the_running_cell_is_shown_and_then_replaced() -> None:
    stream = io.StringIO()
    stream.isatty = lambda: True
    with Progress(1, stream) as watcher:
        watcher.started("01_a")
        watcher.cell("01_a", 3, 9)
        watcher.finished(Result("01_a", "passed", 2.0))
    assert "\x1b[1F\x1b[J[1/1] 01_a: passed" in stream.getvalue()


def test_the_summary_names_the_slowest_and_the_largest() -> None:
    results = [Result("00", "passed", 3.0, 100_000_000), Result("01", "failed", 9.0, 300_000_000)]
    assert summary(results) == "1 passed, 1 failed; slowest 01, 9.0 s; most memory 300 MB"
