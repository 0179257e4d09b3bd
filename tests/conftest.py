"""What all tests share: a home of their own, and a made-up lesson for the tests of the workbook."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

HERE = str(Path(__file__).parent)
if HERE in sys.path:  # where the folder pocket_maker, with its tests, would stand for the package
    sys.path.remove(HERE)
import pocket_maker  # noqa: F401

sys.path.insert(0, HERE)

import nbformat
import pytest

TITLE = """# 01 · Rivers

[![Colab](https://img.shields.io/x)](https://colab.research.google.com/github/o/r/blob/main/lessons/01_rivers.ipynb)
[![Binder](https://img.shields.io/y)](https://mybinder.org/v2/gh/o/r/main?urlpath=lab/tree/lessons/01_rivers.ipynb)

Numbers flow. **You will be able to**

- add numbers
- double numbers
- show numbers

**Needs** nothing. **Time** a minute. **Cost** nothing."""


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outputs and caches of a test lie in a folder of its own."""
    monkeypatch.setenv("LADDER_HOME", str(tmp_path_factory.mktemp("home")))


def cells() -> list:
    """The cells of a small solution that breaks no house rule; its outputs are those of a run."""
    prose, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    rounds = [
        cell
        for number in range(4)
        for cell in (
            prose(f"**Predict.** What is n plus {number}?"),
            code(f"n + {number}", outputs=[result(4 + number)]),
            prose("**Explain.** It is the sum."),
        )
    ]
    made = [
        prose(TITLE),
        code("import math"),
        code("n = 4  # where to start", metadata={"tags": ["parameters"]}),
        *rounds,
        prose("### Exercise\nChange only the dots."),
        code("### BEGIN SOLUTION\nanswer = 2 * n\n### END SOLUTION"),
        code('check = "{}: {}".format\ncheck("01.double", n)', outputs=[result("'01.double: 4'")]),
        prose("You can now\n\n- add numbers\n- double numbers\n- show numbers\n\n**Sources.** Euclid, 2026."),
        code('quiz = str\nquiz("01")', outputs=[result("'01'")]),
    ]
    count = 0
    for number, cell in enumerate(made):
        cell.id = f"cell-{number}"
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            for output in cell.outputs:
                output.execution_count = count
    return made


def result(value: object) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("execute_result", {"text/plain": str(value)})


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    """A lessons folder with one solution, `01_rivers`, and the lesson cut from it, with the outputs of a run."""
    from helpers.storage import write_text
    from helpers.workbook.cut import cut, remember_cut
    from helpers.workbook.notebooks import clean

    folder = tmp_path / "lessons"
    notebook = nbformat.v4.new_notebook(cells=cells())
    write_text(folder / "solutions" / "01_rivers.ipynb", clean(notebook))
    learner = cut(notebook)
    count = 0
    for cell in learner.cells:
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
    write_text(folder / "01_rivers.ipynb", clean(learner))
    remember_cut(folder / "01_rivers.ipynb", learner)
    return folder


@pytest.fixture(scope="module")
def splits(request: pytest.FixtureRequest) -> dict[str, list[dict]]:
    """The rows of a frozen task by split, for a module that names its FOLDER and the SIZES of its splits."""
    folder = request.module.FOLDER
    return {
        name: [json.loads(line) for line in (folder / f"{name}.jsonl").read_bytes().decode("utf-8").split("\n")[:-1]]
        for name in request.module.SIZES
    }


@pytest.fixture(scope="module")
def rows(splits: dict[str, list[dict]]) -> list[dict]:
    """All rows of the task, split after split."""
    return [row for part in splits.values() for row in part]


@pytest.fixture(scope="session")
def leaked(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[str]]:
    """What of some texts and names stands in pocket's corpus, as `ladder pocket leaks` sees it: for data without a task.toml."""
    from helpers import places
    from pocket_maker.corpus import leaks

    ordinary = [
        file.read_text(encoding="utf-8") for toml in sorted(places.data().glob("*/task.toml")) for file in toml.parent.glob("*.jsonl")
    ]

    def search(texts: Iterable[str], names: Iterable[str] = ()) -> list[str]:
        folder = tmp_path_factory.mktemp("data")
        (folder / "probe").mkdir()
        (folder / "probe" / "task.toml").write_text('metric = "exact"\n', encoding="utf-8")
        (folder / "probe" / "train.jsonl").write_text("".join(ordinary), encoding="utf-8")  # what they write in lower case is no name
        pairs = [*((text, "") for text in texts), *((name, name) for name in names)]
        lines = [json.dumps({"id": str(number), "input": text, "target": target}) + "\n" for number, (text, target) in enumerate(pairs)]
        (folder / "probe" / "dev.jsonl").write_text("".join(lines), encoding="utf-8")
        sought = leaks.needles(folder)
        return [str(leak) for leak in (*leaks.in_source(sought), *leaks.in_stream(sought, 3000))]

    return search
