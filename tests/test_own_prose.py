"""Prose that a lesson keeps for a reader's own task, and shows only then."""

from __future__ import annotations

from pathlib import Path

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.storage import write_text
from helpers.workbook.notebooks import Lesson, clean, find
from helpers.workbook.own_prose import changed, kept, switch
from helpers.workbook.parameters import parameters_of
from helpers.workbook.rules import prose
from helpers.workbook.running import run

CELL = "Which models does an abstract name?\n\n<!-- with -p task:\nThe rows of {task}.\n\nTwo lines.\n-->"


def test_the_kept_prose_stands_in_place_of_the_usual_one_with_the_name_of_the_file():
    notebook = new_notebook(cells=[new_markdown_cell(CELL), new_markdown_cell("As ever."), new_code_cell(CELL)])
    assert switch(notebook, {"task": "/somewhere/my.csv"})
    assert [cell.source for cell in notebook.cells] == ["The rows of my.csv.\n\nTwo lines.", "As ever.", CELL]


def test_another_parameter_changes_no_prose():
    notebook = new_notebook(cells=[new_markdown_cell(CELL)])
    assert not switch(notebook, {"model": "smollm2"})
    assert notebook.cells[0].source == CELL


def test_a_run_shows_the_kept_prose_and_the_lesson_keeps_its_own(lessons: Path, tmp_path: Path):
    lesson = Lesson(lessons / "01_rivers.ipynb")
    notebook = lesson.read()
    at = [cell.cell_type for cell in notebook.cells].index("markdown", 1)
    notebook.cells[at].source += "\n\n<!-- with -p n:\nIt is {n} now.\n-->"
    write_text(lesson.path, clean(notebook))
    for value, shown in ((10, True), (parameters_of(lesson)["n"].value, False)):
        [result] = run([lesson], parameters={"n": value}, out=tmp_path)
        made = Lesson(tmp_path / "lessons" / result.notebook).read()
        assert (f"It is {value} now." in [cell.source for cell in made.cells]) is shown


def test_the_lessons_own_task_is_no_task_of_the_readers():
    (lesson,) = find(["17"], solutions=True)
    known = parameters_of(lesson)
    assert changed({"task": "abstracts", "limit": 5}, known) == {"limit": 5}
    assert changed({"task": "my.csv", "unknown": 1}, known) == {"task": "my.csv"}


def test_kept_prose_has_its_own_limit_of_words():
    notebook = new_notebook(cells=[new_markdown_cell(f"{'word ' * 100}\n<!-- with -p task:\n{'word ' * 100}\n-->")])
    assert prose(None, notebook) == []
    notebook.cells[0].source = f"word\n<!-- with -p task:\n{'word ' * 121}\n-->"
    assert prose(None, notebook) == ["cell 1 has 121 words, at most 120"]


def test_lesson_17_says_nothing_about_abstracts_where_the_file_is_the_readers():
    (lesson,) = find(["17"], solutions=True)
    notebook = lesson.read()
    cells = [cell for cell in notebook.cells if kept(cell.source)]
    switch(notebook, {"task": "my.csv"})
    text = "\n".join(cell.source for cell in cells)
    assert len(cells) == 12
    assert "my.csv" in text
    assert not any(word in text for word in ("{task}", "abstract", "int8", "120 examples", "handbook"))
