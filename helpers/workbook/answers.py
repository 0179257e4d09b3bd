"""What a person wrote into a lesson: where it is, and a copy of it before the lesson is cut anew."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from helpers.workbook.cut import cut, is_exercise
from helpers.workbook.notebooks import Lesson

__all__ = ["answered", "keep_copy", "left_alone"]


def answered(solution: Lesson) -> list[int]:
    """The cells, counted from 1, of the lesson on disk that hold an answer: exercise cells that are no stub.

    A stub is what the solution cuts to, as it lies here or as git has it committed.
    """
    path = solution.home / solution.path.name
    if not path.exists():
        return []
    stubs = _stubs(solution.read())
    cells = [(number, cell) for number, cell in enumerate(Lesson(path).read().cells, 1) if cell.get("id") in stubs]
    other = [(number, cell) for number, cell in cells if cell.source.strip() != stubs[cell.id]]
    earlier = _stubs(_committed(solution)) if other else {}
    return [number for number, cell in other if cell.source.strip() != earlier.get(cell.id)]


def _stubs(solution: Any) -> dict[str, str]:
    """The stub of each exercise cell, by the cell's id."""
    if solution is None:
        return {}
    pairs = zip(solution.cells, cut(solution).cells, strict=True)
    return {cell.id: stub.source.strip() for cell, stub in pairs if is_exercise(cell)}


def _committed(solution: Lesson) -> Any:
    """The solution as the last commit has it; None where git or the commit is missing."""
    import nbformat

    command = ["git", "show", f"HEAD:./{solution.path.name}"]
    try:
        done = subprocess.run(command, cwd=solution.path.parent, capture_output=True, check=True)
        return nbformat.reads(done.stdout.decode("utf-8"), as_version=4)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None


def left_alone(solutions: Iterable[Lesson], command: str) -> list[str]:
    """A line for each lesson that `command` ("exercises {number}") leaves alone because of its answers, and how to cut it anew."""
    lines = []
    for solution in solutions:
        if cells := answered(solution):
            where = f"lessons/{solution.path.name} has answers in it (cell {', '.join(map(str, cells))}): left alone"
            again = f"ladder {command.format(number=solution.number)} --force"
            lines.append(f"{where}. To make it anew, with a copy kept beside it: {again}")
    return lines


def keep_copy(path: Path) -> Path:
    """Copy the notebook to the first free name beside it: `01_prompts.ipynb.1.bak`, which git ignores."""
    number = 1
    while (copy := path.with_name(f"{path.name}.{number}.bak")).exists():
        number += 1
    shutil.copy2(path, copy)
    return copy
