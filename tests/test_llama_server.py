"""SmolLM2's file in llama.cpp's server, asked as an `openai:` model; skipped where that server is not installed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_lesson_over_http import free_port, wait_for

from helpers import places, runs
from helpers.methods.method import prompt
from helpers.models import load
from helpers.models.packaged import SMOLLM2, checked
from helpers.tasks import load_task

PYTHON = places.root() / ".venv-llama" / "bin" / "python"
SYSTEM = "You are an experienced analyst of customer reviews."
TEXT = """Is this review positive or negative? If it is mixed, go by the final verdict.
###
{input}
###
Answer with one word: positive or negative."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a server that all tests share."""
    python = Path(os.environ.get("LADDER_LLAMA", PYTHON))
    if not python.exists():
        pytest.skip("no .venv-llama: python3 -m venv .venv-llama && .venv-llama/bin/pip install xllamacpp")
    port, log = free_port(), tmp_path_factory.mktemp("llama") / "log"
    file = checked(SMOLLM2) / next(iter(SMOLLM2.files))
    with log.open("w") as output:
        process = subprocess.Popen(
            [python, Path(__file__).with_name("llama_server.py"), file, str(port)], stdout=output, stderr=subprocess.STDOUT
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait()


def test_the_same_file_in_llama_cpp_reads_the_same_tokens_and_nearly_always_says_the_same(url: str) -> None:
    """llama.cpp rounds what goes into a matrix to 8 bits, and we do not; so a near tie may fall the other way."""
    task, method = load_task("reviews"), prompt(TEXT, system=SYSTEM, max_tokens=16)
    ours = runs.run(method, task, load("smollm2", recorded="01"), limit=12).table
    theirs = runs.run(method, task, load(f"openai:smollm2@{url}", cache=False, concurrency=4, timeout=600), limit=12).table
    assert theirs["tokens_in"].tolist() == ours["tokens_in"].tolist()
    assert (theirs["reply"] == ours["reply"]).sum() >= 8
    assert (theirs["score"] == ours["score"]).sum() >= 11


def test_a_prompt_that_is_too_long_for_the_server_is_refused_and_the_reply_says_so(url: str) -> None:
    model = load(f"openai:smollm2@{url}", cache=False, timeout=600, retries=0)
    assert "exceed" in (model.ask("a word " * 4000).error or "")
