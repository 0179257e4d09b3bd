"""A lesson and what its last run left under outputs/: the record, the executed notebook, and whether it is still of these cells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from helpers import places
from helpers.workbook.notebooks import Lesson, fingerprint
from helpers.workbook.results import Files, placed, with_parameters

__all__ = ["Entry", "entry", "parameter_runs"]

ABSOLUTE = re.compile(r"(?<![\w./<])(?:[A-Za-z]:\\|/(?!/))(?:[\w.+-][\w.+ -]*[/\\])+(?=[\w.+-])")


@dataclass(frozen=True)
class Entry:
    """`status` is that of its last Result, or "not run"; `record` and `notebook` are those of its last good run, `stale` where that was of
    other cells; `failure` is the record of a run since then that failed."""

    lesson: Lesson
    title: str
    promise: str = ""
    record: Mapping[str, Any] = field(default_factory=dict)
    failure: Mapping[str, Any] = field(default_factory=dict)
    notebook: Any = None
    source: Any = None
    stale: bool = False

    @property
    def status(self) -> str:
        return self.last.get("status", "not run")

    @property
    def last(self) -> Mapping[str, Any]:
        """The record of the last run, good or not; {} if there was none."""
        return self.failure or self.record

    @property
    def folder(self) -> str:
        return "solutions" if self.lesson.is_solution else "lessons"

    @property
    def error(self) -> str:
        """Why it did not pass, without the paths of this machine."""
        return _without_paths(self.last.get("error", ""))

    @property
    def given(self) -> str:
        """The parameters that were set, so that a short run is not taken for a whole one: `limit = 20, split = test`."""
        return ", ".join(f"{name} = {_without_paths(value)}" for name, value in (self.last.get("parameters") or {}).items())

    def link(self, suffix: str) -> str:
        """Where its page (`".html"`) or notebook (`".ipynb"`) lies, seen from outputs/: of the last good run, else of the failed one; empty
        when they left none."""
        return self._place((self.record or self.failure).get("notebook", ""), suffix)

    def failed_link(self) -> str:
        """Where the page of a failed run lies; empty when it left none."""
        return self._place(self.failure.get("notebook", ""), ".html")

    def _place(self, name: str, suffix: str) -> str:
        return quote(f"{self.folder}/{Path(name).with_suffix(suffix).name}") if name else ""


def entry(out: Path, lesson: Lesson, tree: str) -> Entry:
    """Read what lies in `out` about the lesson. `tree` is the hash of helpers and data as they are now.

    A record that cannot be read counts as none.
    """
    return _entry(lesson, placed(lesson, {}, out), tree)


def parameter_runs(out: Path, lesson: Lesson, tree: str) -> list[Entry]:
    """The same of each run of the lesson with parameters."""
    return [_entry(lesson, notebook, tree) for notebook in with_parameters(lesson, out)]


def _entry(lesson: Lesson, notebook: Path, tree: str) -> Entry:
    source = _quietly(lesson)
    title, promise = _opening(source.cells[0].source if source and source.cells else "")
    title = title or lesson.path.stem.replace("_", " ")
    files = Files(notebook)
    record = files.record
    if not record:
        return Entry(lesson, title, promise, failure=files.failure, source=source)
    ran_on = record.get("tree", "")  # begins with the tree of then; what parameters named may follow
    stale = not ran_on.startswith(tree) or source is None or fingerprint(lesson, record["parameters"], ran_on) != record["key"]
    return Entry(lesson, title, promise, record, files.failure, _quietly(Lesson(notebook)), source, stale)


def _without_paths(text: object) -> str:
    return ABSOLUTE.sub("…/", str(text).replace(str(places.root()) + "/", ""))


def _quietly(lesson: Lesson) -> Any:
    """The notebook, or None where there is none that can be read."""
    with suppress(ValueError):
        return lesson.read()
    return None


def _opening(text: str) -> tuple[str, str]:
    """The title of a lesson and its one-line promise: the first prose below it."""
    first, _, rest = text.partition("\n")
    lines = [line.strip() for line in rest.split("\n") if line.strip() and not line.startswith("[!")]
    promise = lines[0].split(" **")[0] if lines else ""
    return first.lstrip("# ").strip(), re.sub(r"\[([^]]*)\]\([^)]*\)|[*`]", r"\1", promise)
