"""Committed and executed outputs: what must be the same, what may differ, and that a notebook counts one."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from helpers.storage import write_text
from helpers.workbook import checking, comparing, find, refreshing
from helpers.workbook.checking import Execution, Part
from helpers.workbook.comparing import agree
from helpers.workbook.drift import twins
from helpers.workbook.notebooks import Lesson, clean

CODE = nbformat.v4.new_code_cell


def notebook(*outputs: nbformat.NotebookNode, **metadata: object) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[CODE("x", outputs=list(outputs), metadata=metadata)])


def shown(**data: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("display_data", {kind.replace("_", "/"): content for kind, content in data.items()})


def said(text: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("stream", text=text)


def disagree(committed: nbformat.NotebookNode, made: nbformat.NotebookNode, exact: bool = False) -> list[str]:
    return [str(change) for change in comparing.disagreements("01_rivers", committed, made, exact=exact)]


def edit(lesson: Lesson, number: int, text: str) -> None:
    """Put other text into the output of a cell, counted from 1."""
    made = lesson.read()
    made.cells[number - 1].outputs[0].data["text/plain"] = text
    write_text(lesson.path, clean(made))


def test_a_last_digit_passes_but_for_exact() -> None:
    pair = notebook(shown(text_plain="cost 0.448")), notebook(shown(text_plain="cost 0.449"))
    assert disagree(*pair) == []
    assert disagree(*pair, exact=True) == ["01_rivers, cell 1:\n  - cost 0.448\n  + cost 0.449"]


def test_every_form_of_an_output_is_compared() -> None:
    before = notebook(shown(text_plain="same", text_html="<td>17</td>"))
    after = notebook(shown(text_plain="same", text_html="<td>18</td>"))
    assert disagree(before, after) == ["01_rivers, cell 1:\n  - <td>17</td>\n  + <td>18</td>"]


@pytest.mark.parametrize("other", [[], [shown(text_plain="a")], [said("a\n"), said("b\n"), said("c\n")], [said("b\na\n")]])
def test_a_missing_an_added_and_a_moved_line_are_told(other: list) -> None:
    assert len(disagree(notebook(said("a\nb\n")), notebook(*other))) == 1


def test_in_how_many_pieces_text_was_sent_does_not_matter() -> None:
    assert disagree(notebook(said("one line\n")), notebook(said("one "), said("line\n"))) == []


def test_a_figure_must_be_there_and_for_exact_be_the_same() -> None:
    before, after = notebook(shown(image_png="AAAA")), notebook(shown(image_png="BBBB"))
    assert disagree(before, after) == []
    assert "a figure (4 characters, checksum" in disagree(before, after, exact=True)[0]
    assert "(nothing)" in disagree(before, notebook())[0]
    inside = [notebook(shown(text_html=f"<img src='data:image/png;base64,{name}'>")) for name in ("AA==", "BB==")]
    assert (len(disagree(*inside)), len(disagree(*inside, exact=True))) == (0, 1)


def test_an_exempt_cell_is_not_looked_at() -> None:
    free = {"tags": ["nbval-ignore-output"], "nbval_reason": "it is a random walk"}
    assert disagree(notebook(said("a"), **free), notebook(said("b"), **free), exact=True) == []


def test_a_committed_output_that_no_longer_holds_fails_the_check_once(lessons: Path) -> None:
    solution = Lesson(lessons / "solutions" / "01_rivers.ipynb")
    edit(solution, 5, "99")
    edit(solution, 8, "6")
    part = checking._execute([solution], Execution(), lessons, None)
    assert (part.passed, part.failures) == (0, 1)
    assert part.problems == ("solutions/01_rivers, cell 5: - 99\n+ 4", "solutions/01_rivers, cell 8: - 6\n+ 5")


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the notebooks that a check executes; each gives its committed outputs again."""
    names: list[str] = []

    def through_nbval(lesson: Lesson, timeout: float, env: dict) -> list[str]:
        names.append(lesson.name)
        return []

    monkeypatch.setattr(checking, "through_nbval", through_nbval)
    return names


@pytest.mark.parametrize(
    ("numbers", "how", "expected"),
    [
        ([], Execution(), ["solutions/01_rivers"]),
        (["01"], Execution(), ["solutions/01_rivers", "01_rivers"]),
        ([], Execution(learners=True), ["solutions/01_rivers", "01_rivers"]),
        ([], None, []),
    ],
)
def test_the_learners_version_is_executed_where_it_is_named_or_asked_for(
    numbers: list, how: Execution | None, expected: list, lessons: Path, ran: list
) -> None:
    parts = checking.check(numbers, folder=lessons, execution=how)
    assert sorted(ran) == sorted(expected)
    assert [part.name for part in parts[:2]] == ["house rules of lessons", "lessons against their solutions"]
    assert sum(part.passed for part in parts) == 2 + 1 + len(expected)
    assert sum(part.failures for part in parts) == 0


def test_a_machine_s_name_and_a_cell_that_stops_fail_their_notebook(lessons: Path) -> None:
    solution = Lesson(lessons / "solutions" / "01_rivers.ipynb")
    notebook = solution.read()
    notebook.cells[4].source, notebook.cells[7].source = "print('/home/' + 'ada/x')", "n / 0"
    write_text(solution.path, clean(notebook))
    part = checking._execute([solution], Execution(exact=True), lessons, None)
    assert (part.passed, part.failures) == (0, 1)
    assert "holds a name of one machine: " in part.problems[0]
    assert any("ZeroDivisionError" in problem for problem in part.problems)


def test_a_notebook_with_several_problems_counts_one() -> None:
    one, two = Lesson(Path("01_a.ipynb")), Lesson(Path("02_b.ipynb"))
    part = checking._judged({one: ["wrong", "also wrong"], two: []})
    assert (part.passed, part.failures, part.problems) == (1, 1, ("wrong", "also wrong"))
    assert Part("a", 0, ("broke", "down")).failures == 1


def test_a_lesson_without_a_solution_is_told(lessons: Path) -> None:
    (lessons / "solutions" / "01_rivers.ipynb").rename(lessons / "solutions" / "02_lakes.ipynb")
    part = checking._against_solutions(find(folder=lessons), find(folder=lessons, solutions=True))
    assert part.problems == ("02_lakes: not cut yet. Run: ladder exercises 02", "01_rivers: has no solution")
    assert (part.passed, part.failures) == (0, 2)


def test_a_lesson_that_shows_another_output_than_its_solution_is_told(lessons: Path) -> None:
    lesson, solution = Lesson(lessons / "01_rivers.ipynb"), Lesson(lessons / "solutions" / "01_rivers.ipynb")
    edit(lesson, 18, "'01.double: not attempted yet'")  # the check of the exercise may differ
    assert twins(solution) == []
    edit(lesson, 8, "6")
    assert twins(solution) == ["01_rivers, cell 8:\n  - 5\n  + 6\n  Run: ladder refresh 01"]


def test_every_case_of_the_unit_tests_counts_one(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    cases = "<testcase/><testcase/><testcase><skipped/></testcase><testcase><failure/></testcase><testcase><error/></testcase>"
    report.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    assert checking._counts(report) == (2, 2)
    assert checking._counts(tmp_path / "none.xml") == (0, 0)


def test_the_environment_of_a_check_is_strict() -> None:
    assert refreshing.STRICT == {"LADDER_CACHE": "", "LADDER_TRACKING": "offline", "OMP_NUM_THREADS": "1"}


@pytest.mark.parametrize(
    ("committed", "executed"),
    [
        ("LoRA + NF4  0.448", "LoRA + NF4  0.449"),
        ("<td>0.448</td>", "<td>0.450</td>"),
        ("loss 9.248, 0.106", "loss 9.241, 0.106"),
        ("0.816667", "0.816012"),
        ("0.30000000000000004", "0.2999999999999"),
        ("-0.000", "0.001"),
        ("44.8%", "44.9%"),
        ("1.2345e-05", "1.2346e-05"),
        ("9.9995e+06", "1.0000e+07"),
        ("1,234.568 tokens", "1,234.571 tokens"),
        ("a   9.999", "a  10.001"),
        ("[0.371, 0.520].", "[0.372, 0.520]."),
    ],
)
def test_the_last_places_of_a_decimal_may_differ(committed: str, executed: str) -> None:
    assert agree(committed, executed)
    assert agree(executed, committed)


@pytest.mark.parametrize(
    ("committed", "executed"),
    [
        ("0.448", "0.463"),  # a score
        ("0.816667", "0.820000"),  # one example more of 300
        ("0.81 [0.75, 0.86], n=200", "0.82 [0.75, 0.86], n=200"),
        ("0.81 [0.75, 0.86], n=200", "0.81 [0.76, 0.86], n=200"),
        ("44.8%", "45.3%"),
        ("45%", "46%"),
        ("right in 17 of 18", "right in 18 of 18"),
        ("1,000", "1,001"),
        ("1.5e-05", "1.6e-05"),
        ("0.448 higher", "0.448 lower"),
        ("p = 0.448", "p < 0.448"),
        ("0.448, 0.449", "0.448"),
        ("0.448", "0.4481"),
        ("-0.001", "0.001"),  # a gain that became a loss
        ("0.448", "44.8%"),
        ("0.448%", "0.448"),
    ],
)
def test_a_changed_score_count_or_word_does_not_agree(committed: str, executed: str) -> None:
    assert not agree(committed, executed)
    assert not agree(executed, committed)


@pytest.mark.parametrize("name", ["v0.448", "model-0.448", "0.448B", "2.0.448", "0.448.1", "0.448-int", "x_0.448"])
def test_a_number_that_is_part_of_a_name_must_be_the_same(name: str) -> None:
    assert agree(name, name)
    assert not agree(name, name.replace("448", "449"))


def test_refresh_looks_past_times_but_not_past_scores() -> None:
    assert comparing.sanitize("took 1.25 s for 200 replies") == comparing.sanitize("took 0.8 s for 200 replies")
    assert comparing.sanitize("score 0.81 [0.75, 0.86]") == "score 0.81 [0.75, 0.86]"
