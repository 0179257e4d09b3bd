"""The lessons as one static site, which loads nothing from a network: what is on the pages. Sphinx, myst-nb and a theme make them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from helpers import places
from helpers.storage import write_text
from helpers.workbook.drift import linked_to
from helpers.workbook.entries import Entry, parameter_runs, read_entry
from helpers.workbook.extras import find_extras
from helpers.workbook.lifted import alternative_text
from helpers.workbook.notebooks import Lesson, tree_hash
from helpers.workbook.overview import Overview
from helpers.workbook.standing import Standing, standings

__all__ = ["build", "publish"]

SETTINGS = Path(__file__).with_name("pages")
BESIDE = re.compile(r"\]\((?:\.\./)?(\d\d_\w+\.ipynb|glossary\.md|extra/\w+\.ipynb)")  # what a solution links
BADGE = re.compile(r"^\[!\[.*\n?", re.MULTILINE)  # an image on a server; the page has buttons of its own


def build(out: Path, lessons: Sequence[Lesson]) -> Path:
    """Make the pages of what `run` left in `out`, and return the first one: `out/site/index.html`.

    A lesson that has not run shows the run that comes with the repository. Only what changed since the last build is made again.
    RuntimeError: Sphinx failed.
    """
    work = out / ".site"
    changed = _put(work / "source", _pages(out, lessons, whole=True))
    first = out / "site" / "index.html"
    if changed or not first.exists():
        _sphinx(work, lessons)
        _mirror(work / "html", first.parent)
    return first


def publish(out: Path, lessons: Sequence[Lesson], target: Path) -> Path:
    """The same for others to read, in the folder `target`: without your runs with parameters, which may show your data, and your progress.

    ValueError: the folder holds something that is not such a site.
    """
    if target.exists() and not target.is_dir():
        raise ValueError(f"{target} is a file: name a folder, new or empty, or one with an earlier site")
    if target.exists() and any(target.iterdir()) and not (target / ".buildinfo").exists():
        raise ValueError(f"{target} holds something that is not a site, and all in it would be replaced: name a new or an empty folder")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        _put(work / "source", _pages(out, lessons, whole=False))
        _sphinx(work, lessons)
        _mirror(work / "html", target)
    return target / "index.html"


def _pages(out: Path, lessons: Sequence[Lesson], *, whole: bool) -> dict[str, str]:
    """The text of every page, by its name: of each lesson the last good run, of one that failed since the failed run too."""
    tree = tree_hash()
    entries = [entry for lesson in lessons if (entry := read_entry(out, lesson, tree)).last or not lesson.is_solution]
    own = [run for lesson in lessons for run in parameter_runs(out, lesson, tree)] if whole else []
    pages = {f"{entry.lesson.kind}/{entry.page}": _text(entry.shown, entry.lesson) for entry in (*entries, *own) if entry.page}
    pages |= {name: _text(notebook, lesson) for entry in (*entries, *own) for name, notebook, lesson in _failed(out, entry)}
    glossary = lessons[0].home / "glossary.md" if lessons else None
    words = "lessons/glossary" if glossary and glossary.exists() else ""
    if words:
        pages[f"{words}.md"] = glossary.read_text(encoding="utf-8")
    extras = find_extras(folder=lessons[0].home / "extra") if lessons else []
    pages |= {f"lessons/extra/{extra.path.name}": _text(extra.read(), extra) for extra in extras}
    overview = Overview(entries, own, _progress(lessons) if whole else {}, date.today())
    first = overview.notebook(words, [f"lessons/extra/{extra.path.stem}" for extra in extras])
    return pages | {"index.ipynb": _written(first), "settings": tree_hash([SETTINGS])}


def _failed(out: Path, entry: Entry) -> list[tuple[str, Any, Lesson]]:
    """The page of a run that failed, if it left a notebook."""
    name = entry.failure.get("notebook", "")
    path = out / entry.lesson.kind / name
    return [(f"{entry.lesson.kind}/{name}", Lesson(path).read(), entry.lesson)] if name and path.exists() else []


def _text(notebook: Any, lesson: Lesson) -> str:
    """A notebook as a page: no badges, and a solution's links lead to the lessons beside it."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            source = BADGE.sub("", cell.source)
            cell.source = BESIDE.sub(r"](../lessons/\1", source) if lesson.is_solution else source
    return _written(notebook)


def _written(notebook: Any) -> str:
    """The text of a page, with each figure's alternative text where myst-nb looks for it."""
    import nbformat

    for cell in notebook.cells:
        if alt := alternative_text(cell):
            cell.metadata["mystnb"] = {"image": {"alt": alt}}
    return nbformat.writes(notebook, indent=1)


def _progress(lessons: Sequence[Lesson]) -> Mapping[str, Standing]:
    """How far the reader got, by lesson; nothing where nothing is kept, or nothing that can be read, which `ladder progress` tells."""
    if not lessons or not places.mine("progress.json").exists():
        return {}
    with suppress(ValueError):
        return {standing.name: standing for standing in standings(lessons[0].home)}
    return {}


def _put(folder: Path, pages: Mapping[str, str]) -> bool:
    """Make the folder hold these pages and no others; a page that says the same is not touched. Whether anything changed."""
    before = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    gone = [path for name, path in before.items() if name not in pages]
    new = {name: text for name, text in pages.items() if name not in before or before[name].read_text(encoding="utf-8") != text}
    for path in gone:
        path.unlink()
    for name, text in new.items():
        write_text(folder / name, text)
    return bool(gone or new)


def _sphinx(work: Path, lessons: Sequence[Lesson]) -> None:
    repository, branch = linked_to(lessons[0]) if lessons else ("", "")
    settings = {"LADDER_REPOSITORY": repository, "LADDER_BRANCH": branch}
    folders = [str(work / name) for name in ("doctrees", "source", "html")]
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-c", str(SETTINGS), "-d", *folders]
    process = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **settings})
    if process.returncode:
        said = process.stderr.strip().splitlines() or ["nothing was said"]
        reason = next((line for line in said if re.search(r"error:|Error:|Exception", line)), said[-1])
        raise RuntimeError(f"the pages could not be made: {reason.strip()}. To see all that Sphinx says: {' '.join(command)}")


def _mirror(made: Path, target: Path) -> None:
    """Replace the folder by what was made."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(made, target, ignore=shutil.ignore_patterns(".doctrees"))
