"""Cut the learner's lesson from its solution, so that the two never drift."""

from __future__ import annotations

import ast
import copy
import re
from typing import Any

__all__ = ["cut", "is_exercise"]

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


def is_exercise(cell: Any) -> bool:
    """Whether a solution's cell holds an answer to be cut."""
    return cell.cell_type == "code" and (BEGIN in cell.source or END in cell.source)


def cut(solution: Any) -> Any:
    """The learner's notebook: every cell, with what stands between the markers dropped.

    A cell left empty, or one that would no longer parse, gets `...` where the answer goes. Cell ids stay. Cut cells lose
    their outputs. In prose, a relative link loses one `../`, because a lesson lies one folder above its solution.
    """
    notebook = copy.deepcopy(solution)
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"(\]\(|(?:href|src)=\")\.\./", r"\1", cell.source)
        elif is_exercise(cell):
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
