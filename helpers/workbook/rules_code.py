"""House rules about a lesson's code cells."""

from __future__ import annotations

import ast
import statistics
from itertools import pairwise
from typing import Any

from helpers.workbook.notebooks import Lesson

__all__ = ["CODE_RULES", "as_python"]

MEDIAN, HARD, SUBSTANTIAL = 5, 25, 5


def cell_limits(lesson: Lesson, notebook: Any) -> list[str]:
    """At most 25 lines a code cell, a median of at most 5."""
    lengths = {number: _length(cell) for number, cell in _code(notebook)}
    problems = [f"cell {number} has {length} lines of code, at most {HARD}" for number, length in lengths.items() if length > HARD]
    median = statistics.median(lengths.values()) if lengths else 0
    return problems + ([f"the median code cell has {median:g} lines, at most {MEDIAN}"] if median > MEDIAN else [])


def prose_between(lesson: Lesson, notebook: Any) -> list[str]:
    """No two substantial code cells (more than 5 lines) follow each other without prose."""
    long = [cell.cell_type == "code" and _length(cell) > SUBSTANTIAL for cell in notebook.cells]
    pairs = [number for number, (a, b) in enumerate(pairwise(long), 1) if a and b]
    return [f"cells {number} and {number + 1} have more than {SUBSTANTIAL} lines each and no prose between" for number in pairs]


def plain_code(lesson: Lesson, notebook: Any) -> list[str]:
    """No installs, log-ins, shell commands or star imports; the set-up cell may install on Colab. Cells end on an expression."""
    problems = []
    for number, cell in _code(notebook):
        try:
            tree = ast.parse(as_python(cell.source))
        except SyntaxError as error:
            problems.append(f"cell {number} is not Python: {error.msg}")
            continue
        found = [what for node in ast.walk(tree) if (what := _forbidden(node))]
        if found and not (number == 2 and "colab" in cell.source):
            problems.append(f"cell {number} holds {found[0]}")
        if tree.body and isinstance(tree.body[-1], ast.Expr) and _called(tree.body[-1].value) == "print":
            problems.append(f"cell {number} ends on print: end on the expression itself")
    return problems


def as_python(source: str) -> str:
    """A cell's source with IPython's magics and shell lines as the Python that they stand for."""
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(source)


def _forbidden(node: ast.AST) -> str:
    if isinstance(node, ast.ImportFrom) and any(name.name == "*" for name in node.names):
        return f"a star import (from {node.module})"
    if isinstance(node, ast.Call):
        called = _called(node)
        if called.startswith(("subprocess.", "os.system", "os.popen")) or called.endswith((".system", ".getoutput")):
            return "a shell command"
        if called.endswith((".run_line_magic", ".run_cell_magic")) and isinstance(node.args[0], ast.Constant):
            magic = node.args[0].value
            return {"pip": "an install", "conda": "an install"}.get(magic, f"the magic %{magic}")
        if called.split(".")[-1] in ("login", "notebook_login", "getpass"):
            return "a log-in"
    return ""


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return ast.unparse(node.func).replace("get_ipython()", "ipython")


def _code(notebook: Any) -> list[tuple[int, Any]]:
    return [(number, cell) for number, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code"]


def _length(cell: Any) -> int:
    return sum(bool(line.strip()) for line in cell.source.split("\n"))


CODE_RULES = [cell_limits, prose_between, plain_code]
