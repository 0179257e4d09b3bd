"""House rules about a lesson's code: how long cells are, what they may hold, and that an answer stays in its own cell."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from helpers.workbook.cut import is_exercise
from helpers.workbook.notebooks import Lesson, code_cells

__all__ = ["CODE_RULES"]

MEDIAN = 5  # lines of code
HARD = 25
SUBSTANTIAL = 5
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
TARGETS = ast.Name | ast.Attribute | ast.Subscript | ast.Starred | ast.Tuple | ast.List
COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def hard_limit(lesson: Lesson, notebook: Any) -> list[str]:
    """At most 25 lines a code cell."""
    lengths = {number: _length(cell) for number, cell in code_cells(notebook)}
    return [f"cell {number} has {length} lines of code, at most {HARD}" for number, length in lengths.items() if length > HARD]


def median_limit(lesson: Lesson, notebook: Any) -> list[str]:
    """A median of at most 5 lines."""
    lengths = [_length(cell) for _, cell in code_cells(notebook)]
    median = statistics.median(lengths) if lengths else 0
    return [f"the median code cell has {median:g} lines, at most {MEDIAN}"] if median > MEDIAN else []


def prose_between(lesson: Lesson, notebook: Any) -> list[str]:
    """No two substantial code cells (more than 5 lines) follow each other without prose; the list of parameters is not code to be read."""
    code = [cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []) for cell in notebook.cells]
    long = [is_code and _length(cell) > SUBSTANTIAL for is_code, cell in zip(code, notebook.cells, strict=True)]
    pairs = [number for number, (a, b) in enumerate(pairwise(long), 1) if a and b]
    return [f"cells {number} and {number + 1} have more than {SUBSTANTIAL} lines each and no prose between" for number in pairs]


def plain_code(lesson: Lesson, notebook: Any) -> list[str]:
    """No installs, log-ins, shell commands or star imports; the set-up cell may install on Colab. Cells end on an expression."""
    problems = []
    for number, cell in code_cells(notebook):
        try:
            tree = ast.parse(as_python(cell.source))
        except SyntaxError as error:
            problems.append(f"cell {number} is not Python: {error.msg}")
            continue
        forbidden = [what for node in ast.walk(tree) if (what := _forbidden(node))]
        if forbidden and not (number == 2 and "colab" in cell.source):
            problems.append(f"cell {number} holds {forbidden[0]}")
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


def _length(cell: Any) -> int:
    return sum(bool(line.strip()) for line in cell.source.split("\n"))


@dataclass(frozen=True)
class _Names:
    """Names that a cell takes from other cells (`reads`), that its functions take when they are called (`later`), and that it sets."""

    reads: set[str] = field(default_factory=set)
    later: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)


def answers_stay_in_their_cell(lesson: Lesson, notebook: Any) -> list[str]:
    """No other cell reads a name that an exercise binds, but for the check right below it.

    Else the learner's lesson would go another way than its solution, and only the solution is executed by `make test`.
    """
    code = [(number, cell, _names(cell.source)) for number, cell in code_cells(notebook)]
    problems = []
    for at, (exercise, cell, names) in enumerate(code):
        if is_exercise(cell):
            before = [(number, name) for number, _, other in code[:at] for name in other.later & names.binds]
            for number, name in [*before, *_readers(names.binds, code[at + 1 :])]:
                problems.append(f"cell {number} reads `{name}`, which the exercise in cell {exercise} binds: give one of them another name")
    return problems


def _readers(names: set[str], below: list[tuple[int, Any, _Names]]) -> Iterator[tuple[int, str]]:
    """Cells below an exercise that read one of its names, before another cell binds the name anew."""
    unbound = set(names)
    for place, (number, cell, used) in enumerate(below):
        own_check = place == 0 and "check(" in cell.source and not is_exercise(cell)
        if not own_check:
            yield from ((number, name) for name in sorted(unbound & (used.reads | used.later)))
        if not is_exercise(cell):
            unbound -= used.binds


def _names(source: str) -> _Names:
    names = _Names()
    try:
        statements = ast.parse(as_python(source)).body
    except SyntaxError:  # another rule tells of it
        return names
    for statement in statements:
        reads = _read(statement) - names.binds
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            names.reads.update(reads)
        if any(isinstance(node, FUNCTIONS) for node in ast.walk(statement)):  # its body reads when it is called
            names.later.update(reads)
        names.binds.update(_bound(statement))
    return names


def _bound(node: ast.AST) -> set[str]:
    """The names that a statement sets in the notebook, or whose object it changes by `name[…] =` or `name.x =`."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Lambda | COMPREHENSIONS):
        return set()
    if isinstance(node, ast.alias):
        return {(node.asname or node.name).split(".")[0]}
    if isinstance(node, TARGETS) and isinstance(node.ctx, ast.Store | ast.Del):
        return _owner(node)
    exception = {node.name} if isinstance(node, ast.ExceptHandler) and node.name else set()
    return exception.union(*map(_bound, ast.iter_child_nodes(node)))


def _owner(node: ast.AST) -> set[str]:
    """The names in a target: `a, b[0], c.x` changes a, b and c."""
    if isinstance(node, ast.Subscript | ast.Attribute | ast.Starred):
        return _owner(node.value)
    if isinstance(node, ast.Tuple | ast.List):
        return set().union(*map(_owner, node.elts))
    return {node.id} if isinstance(node, ast.Name) else set()


def _read(node: ast.AST) -> set[str]:
    """The names that a statement takes from outside itself, those of its functions included."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Load) else set()
    names = set().union(*map(_read, ast.iter_child_nodes(node)))
    if isinstance(node, ast.AugAssign):
        names |= _owner(node.target)
    if isinstance(node, FUNCTIONS):
        names -= {part.arg for part in ast.walk(node.args) if isinstance(part, ast.arg)} | _set_inside(node)
    return names - _set_inside(node) if isinstance(node, COMPREHENSIONS) else names


def _set_inside(node: ast.AST) -> set[str]:
    """The names that are a function's or a comprehension's own."""
    stored = {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    defined = {part.name for part in ast.walk(node) if isinstance(part, ast.FunctionDef) and part is not node}
    shared = {name for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names}
    return (stored | defined) - shared


CODE_RULES = [hard_limit, median_limit, prose_between, plain_code, answers_stay_in_their_cell]
