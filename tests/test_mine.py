"""The learner's copies: made, renewed, reset; and no command of an instructor touches them."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from helpers import cli, places
from helpers.storage import write_text
from helpers.workbook import checking, mine, running
from helpers.workbook.notebooks import Lesson, clean

NAME = "01_rivers.ipynb"
EXERCISE = 16  # the place of the fixture's exercise cell


def edit(path: Path, place: int, source: str) -> None:
    notebook = Lesson(path).read()
    notebook.cells[place].source = source
    nbformat.write(notebook, path)


def cut_anew(lessons: Path, source: str = "**Explain.** It is the sum, again.") -> None:
    """The lesson changes, and its solution with it."""
    for path in (lessons / NAME, lessons / "solutions" / NAME):
        edit(path, 5, source)


def start(lessons: Path, *options: str) -> int:
    return cli.main(["start", "--lessons", str(lessons), *options])


def baks() -> list[str]:
    return sorted(path.name for path in places.mine().glob("*.bak"))


def test_what_is_missing_is_copied_and_starting_twice_is_starting_once(lessons: Path, capsys: pytest.CaptureFixture) -> None:
    assert start(lessons) == 0
    assert f"my/{NAME}: copied" in capsys.readouterr().out
    before = places.mine(NAME).read_bytes()
    assert start(lessons) == 0
    assert "copied" not in capsys.readouterr().out
    assert places.mine(NAME).read_bytes() == before == (lessons / NAME).read_bytes()


def test_figures_and_pages_that_the_prose_links_come_along_and_solutions_do_not(lessons: Path) -> None:
    write_text(lessons / "figures" / "map.svg", "<svg/>")
    write_text(lessons / "words.md", "river: water")
    cut_anew(lessons, "![map](figures/map.svg) [words](words.md) [all](solutions/01_rivers.ipynb)")
    start(lessons)
    assert sorted(path.name for path in places.mine().rglob("[!.]*") if path.is_file()) == [NAME, "map.svg", "words.md"]
    write_text(places.mine("words.md"), "my notes")
    for name in ("figures/map.svg", "words.md"):
        write_text(lessons / name, "new")
    start(lessons)
    assert [places.mine(name).read_text() for name in ("figures/map.svg", "words.md")] == ["new", "my notes"]


def test_an_extra_that_the_prose_links_comes_along_and_stays_as_the_learner_left_it(lessons: Path) -> None:
    (lessons / "extra").mkdir()
    write_text(lessons / "extra" / "lakes.ipynb", (lessons / NAME).read_text(encoding="utf-8"))
    cut_anew(lessons, "[lakes](extra/lakes.ipynb)")
    start(lessons)
    assert places.mine("extra", "lakes.ipynb").read_bytes() == (lessons / "extra" / "lakes.ipynb").read_bytes()
    write_text(places.mine("extra", "lakes.ipynb"), "mine")
    start(lessons)
    assert places.mine("extra", "lakes.ipynb").read_text() == "mine"


def test_an_older_copy_with_answers_is_named_and_renewed_only_when_asked(lessons: Path, capsys: pytest.CaptureFixture) -> None:
    start(lessons)
    edit(places.mine(NAME), EXERCISE, "answer = 'mine'")
    cut_anew(lessons)
    before = places.mine(NAME).read_bytes()
    start(lessons)
    assert "older than the lesson, and you have written in it" in capsys.readouterr().out
    assert places.mine(NAME).read_bytes() == before
    start(lessons, "--renew", "1")
    assert f"what you wrote is in my/{NAME}.1.bak" in capsys.readouterr().out
    assert places.mine(f"{NAME}.1.bak").read_bytes() == before
    assert "again" in Lesson(places.mine(NAME)).read().cells[5].source


def test_no_copy_is_ever_written_over_another(lessons: Path) -> None:
    start(lessons)
    for text in ("first", "second"):
        edit(places.mine(NAME), EXERCISE, f"answer = '{text}'")
        cut_anew(lessons, f"**Explain.** The {text} time.")
        start(lessons, "--renew")
    assert baks() == [f"{NAME}.1.bak", f"{NAME}.2.bak"]
    assert ["'first'" in places.mine(name).read_text() for name in baks()] == [True, False]


def test_a_copy_that_was_only_run_is_renewed_without_a_question(lessons: Path, capsys: pytest.CaptureFixture) -> None:
    start(lessons)
    notebook = Lesson(places.mine(NAME)).read()
    notebook.cells[4].outputs, notebook.cells[4].id = [], "another-id"
    notebook.cells.append(nbformat.v4.new_code_cell(""))  # as JupyterLab adds below the last
    nbformat.write(notebook, places.mine(NAME))
    cut_anew(lessons)
    start(lessons)
    assert "renewed; the lesson has changed, and nothing was written" in capsys.readouterr().out
    assert baks() == []


@pytest.mark.parametrize("broken", ["{", "[]"])
def test_without_its_note_a_copy_is_taken_for_written_in(broken: str, lessons: Path, capsys: pytest.CaptureFixture) -> None:
    start(lessons)
    places.mine(mine.NOTE).write_text(broken)
    cut_anew(lessons)
    start(lessons)
    assert "older than the lesson, and you have written in it" in capsys.readouterr().out


def test_a_copy_that_is_no_notebook_any_more_stops_nobody_and_is_kept(lessons: Path) -> None:
    start(lessons)
    places.mine(NAME).write_text("<<<<<<< mine")
    assert start(lessons) == 0
    assert start(lessons, "--renew", "01") == 0
    assert places.mine(f"{NAME}.1.bak").read_text() == "<<<<<<< mine"


def test_answers_in_lessons_come_along_into_the_first_copy(lessons: Path, capsys: pytest.CaptureFixture) -> None:
    edit(lessons / NAME, EXERCISE, "answer = 'mine'")
    start(lessons)
    assert "copied, with the answers that stand in lessons/" in capsys.readouterr().out
    [copy] = mine.copies(lessons)
    assert (copy.older, copy.written) == (False, True)
    assert Lesson(places.mine(NAME)).read().cells[EXERCISE].source == "answer = 'mine'"


def test_one_exercise_is_reset_and_the_others_stay(lessons: Path, capsys: pytest.CaptureFixture) -> None:
    start(lessons)
    edit(places.mine(NAME), EXERCISE, "answer = 'mine'")
    edit(places.mine(NAME), 4, "n + 100")
    assert start(lessons, "--reset", "01.double") == 0
    cells = Lesson(places.mine(NAME)).read().cells
    assert (cells[EXERCISE].source, cells[4].source) == ("...", "n + 100")
    assert baks() == [f"{NAME}.1.bak"]
    for wrong, why in (("01.other", "has no exercise 01.other"), ("double", "names look like"), ("99.core", "no lesson 99")):
        assert start(lessons, "--reset", wrong) == 2
        assert why in capsys.readouterr().err


def test_a_solved_copy_survives_every_command_of_an_instructor(lessons: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "tree_hash", lambda: "tree")
    start(lessons)
    edit(places.mine(NAME), EXERCISE, "answer = 'mine'")
    before = {path: path.read_bytes() for path in places.mine().iterdir()}
    at = ["--lessons", str(lessons)]
    for command in (["exercises", "--force"], ["refresh", "--force"], ["link", "jo/course", "--force"], ["run", "--force"], ["check"]):
        cli.main([*command, *at])
        assert {path: path.read_bytes() for path in places.mine().iterdir()} == before


@pytest.mark.parametrize("command", ["run --out {}/x", "refresh --lessons {}", "exercises --force --lessons {}", "link a/b --lessons {}"])
def test_an_instructors_command_that_would_write_into_my_is_refused(command: str, lessons: Path, capsys: pytest.CaptureFixture) -> None:
    start(lessons)
    write_text(places.mine("solutions", NAME), (lessons / "solutions" / NAME).read_text())
    before = {path: path.read_bytes() for path in places.mine().rglob("*.ipynb")}
    assert cli.main(command.format(places.mine()).split()) == 2
    assert "which is the learner's" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in places.mine().rglob("*.ipynb")} == before


def test_the_check_leaves_a_solved_lesson_out_and_says_where_answers_belong(lessons: Path) -> None:
    edit(lessons / NAME, EXERCISE, "answer = 'mine'")
    said: list[str] = []
    parts = checking.check(folder=lessons, execution=None, say=said.append)
    assert [part.failures for part in parts] == [0, 0]
    assert said[-1].startswith("lessons/01_rivers.ipynb has answers in it (cell 17): left alone.")
    assert "belong in my/" in said[-1]


def test_a_run_leaves_a_page_alone_in_which_somebody_has_written(lessons: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "tree_hash", lambda: "tree")
    out, page = tmp_path / "out", tmp_path / "out" / "lessons" / NAME
    run = ["run", "--lessons", str(lessons), "--out", str(out)]
    assert cli.main(run) == 0
    edit(page, 5, "my notes")
    cut_anew(lessons)
    assert cli.main(run) == 1
    assert "my notes" in page.read_text()
    assert cli.main([*run, "--force"]) == 0
    assert "my notes" in page.with_name(f"{NAME}.1.bak").read_text()
    assert "my notes" not in page.read_text()


def test_a_solution_that_is_edited_while_it_runs_is_not_overwritten(lessons: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from helpers.workbook import refreshing
    from helpers.workbook.execution import Result

    solution = lessons / "solutions" / NAME

    def run(found: list[Lesson], *, out: Path, **settings: object) -> list[Result]:
        for lesson in found:
            write_text(lesson.executed(out), clean(lesson.read()))
        edit(solution, 5, "written meanwhile")
        return [Result(lesson.name, "passed") for lesson in found]

    monkeypatch.setattr(refreshing, "run", run)
    assert cli.main(["refresh", "--lessons", str(lessons)]) == 1
    assert "written meanwhile" in solution.read_text()
