"""Lesson 05 with a third model, a server over HTTP: it is measured beside the others, and a server that fails is said to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from jupyter_client.manager import KernelManager
from servers import Server
from sittings import execute, kernel

SAID = 'print("THIRD", names, {name: [str(run.score) for run in some] for name, some in trio.items()}, rows["m"], chosen["m"])'


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KernelManager]:
    with kernel(tmp_path_factory.mktemp("home")) as one:
        yield one


def test_a_server_is_measured_beside_the_others_with_a_winner_of_its_own(manager):
    def answer(text: str) -> str:
        return "positive" if text.startswith("Could you please") else "no idea"

    with Server(answer=answer) as server:
        lesson = execute(manager, "05", {"third": f"openai:m@{server.url}", "limit": 12}, last=SAID)
        models = {request["model"] for request in server.requests}
    assert (lesson.error, models) == ("", {"m"})
    (line,) = [line for line in lesson.text.splitlines() if line.startswith("THIRD ")]
    assert line.startswith("THIRD ['pocket', 'smollm2', 'm']")
    assert "'winner': 'polite'" in line


def test_a_server_that_is_not_there_ends_the_lesson_with_its_address(manager):
    with Server() as server:
        pass
    lesson = execute(manager, "05", {"third": f"openai:m@{server.url}", "second": "none", "limit": 6})
    assert f"ModelError: no reply from m: cannot connect to {server.url}" in lesson.error
