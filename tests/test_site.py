"""The site: what its first page says, what stands on the pages, and what it must never hold."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import nbformat
import pytest

from helpers import places
from helpers.progress import Count
from helpers.storage import write_text
from helpers.workbook import entries, find, site
from helpers.workbook.entries import parameter_runs, read_entry
from helpers.workbook.lifted import lifted, pictures
from helpers.workbook.notebooks import Lesson, clean, fingerprint, known_lessons
from helpers.workbook.overview import Overview
from helpers.workbook.results import Files, placed
from helpers.workbook.standing import Standing

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg=="
TABLE = "<table class='dataframe'><tr><th>bare prompt</th><td>0.31 [0.25, 0.37]</td></tr></table>"


def drawing(tag: str, **data: str) -> nbformat.NotebookNode:
    """A cell with this tag that gave this."""
    cell = nbformat.v4.new_code_cell("1", metadata={"tags": [tag]})
    cell.outputs = [nbformat.v4.new_output("display_data", {kind.replace("_", "/"): content for kind, content in data.items()})]
    return cell


FIGURE = drawing("picture-ladder", image_png=PIXEL, text_plain="a figure")
FIGURE.outputs[0].metadata = nbformat.from_dict({"image/png": {"alt": "nine dots"}})
LADDER = (FIGURE, drawing("table-ladder", text_html=TABLE))


class Course:
    """A course of one lesson, 17, and what its runs left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "out"
        self.lesson = Lesson(folder / "lessons" / "17_decide.ipynb")

    def has(self, *cells: nbformat.NotebookNode) -> None:
        title = nbformat.v4.new_markdown_cell("# 17 · Decide\n\n[![Colab](x)](y)\nWhich rung for [you](01.ipynb)? **More**\n")
        write_text(self.lesson.path, clean(nbformat.v4.new_notebook(cells=[title, *cells])))

    def ran(self, status: str = "passed", *, parameters: dict | None = None, key: str = "", tree: str = "tree", **record: object) -> None:
        files = Files(placed(self.lesson, parameters or {}, self.out))
        notebook = files.notebook if status == "passed" else files.notebook.with_suffix(".failed.ipynb")
        write_text(notebook, self.lesson.path.read_text(encoding="utf-8"))
        full = {"seconds": 12.34, "memory": 640e6, "error": "", "notebook": notebook.name, "date": "2026-11-21", **record}
        full |= {"parameters": parameters or {}, "tree": tree, "key": key or fingerprint(self.lesson, parameters or {}, tree)}
        files.write(full | {"status": status})

    def first_page(self, standings: dict | None = None) -> str:
        lessons = known_lessons(self.lesson.home)
        known = [read_entry(self.out, lesson, "tree") for lesson in lessons]
        own = [run for lesson in lessons for run in parameter_runs(self.out, lesson, "tree")]
        made = Overview(known, own, standings or {}, date(2026, 11, 28)).notebook("")
        return "\n".join(cell.source + json.dumps(cell.get("outputs", "")) for cell in made.cells)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path)


def test_the_ladder_s_figure_and_table_stand_on_the_first_page(course: Course) -> None:
    course.has(*LADDER)
    course.ran()
    text = course.first_page()
    assert "as lesson [17 · Decide](lessons/17_decide.ipynb) measured it.\n" in text.replace('""', "\n")
    assert text.index(PIXEL) < text.index("0.31 [0.25, 0.37]")


def test_a_course_without_the_ladder_s_lesson_says_so(course: Course) -> None:
    course.has(drawing("picture-other", image_png=PIXEL))
    assert "No lesson here draws the ladder" in course.first_page()


def test_a_lesson_that_has_not_run_shows_the_run_that_comes_with_it(course: Course) -> None:
    course.has(*LADDER)
    text = course.first_page()
    assert "It is the run that comes with the repository; none passed here." in text
    assert "0 of 1 lessons passed; 1 not run here." in text
    assert PIXEL in text


def test_a_lesson_that_failed_shows_its_last_good_run_and_says_so(course: Course) -> None:
    course.has(*LADDER)
    course.ran()
    course.ran("failed", error="cell 3 of 9 (`a < b`): TypeError: no|yes")
    text = course.first_page()
    assert "The last run of this lesson failed; this is that of the last good run, November 21, 2026." in text
    assert "✗ failed<br>cell 3 of 9 (`a < b`): TypeError: no\\|yes<br>" in text
    assert "[where it failed](lessons/17_decide.failed.ipynb); the page is that of the last good run" in text
    assert "0 of 1 lessons passed; 1 failed." in text


def test_a_ladder_s_cell_that_showed_nothing_is_told(course: Course) -> None:
    course.has(drawing("picture-ladder"))
    course.ran()
    assert "passed, but its cell tagged for the ladder showed neither" in course.first_page()


def test_a_row_has_title_promise_status_time_and_memory(course: Course) -> None:
    course.has()
    course.ran()
    row = "| [17 · Decide](lessons/17_decide.ipynb)<br>Which rung for you? | ✓ passed | 12.3 s | 640 MB |"
    assert row in course.first_page()


def test_the_reader_s_progress_is_a_column_with_the_day_of_the_build(course: Course) -> None:
    course.has()
    standing = Standing("17_decide", "17 Decide", 6, 3, 3, Count(4, 3, 2, 1, 2, 1, 0, 0))
    text = course.first_page({"17_decide": standing})
    assert "| Your progress, November 28, 2026 |" in text
    assert "| 4 of 6 predicted, 2 of 3 right, 1 of 3 exercises |" in text
    assert "progress" not in course.first_page()


def test_a_run_with_parameters_is_listed_apart_and_the_course_is_as_it_was(course: Course) -> None:
    course.has(*LADDER)
    course.ran()
    before = course.first_page().split("## Made with")[0]
    course.ran(parameters={"limit": 20})
    course_part, own_part = course.first_page().split("## Runs with parameters")
    assert before.strip() == course_part.strip()
    assert re.search(r"\| \[17 · Decide\]\(lessons/17_decide@[0-9a-f]{12}\.ipynb\)<br>with limit = 20 \|", own_part)


def test_a_run_with_parameters_that_failed_blanks_nothing(course: Course) -> None:
    course.has(*LADDER)
    course.ran()
    course.ran("failed", parameters={"task": "mx.csv"}, error="no file", notebook="")
    text = course.first_page()
    assert "1 of 1 lessons passed." in text
    assert "| 17 · Decide<br>with task = mx.csv |" in text


def test_parameters_are_shown_as_text_and_without_paths(course: Course) -> None:
    course.has()
    course.ran(parameters={"model": "hf:/srv/" + "models/<big>"})
    assert "with model = hf:…/models/\\<big\\>" in course.first_page()
    assert "/srv" not in course.first_page()


@pytest.mark.parametrize(
    ("change", "old"),
    [({}, False), ({"key": "another key"}, True), ({"tree": "helpers of then"}, True), ({"tree": "tree and a named file"}, False)],
)
def test_a_lesson_that_changed_after_its_run_is_out_of_date(change: dict, old: bool, course: Course) -> None:
    course.has(*LADDER)
    course.ran(**change)
    text = course.first_page()
    assert text.count("out of date: its cells") == 2 * old  # at the ladder and in the row
    assert ("0 of 1 lessons passed; 1 out of date." in text) == old


def test_the_headline_is_silent_about_memory_that_nobody_knows(course: Course) -> None:
    course.has()
    course.ran(memory=None)
    assert "Together they took 12.3 s · November 21, 2026." in course.first_page()


def test_a_record_that_cannot_be_read_counts_as_not_run(course: Course) -> None:
    course.has()
    course.ran()
    write_text(course.out / "lessons" / "17_decide.json", '{"status": "pas')
    assert "1 not run here" in course.first_page()


def test_only_the_last_table_of_a_cell_is_lifted_and_text_where_there_is_none() -> None:
    cell = drawing("table-ladder", text_html=TABLE)
    cell.outputs.append(nbformat.v4.new_output("display_data", {"text/plain": "Measured"}))
    assert lifted(nbformat.v4.new_notebook(cells=[cell]), "ladder")[0].outputs == cell.outputs[:1]
    words = drawing("table-ladder", text_plain="1 < 2")
    assert lifted(nbformat.v4.new_notebook(cells=[words]), "ladder")[0].outputs == words.outputs
    assert pictures(nbformat.v4.new_notebook(cells=[drawing("picture-a", text_plain="x")])) == []


@pytest.fixture
def built(course: Course) -> Path:
    """The site of a lesson that ran, ran with parameters, and then failed."""
    course.has(*LADDER)
    course.ran()
    course.ran(parameters={"limit": 20})
    course.ran("failed", error="no")
    write_text(course.lesson.home / "glossary.md", "# Glossary\n\n## Rung\n\nA step.\n")
    return site.build(course.out, find(folder=course.lesson.home)).parent


def test_the_pages_are_made_and_load_nothing_from_a_network(built: Path, course: Course) -> None:
    names = {path.relative_to(built).as_posix() for path in built.rglob("*.html")}
    own = placed(course.lesson, {"limit": 20}, course.out).stem
    assert {
        "index.html",
        "lessons/17_decide.html",
        "lessons/17_decide.failed.html",
        f"lessons/{own}.html",
        "lessons/glossary.html",
    } <= names
    for path in built.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"<(?:script|img|iframe)[^>]*src=.https?:[^>]*>|<link[^>]*href=.https?:[^>]*>", text) == [], path.name
        assert "[![" not in text
    style = "\n".join(path.read_text(encoding="utf-8") for path in built.rglob("*.css"))
    assert not re.search(r"(?:url\(|@import).{0,2}https?:", style)
    assert "MathJax" not in "".join(path.name for path in built.rglob("*.js"))


def test_a_figure_s_alternative_text_is_on_its_page_and_on_the_first(built: Path) -> None:
    for name in ("index", "lessons/17_decide"):
        assert re.search(r'<img alt="nine dots"[^>]*src="[^"]*_images/', (built / f"{name}.html").read_text(encoding="utf-8")), name


def test_a_build_without_a_change_makes_nothing_anew(built: Path, course: Course) -> None:
    before = (built / "index.html").stat().st_mtime_ns
    site.build(course.out, find(folder=course.lesson.home))
    assert (built / "index.html").stat().st_mtime_ns == before


def test_a_change_of_the_settings_makes_the_pages_anew(
    built: Path, course: Course, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = shutil.copytree(site.SETTINGS, tmp_path / "pages")
    write_text(other / "ladder.css", "p { color: teal }")
    monkeypatch.setattr(site, "SETTINGS", other)
    site.build(course.out, find(folder=course.lesson.home))
    assert (built / "_static" / "ladder.css").read_text(encoding="utf-8") == "p { color: teal }"


def test_what_is_published_has_no_runs_with_parameters_and_what_pages_need(built: Path, course: Course, tmp_path: Path) -> None:
    target = tmp_path / "public"
    for _ in range(2):  # an earlier site is replaced
        site.publish(course.out, find(folder=course.lesson.home), target)
    assert (target / ".nojekyll").exists()
    assert list(target.rglob("*@*")) == []
    assert "limit = 20" not in (target / "index.html").read_text(encoding="utf-8")
    assert "limit = 20" in (built / "index.html").read_text(encoding="utf-8")


def test_a_broken_record_of_progress_does_not_stop_the_pages(course: Course, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LADDER_HOME", str(tmp_path))
    write_text(places.mine("progress.json"), '{"bro')
    course.has()
    assert site._progress(find(folder=course.lesson.home)) == {}


def test_a_folder_with_something_else_in_it_is_not_replaced(course: Course, tmp_path: Path) -> None:
    course.has()
    write_text(tmp_path / "home" / "thesis.md", "mine")
    with pytest.raises(ValueError, match="holds something that is not a site"):
        site.publish(course.out, find(folder=course.lesson.home), tmp_path / "home")
    assert (tmp_path / "home" / "thesis.md").exists()


def test_a_solution_s_links_lead_to_the_lessons_beside_it(tmp_path: Path) -> None:
    cell = nbformat.v4.new_markdown_cell("[next](02_x.ipynb), [words](../glossary.md#rung)")
    made = site._text(nbformat.v4.new_notebook(cells=[cell]), Lesson(tmp_path / "solutions" / "01_a.ipynb"))
    assert "[next](../lessons/02_x.ipynb), [words](../lessons/glossary.md#rung)" in made


def test_an_extra_is_a_page_and_lessons_lead_to_it(course: Course) -> None:
    course.has(nbformat.v4.new_markdown_cell("[an extra](extra/lakes.ipynb)"))
    write_text(course.lesson.home / "extra" / "lakes.ipynb", course.lesson.path.read_text(encoding="utf-8"))
    made = site.build(course.out, find(folder=course.lesson.home)).parent
    assert (made / "lessons" / "extra" / "lakes.html").exists()
    assert "lessons/extra/lakes.html" in (made / "index.html").read_text(encoding="utf-8")
    cell = nbformat.v4.new_markdown_cell("[an extra](../extra/lakes.ipynb)")
    solution = site._text(nbformat.v4.new_notebook(cells=[cell]), Lesson(course.lesson.home / "solutions" / "17_decide.ipynb"))
    assert "[an extra](../lessons/extra/lakes.ipynb)" in solution


def test_a_failure_of_sphinx_is_said_with_its_reason(course: Course, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    course.has()
    monkeypatch.setattr(site, "SETTINGS", tmp_path)
    with pytest.raises(RuntimeError, match=r"the pages could not be made: .*conf\.py"):
        site.build(course.out, find(folder=course.lesson.home))


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ("No such file: '/home/" + "ada/course/data/x.json'", "No such file: '…/x.json'"),
        (f"cannot read {places.root()}/data/x.json", "cannot read data/x.json"),
        ("C:\\Users\\" + "ada\\x.json is gone", "…/x.json is gone"),
        ("no model hf:/srv/" + "models/big", "no model hf:…/big"),
        ("no answer from http://127.0.0.1:8000/v1/chat", "no answer from http://127.0.0.1:8000/v1/chat"),
        ("1/2 is not a/b", "1/2 is not a/b"),
    ],
)
def test_errors_are_shown_without_the_paths_of_a_machine(error: str, shown: str, tmp_path: Path) -> None:
    assert entries.Entry(Lesson(tmp_path / "01_x.ipynb"), "x", failure={"error": error}).error == shown


def test_versions_follow_the_weights_and_the_rows(tmp_path: Path) -> None:
    write_text(tmp_path / "model.safetensors", "weights")
    write_text(tmp_path / "training.json", json.dumps({"tokens": 1000, "date": "2026-11-20", "sha256": "other"}))
    (model,) = entries.models(tmp_path)
    assert (model.value, model.about) == (
        "9a129038d9a0",  # the SHA-256 of "weights" begins so
        "1,000 tokens, trained 2026-11-20, not the weights that training.json tells of",
    )
    write_text(tmp_path / "data" / "rivers" / "task.toml", "")
    write_text(tmp_path / "data" / "rivers" / "dev.jsonl", "{}\n{}\n")
    before = entries.tasks(tmp_path / "data")
    assert [(task.name, task.about) for task in before] == [("rivers", "2 dev")]
    write_text(tmp_path / "data" / "rivers" / "dev.jsonl", "{}\n{ }\n")
    assert entries.tasks(tmp_path / "data") != before
