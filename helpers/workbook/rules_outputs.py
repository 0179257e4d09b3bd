"""House rules about what is committed with a lesson: its outputs, those of its predictions above all, and its metadata."""

from __future__ import annotations

import ast
import getpass
import html
import json
import re
import socket
from collections import Counter
from typing import Any

from helpers import places
from helpers.widgets.panel import lettered
from helpers.workbook.notebooks import KEPT, Lesson, code_cells

__all__ = ["OUTPUT_RULES", "asks", "machine_names"]

EXEMPT = "nbval-ignore-output"
PATH = re.compile(r"(?<![\w.:/])(?:/(?:root|work\w*|home/\w+|Users/\w+|opt/\w+|mnt/\w+)/|/tmp/[\w-]+/|/var/folders/)|\b[A-Z]:\\\\?Users")
COMMON = {"root", "user", "runner", "ubuntu", "jovyan", "localhost", "admin", "main", "test"}


def one_run(lesson: Lesson, notebook: Any) -> list[str]:
    """Outputs come from one clean top-to-bottom run: execution counts are 1, 2, 3, …"""
    cells = [cell for _, cell in code_cells(notebook)]
    counts = [cell.execution_count for cell in cells if cell.source.strip()]
    if counts and not any(cell.outputs for cell in cells):
        return ["committed without outputs. Run: ladder refresh " + lesson.number]
    if counts != list(range(1, len(counts) + 1)):
        return [f"not one clean run from top to bottom: execution counts {counts[:8]}. Run: ladder refresh {lesson.number}"]
    return []


def quiet(lesson: Lesson, notebook: Any) -> list[str]:
    """No error and no standard-error output."""
    problems = []
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                problems.append(f"cell {number} committed an error: {output.ename}")
            elif output.get("name") == "stderr":
                problems.append(f"cell {number} wrote to standard error: {output.text.strip()[:80]!r}")
    return problems


def machine_names(lesson: Lesson, notebook: Any) -> list[str]:
    """No path, host name or user name of one machine, in cells, outputs or widgets."""
    local = {name for name in (_user(), socket.gethostname(), str(places.root())) if len(name) > 3 and name.lower() not in COMMON}
    names = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, local))})\b") if local else None
    parts = {f"cell {number}": json.dumps(cell, ensure_ascii=False) for number, cell in enumerate(notebook.cells, 1)}
    parts["the metadata"] = json.dumps(notebook.metadata, ensure_ascii=False)
    problems = []
    for where, text in parts.items():
        text = re.sub(r'"image/png": "[^"]*"', "", text)
        match = PATH.search(text) or (names and names.search(text))
        if match:
            problems.append(f"{where} holds a name of one machine: {text[max(0, match.start() - 20) : match.end() + 20]!r}")
    return problems


def metadata(lesson: Lesson, notebook: Any) -> list[str]:
    """Metadata is the kernel python3, the language, and widgets with their state; cells carry tags and nothing of a run."""
    problems = [f"metadata holds {key!r}" for key in set(notebook.metadata) - {"kernelspec", "language_info", "widgets"}]
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        problems.append("the kernel is not python3")
    if set(notebook.metadata.get("language_info", {})) != {"name"}:
        problems.append("language_info says more than the language's name")
    for kind, content in notebook.metadata.get("widgets", {}).items():
        if not content.get("state"):
            problems.append(f"metadata.widgets[{kind!r}] has no state: the notebook will not render")
    for number, cell in enumerate(notebook.cells, 1):
        problems += [f"cell {number}: metadata holds {key!r}" for key in set(cell.metadata) - KEPT]
    return [f"{problem}. Run: ladder refresh {lesson.number}" for problem in problems]


def static_face(lesson: Lesson, notebook: Any) -> list[str]:
    """A widget has its state, and a table or figure beside it for those who cannot run it."""
    problems = []
    widgets = notebook.metadata.get("widgets", {})
    known = {name for content in widgets.values() for name in content.get("state", {})}
    for number, cell in enumerate(notebook.cells, 1):
        data = [output.get("data", {}) for output in cell.get("outputs", [])]
        views = [view for part in data if (view := part.get("application/vnd.jupyter.widget-view+json"))]
        if any(view["model_id"] not in known for view in views):
            problems.append(f"cell {number} shows a widget whose state is not kept")
        if views and not any({"text/html", "image/png", "text/markdown"} & set(part) for part in data):
            problems.append(f"cell {number} shows a widget without a table or figure beside it")
    return problems


def exempt(lesson: Lesson, notebook: Any) -> list[str]:
    """At most a tenth of the output cells are exempt from the comparison, by tag, each with its reason in `nbval_reason`."""
    problems = []
    cells = [cell for _, cell in code_cells(notebook) if cell.outputs]
    exempt_cells = [cell for cell in cells if EXEMPT in cell.metadata.get("tags", [])]
    if len(exempt_cells) * 10 > len(cells):
        problems.append(f"{len(exempt_cells)} of {len(cells)} output cells are exempt from the comparison, at most a tenth may be")
    for number, cell in enumerate(notebook.cells, 1):
        tags = cell.metadata.get("tags", [])
        if EXEMPT in tags and len(cell.metadata.get("nbval_reason", "").split()) < 3:
            problems.append(f"cell {number} is exempt without a reason: say it in the cell's metadata, nbval_reason")
        if {"nbval-skip", "raises-exception", "nbval-raises-exception"} & set(tags) or "NBVAL" in cell.source:
            problems.append(f"cell {number}: only the tag {EXEMPT!r} may exempt a cell")
    return problems


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def predictions(lesson: Lesson, notebook: Any) -> list[str]:
    """A prediction is written out whole, is named after its lesson, and has at least two options, all different."""
    problems = []
    names = Counter()
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
    """After a prediction and before the next, one cell answers it: its last output names the one right option; then prose explains."""
    problems = []
    calls = _calls(notebook)
    ends = [*(number for number, _ in calls[1:]), len(notebook.cells) + 1]
    for (number, call), end in zip(calls, ends, strict=False):
        below = range(number + 1, end)
        at = next((place for place in below if ".answer(" in notebook.cells[place - 1].source), None)
        if at is None:
            problems.append(f"cell {number}: no cell answers the prediction: guess.answer(right, measured)")
            continue
        if any(sum(option in face for option in _lettered(call)) != 1 for face in _faces(notebook.cells[at - 1])[-2:] or [""]):
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
    data = [output.get("data", {}) for output in cell.get("outputs", [])]
    return [html.unescape(part[kind]) for part in data for kind in ("text/plain", "text/html") if kind in part]


OUTPUT_RULES = [one_run, quiet, machine_names, metadata, static_face, exempt, predictions, static_list, answered]
