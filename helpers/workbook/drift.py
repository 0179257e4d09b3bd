"""Does a lesson still equal what its solution cuts to, and if not: cut it anew, without losing what a person wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from helpers.storage import write_text
from helpers.workbook.answers import answered, keep_copy
from helpers.workbook.comparing import disagreements
from helpers.workbook.cut import cut, is_exercise
from helpers.workbook.notebooks import Lesson, clean, find

__all__ = ["drift", "exercises", "recut", "twins"]


def drift(solution: Lesson) -> list[str]:
    """How the lesson on disk differs from what its solution cuts to; empty when it does not. Outputs do not count."""
    path = solution.home / solution.path.name
    if not path.exists():
        return [f"{path.stem}: not cut yet. Run: ladder exercises {solution.number}"]
    want, have = (_content(notebook) for notebook in (cut(solution.read()), Lesson(path).read()))
    if want == have:
        return []
    if cells := answered(solution):
        where = f"has answers in it (cell {', '.join(map(str, cells))}), so it is left alone"
        return [f"{path.stem}: {where}. To keep them, save the notebook under another name"]
    cell = next((i for i, pair in enumerate(zip(want, have, strict=False), 1) if pair[0] != pair[1]), min(len(want), len(have)) + 1)
    return [f"{path.stem}: cell {cell} is not what its solution cuts to. Run: ladder exercises {solution.number}"]


def _content(notebook: Any) -> list[tuple]:
    return [(cell.get("id"), cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in notebook.cells]


def twins(solution: Lesson) -> list[str]:
    """Where lesson and solution, as committed, show different outputs for a cell that they share. Exercises do not count.

    Only the solution is executed by `ladder check --all`; this is why that is enough.
    """
    path = solution.home / solution.path.name
    if not path.exists() or drift(solution):
        return []
    answers, learner = solution.read(), Lesson(path).read()
    for number, cell in enumerate(answers.cells):
        if is_exercise(cell) or _checks_the_exercise_above(answers.cells, number):
            learner.cells[number] = cell
    return [f"{change}\n  Run: ladder refresh {solution.number}" for change in disagreements(path.stem, answers, learner)]


def _checks_the_exercise_above(cells: list[Any], number: int) -> bool:
    above = next((cell for cell in reversed(cells[:number]) if cell.cell_type == "code"), None)
    return above is not None and is_exercise(above) and "check(" in cells[number].source


def exercises(numbers: tuple[str, ...] = (), *, folder: Path | None = None, force: bool = False) -> list[Path]:
    """Cut the lessons from their solutions; return those written. Outputs of cells that did not change are kept.

    A lesson with answers in it is left alone; with `force` it is cut too, and a copy with the answers lies beside it.
    """
    written = []
    for solution in find(numbers, folder=folder, solutions=True):
        path = solution.home / solution.path.name
        has_answers = bool(answered(solution))
        if not drift(solution) or (has_answers and not force):
            continue
        text = recut(solution)
        if has_answers:
            keep_copy(path)
        write_text(path, text)
        written.append(path)
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
