"""The extras of lessons/extra/: their rules, the lock of their environment, and what is read where the frameworks are not."""

from __future__ import annotations

import json
import re
import tomllib
from importlib import util
from pathlib import Path

import nbformat
import pytest

from helpers import cli, places, widgets
from helpers.storage import write_text
from helpers.widgets.predictions import Explanation, Prediction
from helpers.workbook.extras import Extra, broken_extra, check_extras, find_extras, refresh_extras
from helpers.workbook.notebooks import clean, find

FOLDER = places.root() / "lessons" / "extra"
NAMES = ["frameworks", "served"]
TITLE = """# 01 extra · Lakes

**You will be able to**

1. add numbers
2. double numbers
3. show numbers

**Needs** [01](../01_rivers.ipynb). **Time** a minute. **Cost** nothing."""
CLOSE = "You can now\n\n1. add\n2. double\n3. show\n\n**Sources.** Euclid, 2026."
code, prose = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell


def result(value: Prediction | Explanation) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("execute_result", {"text/plain": repr(value), "text/html": value._repr_html_()})


@pytest.fixture
def lakes(lessons: Path) -> Extra:
    """An extra of the made-up lesson 01 that breaks no rule; its outputs are those of a run."""
    asked = "from helpers import widgets\nguess = widgets.predict('01.lakes', 'Is 4 more than 3?', ['yes', 'no'])\nguess"
    guess = widgets.predict("01.lakes", "Is 4 more than 3?", ["yes", "no"])
    cells = [
        prose(TITLE),
        code("import math"),
        code("n = 4  # where to start", metadata={"tags": ["parameters"]}),
        code(asked, outputs=[result(guess)]),
        code("guess.answer('yes', 4)", outputs=[result(guess.answer("yes", 4))]),
        prose("It is.\n\n" + CLOSE),
    ]
    for count, cell in enumerate((cell for cell in cells if cell.cell_type == "code"), 1):
        cell.execution_count = count
        for output in cell.outputs:
            output.execution_count = count
    path = lessons / "extra" / "lakes.ipynb"
    write_text(path, clean(nbformat.v4.new_notebook(cells=cells)))
    return Extra(path)


def changed(extra: Extra, number: int, old: str, new: str) -> None:
    notebook = extra.read()
    assert old in notebook.cells[number - 1].source
    notebook.cells[number - 1].source = notebook.cells[number - 1].source.replace(old, new)
    nbformat.write(notebook, extra.path)


def test_the_made_up_extra_breaks_no_rule(lakes: Extra) -> None:
    assert broken_extra(lakes) == []
    assert lakes.number == "01"


BREAKS = {
    "no lesson": (1, "# 01 extra ·", "# Extra:", "cell 1 must open with '# NN extra · Title'"),
    "two goals": (1, "3. show numbers", "", "'You will be able to' must list three goals"),
    "no close": (6, "You can now", "The end", "'You can now' must list three goals"),
    "no time": (1, "**Time**", "Time", "cell 1 must name Needs, Time and Cost"),
    "no prediction": (4, "predict", "quiz", "it asks for no prediction"),
    "no sources": (6, "2026", "long ago", "its last cell must name dated sources"),
    "a dead link": (1, "../01_rivers", "../02_seas", "the link ../02_seas.ipynb leads to no file"),
    "a wall of prose": (6, "It is.", "word " * 121, "at most 120"),
    "a huge cell": (2, "import math", "\n".join(f"x{n} = {n}" for n in range(26)), "cell 2, the set-up, has 26 lines"),
    "an install": (5, "guess.", "%pip install x\nguess.", "cell 5 holds an install"),
    "a parameter without a comment": (3, "  # where to start", "", "has no comment"),
    "a path of a machine": (6, "It is.", "/home/" + "ada/x", "holds a name of one machine"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_rule_tells_of(name: str, lakes: Extra) -> None:
    *change, message = BREAKS[name]
    changed(lakes, *change)
    assert message in "\n".join(broken_extra(lakes))


def test_long_cells_are_allowed_where_whole_pipelines_are_shown(lakes: Extra) -> None:
    for number in (3, 5):
        changed(
            lakes,
            number,
            "g" if number == 5 else "n = 4",
            "\n".join(f"x{n} = {n}  # x" for n in range(20)) + ("\ng" if number == 5 else "\nn = 4"),
        )
    assert [problem for problem in broken_extra(lakes) if "median" in problem] == []


def test_a_run_that_shows_something_else_is_told(lakes: Extra) -> None:
    assert check_extras([lakes]) == {"lakes": []}
    changed(lakes, 5, "4)", "5)")
    [problem] = check_extras([lakes])["lakes"]
    assert "Measured: 4. The answer" in problem.split("\n+ ")[0]
    assert "Measured: 5. The answer" in problem.split("\n+ ")[1]


def test_a_refresh_writes_what_a_run_shows_and_an_error_leaves_all_as_it_was(lakes: Extra) -> None:
    changed(lakes, 5, "4)", "5)")
    assert refresh_extras([lakes]) == {"lakes": []}
    assert check_extras([lakes]) == {"lakes": []}
    changed(lakes, 2, "import math", "import no_such_module")
    before = lakes.path.read_bytes()
    [problem] = refresh_extras([lakes])["lakes"]
    assert "no_such_module" in problem
    assert lakes.path.read_bytes() == before


def test_an_extra_that_is_not_there_is_named(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(ValueError, match=r"no extra tables\. There are: frameworks, served"):
        find_extras(["tables"])
    assert cli.main(["extras", "tables"]) == 2
    assert "no extra tables" in capsys.readouterr().err


def test_the_course_does_not_take_them_for_lessons() -> None:
    assert [extra.path.stem for extra in find_extras()] == NAMES
    assert [lesson.path.stem for lesson in find() if "extra" in lesson.path.parts] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_extra_keeps_the_rules(name: str) -> None:
    [extra] = find_extras([name])
    assert broken_extra(extra) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_extra_runs_here_and_shows_what_is_committed(name: str) -> None:
    if name == "served":
        pytest.importorskip("fastapi", reason="fastapi is not installed: pip install -c constraints.txt -e .[served]")
    assert check_extras(find_extras([name])) == {name: []}


def pins(path: Path) -> dict[str, str]:
    lines = [line.split("==") for line in path.read_text(encoding="utf-8").splitlines() if "==" in line]
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in lines}


def test_the_lock_of_the_frameworks_pins_each_of_them_and_repeats_nothing() -> None:
    lock, own = pins(FOLDER / "frameworks.txt"), pins(places.root() / "constraints.txt")
    extras = tomllib.loads((places.root() / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert {re.split(r"[<>=]", line)[0] for line in extras["frameworks"]} <= lock.keys()
    assert lock.keys() & own.keys() == set()


def test_what_was_measured_names_the_versions_of_the_lock() -> None:
    measured = json.loads((FOLDER / "frameworks.json").read_text(encoding="utf-8"))
    lock = pins(FOLDER / "frameworks.txt")
    packages = {"LangChain": "langchain-core", "LlamaIndex": "llama-index-core", "Haystack": "haystack-ai"}
    assert measured["versions"] == {name: lock[package] for name, package in packages.items()}
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", measured["day"])
    assert measured["tried"] == []
    assert measured["settings"]["limit"] is None


@pytest.mark.skipif(util.find_spec("haystack") is not None, reason="the frameworks are here: nothing is read")
def test_other_settings_than_those_measured_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    scope: dict = {"model": "smollm2", "embedder": "minilm", "split": "dev", "limit": None, "write": False}
    exec("import json, time\nfrom helpers import packages, places, storage", scope)
    [cell] = [cell.source for cell in find_extras(["frameworks"])[0].read().cells if "def noted(" in cell.source]
    monkeypatch.setenv("HAYSTACK_TELEMETRY_ENABLED", "False")
    with pytest.raises(ValueError, match=r"measured with .*'pocket'.*, not with .*'smollm2'.*: for that, run make frameworks"):
        exec(cell, scope)


def test_the_job_runs_what_people_run() -> None:
    workflow = (places.root() / ".github" / "workflows" / "extras.yml").read_text(encoding="utf-8")
    assert "make frameworks" in workflow
    assert re.search(r"^frameworks:\n\t@\$\(MAKE\).*VENV=\.venv-frameworks", (places.root() / "Makefile").read_text(), re.MULTILINE)
