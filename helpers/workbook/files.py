"""Lessons on disk: find them, read them, write them whole or not at all, and know when they changed."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers import places

__all__ = ["Lesson", "clean", "find", "fingerprint", "write"]

KEPT = {"tags", "nbval_reason", "jupyter"}
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


@dataclass(frozen=True)
class Lesson:
    """One notebook: `lessons/01_prompts.ipynb` is lesson `"01"`, its solution lies in `lessons/solutions/`."""

    path: Path

    @property
    def number(self) -> str:
        return self.path.stem.split("_")[0]

    @property
    def is_solution(self) -> bool:
        return self.path.parent.name == "solutions"

    @property
    def name(self) -> str:
        return ("solutions/" if self.is_solution else "") + self.path.stem

    @property
    def home(self) -> Path:
        """The lessons folder, where it runs; a solution runs there too."""
        return self.path.parent.parent if self.is_solution else self.path.parent

    def read(self) -> Any:
        """The notebook, as nbformat's version 4. Raises ValueError, naming the file, when it is not one."""
        import nbformat

        try:
            return nbformat.read(self.path, as_version=4)
        except Exception as error:
            raise ValueError(f"{self.name}.ipynb is not a notebook: {error}. Restore it with: git checkout {self.path.name}") from error


def find(numbers: Sequence[str] = (), *, folder: Path | None = None, solutions: bool = False) -> list[Lesson]:
    """The lessons with these numbers (`"1"`, `"01"`, `"00-03"`), in order; all when none is named.

    Raises ValueError for a number that no lesson has.
    """
    folder = (folder or places.root() / "lessons").resolve()
    folder = folder / "solutions" if solutions else folder
    lessons = [Lesson(path) for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))]
    wanted = {number for text in numbers for number in _expand(text)}
    unknown = sorted(wanted - {lesson.number for lesson in lessons})
    if unknown:
        known = ", ".join(lesson.number for lesson in lessons) or "none"
        raise ValueError(f"no lesson {', '.join(unknown)} in {folder.name}/. There are: {known}.")
    return [lesson for lesson in lessons if not wanted or lesson.number in wanted]


def _expand(text: str) -> list[str]:
    match = re.fullmatch(r"(\d{1,2})(?:-(\d{1,2}))?(?:_.*)?", Path(text).stem)
    if not match:
        raise ValueError(f"{text!r} is not a lesson number. Write 1, 01 or 00-03.")
    first, last = int(match[1]), int(match[2] or match[1])
    return [f"{number:02d}" for number in range(first, last + 1)]


def write(path: Path, content: str) -> None:
    """Put the text there in one step: a reader sees the old file or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    part.write_text(content, encoding="utf-8", newline="\n")
    part.replace(path)


def clean(notebook: Any) -> str:
    """The notebook as the text to commit: no kernel of one machine, no times, no paths in its metadata, steady widget ids."""
    import nbformat

    widgets = notebook.metadata.get("widgets")
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    if widgets:
        notebook.metadata["widgets"] = widgets
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({key: value for key, value in cell.metadata.items() if key in KEPT and value})
    return _steady_ids(nbformat.writes(notebook, indent=1), widgets or {}) + "\n"


def _steady_ids(text: str, widgets: Mapping) -> str:
    """Widget ids are random; number them instead, so that a rerun gives the same file."""
    ids = [name for kind in widgets.values() for name in kind.get("state", {})]
    for number, name in enumerate(ids):
        text = text.replace(name, f"{number:032x}")
    return text.rstrip("\n")


def fingerprint(lesson: Lesson, parameters: Mapping[str, Any], tree: str) -> str:
    """A hash of all that decides a lesson's outputs: its cells, its parameters, and the `tree` it runs on."""
    cells = [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in lesson.read().cells]
    return hashlib.sha256(json.dumps([cells, dict(parameters), tree], sort_keys=True, default=str).encode()).hexdigest()


def tree_hash(folders: Iterable[Path] | None = None) -> str:
    """A hash of the content of helpers/, data/, the quizzes and the pinned versions."""
    root = places.root()
    folders = folders or [root / "helpers", root / "data", root / "lessons" / "quiz", root / "constraints.txt"]
    digest = hashlib.sha256()
    for top in folders:
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(top.parent).as_posix()}:{path.stat().st_size}:".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
