"""Lessons that follow their solutions: where one has drifted, cutting it anew, and pointing all of them at a fork."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from helpers.storage import keep_copy, write_text
from helpers.workbook.comparing import disagreements
from helpers.workbook.cut import answered, cut, is_exercise, remember_cut
from helpers.workbook.notebooks import Lesson, clean, find

__all__ = ["drift", "exercises", "link", "linked_to", "recut", "relinked", "twins"]


def drift(solution: Lesson) -> list[str]:
    """How the lesson on disk differs from what its solution cuts to; empty when it does not. Outputs do not count."""
    path = solution.home / solution.path.name
    if not path.exists():
        return [f"{path.stem}: not cut yet. Run: ladder exercises {solution.number}"]
    want = _content(cut(solution.read()))
    have = _content(Lesson(path).read())
    if want == have:
        return []
    if cells := answered(solution):
        state = f"has answers in it (cell {', '.join(map(str, cells))}), so it is left alone"
        return [f"{path.stem}: {state}. To make it anew, with a copy kept beside it: ladder exercises {solution.number} --force"]
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
    answers = solution.read()
    learner = Lesson(path).read()
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
    paths = []
    for solution in find(numbers, folder=folder, solutions=True):
        path = solution.home / solution.path.name
        has_answers = bool(answered(solution))
        if not drift(solution) or (has_answers and not force):
            continue
        text = recut(solution)
        if has_answers:
            keep_copy(path)
        write_text(path, text)
        remember_cut(path, Lesson(path).read())
        paths.append(path)
    return paths


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
            cell.outputs = old.outputs
            cell.execution_count = old.execution_count


def relinked(text: str, repository: str, branch: str) -> str:
    """The text with every Colab, Binder and clone link leading to `repository` ("owner/name") at `branch`.

    >>> relinked("https://mybinder.org/v2/gh/a/b/main?urlpath=x", "me/fork", "2026")
    'https://mybinder.org/v2/gh/me/fork/2026?urlpath=x'
    """
    name = repository.split("/")[1]
    part = r"[\w.-]+"
    text = re.sub(rf"(colab\.research\.google\.com/github/){part}/{part}/blob/{part}/", rf"\g<1>{repository}/blob/{branch}/", text)
    text = re.sub(rf"(mybinder\.org/v2/gh/){part}/{part}/{part}", rf"\g<1>{repository}/{branch}", text)
    clone = rf"git clone -q (?:-b {part} )?https://github\.com/{part}/({part}) && bash \1/binder/colab"
    fork = f"git clone -q -b {branch} https://github.com/{repository} && bash {name}/binder/colab"
    match = re.search(clone, text)
    return re.sub(clone, fork, text).replace(f'sys.path.append("{match[1]}")', f'sys.path.append("{name}")') if match else text


def linked_to(lesson: Lesson) -> tuple[str, str]:
    """Repository ("owner/name") and branch that a lesson's Colab link leads to; two empty texts where it has none."""
    text = "\n".join(cell.source for cell in lesson.read().cells if cell.cell_type == "markdown")
    match = re.search(r"colab\.research\.google\.com/github/([\w.-]+/[\w.-]+)/blob/([\w.-]+)/", text)
    return (match[1], match[2]) if match else ("", "")


def link(repository: str, *, branch: str = "main", folder: Path | None = None, force: bool = False) -> list[Path]:
    """Relink all solutions, cut the lessons from them, and return the files written.

    repository: "owner/name" on GitHub. A lesson with answers in it is left alone, unless `force` is set. Raises ValueError for
    what is no repository or branch.
    """
    if not re.fullmatch(r"[\w-]+/[\w.-]+", repository):
        raise ValueError(f"{repository!r} is not a repository: write owner/name, for instance ladder link jo/llm-ladder")
    if not re.fullmatch(r"[\w.-]+", branch):
        raise ValueError(f"{branch!r} is not a branch that badges can name: letters, digits, '.', '_' and '-' are allowed")
    paths = []
    for solution in find(folder=folder, solutions=True):
        notebook = solution.read()
        for cell in notebook.cells:
            cell.source = relinked(cell.source, repository, branch)
        text = clean(notebook)
        if text != solution.path.read_text(encoding="utf-8"):
            write_text(solution.path, text)
            paths.append(solution.path)
    return paths + exercises(folder=folder, force=force)
