"""House rule about exercises: what an answer binds stays in its cell, so that a lesson runs alike with and without it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from helpers.workbook.cut import is_exercise
from helpers.workbook.notebooks import Lesson
from helpers.workbook.rules_code import as_python

__all__ = ["EXERCISE_RULES"]

FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


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
    code = [(number, cell, _names(cell.source)) for number, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code"]
    problems = []
    for at, (exercise, cell, names) in enumerate(code):
        if is_exercise(cell):
            before = [(number, name) for number, _, other in code[:at] for name in other.later & names.binds]
            for number, name in [*before, *_readers(names.binds, code[at + 1 :])]:
                problems.append(f"cell {number} reads `{name}`, which the exercise in cell {exercise} binds: give one of them another name")
    return problems


def _readers(names: set[str], below: list[tuple[int, Any, _Names]]) -> Iterator[tuple[int, str]]:
    """Cells below an exercise that read one of its names, before another cell binds the name anew."""
    left = set(names)
    for place, (number, cell, used) in enumerate(below):
        own_check = place == 0 and "check(" in cell.source and not is_exercise(cell)
        if not own_check:
            yield from ((number, name) for name in sorted(left & (used.reads | used.later)))
        if not is_exercise(cell):
            left -= used.binds


def _names(source: str) -> _Names:
    names = _Names()
    try:
        statements = ast.parse(as_python(source)).body
    except SyntaxError:  # another rule tells of it
        return names
    for statement in statements:
        taken = _read(statement) - names.binds
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            names.reads.update(taken)
        if any(isinstance(node, FUNCTIONS) for node in ast.walk(statement)):  # its body reads when it is called
            names.later.update(taken)
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
    if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
        return _owner(node)
    caught = {node.name} if isinstance(node, ast.ExceptHandler) and node.name else set()
    return caught.union(*map(_bound, ast.iter_child_nodes(node)))


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


EXERCISE_RULES = [answers_stay_in_their_cell]
