"""A learner's own copies of the lessons, in `my/`: made, renewed and reset on the learner's word, and never by an instructor's command."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers import places
from helpers.exercises import asked
from helpers.storage import digest, keep_copy, read_json, write_bytes, write_json, write_text
from helpers.workbook.cut import answered, cut
from helpers.workbook.notebooks import Lesson, clean, find, prose_cells, relative_links, said, said_there

__all__ = ["Copy", "copies", "refuse_mine", "reset", "start"]

NOTE = ".copied.json"  # in my/: what each lesson, and each file beside it, said when it was copied


@dataclass(frozen=True)
class Copy:
    """A lesson, the notebook that a learner gets of it, and its copy in `my/`, there or not.

    `older`: the lesson says something else than when it was copied. `written`: the copy does.
    """

    lesson: Lesson
    notebook: Any
    path: Path
    older: bool = False
    written: bool = False

    @property
    def name(self) -> str:
        return f"my/{self.path.name}"


def copies(folder: Path | None = None) -> list[Copy]:
    """All lessons with the state of their copies."""
    notes = _notes()
    return [_copy(lesson, notes.get(lesson.path.name)) for lesson in find(folder=folder)]


def _copy(lesson: Lesson, then: str | None) -> Copy:
    notebook, path = _without_a_persons_answers(lesson), places.mine(lesson.path.name)
    if not path.exists():
        return Copy(lesson, notebook, path)
    now, here = said(notebook), said_there(path)
    return Copy(lesson, notebook, path, older=now not in (here, then), written=here not in (now, then))


def _without_a_persons_answers(lesson: Lesson) -> Any:
    """The lesson, or, where somebody solved exercises in lessons/ itself, what its solution cuts to."""
    return cut(lesson.solution.read()) if answered(lesson) else lesson.read()


def start(*, renew: Sequence[str] | None = None, folder: Path | None = None) -> list[str]:
    """Copy what is missing, renew what is older and holds nothing of the learner's, and return what to say of the copies.

    renew: numbers of lessons to renew although something was written in their copies; empty: all that are older. The old copy stays
    beside the new one, as `.bak`. ValueError: there is no such lesson.
    """
    named = {lesson.number for lesson in find(renew, folder=folder)} if renew else set()
    lines = []
    for copy in copies(folder):
        asked_for = copy.lesson.number in named or (renew is not None and copy.older)
        lines += _bring(copy, asked_for)
        _copy_linked(copy)
    return lines


def _bring(copy: Copy, asked_for: bool) -> Iterator[str]:
    if not copy.path.exists():
        yield from _first(copy)
    elif copy.older and not copy.written:
        _put(copy)
        yield f"{copy.name}: renewed; the lesson has changed, and nothing was written in the copy"
    elif copy.written and asked_for:
        kept = keep_copy(copy.path)
        _put(copy)
        yield f"{copy.name}: renewed; what you wrote is in my/{kept.name}"
    elif copy.older:
        how = f"ladder start --renew {copy.lesson.number}"
        yield f"{copy.name}: older than the lesson, and you have written in it. To renew it, with yours kept as .bak: {how}"


def _first(copy: Copy) -> Iterator[str]:
    """The first copy of a lesson. Answers that stand in lessons/ come along."""
    theirs = copy.lesson.read()
    _put(copy)
    if said(theirs) == said(copy.notebook):
        yield f"{copy.name}: copied"
        return
    write_text(copy.path, clean(theirs))
    back = f"ladder exercises {copy.lesson.number} --force"
    yield f"{copy.name}: copied, with the answers that stand in lessons/{copy.path.name}. To put that lesson back: {back}"


def _put(copy: Copy) -> None:
    """Write the copy, and then note what it is a copy of: after a kill between the two, it is known by what it says."""
    write_text(copy.path, clean(copy.notebook))
    _note(copy.path.name, said(copy.notebook))


def _copy_linked(copy: Copy) -> None:
    """The files beside the lesson that its prose links or shows, such as figures and extras; one that the learner changed is left alone."""
    for link in {link for _, cell in prose_cells(copy.notebook) for link in relative_links(cell.source)}:
        source, target = copy.lesson.path.parent / link, places.mine(link)
        lesson = source.suffix == ".ipynb" and not link.startswith("extra/")
        if lesson or link.startswith("..") or not source.is_file():
            continue
        theirs, now = target.read_bytes() if target.exists() else None, source.read_bytes()
        if theirs != now and (theirs is None or digest(theirs) == _notes().get(link)):
            write_bytes(target, now)
            _note(link, digest(now))


def _notes() -> dict[str, str]:
    try:
        return read_json(places.mine(NOTE))
    except ValueError:
        return {}


def _note(name: str, what: str) -> None:
    write_json(places.mine(NOTE), {**_notes(), name: what})


def reset(name: str, *, folder: Path | None = None) -> str:
    """Put the stub of one exercise ("00.core") back into the learner's copy, and keep the old copy beside it; return what to say.

    ValueError: there is no such exercise, no copy, or the copy has no cell for it any more.
    """
    number = name.partition(".")[0]
    if not re.fullmatch(r"\d\d\.\w+", name) or not find([number], folder=folder):
        raise ValueError(f"{name!r} is no exercise: names look like 00.warmup, 00.core, 00.stretch")
    copy = next(copy for copy in copies(folder) if copy.lesson.number == number)
    if not copy.path.exists():
        raise ValueError(f"{copy.name} is not there yet. Run: ladder start")
    stub = _stub(copy.notebook.cells, name)
    theirs = Lesson(copy.path).read()
    cell = next((cell for cell in theirs.cells if _is_stubs(cell, stub, name)), None)
    if cell is None:
        raise ValueError(f"{copy.name} has no cell for {name} any more. The whole lesson anew: ladder start --renew {number}")
    kept = keep_copy(copy.path)
    cell.update(source=stub.source, outputs=[], execution_count=None)
    write_text(copy.path, _text(theirs))
    return f"{copy.name}: {name} is as it was; what you wrote is in my/{kept.name}. Where it is open: File, Reload Notebook from Disk"


def _is_stubs(cell: Any, stub: Any, name: str) -> bool:
    """Whether a cell of the learner's is what became of the stub: it has its id, or the check that stands in the stub's cell."""
    return cell.get("id") == stub.id or (cell.cell_type == "code" and asked(cell.source, name) and asked(stub.source, name))


def _stub(cells: Sequence[Any], name: str) -> Any:
    """The cell that holds the dots of an exercise: that of its check, or the next code cell above."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    at = next((number for number, cell in enumerate(code) if asked(cell.source, name)), None)
    if at is None:
        raise ValueError(f"the lesson has no exercise {name}")
    return code[at] if "..." in code[at].source else code[max(at - 1, 0)]


def _text(notebook: Any) -> str:
    import nbformat

    return nbformat.writes(notebook, indent=1).rstrip("\n") + "\n"


def refuse_mine(path: Path | None) -> None:
    """ValueError where an instructor's command is to write into `my/`."""
    if path is not None and path.resolve().is_relative_to(places.mine().resolve()):
        raise ValueError(f"{path} lies in my/, which is the learner's: name another folder")
