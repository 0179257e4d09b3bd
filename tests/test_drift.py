"""A lesson follows its solution; badges of a fork lead to the fork."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers import cli, places, workbook
from helpers.storage import write_text
from helpers.workbook.cut import answered
from helpers.workbook.drift import drift, relinked
from helpers.workbook.notebooks import Lesson, clean, known_lessons

SETUP = '!git clone -q https://github.com/a/b && bash b/binder/colab\nsys.path.append("b")'


def test_every_kind_of_link_leads_to_the_fork():
    colab = relinked("https://colab.research.google.com/github/a/b/blob/main/lessons/x.ipynb", "jo/course", "v2")
    assert colab == "https://colab.research.google.com/github/jo/course/blob/v2/lessons/x.ipynb"
    setup = relinked(SETUP, "jo/course", "v2")
    assert setup == '!git clone -q -b v2 https://github.com/jo/course && bash course/binder/colab\nsys.path.append("course")'


def test_linking_twice_is_linking_once():
    once = relinked(SETUP, "jo/course", "v2")
    assert relinked(once, "jo/course", "v2") == once


def test_every_set_up_cell_is_one_that_link_knows_and_runs_a_script_that_is_there():
    lessons = [lesson for lesson in known_lessons() if lesson.is_solution or not answered(lesson)]
    cells = [cell.source for lesson in lessons for cell in lesson.read().cells if "git clone" in cell.source]
    assert len(cells) == len(lessons)
    assert all("jo/course && bash course/binder/colab" in relinked(cell, "jo/course", "v2") for cell in cells)
    assert (places.root() / "binder" / "colab").exists()


def test_other_links_stay():
    text = "[scipy](https://github.com/scipy/scipy) and [Binder](https://mybinder.org/badge_logo.svg)"
    assert relinked(text, "jo/course", "main") == text


def test_solutions_and_lessons_are_relinked_together(lessons: Path):
    workbook.exercises(folder=lessons)
    assert cli.main(["link", "jo/course", "--lessons", str(lessons)]) == 0
    for lesson in (*workbook.find(folder=lessons), *workbook.find(folder=lessons, solutions=True)):
        assert "github/jo/course/blob/main" in lesson.read().cells[0].source
    assert cli.main(["exercises", "--check", "--lessons", str(lessons)]) == 0


@pytest.mark.parametrize(("repository", "branch", "why"), [("fork", "main", "write owner/name"), ("a/b", "x y", "not a branch")])
def test_a_wrong_name_is_explained(repository, branch, why):
    with pytest.raises(ValueError, match=why):
        workbook.link(repository, branch=branch)


def test_a_lesson_of_an_edited_solution_has_drifted_and_cutting_mends_it_keeping_outputs(lessons: Path) -> None:
    path = lessons / "01_rivers.ipynb"
    edited = Lesson(lessons / "solutions" / path.name).read()
    edited.cells[1].source = "import cmath"
    write_text(lessons / "solutions" / path.name, clean(edited))
    assert drift(Lesson(lessons / "solutions" / path.name)) == [
        "01_rivers: cell 2 is not what its solution cuts to. Run: ladder exercises 01"
    ]
    assert workbook.exercises(folder=lessons) == [path]
    assert Lesson(path).read().cells[4].outputs[0].data["text/plain"] == "4"
