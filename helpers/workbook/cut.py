"""Cut the learner's lesson from its solution, so that the two never drift, and know what a person wrote into it since."""

from __future__ import annotations

import ast
import copy
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from helpers import places
from helpers.exercises import BEGIN, END
from helpers.storage import read_json, short, write_json
from helpers.workbook.notebooks import Lesson

__all__ = ["answered", "cut", "is_exercise", "left_alone", "remember_cut"]


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
            cell.outputs = []
            cell.execution_count = None
    return notebook


def _without_answers(source: str, number: int) -> str:
    bare = _drop(source, number, stub=False)
    return bare if bare and _parses(bare) else _drop(source, number, stub=True)


def _drop(source: str, number: int, *, stub: bool) -> str:
    lines = []
    inside = False
    for line in source.split("\n"):
        mark = line.strip()
        if mark in (BEGIN, END):
            if (mark == BEGIN) == inside:
                raise ValueError(f"cell {number}: {mark!r} without its partner. Each {BEGIN} needs one {END} after it.")
            inside = mark == BEGIN
            if stub and inside:
                lines.append(line[: len(line) - len(line.lstrip())] + "...")
        elif not inside:
            lines.append(line)
    if inside:
        raise ValueError(f"cell {number}: {BEGIN!r} without its partner. Each {BEGIN} needs one {END} after it.")
    return "\n".join(lines).strip("\n")


def _parses(source: str) -> bool:
    try:
        return bool(ast.parse(source).body)
    except SyntaxError:
        return False


def answered(lesson: Lesson) -> list[int]:
    """The cells, counted from 1, of a lesson on disk (or of a solution's) that a person wrote: no version of the lesson has their source.

    The versions are what the solution cuts to, as it lies here and as git has it committed, the committed lesson, and the last cut made
    here. Cells are known by what they say, not by their ids: an editor may give new ones. Where git knows neither notebook, prose is not
    looked at, since it may only be old.
    """
    solution, path = lesson.solution, lesson.home / lesson.path.name
    if not path.exists() or not solution.path.exists():
        return []
    cells = Lesson(path).read().cells
    ours = _sources(cut(solution.read())) | _last_cut(path)
    if all(cell.source.strip() in ours for cell in cells):
        return []
    commits = [notebook for notebook in (_committed(path), _committed(solution.path)) if notebook is not None]
    ours |= {source for notebook in commits for source in _sources(notebook) | _sources(_cut(notebook))}
    types = ("code", "markdown", "raw") if commits else ("code",)
    return [number for number, cell in enumerate(cells, 1) if cell.cell_type in types and cell.source.strip() not in ours]


def remember_cut(path: Path, lesson: Any) -> None:
    """Note what was written to a lesson, so that the next cut does not take an old stub for an answer."""
    write_json(_memory(path), sorted(_sources(lesson)))


def _last_cut(path: Path) -> set[str]:
    try:
        return set(read_json(_memory(path), list))
    except ValueError:
        return set()


def _memory(path: Path) -> Path:
    return places.cache("cuts", f"{path.stem}-{short(str(path.resolve()))}.json")


def _sources(notebook: Any) -> set[str]:
    return {"", *(cell.source.strip() for cell in notebook.cells)}


def _cut(notebook: Any) -> Any:
    """What a committed notebook cuts to; itself where its markers do not fit."""
    try:
        return cut(notebook)
    except ValueError:
        return notebook


def _committed(path: Path) -> Any:
    """The notebook as the last commit has it; None where git or the commit is missing."""
    import nbformat

    command = ["git", "show", f"HEAD:./{path.name}"]
    try:
        process = subprocess.run(command, cwd=path.parent, capture_output=True, check=True)
        return nbformat.reads(process.stdout.decode("utf-8"), as_version=4)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None


def left_alone(solutions: Iterable[Lesson], command: str) -> list[str]:
    """A line for each lesson that `command` ("exercises {number}") leaves alone because of its answers, and how to cut it anew."""
    lines = []
    for solution in solutions:
        if cells := answered(solution):
            state = f"lessons/{solution.path.name} has answers in it (cell {', '.join(map(str, cells))}): left alone"
            remedy = f"ladder {command.format(number=solution.number)} --force"
            lines.append(f"{state}. To make it anew, with a copy kept beside it: {remedy}")
    return lines
