"""House rules about predictions: each has its list without a kernel, and one right answer, computed from the outputs below it."""

from __future__ import annotations

import ast
from collections import Counter
from typing import Any

from helpers.widgets.panel import lettered
from helpers.workbook.notebooks import Lesson

__all__ = ["PREDICTION_RULES", "asks"]


def predictions(lesson: Lesson, notebook: Any) -> list[str]:
    """A prediction is written out whole, is named after its lesson, and has at least two options, all different."""
    problems, names = [], Counter()
    for number, call in _calls(notebook):
        try:
            name, _, options = (ast.literal_eval(part) for part in call.args)
        except (TypeError, ValueError):
            problems.append(f"cell {number}: predict gets a name, a question and a list of options, all written out")
            continue
        names[name] += 1
        if not str(name).startswith(f"{lesson.number}."):
            problems.append(f'cell {number}: the prediction {name!r} is not named after its lesson, as "{lesson.number}.word"')
        if len(options) < 2 or len(set(options)) < len(options):
            problems.append(f"cell {number}: a prediction has at least two options, all different; these are {options}")
    return problems + [f"{count} predictions are named {name!r}" for name, count in names.items() if count > 1]


def static_list(lesson: Lesson, notebook: Any) -> list[str]:
    """The committed output of a prediction lists its options as text and as HTML, without a guess."""
    problems = []
    for number, call in _calls(notebook):
        faces = _faces(notebook.cells[number - 1])
        if not all(option in face for option in _lettered(call) for face in faces) or len(faces) != 2:
            problems.append(f"cell {number}: the options of the prediction are not in its output. Run: ladder refresh {lesson.number}")
        if any("your guess" in face for face in faces):
            problems.append(f"cell {number}: a guess is committed with the prediction. Run: ladder refresh {lesson.number}")
    return problems


def answered(lesson: Lesson, notebook: Any) -> list[str]:
    """After a prediction and before the next, one cell answers it: its output names one option as the right one; then prose explains."""
    problems, asked = [], _calls(notebook)
    ends = [*(number for number, _ in asked[1:]), len(notebook.cells) + 1]
    for (number, call), end in zip(asked, ends, strict=False):
        below = range(number + 1, end)
        at = next((place for place in below if ".answer(" in notebook.cells[place - 1].source), None)
        if at is None:
            problems.append(f"cell {number}: no cell answers the prediction: guess.answer(right, measured)")
            continue
        if any(sum(option in face for option in _lettered(call)) != 1 for face in _faces(notebook.cells[at - 1]) or [""]):
            problems.append(f"cell {at}: its output does not name the one right option of cell {number}")
        if at == len(notebook.cells) or notebook.cells[at].cell_type != "markdown":
            problems.append(f"cell {at}: prose must explain the answer to the prediction")
    return problems


def asks(cell: Any) -> ast.Call | None:
    """The call of `predict` in a code cell, if there is one."""
    if cell.cell_type != "code" or "predict(" not in cell.source:
        return None
    try:
        calls = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
    except SyntaxError:  # another rule tells of it
        return None
    return next((call for call in calls if ast.unparse(call.func) in ("predict", "widgets.predict")), None)


def _calls(notebook: Any) -> list[tuple[int, ast.Call]]:
    return [(number, call) for number, cell in enumerate(notebook.cells, 1) if (call := asks(cell))]


def _lettered(call: ast.Call) -> list[str]:
    """The options as they are shown, `a) fewer`; none where they are not written out."""
    try:
        options = ast.literal_eval(call.args[2])
    except (IndexError, ValueError):
        return []
    return [lettered(options, number) for number in range(len(options))]


def _faces(cell: Any) -> list[str]:
    """What a cell shows, as plain text and with HTML's escapes taken back."""
    import html

    data = [output.get("data", {}) for output in cell.get("outputs", [])]
    return [html.unescape(part[kind]) for part in data for kind in ("text/plain", "text/html") if kind in part]


PREDICTION_RULES = [predictions, static_list, answered]
