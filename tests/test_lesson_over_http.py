"""Lesson 01 over HTTP: on `transformers serve`, where the same weights must reply the same, and on servers with ways of their own."""

from __future__ import annotations

import ast
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager
from real_servers import RealServer, gemini, gemma, ollama_thinker, openai_reasoner, response, tgi
from sittings import Seen, execute, kernel

from helpers import places

POCKET = places.data("pocket")
REPLIES = """
measured = {run.method: run for run in [*(pair[0] for pair in [*steps, chatty]), *my_ablation.values()]}
columns = ["id", "reply", "answer", "score", "tokens_in", "tokens_out"]
print("RUNS", {name: (str(run.score), run.table[columns].values.tolist()) for name, run in measured.items()})
"""


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KernelManager]:
    with kernel(tmp_path_factory.mktemp("home")) as one:
        yield one


@contextmanager
def served(folder: Path, log: Path) -> Iterator[str]:
    """The base URL of `transformers serve` with the weights of a folder, on the loopback; the process is killed at the end."""
    port = free_port()
    command = [Path(sys.executable).with_name("transformers"), "serve", folder, "--device", "cpu", "--dtype", "float32"]
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(log.parent), "OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1"}
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)], env=os.environ | offline, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url: str, process: subprocess.Popen, log: Path, *, seconds: float = 120) -> None:
    """Until the server answers. RuntimeError, with its log: it ended, or the time is up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"transformers serve did not start:\n{log.read_text()[-3000:]}")


def replies(lesson: Seen) -> dict[str, tuple[str, list]]:
    """By the name of a run: its score, and row by row what the columns of REPLIES hold."""
    (line,) = [line for line in lesson.text.splitlines() if line.startswith("RUNS ")]
    return ast.literal_eval(line.removeprefix("RUNS ").replace(" nan", " None"))


def test_a_model_served_over_http_gives_the_replies_and_scores_that_it_gives_here(manager, tmp_path):
    with served(POCKET, tmp_path / "log") as url:
        remote = execute(manager, "01", {"model": f"openai:{POCKET}@{url}", "second": "none", "limit": 20}, last=REPLIES)
    here = execute(manager, "01", {"model": "pocket", "second": "none", "limit": 20}, last=REPLIES)
    assert (remote.error, here.error) == ("", "")
    assert replies(remote) == replies(here)
    assert len(replies(here)) >= 7


# --- servers that do what real ones do ---------------------------------------------------------------------------------


def thought_in_text(body: dict) -> tuple[int, object]:
    return 200, response("<think>\nA label is asked for.\n</think>\n\npositive", tokens=20)


def content_in_parts(body: dict) -> tuple[int, object]:
    return 200, response([{"type": "text", "text": "posi"}, {"type": "text", "text": "tive"}])


def only_thoughts(body: dict) -> tuple[int, object]:
    return 200, response("", reasoning="Hmm.")


def no_content(body: dict) -> tuple[int, object]:
    return 200, response(None, usage={"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0})


@pytest.mark.parametrize(("act", "notice"), [
    (openai_reasoner, "m takes no temperature: it answers at its own"), (ollama_thinker, "m thinks before it answers"),
    (gemma, "m knows no system turn"), (tgi, "m takes no temperature of 0"), (gemini, ""),
    (thought_in_text, "m thinks before it answers"), (content_in_parts, ""),
])  # fmt: skip
def test_a_server_with_ways_of_its_own_does_not_stop_the_lesson(manager, act: Callable, notice: str):
    with RealServer(act) as server:
        lesson = execute(manager, "01", {"model": f"openai:m@{server.url}", "second": "none", "limit": 4}, last=REPLIES)
    assert (lesson.error, "replies failed" in lesson.text) == ("", False)
    assert notice in lesson.text
    rows = [row for _, rows in replies(lesson).values() for row in rows]
    assert {row[1].partition(":")[0] for row in rows} == {"echo" if act is gemma else "yes" if act in (tgi, gemini) else "positive"}


def test_a_base_url_that_goes_too_far_does_not_stop_the_lesson(manager):
    with RealServer(content_in_parts) as server:
        lesson = execute(manager, "01", {"model": f"openai:m@{server.url}/chat/completions", "second": "none", "limit": 4})
    assert lesson.error == ""


@pytest.mark.parametrize(("act", "why"), [
    (only_thoughts, "the model only thought and gave no answer: raise max_tokens, or set LADDER_THINKING_TOKENS"),
    (no_content, "an empty answer: the server sent no text, and counts no token"),
])  # fmt: skip
def test_a_server_that_gives_no_answer_stops_the_lesson_and_the_error_says_why(manager, act: Callable, why: str):
    with RealServer(act) as server:
        lesson = execute(manager, "01", {"model": f"openai:m@{server.url}", "second": "none", "limit": 4})
    assert f"ModelError: no reply from m: {why}" in lesson.error


def test_a_base_url_that_lacks_v1_stops_the_lesson_and_the_error_proposes_it(manager):
    with RealServer(tgi) as server:
        lesson = execute(manager, "01", {"model": f"openai:m@{server.root}", "second": "none", "limit": 4})
    assert f"Try {server.root}/v1" in lesson.error
