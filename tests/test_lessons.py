"""Each house rule, held against a lesson that breaks it. `ladder check` holds them against the lessons themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from helpers.workbook.notebooks import Lesson
from helpers.workbook.rules import broken

code, prose = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell


def test_the_made_up_lesson_breaks_no_rule(lessons: Path) -> None:
    assert broken(Lesson(lessons / "solutions" / "01_rivers.ipynb")) == []


def swap(number: int, old: str, new: str) -> Callable:
    """Replace text in a cell, counted from 1."""

    def change(notebook: nbformat.NotebookNode) -> None:
        assert old in notebook.cells[number - 1].source
        notebook.cells[number - 1].source = notebook.cells[number - 1].source.replace(old, new)

    return change


def put(number: int, *cells: nbformat.NotebookNode) -> Callable:
    """Put cells before a cell, counted from 1; execution counts are made right again."""

    def change(notebook: nbformat.NotebookNode) -> None:
        notebook.cells[number - 1 : number - 1] = cells
        for count, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), 1):
            cell.execution_count = count

    return change


def output(**fields: object) -> Callable:
    """Give cell 5 one more output."""
    return lambda notebook: notebook.cells[4].outputs.append(nbformat.from_dict(fields))


def tag(number: int, *tags: str, **metadata: object) -> Callable:
    return lambda notebook: notebook.cells[number - 1].metadata.update(tags=list(tags), **metadata)


def several(*changes: Callable) -> Callable:
    return lambda notebook: [change(notebook) for change in changes]


def lines(count: int) -> str:
    return "\n".join(f"x{number} = {number}" for number in range(count))


VIEW = {"application/vnd.jupyter.widget-view+json": {"model_id": "0" * 32, "version_major": 2, "version_minor": 0}, "text/plain": "x"}
STATE = {"application/vnd.jupyter.widget-state+json": {"state": {"0" * 32: {}}}}

BREAKS = {
    "another number in the title": (swap(1, "# 01", "# 02"), "opens with '# 01 · Title'"),
    "two goals": (swap(1, "- show numbers\n", ""), "lists three goals"),
    "no cost": (swap(1, "Cost", "Price"), "Needs, Time and Cost"),
    "a badge of another lesson": (swap(1, "main/lessons/01_rivers", "main/lessons/02_lakes"), "Colab badge"),
    "no Binder badge": (swap(1, "mybinder", "mybonder"), "Binder badge"),
    "a long set-up": (swap(2, "import math", lines(7)), "the set-up, has 7 lines"),
    "prose before the set-up": (put(2, prose("Hello.")), "cell 2 must be the set-up code"),
    "no parameters": (tag(3), "cell 3 must be tagged 'parameters'"),
    "a knob without a comment": (swap(3, "  # where to start", ""), "the parameter `n = 4` has no comment"),
    "three rounds": (swap(4, "**Predict.**", "Guess."), "3 cells with '**Predict' or predict"),
    "a prediction without an explanation": (put(6, code("n")), "must be followed by one code cell and its explanation"),
    "no closing goals": (swap(19, "You can now", "The end"), "'You can now' with three goals"),
    "sources without dates": (swap(19, "Euclid, 2026", "Euclid"), "'Sources' with a year"),
    "no quiz": (swap(20, 'quiz("01")', "1"), "a quiz"),
    "no exercise": (swap(18, '"01.double"', '"02.double"'), "an exercise"),
    "a wall of prose": (swap(6, "It is the sum.", "word " * 121), "cell 6 has 122 words"),
    "a dead link": (swap(6, "sum", "[sum](../nowhere.md)"), "cell 6: the link ../nowhere.md leads to no file"),
    "a neighbor that is none": (swap(1, "Numbers flow.", "Next: [x](01_rivers.ipynb) [y](05_seas.ipynb)"), "cell 1 links lessons 05_seas"),
    "a huge cell": (put(17, code(lines(26))), "cell 17 has 26 lines of code"),
    "long cells throughout": (several(*[put(17, prose("So."), code(lines(9))) for _ in range(12)]), "the median code cell has 9 lines"),
    "two long cells in a row": (put(17, code(lines(6)), code(lines(6))), "cells 17 and 18 have more than 5 lines each"),
    "an install": (swap(5, "n + 0", "%pip install x\nn"), "cell 5 holds an install"),
    "a shell command": (swap(5, "n + 0", "!ls\nn"), "cell 5 holds a shell command"),
    "a shell command in Python": (swap(5, "n + 0", "import os\nos.system('ls')"), "cell 5 holds a shell command"),
    "a star import": (swap(5, "n + 0", "from math import *\nn"), "a star import (from math)"),
    "a log-in": (swap(5, "n + 0", "hub.login()"), "cell 5 holds a log-in"),
    "broken Python": (swap(5, "n + 0", "n +"), "cell 5 is not Python"),
    "a last print": (swap(5, "n + 0", "print(n)"), "cell 5 ends on print"),
    "a cell that reads an answer": (put(19, code("answer + 1")), "cell 19 reads `answer`, which the exercise in cell 17 binds"),
    "a function above that reads an answer": (swap(5, "n + 0", "def f():\n    return answer\n\n\nn"), "cell 5 reads `answer`, which"),
    "a cell that reads what an answer changed": (
        several(swap(17, "answer = 2 * n", "n[0] = 2"), swap(20, 'quiz("01")', 'quiz("01", n)')),
        "cell 20 reads `n`, which the exercise in cell 17 binds",
    ),
    "an exercise that builds on another": (
        put(19, code("### BEGIN SOLUTION\nmore = [answer for _ in [n]]\n### END SOLUTION")),
        "cell 19 reads `answer`, which the exercise in cell 17 binds",
    ),
    "cells run out of order": (lambda notebook: notebook.cells[4].update(execution_count=9), "not one clean run from top to bottom"),
    "no outputs": (lambda notebook: [cell.update(outputs=[]) for cell in notebook.cells if "outputs" in cell], "committed without outputs"),
    "an error output": (output(output_type="error", ename="KeyError", evalue="", traceback=[]), "cell 5 committed an error: KeyError"),
    "standard error": (output(output_type="stream", name="stderr", text="W: careful"), "cell 5 wrote to standard error: 'W: careful'"),
    "a path of a machine": (output(output_type="stream", name="stdout", text="/home/" + "ada/x"), "cell 5 holds a name of one machine"),
    "times in a cell's metadata": (tag(5, execution={"start": 1}), "cell 5: metadata holds 'execution'"),
    "papermill's metadata": (lambda notebook: notebook.metadata.update(papermill={}), "metadata holds 'papermill'"),
    "a kernel of one machine": (lambda notebook: notebook.metadata.kernelspec.update(name="mine"), "the kernel is not python3"),
    "the version of Python": (lambda notebook: notebook.metadata.language_info.update(version="3.11.7"), "language_info says more"),
    "widgets without state": (lambda notebook: notebook.metadata.update(widgets={"x": {}}), "has no state"),
    "a widget whose state is lost": (output(output_type="display_data", data=VIEW, metadata={}), "a widget whose state is not kept"),
    "a widget without a static face": (
        several(output(output_type="display_data", data=VIEW, metadata={}), lambda notebook: notebook.metadata.update(widgets=STATE)),
        "a widget without a table or figure beside it",
    ),
    "a fifth of the outputs exempt": (tag(5, "nbval-ignore-output", nbval_reason="it is a random walk"), "1 of 6 output cells are exempt"),
    "an exemption without a reason": (tag(5, "nbval-ignore-output"), "cell 5 is exempt without a reason"),
    "an exemption by another door": (tag(5, "nbval-skip"), "only the tag 'nbval-ignore-output' may exempt"),
    "a figure that nothing describes": (
        output(output_type="display_data", data={"image/png": "iVBORw0KGgo="}, metadata={"image/png": {"alt": "dots"}}),
        "cell 5 draws a figure without an alternative text: end it on plots.show(ax, alt)",
    ),
    "a heavy notebook": (output(output_type="stream", name="stdout", text="x" * 600_001), "KB, at most 600"),
}


PRIVATE = [
    "answer = 3\nanswer",
    "[answer for answer in [1]]",
    "def f(answer):\n    return answer\n\n\nf(1)",
    "lambda answer: answer",
    "n.answer",
]


@pytest.mark.parametrize("below", PRIVATE)
def test_a_name_that_only_looks_like_an_answer_may_be_read(below: str, lessons: Path) -> None:
    lesson = Lesson(lessons / "solutions" / "01_rivers.ipynb")
    notebook = lesson.read()
    put(19, code(below))(notebook)
    nbformat.write(notebook, lesson.path)
    assert broken(lesson) == []


@pytest.mark.parametrize("name", BREAKS)
def test_a_rule_tells_of(name: str, lessons: Path) -> None:
    change, message = BREAKS[name]
    lesson = Lesson(lessons / "solutions" / "01_rivers.ipynb")
    notebook = lesson.read()
    change(notebook)
    nbformat.write(notebook, lesson.path)
    assert message in "\n".join(broken(lesson))
