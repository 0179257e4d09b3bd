"""Lessons on disk: find them, read them, write them whole or not at all, and know when they changed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers import places
from helpers.storage import digest

__all__ = [
    "Lesson",
    "clean",
    "code_cells",
    "find",
    "fingerprint",
    "known_lessons",
    "prose_cells",
    "relative_links",
    "said",
    "said_there",
    "tree_hash",
]

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
    def solution(self) -> Lesson:
        """The lesson's solution, there or not; of a solution, itself."""
        return self if self.is_solution else Lesson(self.path.parent / "solutions" / self.path.name)

    @property
    def name(self) -> str:
        return ("solutions/" if self.is_solution else "") + self.path.stem

    @property
    def kind(self) -> str:
        """`"lessons"` or `"solutions"`: the folder under outputs/ where `run` puts it."""
        return "solutions" if self.is_solution else "lessons"

    @property
    def home(self) -> Path:
        """The lessons folder, where it runs; a solution runs there too."""
        return self.path.parent.parent if self.is_solution else self.path.parent

    def executed(self, out: Path) -> Path:
        """Where `run` puts the executed notebook of the course; of runs with parameters, `results.placed` knows."""
        return out / self.kind / self.path.name

    def read(self) -> Any:
        """The notebook, as nbformat's version 4. Raises ValueError, naming the file, when it is not one."""
        import nbformat

        try:
            return nbformat.read(self.path, as_version=4)
        except Exception as error:
            raise ValueError(f"{self.name}.ipynb is not a notebook: {error}. Keep a copy, then: git checkout {self.path.name}") from error


def find(numbers: Sequence[str] = (), *, folder: Path | None = None, solutions: bool = False) -> list[Lesson]:
    """The lessons with these numbers (`"1"`, `"01"`, `"00-03"`: those there are from 00 to 03), in order; all when none is named.

    Raises ValueError for a number or a range that no lesson has, and for a folder without lessons.
    """
    folder = _place(folder, solutions)
    lessons = _listed(folder)
    if not lessons:
        raise ValueError(f"no lessons in {folder}: there is no notebook named like 01_prompts.ipynb. Name their folder with --lessons.")
    ranges = [_range(text) for text in numbers]
    known = [lesson.number for lesson in lessons]
    empty = [(first, last) for first, last in ranges if not any(first <= number <= last for number in known)]
    unknown = [first if first == last else f"{first}-{last}" for first, last in empty]
    if unknown:
        raise ValueError(f"no lesson {', '.join(unknown)} in {folder.name}/. There are: {', '.join(known)}.")
    return [lesson for lesson in lessons if not ranges or any(first <= lesson.number <= last for first, last in ranges)]


def known_lessons(folder: Path | None = None) -> list[Lesson]:
    """All lessons and then all solutions in the folder, as many as there are."""
    return [*_listed(_place(folder, False)), *_listed(_place(folder, True))]


def _place(folder: Path | None, solutions: bool) -> Path:
    folder = (folder or places.root() / "lessons").resolve()
    return folder / "solutions" if solutions else folder


def _listed(folder: Path) -> list[Lesson]:
    return [Lesson(path) for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))]


def _range(text: str) -> tuple[str, str]:
    match = re.fullmatch(r"(\d{1,2})(?:-(\d{1,2}))?(?:_.*)?", Path(text).stem)
    if not match:
        raise ValueError(f"{text!r} is not a lesson number. Write 1, 01 or 00-03.")
    return match[1].zfill(2), (match[2] or match[1]).zfill(2)


def code_cells(notebook: Any) -> list[tuple[int, Any]]:
    """Number (from 1) and cell of each code cell."""
    return [(number, cell) for number, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code"]


def prose_cells(notebook: Any) -> list[tuple[int, Any]]:
    """Number (from 1) and cell of each cell of prose."""
    return [(number, cell) for number, cell in enumerate(notebook.cells, 1) if cell.cell_type == "markdown"]


def relative_links(source: str) -> list[str]:
    """The files that a cell of prose links or shows, without what is on the web."""
    pairs = re.findall(r"\]\(([^)\s]+)|(?:href|src)=\"([^\"]+)\"", source)
    targets = [(a or b).split("#")[0] for a, b in pairs]
    return [target for target in targets if target and not re.match(r"[a-z]+:", target)]


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


def said(notebook: Any) -> str:
    """A hash of what the cells say; outputs, ids and empty cells do not count: a run leaves these, and nobody wrote them."""
    return digest([[cell.cell_type, cell.source.strip()] for cell in notebook.cells if cell.source.strip()])


def said_there(path: Path) -> str:
    """What a notebook on disk says; nothing where it is missing, or no notebook any more."""
    try:
        return said(Lesson(path).read())
    except ValueError:
        return ""


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
                with path.open("rb") as file:  # in pieces: it may be the weights of a model
                    while piece := file.read(1 << 20):
                        digest.update(piece)
    return digest.hexdigest()
