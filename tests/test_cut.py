"""A lesson is cut from its solution, and what a person wrote into it survives every command that writes lessons."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from helpers import cli, places
from helpers.storage import keep_copy, write_text
from helpers.workbook import find, refreshing
from helpers.workbook.cut import answered, cut
from helpers.workbook.drift import drift
from helpers.workbook.execution import Result
from helpers.workbook.notebooks import Lesson, clean

EXERCISE = 16  # the place of the fixture's exercise cell


def commit(folder: Path) -> None:
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=folder, check=True)


@pytest.fixture
def mine(lessons: Path) -> Path:
    """A lesson with an answer in it, beside a solution whose prose has changed since."""
    commit(lessons)
    path, solution = lessons / "01_rivers.ipynb", lessons / "solutions" / "01_rivers.ipynb"
    edit(path, EXERCISE, "answer = 'mine'")
    edit(solution, 5, "**Explain.** It is the sum, again.")
    return path


@pytest.fixture(autouse=True)
def quick_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Executing a notebook gives it back as it was."""

    def run(lessons: list[Lesson], *, out: Path, **settings: object) -> list[Result]:
        for lesson in lessons:
            write_text(lesson.executed(out), clean(lesson.read()))
        return [Result(lesson.name, "passed") for lesson in lessons]

    monkeypatch.setattr(refreshing, "run", run)


def edit(path: Path, place: int, source: str) -> None:
    notebook = Lesson(path).read()
    notebook.cells[place].source = source
    write_text(path, clean(notebook))


def ladder(command: list[str], path: Path) -> int:
    return cli.main([*command, "--lessons", str(path.parent)])


COMMANDS = [["exercises"], ["refresh"], ["link", "jo/course"]]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_lesson_with_answers_is_left_alone_and_named(command: list[str], mine: Path, capsys: pytest.CaptureFixture) -> None:
    before = mine.read_bytes()
    assert ladder(command, mine) == 1
    told = capsys.readouterr().out
    assert "lessons/01_rivers.ipynb has answers in it (cell 17): left alone" in told
    assert f"ladder {command[0]}" in told
    assert "--force" in told
    assert mine.read_bytes() == before
    assert list(mine.parent.glob("*.bak")) == []


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_force_writes_it_anew_and_keeps_every_copy(command: list[str], mine: Path) -> None:
    before = mine.read_bytes()
    assert ladder([*command, "--force"], mine) == 0
    assert Lesson(mine).read().cells[EXERCISE].source == "..."
    edit(mine, EXERCISE, "answer = 'another'")
    edit(mine.parent / "solutions" / mine.name, 5, "**Explain.** Once more.")
    assert ladder([*command, "--force"], mine) == 0
    copies = sorted(mine.parent.glob("*.bak"))
    assert [copy.name for copy in copies] == ["01_rivers.ipynb.1.bak", "01_rivers.ipynb.2.bak"]
    assert copies[0].read_bytes() == before
    assert "'another'" in copies[1].read_text(encoding="utf-8")
    assert [lesson.name for lesson in find(folder=mine.parent)] == ["01_rivers"]


def test_git_ignores_the_copies(tmp_path: Path) -> None:
    copy = keep_copy(Path(shutil.copy(__file__, tmp_path)))
    rules = (places.root() / ".gitignore").read_text(encoding="utf-8").split()
    assert any(copy.match(rule) for rule in rules)


def test_exercises_check_tells_of_the_answers_and_recommends_no_loss(mine: Path, capsys: pytest.CaptureFixture) -> None:
    assert ladder(["exercises", "--check"], mine) == 1
    told = capsys.readouterr().out
    assert told.startswith("01_rivers: has answers in it (cell 17), so it is left alone. To make it anew, with a copy kept")
    assert "ladder exercises 01 --force" in told
    assert "Run: ladder exercises" not in told


def written(change: Callable[[nbformat.NotebookNode], object]) -> Callable[[Path], None]:
    """A change of a lesson, saved as an editor saves it: without our cleaning."""

    def save(path: Path) -> None:
        notebook = Lesson(path).read()
        change(notebook)
        nbformat.write(notebook, path)

    return save


CELL = nbformat.v4.new_code_cell
PERSON = {
    "an answer in a cell with a new id": written(lambda nb: nb.cells.__setitem__(EXERCISE, CELL("answer = 'mine'"))),
    "an answer below its stub": written(lambda nb: nb.cells.insert(EXERCISE + 1, CELL("answer = 'mine'"))),
    "a note in our prose": written(lambda nb: nb.cells[6].update(source="It is the sum. Ask Ada about this.")),
    "code changed to try something": written(lambda nb: nb.cells[4].update(source="n + 100")),
    "an answer, and no ids": written(lambda nb: (nb.cells[EXERCISE].update(source="answer = 'mine'"), [c.pop("id") for c in nb.cells],
                                                 nb.update(nbformat_minor=4))),
}  # fmt: skip


@pytest.mark.parametrize("change", PERSON.values(), ids=PERSON)
def test_whatever_a_person_wrote_is_left_alone(change: Callable[[Path], None], lessons: Path) -> None:
    commit(lessons)
    edit(lessons / "solutions" / "01_rivers.ipynb", 5, "**Explain.** It is the sum, again.")
    path = lessons / "01_rivers.ipynb"
    change(path)
    before = path.read_bytes()
    for command in COMMANDS:
        assert ladder(command, path) == 1
        assert path.read_bytes() == before


def test_a_stub_that_was_edited_twice_before_a_commit_is_no_answer(lessons: Path) -> None:
    commit(lessons)
    solution = lessons / "solutions" / "01_rivers.ipynb"
    for stub in ("answer = ...  # a number", "answer = ...  # a whole number"):
        edit(solution, EXERCISE, f"{stub}\n### BEGIN SOLUTION\nanswer = 2 * n\n### END SOLUTION")
        assert ladder(["exercises"], lessons / "01_rivers.ipynb") == 0
    assert "whole" in Lesson(lessons / "01_rivers.ipynb").read().cells[EXERCISE].source


def test_a_lesson_without_answers_is_cut_and_no_copy_made(mine: Path) -> None:
    edit(mine, EXERCISE, "...\n")
    assert ladder(["exercises"], mine) == 0
    assert "again" in Lesson(mine).read().cells[5].source
    assert list(mine.parent.glob("*.bak")) == []


def test_a_stub_that_git_has_is_no_answer_though_the_solution_asks_anew(lessons: Path) -> None:
    commit(lessons)
    solution = lessons / "solutions" / "01_rivers.ipynb"
    edit(solution, EXERCISE, "answer = ...\n### BEGIN SOLUTION\nanswer = 2 * n\n### END SOLUTION")
    assert answered(Lesson(solution)) == []
    edit(lessons / "01_rivers.ipynb", EXERCISE, "answer = 8")
    assert answered(Lesson(solution)) == [17]


def test_an_answer_written_while_a_refresh_runs_is_kept(lessons: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, run = lessons / "01_rivers.ipynb", refreshing.run

    def slow(found: list[Lesson], **settings: object) -> list[Result]:
        results = run(found, **settings)
        edit(path, EXERCISE, "answer = 'in time'")
        return results

    monkeypatch.setattr(refreshing, "run", slow)
    ladder(["refresh"], path)
    assert "'in time'" in path.with_name("01_rivers.ipynb.1.bak").read_text(encoding="utf-8")


def test_a_lesson_that_is_no_notebook_is_not_recommended_for_loss(lessons: Path) -> None:
    (lessons / "01_rivers.ipynb").write_text("<<<<<<< mine", encoding="utf-8")
    with pytest.raises(ValueError, match="Keep a copy, then: git checkout"):
        answered(Lesson(lessons / "solutions" / "01_rivers.ipynb"))


def test_a_solution_cuts_to_its_lesson_with_the_same_cell_ids(lessons: Path) -> None:
    solution = Lesson(lessons / "solutions" / "01_rivers.ipynb")
    learner = cut(solution.read())
    assert [cell.id for cell in learner.cells] == [cell.id for cell in solution.read().cells]
    assert [cell.source for cell in learner.cells if "SOLUTION" in cell.source] == []
    assert drift(solution) == []


@pytest.mark.parametrize(
    ("source", "stub"),
    [
        ("### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "..."),
        ("x = ...\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "x = ..."),
        ("def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n\nf(2)", "def f(x):\n    ...\n\nf(2)"),
        ("# say why\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "# say why\n..."),
    ],
)
def test_what_is_left_of_a_cut_cell_is_python(source: str, stub: str) -> None:
    assert cut(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])).cells[0].source == stub


def test_links_in_prose_follow_the_lesson_one_folder_up() -> None:
    prose = nbformat.v4.new_markdown_cell("[card](../../data/card.md) [next](02_x.ipynb) [answers](../solutions/01_x.ipynb)")
    made = cut(nbformat.v4.new_notebook(cells=[prose])).cells[0].source
    assert made == "[card](../data/card.md) [next](02_x.ipynb) [answers](solutions/01_x.ipynb)"


def test_a_lone_marker_is_named() -> None:
    cell = nbformat.v4.new_code_cell("### BEGIN SOLUTION\nx = 1")
    with pytest.raises(ValueError, match="cell 1: '### BEGIN SOLUTION' without its partner"):
        cut(nbformat.v4.new_notebook(cells=[cell]))
