"""Any model, any reply: every lesson that can ask a server runs to its end on one that is of no use, and says what was seen."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager
from servers import Server
from sittings import Seen, execute, kernel

from helpers import workbook

USEFUL = ("positive", "right", "I don't know.", '["BERT"]', "It is London.", "wrong", "unsafe", "negative", "12")
NOISE = ("", " ", "…", "asdf qwer zxcv", "\n\n", "???")
LIMITS = {"01": 40, "02": 12, "03": 20, "04": 6, "05": 12, "06": 40, "07": 40, "08": 40, "10": 30, "11": 40, "12": 120, "17": 6}
SMALL = {number: {"limit": n} for number, n in LIMITS.items()}
# What finds the passages is not tried here; and the second model would be asked, alive, what was not recorded.
SMALL["11"] |= {"embedder": "pocket", "second": "none"}


def banana(text: str) -> str:
    return "banana"


def half(text: str) -> str:
    """Nothing useful for half of the requests."""
    number = drawn(text)
    return (NOISE if number % 2 else USEFUL)[number // 2 % 6]


def tenth(text: str) -> str:
    """A failure for a tenth of the requests, however often they are tried."""
    number = drawn(text)
    return "500" if number % 10 == 0 else USEFUL[number // 10 % len(USEFUL)]


def drawn(text: str) -> int:
    """A number that follows from the text, the same in every process."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)


def sitting(home: Path, answer: Callable[[str], str], numbers: Sequence[str]) -> dict[str, Seen]:
    """Several solutions, one after the other in one kernel, on a server that answers so."""
    with kernel(home) as manager, Server(answer=answer) as server:
        return {number: attend(manager, number, server) for number in numbers}


def attend(manager: KernelManager, number: str, server: Server) -> Seen:
    before = len(server.requests)
    lesson = execute(manager, number, {"model": f"openai:m@{server.url}", **SMALL.get(number, {})})
    return replace(lesson, requests=len(server.requests) - before)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Callable], dict[str, Seen]]:
    """The lessons as they went on a server, by its answers."""
    numbers = {
        banana: ("00", "01", "02", "03", "04", "05", "06", "07", "08", "10", "11", "12", "13", "14", "15", "16", "17"),
        half: ("00", "01", "02", "03", "04", "05", "06", "08", "12"),
        tenth: ("00", "01", "02", "03", "05", "06", "07", "08", "10", "11", "17"),
    }
    return cache(lambda answer: sitting(tmp_path_factory.mktemp("home"), answer, numbers[answer]))


@pytest.mark.parametrize("number", ["00", "01", "02", "03", "04", "05", "06", "07", "08", "10", "11", "12", "17"])
def test_a_model_that_always_says_banana_is_measured_to_the_end(seen, number):
    lesson = seen(banana)[number]
    assert (lesson.error, "replies failed" in lesson.text) == ("", False)


@pytest.mark.parametrize("number", ["00", "01", "02", "03", "04", "05", "06", "08", "12"])
def test_a_model_that_says_nothing_useful_half_of_the_time_is_measured_to_the_end(seen, number):
    lesson = seen(half)[number]
    assert (lesson.error, "replies failed" in lesson.text) == ("", False)


@pytest.mark.parametrize("number", ["00", "01", "02", "03", "05", "06", "07", "08", "10", "11", "17"])
def test_a_lesson_says_that_its_runs_are_incomplete_and_takes_no_look(seen, number):
    lesson = seen(tenth)[number]
    assert lesson.error == ""
    assert re.search(r"no score, \d+ of \d+ replies failed\b.*; incomplete: run it again, which asks only for the rest", lesson.text)
    assert "look 1" not in lesson.text


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("13", "cannot be tuned here"),
        ("14", "cannot be tuned here"),
        ("16", "cannot be tuned here"),
        ("15", "has no weights here to shrink"),
    ],
)
def test_a_lesson_that_needs_weights_says_so_before_it_asks_anything(seen, number, why):
    lesson = seen(banana)[number]
    assert (why in lesson.error, lesson.requests) == (True, 0)


def test_a_server_that_is_not_there_stops_a_lesson_with_the_error_of_the_connection(tmp_path):
    with Server() as server:
        pass
    parameters, lessons = {"model": f"openai:m@{server.url}"}, workbook.find(["06"], solutions=True)
    (result,) = workbook.run(lessons, parameters=parameters, jobs=1, out=tmp_path, fresh_home=True)
    assert result.status == "failed"
    assert f"ModelError: no reply from m: cannot connect to {server.url}: is the server running, and is the URL right?" in result.error
