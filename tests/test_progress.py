"""A learner's progress: kept as it happens, by several notebooks at once, and only from notebooks in my/."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager

from helpers import cli, exercises, places, progress
from helpers.widgets import Question, predict


@pytest.fixture
def sitting(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody sits in front of a notebook in my/; the file of the progress."""
    path = places.mine("00_start_here.ipynb")
    path.parent.mkdir(parents=True)
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    monkeypatch.setattr(progress, "live", lambda: True)
    monkeypatch.setattr("helpers.widgets.predictions._session", {})
    return path.with_name("progress.json")


def kept(kind: str, name: str) -> dict:
    return {key: value for key, value in progress.read()[kind][name].items() if key != "on"}


def test_a_guess_is_kept_at_the_click_and_judged_at_the_answer(sitting: Path) -> None:
    guess = predict("00.even", "How many?", ["one", "two"])
    guess.choose(0)
    assert kept("predictions", "00.even") == {"guess": "one", "right": None, "late": False}
    guess.answer("two", 2)
    assert kept("predictions", "00.even") == {"guess": "one", "right": False, "late": False}


def test_no_second_guess_and_no_second_session_makes_a_wrong_guess_right(sitting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guess = predict("00.even", "How many?", ["one", "two"])
    guess.choose(0)
    guess.answer("two", 2)
    guess.choose(1)
    monkeypatch.setattr("helpers.widgets.predictions._session", {})
    again = predict("00.even", "How many?", ["one", "two"])
    again.choose(1)
    again.answer("two", 2)
    assert kept("predictions", "00.even") == {"guess": "one", "right": False, "late": False}


def test_an_exercise_that_was_passed_stays_passed_and_waiting_is_no_attempt(sitting: Path) -> None:
    for answers in ((..., ...), (1, 2), (7168,)):
        exercises.check("13.warmup", *answers)
    exercises.check("13.warmup", 3)
    assert kept("exercises", "13.warmup") == {"tries": 3, "passed": True}


def test_the_first_answer_to_a_question_counts(sitting: Path) -> None:
    question = Question("And 3?", ("a", "b"), 1, "It is last.", "00.2")
    question.mark(0)
    question.mark(1)
    assert kept("quizzes", "00.2") == {"right": False}


@pytest.mark.parametrize("place", ["lessons/00_start_here.ipynb", "my_own/00_start_here.ipynb", ""])
def test_a_notebook_elsewhere_leaves_no_trace(place: str, sitting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", str(sitting.parent.parent / place) if place else "")
    exercises.check("13.warmup", 7168)
    assert list(sitting.parent.iterdir()) == []


WRITER = """
import os, sys
from helpers import progress
progress.live = lambda: True
for number in range(60):
    progress.tried(f"{sys.argv[1]}.{number}", True)
    progress.tried("00.both", False)
"""


def test_two_kernels_that_write_at_once_lose_nothing(sitting: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, lesson], cwd=places.root()) for lesson in ("01", "02")]
    assert [writer.wait(timeout=240) for writer in writers] == [0, 0]
    assert kept("exercises", "00.both")["tries"] == 120
    assert len(progress.read()["exercises"]) == 121


FOREIGN = [
    "{",
    "[]",
    '{"exercises": {}}',
    json.dumps({"format": progress.FORMAT, "predictions": {"00.a": 1}, "exercises": {}, "quizzes": {}}),
]


@pytest.mark.parametrize("text", FOREIGN)
def test_a_file_that_is_no_progress_is_named_and_put_aside_and_never_overwritten(
    text: str, sitting: Path, capsys: pytest.CaptureFixture
) -> None:
    for number in (1, 2):
        sitting.write_text(text, encoding="utf-8")
        assert cli.main(["progress"]) == 2
        assert "my/progress.json" in capsys.readouterr().err
        assert sitting.read_text(encoding="utf-8") == text
        exercises.check("13.warmup", 7168)
        assert sitting.with_name(f"progress.json.{number}.bak").read_text(encoding="utf-8") == text
        assert f"progress.json.{number}.bak; a new record begins" in capsys.readouterr().err
        assert kept("exercises", "13.warmup")["passed"]


def test_a_lesson_goes_on_where_progress_cannot_be_written(
    sitting: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(progress, "write_json", full)
    assert exercises.check("13.warmup", 7168).state == "passed"
    assert "my/progress.json was not written: no space left" in capsys.readouterr().err


def test_the_table_counts_only_guesses_made_before_the_run(sitting: Path, capsys: pytest.CaptureFixture) -> None:
    progress.guessed("00.a", "x", True, False)
    progress.guessed("00.b", "x", False, False)
    progress.guessed("00.c", "x", True, True)
    progress.guessed("00.d", "x", None, False)
    progress.tried("00.core", True)
    progress.recalled("00.1", True)
    assert cli.main(["progress"]) == 0
    head, first, *_, last = capsys.readouterr().out.strip().splitlines()
    assert head.split() == ["lesson", "predicted", "right", "exercises", "quiz"]
    assert " ".join(first.split()) == "00 Start here 4 of 5 1 of 2 1 of 3 1 of 3"
    assert last == "1 made after the run: not counted as right or wrong."


@pytest.fixture
def kernel(sitting: Path) -> Iterator[Callable[[str, bool], None]]:
    """Executes code in a kernel that says it belongs to a notebook in my/, as sent by a frontend or by a program."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(places.root()))
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=120)
    yield lambda code, frontend: client.execute(code, reply=True, timeout=120, allow_stdin=frontend)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_papermill_and_nbval_write_nothing_and_a_person_does(kernel: Callable, sitting: Path) -> None:
    code = 'from helpers import exercises\nexercises.check("13.warmup", 7168)'
    kernel(code, False)
    assert not sitting.exists()
    kernel(code, True)
    assert kept("exercises", "13.warmup") == {"tries": 1, "passed": True}


def test_a_bar_leaves_no_widget_in_the_notebook(kernel: Callable, sitting: Path) -> None:
    code = "from helpers import progress\nimport time\nwith progress.bar(2, 'work') as bar:\n    time.sleep(1)\n    bar.update(2)"
    shown: list[dict] = []
    client = kernel.__closure__[0].cell_contents
    client.execute_interactive(code, allow_stdin=True, timeout=120, output_hook=shown.append)
    bundles = [message["content"]["data"] for message in shown if "display_data" in message["msg_type"]]
    assert "work" in bundles[0]["text/plain"]
    assert {kind for bundle in bundles for kind in bundle} == {"text/plain"}
    assert bundles[-1]["text/plain"] == ""
