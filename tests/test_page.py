"""outputs/index.html: what it shows, what it says when there is nothing to show, and what it must never hold."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest

from helpers import places
from helpers.storage import write_text
from helpers.workbook import entries, find, page
from helpers.workbook.lifted import bare, pictures, tables
from helpers.workbook.notebooks import Lesson, clean, fingerprint
from helpers.workbook.page_style import COLORS
from helpers.workbook.results import Files, placed

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg=="
RUNG = "<tr><th>bare &lt;prompt&gt;</th><td onclick='x()'>0.31 [0.25, 0.37]<script>x()</script></td></tr>"
HEAD = "<style>td{color:red}</style><table border='1' class='dataframe'><thead><tr><th></th><th>score</th></tr></thead>"
VOID = {"meta", "link", "br", "img"}


@pytest.fixture(autouse=True)
def steady_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "tree_hash", lambda: "tree")


def drawing(tag: str, **data: str) -> nbformat.NotebookNode:
    """A cell with this tag that gave this."""
    cell = nbformat.v4.new_code_cell("1", metadata={"tags": [tag]})
    cell.outputs = [nbformat.v4.new_output("display_data", {kind.replace("_", "/"): content for kind, content in data.items()})]
    return cell


@pytest.fixture
def course(tmp_path: Path) -> Callable[..., str]:
    """Make a lesson 17 of these cells, say how its run went, and give the page back as text."""

    def build(
        *cells: nbformat.NotebookNode, parameters: dict | None = None, changed: str = "", tree: str = "tree", **record: object
    ) -> str:
        title = nbformat.v4.new_markdown_cell("# 17 · Decide\n\n[![Colab](x)](y)\nWhich rung for [you](01.ipynb)? **More**\n")
        lesson = Lesson(tmp_path / "lessons" / "17_decide.ipynb")
        write_text(lesson.path, clean(nbformat.v4.new_notebook(cells=[title, *cells])))
        if record:
            full = {"seconds": 12.34, "memory": 640e6, "error": "", "notebook": "17_decide.ipynb", "date": "2026-11-21", **record}
            full |= {"parameters": parameters or {}, "tree": tree, "key": changed or fingerprint(lesson, parameters or {}, tree)}
            files = Files(placed(lesson, parameters or {}, tmp_path / "out"))
            write_text(files.notebook, lesson.path.read_text(encoding="utf-8"))
            files.write(full | {"notebook": files.notebook.name if full["status"] == "passed" else full["notebook"]})
        return page.index(tmp_path / "out", find(folder=tmp_path / "lessons")).read_text(encoding="utf-8")

    return build


LADDER = (drawing("picture-ladder", image_png=PIXEL), drawing("table-ladder", text_html=f"{HEAD}<tbody>{RUNG}</tbody></table>"))


def test_the_ladder_s_figure_and_table_are_lifted_into_the_page(course: Callable) -> None:
    text = course(*LADDER, status="passed")
    assert f'<img src="data:image/png;base64,{PIXEL}"' in text
    assert '<tr><th scope="row">bare &lt;prompt&gt;</th><td class="n">0.31 [0.25, 0.37]</td></tr>' in text
    assert 'as lesson <a href="lessons/17_decide.html">17 · Decide</a> measured it.</span></caption>' in text
    assert text.count(PIXEL) == 1  # not once more as a thumbnail


def test_a_course_without_the_ladder_s_lesson_says_so(course: Callable) -> None:
    assert "No lesson here draws the ladder" in course(drawing("picture-other", image_png=PIXEL), status="passed")


def test_the_ladder_of_a_lesson_that_has_not_run_is_not_there_yet(course: Callable) -> None:
    text = course(*LADDER)
    assert "No ladder yet: lesson 17 · Decide, which draws it, has not run. <code>ladder run 17</code>" in text
    assert "0 of 1 lessons passed; 1 not run yet." in text
    assert PIXEL not in text


def test_the_ladder_of_a_lesson_that_never_passed_is_not_shown(course: Callable) -> None:
    text = course(*LADDER, status="failed", error="cell 3 of 9 (`a < b`): TypeError: no", notebook="17_decide.failed.ipynb")
    assert "No ladder: lesson 17 · Decide, which draws it, failed.</p><p>cell 3 of 9 (<code>a &lt; b</code>): TypeError: no" in text
    assert 'href="lessons/17_decide.failed.html"' in text
    assert PIXEL not in text


def test_the_ladder_of_a_lesson_that_failed_is_that_of_its_last_good_run_and_says_so(course: Callable) -> None:
    course(*LADDER, status="passed")
    text = course(*LADDER, status="failed", error="cell 3 of 9: no", notebook="17_decide.failed.ipynb", date="2026-11-22")
    assert "The last run of this lesson failed; this is that of the last good run, November 21, 2026." in text
    assert f'<img src="data:image/png;base64,{PIXEL}"' in text
    assert "0 of 1 lessons passed; 1 failed." in text
    assert '<a href="lessons/17_decide.failed.html">where it failed</a>; the page is that of the last good run' in text
    assert '<a href="lessons/17_decide.html">17 · Decide</a>' in text


def test_a_ladder_s_cell_that_showed_nothing_is_told(course: Callable) -> None:
    assert "passed, but its cell tagged for the ladder showed neither" in course(drawing("picture-ladder"), status="passed")


def test_a_row_has_title_promise_status_time_memory_and_notebook(course: Callable) -> None:
    text = course(status="passed")
    assert '<a href="lessons/17_decide.html">17 · Decide</a><p>Which rung for you?</p>' in text
    for shown in ("✓ passed", "12.3 s", "640 MB", 'href="lessons/17_decide.ipynb"', "November 21, 2026"):
        assert shown in text


def test_a_figure_of_another_name_is_a_thumbnail_that_leads_to_its_cell(course: Callable) -> None:
    cell = drawing("picture-bits", image_png=PIXEL)
    text = course(cell, status="passed")
    assert f'<a href="lessons/17_decide.html#cell-id={cell.id}"><img src="data:image/png;base64,{PIXEL}"' in text


def test_a_run_with_parameters_is_listed_apart_and_the_course_is_as_it_was(course: Callable) -> None:
    before = course(*LADDER, status="passed")
    text = course(*LADDER, status="passed", parameters={"limit": 20})
    course_part, own_part = text.split('<section aria-labelledby="runs-with-parameters">')
    assert before.startswith(course_part)
    assert re.search(r'<a href="lessons/17_decide%40[0-9a-f]{12}.html">17 · Decide</a><p>with limit = 20</p>', own_part)
    assert own_part.count(PIXEL) == 1  # its ladder is small, beside it


def test_a_run_with_parameters_that_failed_blanks_nothing(course: Callable) -> None:
    course(*LADDER, status="passed")
    text = course(*LADDER, status="failed", parameters={"task": "mx.csv"}, error="no file", notebook="")
    assert "1 of 1 lessons passed." in text
    assert PIXEL in text
    assert "<p>with task = mx.csv</p>" in text


def test_parameters_are_shown_as_text_and_without_paths(course: Callable) -> None:
    text = course(*LADDER, status="passed", parameters={"model": "hf:/srv/" + "models/<big>"})
    assert "with model = hf:…/models/&lt;big&gt;" in text
    assert "/srv" not in text


def test_a_lesson_that_changed_after_its_run_is_out_of_date(course: Callable) -> None:
    assert "out of date" not in course(*LADDER, status="passed")
    assert course(*LADDER, status="passed", changed="another key").count("out of date: its cells") == 2
    assert course(*LADDER, status="passed", tree="helpers of then").count("out of date: its cells") == 2
    assert "out of date" not in course(*LADDER, status="passed", tree="tree and the file that a parameter names")


def test_the_headline_counts_what_is_out_of_date_by_itself(course: Callable) -> None:
    assert "<p>0 of 1 lessons passed; 1 out of date. 12.3 s" in course(status="passed", changed="another key")


def test_the_headline_is_silent_about_memory_that_nobody_knows(course: Callable) -> None:
    assert "12.3 s one after the other · November 21, 2026." in course(status="passed", memory=None)


def test_a_record_that_cannot_be_read_counts_as_not_run(course: Callable, tmp_path: Path) -> None:
    course(status="passed")
    (tmp_path / "out" / "lessons" / "17_decide.json").write_text('{"status": "pas')
    assert "not run yet" in page.index(tmp_path / "out", find(folder=tmp_path / "lessons")).read_text(encoding="utf-8")


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


def test_the_page_needs_no_network_and_its_tags_close(course: Callable) -> None:
    text = course(*LADDER, status="passed")
    assert re.findall(r'(?:src|href)="(?!data:|lessons/|#)[^"]*"', text) == []
    assert "<script" not in text
    assert "onclick" not in text
    assert "url(" not in text
    opened: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list) -> None:
            opened.extend([tag] * (tag not in VOID))

        def handle_endtag(self, tag: str) -> None:
            assert tag == opened.pop()

    Reader().feed(text)
    assert opened == []


def test_an_empty_course_makes_a_page_too(tmp_path: Path) -> None:
    assert "0 of 0 lessons passed." in page.index(tmp_path, []).read_text(encoding="utf-8")


@pytest.mark.parametrize("mode", COLORS)
def test_every_text_color_can_be_read_on_both_grounds(mode: str) -> None:
    colors = COLORS[mode]
    for ground in ("back", "card"):
        for name in ("ink", "dim", "link", "good", "bad", "warn"):
            assert contrast(colors[name], colors[ground]) >= 4.5, (name, ground)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two colors `#rrggbb`."""

    def light(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        return sum(w * (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4) for w, c in zip((0.2126, 0.7152, 0.0722), parts))

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_pandas_two_lines_of_labels_become_one() -> None:
    import pandas as pd

    frame = pd.DataFrame({"name": ["a", "b"], "score": [0.5, None]}, index=pd.Index(["x", "y"], name="rung"))
    assert bare(frame._repr_html_()).startswith(
        '<table><thead><tr><th scope="col">rung</th><th scope="col">name</th><th scope="col" class="n">score</th></tr></thead>'
        '<tbody><tr><th scope="row">x</th><td>a</td><td class="n">0.5</td></tr>'
        '<tr><th scope="row">y</th><td>b</td><td class="n">–</td></tr>'
    )


def test_row_numbers_go_and_the_next_column_labels_the_rows() -> None:
    import pandas as pd

    assert bare(pd.DataFrame({"rung": ["a", "b"], "score": [1, 2]})._repr_html_()) == (
        '<table><thead><tr><th scope="col">rung</th><th scope="col" class="n">score</th></tr></thead>'
        '<tbody><tr><th scope="row">a</th><td class="n">1</td></tr><tr><th scope="row">b</th><td class="n">2</td></tr></tbody></table>'
    )
    years = pd.DataFrame({"score": [1, 2]}, index=[0, 2])
    assert '<th scope="row">2</th><td class="n">2</td>' in bare(years._repr_html_())


def test_a_cell_that_drew_nothing_gives_no_picture_and_text_stays_text() -> None:
    made = nbformat.v4.new_notebook(cells=[drawing("picture-a", text_plain="x"), drawing("table-b", text_plain="1 < 2")])
    assert pictures(made) == []
    assert tables(made) == {"b": "<pre>1 &lt; 2</pre>"}


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


def test_a_table_is_lifted_though_an_explanation_stands_below_it() -> None:
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    from helpers.workbook.lifted import tables

    faces = ({"text/html": "<table><tr><td>7</td></tr></table>"}, {"text/plain": "Measured"})
    shown = [new_output("display_data", face) for face in faces]
    cell = new_code_cell("x", metadata={"tags": ["table-ladder"]}, outputs=shown)
    assert "<td" in tables(new_notebook(cells=[cell]))["ladder"]
