"""`ladder record`: a lesson runs live, its second model's replies become the recording, and a kill loses none of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from servers import Server

from helpers import models, places
from helpers.cli import main
from helpers.models.recordings import Recording, place, read, read_part
from helpers.models.reply import Reply
from helpers.workbook.notebooks import KERNEL
from helpers.workbook.recording import estimate

ASK = """
from helpers import models
answers = models.load(second, recorded="01", concurrency=1).ask_many([f"question {n}" for n in range(count)])
assert all(answer.text.startswith("echo") for answer in answers), answers
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lesson that asks its second model, and an empty folder of recordings."""
    monkeypatch.setenv("LADDER_RECORDINGS", str(tmp_path / "recordings"))
    cells = [
        nbformat.v4.new_code_cell('second = "smollm2"\ncount = 20', metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(ASK),
    ]
    for path in (tmp_path / "lessons" / "01_x.ipynb", tmp_path / "lessons" / "solutions" / "01_x.ipynb"):
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)
    return tmp_path / "lessons"


def arguments(folder: Path, server: Server, *more: str) -> list[str]:
    return ["record", "01", "--model", f"openai:echo@{server.url}", "--lessons", str(folder), "--yes", *more]


def test_a_recording_holds_what_the_lesson_asked_and_nothing_of_this_machine(folder: Path, capsys: pytest.CaptureFixture) -> None:
    with Server() as server:
        assert main(arguments(folder, server)) == 0
        asked = len(server.requests)
        assert main(arguments(folder, server)) == 0
        assert len(server.requests) == asked == 20
        assert main(arguments(folder, server, "--fresh")) == 0
        assert len(server.requests) == 40
        text = place("01", "openai:echo").read_text(encoding="utf-8")
        assert server.url not in text
    said = capsys.readouterr().out
    assert "20 replies in openai-echo.jsonl, 20 of them asked now" in said
    assert "20 replies in openai-echo.jsonl, 0 of them asked now" in said
    head = json.loads(text.split("\n")[0])
    assert {"model", "fingerprint", "date", "machine", "settings", "versions"} <= head.keys()
    assert (head["model"], str(Path.home()) in text, str(folder) in text) == ("openai-echo", False, False)


def test_a_kill_in_the_middle_loses_no_reply(folder: Path) -> None:
    with Server(delay=0.1) as server:
        spec = f"openai:echo@{server.url}"
        part = places.cache("recordings", f"01-{place('01', spec).stem}.jsonl")
        command = [sys.executable, "-m", "helpers.cli", *arguments(folder, server)]
        process = subprocess.Popen(command, cwd=places.root(), start_new_session=True, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while len(read_part(part)) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        before = -1
        while before != len(server.requests):  # the kernel ends a moment after the command that was killed
            before = len(server.requests)
            time.sleep(1)
        kept = read_part(part)
        assert 3 <= len(kept) < 20
        assert read("01", spec) is None
        assert main(arguments(folder, server)) == 0
        asked_again = {request["messages"][-1]["content"] for request in server.requests[before:]}
        assert len(asked_again) == len(server.requests) - before == 20 - len(kept)
    assert len(read("01", spec).replies) == 20
    assert not part.exists()


def test_a_lesson_that_stops_keeps_its_replies_and_leaves_the_recording_alone(folder: Path, capsys: pytest.CaptureFixture) -> None:
    with Server({"question 7": ["500"] * 50}) as server:
        assert main(arguments(folder, server)) == 2
        spec = f"openai:echo@{server.url}"
        assert read("01", spec) is None
        assert "19 replies are kept, and the same command asks only for the rest" in capsys.readouterr().err


def test_what_the_lesson_asks_no_more_leaves_the_recording(folder: Path) -> None:
    with Server() as server:
        spec = f"openai:echo@{server.url}"
        main(arguments(folder, server))
        recording = read("01", spec)
        Recording("01", recording.about, {**recording.replies, "f" * 20: Reply("stale", 1, 1, 0.1, 0.0)}).write(place("01", spec))
        assert main(arguments(folder, server)) == 0
        assert len(read("01", spec).replies) == 20


def test_a_hosted_model_says_first_what_it_will_cost(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    assert "unknown" in estimate("01", "openai:gpt-4o-mini")
    replies = {f"{n:020x}": Reply("yes", 1000, 100, 0.1, 0.0) for n in range(100)}
    Recording("01", {"name": "other"}, replies).write(place("01", "smollm2"))
    price = models.hosted.price("gpt-4o-mini")
    dollars = (100_000 * price["in"] + 10_000 * price["out"]) / 1e6
    assert f"100 requests, 100,000 tokens in and 10,000 out, about ${dollars:.2f}" in estimate("01", "openai:gpt-4o-mini")
    assert estimate("01", "smollm2") == ""


def test_without_a_terminal_a_hosted_model_wants_a_yes(folder: Path, capsys: pytest.CaptureFixture) -> None:
    with Server() as server:
        assert main(arguments(folder, server)[:-1]) == 2
        assert server.requests == []
    assert "--yes" in capsys.readouterr().err


def test_a_lesson_without_a_second_model_has_nothing_to_record(lessons: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["record", "01", "--lessons", str(lessons)]) == 2
    assert "no parameter `second`" in capsys.readouterr().err
