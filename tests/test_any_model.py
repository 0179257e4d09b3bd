"""Any model, any reply: every lesson that can ask a server runs to its end on one that is of no use, and says what was seen."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import cache

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from servers import Server

from helpers import places, workbook
from helpers.workbook.running import environment

USEFUL = ("positive", "right", "I don't know.", '["BERT"]', "It is London.", "wrong", "unsafe", "negative", "12")
NOISE = ("", " ", "…", "asdf qwer zxcv", "\n\n", "???")
SMALL = {"00": {}, "01": {"limit": 40}, "06": {"limit": 40}, "10": {"limit": 30}, "17": {"limit": 6, "questions": 6}}


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


class Seen:
    """What came of one lesson: the text that its cells put out, and the error that stopped it, if one did."""

    def __init__(self, notebook: nbformat.NotebookNode, error: str, requests: int) -> None:
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        shown = [output for cell in cells for output in cell.get("outputs", [])]
        self.text = "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in shown)
        self.error, self.requests = error, requests


def sitting(home: object, answer: Callable[[str], str], numbers: Sequence[str]) -> dict[str, Seen]:
    """Several solutions, one after the other in one kernel, on a server that answers so."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(env=environment(2, {"LADDER_HOME": str(home)}), cwd=str(places.root() / "lessons"))
    try:
        with Server(answer=answer) as server:
            return {number: execute(manager, number, server) for number in numbers}
    finally:
        manager.shutdown_kernel(now=True)


def execute(manager: KernelManager, number: str, server: Server) -> Seen:
    (lesson,) = workbook.find([number], solutions=True)
    notebook, error, before = lesson.read(), "", len(server.requests)
    parameters = {"model": f"openai:m@{server.url}", "tracker": "off", **SMALL.get(number, {})}
    at = next(i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
    notebook.cells.insert(at + 1, nbformat.v4.new_code_cell("\n".join(f"{name} = {value!r}" for name, value in parameters.items())))
    client = NotebookClient(notebook, km=manager, timeout=120)
    try:
        client.execute()
    except CellExecutionError as stop:
        error = f"{stop.ename}: {stop.evalue}"
    finally:
        client.kc.stop_channels()
    return Seen(notebook, error, len(server.requests) - before)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Callable], dict[str, Seen]]:
    """The lessons as they went on a server, by its answers."""
    numbers = {banana: ("00", "01", "06", "10", "13", "15", "17"), half: ("06",), tenth: ("06", "10", "17")}
    return cache(lambda answer: sitting(tmp_path_factory.mktemp("home"), answer, numbers[answer]))


@pytest.mark.parametrize("number", ["00", "01", "06", "10", "17"])
def test_a_model_that_always_says_banana_is_measured_to_the_end(seen, number):
    lesson = seen(banana)[number]
    assert (lesson.error, "replies failed" in lesson.text) == ("", False)


def test_a_judge_that_always_says_banana_is_shown_as_one_without_a_verdict(seen):
    text = seen(banana)["06"].text
    assert "no reply could be read as a verdict, n=0, 40 unread" in text
    assert "nothing can be corrected: no reply could be read as a verdict" in text


def test_verdicts_that_could_not_be_read_are_counted(seen):
    lesson = seen(half)["06"]
    assert lesson.error == ""
    assert re.search(r"accuracy .*, n=40, \d+ unread", lesson.text)


@pytest.mark.parametrize("number", ["06", "10", "17"])
def test_a_lesson_says_that_its_runs_are_incomplete_and_takes_no_look(seen, number):
    lesson = seen(tenth)[number]
    assert lesson.error == ""
    assert re.search(r"no score, \d+ of \d+ replies failed .*; incomplete: run it again, which asks only for the rest", lesson.text)
    assert "look 1" not in lesson.text


@pytest.mark.parametrize(("number", "why"), [("13", "cannot be tuned here"), ("15", "has no weights here to shrink")])
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
