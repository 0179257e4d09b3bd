"""Predictions: a guess before the run, the measured value beside it after, in a live notebook and in one that a program runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from helpers.widgets import predict
from helpers.workbook.notebooks import Lesson
from helpers.workbook.rules import broken

OPTIONS = ["fewer", "as <many>", "more"]
LIST = "Predict. How many?\n   a) fewer\n   b) as <many>\n   c) more"
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(autouse=True)
def session(monkeypatch: pytest.MonkeyPatch) -> None:
    """No guess of another test."""
    monkeypatch.setattr("helpers.widgets.predictions._session", {})


def test_a_prediction_reads_as_a_lettered_list() -> None:
    guess = predict("01.count", "How many?", OPTIONS)
    assert repr(guess) == LIST
    assert "<li>a) fewer</li><li>b) as &lt;many&gt;</li><li>c) more</li>" in guess._repr_html_()


def test_without_a_guess_the_explanation_shows_what_was_measured_and_the_answer() -> None:
    assert repr(predict("01.count", "How many?", OPTIONS).answer("more", "7 against 5.")) == "Measured: 7 against 5. The answer is c) more."


def test_a_guess_stands_beside_what_was_measured() -> None:
    guess = predict("01.count", "How many?", OPTIONS)
    assert guess.choose(1) == "You say b) as <many>. Now run the cells below."
    wrong = guess.answer("fewer", "3 against 5")
    assert repr(wrong) == "You said b) as <many>. Measured: 3 against 5. Not right: it is a) fewer."
    assert "You said b) as &lt;many&gt;. Measured" in wrong._repr_html_()
    assert repr(guess.answer("as <many>", "5 against 5")) == "You said b) as <many>. Measured: 5 against 5. Right."


def test_a_guess_after_the_run_says_so() -> None:
    guess = predict("01.count", "How many?", OPTIONS)
    told = guess.answer("more", 7)
    assert guess.choose(0) == "a) fewer: not right, it is c) more."
    assert guess.choose(2) == "c) more: right."
    assert repr(told) == "You said c) more, after the run. Measured: 7. Right."


def test_a_cell_that_runs_again_keeps_the_guess() -> None:
    predict("01.count", "How many?", OPTIONS).choose(0)
    assert predict("01.count", "How many?", OPTIONS).choice == 0
    assert "a) fewer ← your guess" in repr(predict("01.count", "How many?", OPTIONS))


def test_another_question_of_the_same_name_starts_without_a_guess() -> None:
    predict("01.count", "How many?", OPTIONS).choose(0)
    assert predict("01.count", "How many?", OPTIONS[:2]).choice is None


def test_a_right_answer_that_is_no_option_is_named() -> None:
    with pytest.raises(ValueError, match=r"'01.count': the right answer 'none' is not one of its options: 'fewer', 'as <many>', 'more'"):
        predict("01.count", "How many?", OPTIONS).answer("none", "0")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("How many?", OPTIONS, ""), 'named by its lesson and a word, such as "01.role"; got'),
        (("01.count", " ", OPTIONS), "'01.count' has no question"),
        (("01.count", "How many?", "more"), "options is a list of texts"),
        (("01.count", "How many?", ["one"]), r"needs 2 to 6 options, all different; got \['one'\]"),
        (("01.count", "How many?", ["one", "one"]), "needs 2 to 6 options, all different"),
        (("01.count", "How many?", list("abcdefg")), "needs 2 to 6 options, all different"),
    ],
)
def test_a_prediction_that_cannot_be_asked_is_named(arguments: tuple, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        predict(*arguments)


@pytest.fixture(scope="module")
def kernel() -> Iterator[Callable[..., list[tuple[str, Any]]]]:
    """A kernel; called with code, it says what arrives: kinds of messages with their contents."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=60)

    def execute(code: str, *, frontend: bool) -> list[tuple[str, Any]]:
        messages: list[tuple[str, Any]] = []
        hook = lambda message: messages.append((message["header"]["msg_type"], message["content"]))  # noqa: E731
        reply = client.execute_interactive(code, allow_stdin=frontend, output_hook=hook, timeout=60)
        assert reply["content"]["status"] == "ok", reply["content"]
        return [(kind, content) for kind, content in messages if "display" in kind or kind in ("execute_result", "stream")]

    yield execute
    client.stop_channels()
    manager.shutdown_kernel(now=True)


ASK = f'from helpers.widgets import predict, quiz\nguess = predict("01.count", "How many?", {OPTIONS})\nguess'


def test_where_a_program_runs_the_cell_the_face_is_all_there_is(kernel: Callable) -> None:
    for code in (ASK, 'guess.answer("more", "7 against 5")', 'quiz("01")'):
        [(kind, content)] = kernel(code, frontend=False)
        assert (kind, set(content["data"])) == ("execute_result", {"text/plain", "text/html"})
        assert "<style>" not in content["data"]["text/html"]


def test_a_frontend_gets_the_face_and_buttons_that_leave_nothing_where_they_cannot_be_shown(kernel: Callable) -> None:
    (_, face), (_, buttons) = kernel(ASK, frontend=True)
    assert face["data"]["text/plain"] == LIST
    assert "display: none" in face["data"]["text/html"]
    assert (set(buttons["data"]), buttons["data"]["text/plain"]) == ({VIEW, "text/plain"}, "")


def test_a_click_rewrites_the_face_and_the_explanation_where_they_are_shown(kernel: Callable) -> None:
    [(_, face), _] = kernel(ASK, frontend=True)
    [(_, told)] = kernel('guess.answer("more", "7 against 5")', frontend=True)
    places = [told["transient"]["display_id"], face["transient"]["display_id"]]
    rewritten = kernel("guess._panel.row.value = 2", frontend=True)
    assert [(kind, content["transient"]["display_id"]) for kind, content in rewritten] == [("update_display_data", id) for id in places]
    said, listed = (content["data"]["text/plain"] for _, content in rewritten)
    assert said == "You said c) more, after the run. Measured: 7 against 5. Right."
    assert listed == LIST + " ← your guess"
    [(_, line)] = kernel("print(guess._panel.line.value)", frontend=True)
    assert line["text"] == "c) more: right.\n"


def test_a_variable_of_the_workbook_keeps_buttons_away(kernel: Callable) -> None:
    kernel('import os\nos.environ["LADDER_PROGRESS"] = "off"', frontend=True)
    [(kind, content)] = kernel('quiz("01")', frontend=True)
    kernel('del os.environ["LADDER_PROGRESS"]', frontend=True)
    assert (kind, set(content["data"])) == ("execute_result", {"text/plain", "text/html"})


ASKED = 'guess = widgets.predict("01.sum", "What is n plus 0?", ["four", "five"])\nguess'


def result(text: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("execute_result", {"text/plain": text, "text/html": f"<p>{text}</p>"})


@pytest.fixture
def lesson(lessons: Path) -> Lesson:
    """The made-up lesson, whose first round is a prediction with buttons: cell 4 asks, cell 5 answers."""
    made = Lesson(lessons / "solutions" / "01_rivers.ipynb")
    notebook = made.read()
    asked = nbformat.v4.new_code_cell(ASKED, outputs=[result("Predict. What is n plus 0?\n a) four\n b) five")], id="asked")
    notebook.cells[3] = asked
    notebook.cells[4].update(source='guess.answer("four", n)', outputs=[result("Measured: 4. The answer is a) four.")])
    save(made, notebook)
    return made


def save(made: Lesson, notebook: nbformat.NotebookNode) -> None:
    for count, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), 1):
        cell.execution_count = count
    made.path.write_text(json.dumps(notebook), encoding="utf-8")


def test_a_round_may_be_asked_with_buttons(lesson: Lesson) -> None:
    assert broken(lesson) == []


def shows(number: int, text: str) -> Callable:
    return lambda cells: cells[number - 1].update(outputs=[result(text)])


def reads(number: int, source: str) -> Callable:
    return lambda cells: cells[number - 1].update(source=source)


BREAKS = {
    "options made by code": (reads(4, ASKED.replace('["four", "five"]', "list(n)")), "a list of options, all written out"),
    "another lesson's name": (reads(4, ASKED.replace("01.sum", "02.sum")), "'02.sum' is not named after its lesson"),
    "one option": (reads(4, ASKED.replace(', "five"', "")), "at least two options, all different; these are ['four']"),
    "the same option twice": (reads(4, ASKED.replace("five", "four")), "at least two options, all different"),
    "a name used twice": (
        lambda cells: cells.insert(6, nbformat.from_dict({**cells[3], "id": "again"})),
        "2 predictions are named '01.sum'",
    ),
    "no list": (shows(4, "Predict. What is n plus 0?"), "cell 4: the options of the prediction are not in its output"),
    "half a list": (shows(4, "a) four"), "cell 4: the options of the prediction are not in its output"),
    "a committed guess": (shows(4, "a) four ← your guess b) five"), "cell 4: a guess is committed"),
    "no answer": (reads(5, "n"), "cell 4: no cell answers the prediction"),
    "an answer without the right option": (shows(5, "Measured: 4."), "cell 5: its output does not name the one right option of cell 4"),
    "an answer with two options": (shows(5, "a) four or b) five"), "cell 5: its output does not name the one right option of cell 4"),
    "an answer without prose": (lambda cells: cells.insert(5, nbformat.v4.new_code_cell("n")), "cell 5: prose must explain the answer"),
    "too few rounds": (reads(4, "n"), "3 cells with '**Predict' or predict"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_rule_tells_of(name: str, lesson: Lesson) -> None:
    change, message = BREAKS[name]
    notebook = lesson.read()
    change(notebook.cells)
    save(lesson, notebook)
    assert message in "\n".join(broken(lesson))
