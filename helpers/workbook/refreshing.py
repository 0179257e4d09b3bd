"""Execute the committed lessons again, in place, and say which outputs changed."""

from __future__ import annotations

import base64
import configparser
import json
import re
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers import places
from helpers.workbook.cut import drift, recut
from helpers.workbook.files import Lesson, clean, find, write
from helpers.workbook.running import run
from helpers.workbook.task import Result, Watcher

__all__ = ["Change", "STRICT", "changes", "refresh"]

# Nothing from an earlier run helps: no cached reply, no ledger, no account. One thread, so that rounding is the same everywhere.
STRICT = {"LADDER_CACHE": "off", "LADDER_TRACKING": "offline", "OMP_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Change:
    """One cell whose output is not what it was: the first line that differs, before and after."""

    name: str
    cell: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.name}, cell {self.cell}:\n  - {self.before}\n  + {self.after}"


def refresh(
    numbers: Sequence[str] = (), *, folder: Path | None = None, jobs: int = 0, timeout: float = 600, watcher: Watcher | None = None
) -> tuple[list[Result], list[Change]]:
    """Cut the lessons from their solutions, execute both, write them back clean; return how it went and what changed.

    Where a lesson or its solution fails, both are left as they were. Outputs that differ only in what tests/sanitize.cfg covers are
    kept as committed.
    """
    solutions = find(numbers, folder=folder, solutions=True)
    with tempfile.TemporaryDirectory() as out:
        lessons = solutions + [_draft(solution, Path(out, "drafts")) for solution in solutions]
        results = run(lessons, jobs=jobs, timeout=timeout, out=Path(out), settings=STRICT, fresh_home=True, force=True, watcher=watcher)
        failed = {lesson.path.name for lesson, result in zip(lessons, results, strict=True) if not result.ok}
        found = [
            change
            for lesson in lessons
            if lesson.path.name not in failed
            for change in _replace(lesson, Path(out, "solutions" if lesson.is_solution else "lessons", lesson.path.name))
        ]
    return results, found


@dataclass(frozen=True)
class _Draft(Lesson):
    """A lesson that lies elsewhere until it has passed, and runs where it will lie."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder


def _draft(solution: Lesson, folder: Path) -> Lesson:
    lesson = solution.home / solution.path.name
    write(folder / lesson.name, recut(solution) if drift(solution) else lesson.read_text(encoding="utf-8"))
    return _Draft(folder / lesson.name, solution.home)


def _replace(lesson: Lesson, executed: Path) -> list[Change]:
    before, after = lesson.read(), Lesson(executed).read()
    found = changes(lesson.name, before, after)
    if not found and _same_numbers(before, after) and "widgets" not in after.metadata:
        for old, new in zip(before.cells, after.cells, strict=True):
            if new.cell_type == "code":
                new.outputs = old.outputs
    if lesson.is_solution:
        _pictures(after, lesson.home / "figures")
    text, path = clean(after), lesson.path if lesson.is_solution else lesson.home / lesson.path.name
    if not path.exists() or text != path.read_text(encoding="utf-8"):
        write(path, text)
    return found


def _pictures(notebook: Any, folder: Path) -> None:
    """The figure of each cell tagged `picture-<name>` becomes `figures/<name>.png`, for the README to show."""
    for cell in notebook.cells:
        names = [tag.removeprefix("picture-") for tag in cell.metadata.get("tags", []) if tag.startswith("picture-")]
        images = [output.data["image/png"] for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
        for name, image in zip(names, images, strict=False):
            folder.mkdir(exist_ok=True)
            (folder / f"{name}.png").write_bytes(base64.b64decode(image))


def _same_numbers(before: Any, after: Any) -> bool:
    return [cell.get("execution_count") for cell in before.cells] == [cell.get("execution_count") for cell in after.cells]


def changes(name: str, before: Any, after: Any) -> list[Change]:
    """The cells whose outputs differ, leaving out what tests/sanitize.cfg covers and the ids of widgets."""
    found = []
    for number, (old, new) in enumerate(zip(before.cells, after.cells, strict=True), 1):
        pairs = list(zip(*_pad(_lines(old), _lines(new)), strict=True))
        pair = next((pair for pair in pairs if pair[0] != pair[1]), None)
        if pair:
            found.append(Change(name, number, *(text[:160] for text in pair)))
    return found


def _pad(a: list[str], b: list[str]) -> tuple[list[str], list[str]]:
    length = max(len(a), len(b))
    return a + ["(nothing)"] * (length - len(a)), b + ["(nothing)"] * (length - len(b))


def _lines(cell: Any) -> list[str]:
    lines = []
    for output in cell.get("outputs", []):
        data = {"text": output.text} if "text" in output else output.get("data", {"error": output.get("ename", "")})
        for kind, content in sorted(data.items()):
            if "widget-view" in kind:
                lines.append("a widget")
            elif kind.startswith("image/"):
                lines.append(f"a figure ({len(content)} characters, checksum {zlib.crc32(content.encode()):08x})")
            else:
                text = content if isinstance(content, str) else json.dumps(content, sort_keys=True)
                lines += [sanitize(line) for line in text.rstrip("\n").split("\n")]
    return lines


def sanitize(text: str) -> str:
    """The text with what tests/sanitize.cfg covers replaced, as nbval does it."""
    config = configparser.RawConfigParser()
    config.read(places.root() / "tests" / "sanitize.cfg", encoding="utf-8")
    for section in config.sections():
        text = re.sub(config[section]["regex"], config[section]["replace"], text)
    return text
