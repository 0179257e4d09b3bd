"""Cut the learner's lesson from its solution, so that the two never drift."""

from __future__ import annotations

import ast
import copy
import re
from pathlib import Path
from typing import Any

from helpers.workbook.files import Lesson, clean, find, write

__all__ = ["cut", "drift", "exercises", "recut"]

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


def cut(solution: Any) -> Any:
    """The learner's notebook: every cell, with what stands between the markers dropped.

    A cell left empty, or one that would no longer parse, gets `...` where the answer goes. Cell ids stay. Cut cells lose
    their outputs. In prose, a relative link loses one `../`, because a lesson lies one folder above its solution.
    """
    notebook = copy.deepcopy(solution)
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"(\]\(|(?:href|src)=\")\.\./", r"\1", cell.source)
        elif BEGIN in cell.source or END in cell.source:
            cell.source = _without_answers(cell.source, number)
            cell.outputs, cell.execution_count = [], None
    return notebook


def _without_answers(source: str, number: int) -> str:
    bare = _drop(source, number, stub=False)
    return bare if bare and _parses(bare) else _drop(source, number, stub=True)


def _drop(source: str, number: int, *, stub: bool) -> str:
    kept, inside = [], False
    for line in source.split("\n"):
        mark = line.strip()
        if mark in (BEGIN, END):
            if (mark == BEGIN) == inside:
                raise ValueError(f"cell {number}: {mark!r} without its partner. Each {BEGIN} needs one {END} after it.")
            inside = mark == BEGIN
            if stub and inside:
                kept.append(line[: len(line) - len(line.lstrip())] + "...")
        elif not inside:
            kept.append(line)
    if inside:
        raise ValueError(f"cell {number}: {BEGIN!r} without its partner. Each {BEGIN} needs one {END} after it.")
    return "\n".join(kept).strip("\n")


def _parses(source: str) -> bool:
    try:
        return bool(ast.parse(source).body)
    except SyntaxError:
        return False


def drift(solution: Lesson) -> list[str]:
    """How the lesson on disk differs from what its solution cuts to; empty when it does not. Outputs do not count."""
    path = solution.home / solution.path.name
    if not path.exists():
        return [f"{path.stem}: not cut yet. Run: ladder exercises {solution.number}"]
    want, have = (_content(notebook) for notebook in (cut(solution.read()), Lesson(path).read()))
    if want == have:
        return []
    cell = next((i for i, pair in enumerate(zip(want, have, strict=False), 1) if pair[0] != pair[1]), min(len(want), len(have)) + 1)
    return [f"{path.stem}: cell {cell} is not what its solution cuts to. Run: ladder exercises {solution.number}"]


def _content(notebook: Any) -> list[tuple]:
    return [(cell.get("id"), cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in notebook.cells]


def exercises(numbers: tuple[str, ...] = (), *, folder: Path | None = None) -> list[Path]:
    """Cut the lessons from their solutions; return those written. Outputs of cells that did not change are kept."""
    written = []
    for solution in find(numbers, folder=folder, solutions=True):
        if drift(solution):
            written.append(solution.home / solution.path.name)
            write(written[-1], recut(solution))
    return written


def recut(solution: Lesson) -> str:
    """The text of the lesson that its solution cuts to, with the outputs that the lesson on disk has for cells that did not change."""
    path = solution.home / solution.path.name
    notebook = cut(solution.read())
    if path.exists():
        _keep_outputs(notebook, Lesson(path).read())
    return clean(notebook)


def _keep_outputs(notebook: Any, before: Any) -> None:
    known = {(cell.get("id"), cell.source): cell for cell in before.cells if cell.cell_type == "code"}
    for cell in notebook.cells:
        old = known.get((cell.get("id"), cell.source))
        if old is not None:
            cell.outputs, cell.execution_count = old.outputs, old.execution_count
