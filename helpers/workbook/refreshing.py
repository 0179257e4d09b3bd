"""Execute the committed lessons again, in place, and say which outputs changed."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from helpers.storage import keep_copy, write_bytes, write_text
from helpers.workbook.comparing import Change, changes
from helpers.workbook.cut import answered, remember_cut
from helpers.workbook.drift import drift, recut
from helpers.workbook.execution import Result, Watcher
from helpers.workbook.lifted import alternative_text, pictures
from helpers.workbook.notebooks import Lesson, clean, find, said_there
from helpers.workbook.running import run

__all__ = ["STRICT", "refresh"]

# Nothing from an earlier run helps: no kept reply (the cache is that of the lesson's empty home, as in a first `make lessons`), no ledger,
# no account. One thread, so that rounding is the same everywhere.
STRICT = {"LADDER_CACHE": "", "LADDER_TRACKING": "offline", "OMP_NUM_THREADS": "1"}


def refresh(
    numbers: Sequence[str] = (),
    *,
    folder: Path | None = None,
    jobs: int = 0,
    timeout: float = 600,
    force: bool = False,
    watcher: Watcher | None = None,
) -> tuple[list[Result], list[Change]]:
    """Cut the lessons from their solutions, execute both, write them back clean; return how it went and what changed.

    Where a lesson or its solution fails, both are left as they were, and so where the lesson has answers in it; with `force` a copy
    with the answers is kept beside it. Outputs that differ only in what tests/sanitize.cfg covers are kept as committed.
    """
    solutions = [solution for solution in find(numbers, folder=folder, solutions=True) if force or not answered(solution)]
    with tempfile.TemporaryDirectory() as out:
        lessons = solutions + [_draft(solution, Path(out, "drafts")) for solution in solutions]
        results = run(lessons, jobs=jobs, timeout=timeout, out=Path(out), settings=STRICT, fresh_home=True, force=True, watcher=watcher)
        results = [_unless_edited(lesson, result, Path(out)) for lesson, result in zip(lessons, results, strict=True)]
        failed = {lesson.path.name for lesson, result in zip(lessons, results, strict=True) if not result.ok}
        good = [lesson for lesson in lessons if lesson.path.name not in failed]
        for lesson in good:
            if lesson.is_solution and answered(lesson):  # forced, or written while we ran
                keep_copy(lesson.home / lesson.path.name)
        changed = [change for lesson in good for change in _replace(lesson, lesson.executed(Path(out)))]
    return results, changed


@dataclass(frozen=True)
class _Draft(Lesson):
    """A lesson that lies elsewhere until it has passed, and runs where it will lie."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder


def _draft(solution: Lesson, folder: Path) -> Lesson:
    lesson = solution.home / solution.path.name
    write_text(folder / lesson.name, recut(solution) if drift(solution) else lesson.read_text(encoding="utf-8"))
    return _Draft(folder / lesson.name, solution.home)


def _unless_edited(lesson: Lesson, result: Result, out: Path) -> Result:
    """The result; failed, where somebody wrote in the solution while it was executed."""
    if not result.ok or said_there(lesson.path) == said_there(lesson.executed(out)):
        return result
    return replace(result, status="failed", error="it was changed while it was executed, so it is left as it is: refresh it again")


def _replace(lesson: Lesson, executed: Path) -> list[Change]:
    """Put the executed notebook in the place of the lesson; return the cells whose output changed."""
    before = lesson.read()
    after = Lesson(executed).read()
    changed = changes(lesson.name, before, after)
    if not changed and _same_numbers(before, after) and "widgets" not in after.metadata:
        for old, new in zip(before.cells, after.cells, strict=True):
            if new.cell_type == "code" and alternative_text(new) == alternative_text(old):
                new.outputs = old.outputs
    if lesson.is_solution:
        _write_pictures(after, lesson.home / "figures")
    text = clean(after)
    path = lesson.path if lesson.is_solution else lesson.home / lesson.path.name
    if not path.exists() or text != path.read_text(encoding="utf-8"):
        write_text(path, text)
    if not lesson.is_solution:
        remember_cut(path, after)
    return changed


def _write_pictures(notebook: Any, folder: Path) -> None:
    """The figure of each cell tagged `picture-<name>` becomes `figures/<name>.png`, for the README to show."""
    for picture in pictures(notebook):
        if picture.kind == "image/png":
            write_bytes(folder / f"{picture.name}.png", picture.content)


def _same_numbers(before: Any, after: Any) -> bool:
    return [cell.get("execution_count") for cell in before.cells] == [cell.get("execution_count") for cell in after.cells]
