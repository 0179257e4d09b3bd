"""A lesson and what its last run left under outputs/: the record, the executed notebook, and whether it is still of these cells."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from helpers import places
from helpers.workbook.notebooks import Lesson, fingerprint

__all__ = ["Entry", "entry"]

ABSOLUTE = re.compile(r"(?<![\w./<])(?:[A-Za-z]:\\|/(?!/))(?:[\w.+-][\w.+ -]*[/\\])+(?=[\w.+-])")


@dataclass(frozen=True)
class Entry:
    """`status` is that of its Result, or "not run"; `notebook` is the executed one of a lesson that passed, else None."""

    lesson: Lesson
    title: str
    promise: str = ""
    record: Mapping[str, Any] = field(default_factory=dict)
    notebook: Any = None
    source: Any = None
    stale: bool = False

    @property
    def status(self) -> str:
        return self.record.get("status", "not run")

    @property
    def folder(self) -> str:
        return "solutions" if self.lesson.is_solution else "lessons"

    @property
    def error(self) -> str:
        """Why it did not pass, without the paths of this machine."""
        return _without_paths(self.record.get("error", ""))

    @property
    def given(self) -> str:
        """The parameters that were set, so that a short run is not taken for a whole one: `limit = 20, split = test`."""
        return ", ".join(f"{name} = {_without_paths(value)}" for name, value in (self.record.get("parameters") or {}).items())

    def link(self, suffix: str) -> str:
        """Where its page (`".html"`) or notebook (`".ipynb"`) lies, seen from outputs/; empty when the run left none."""
        name = self.record.get("notebook", "")
        return quote(f"{self.folder}/{Path(name).with_suffix(suffix).name}") if name else ""


def entry(out: Path, lesson: Lesson, tree: str) -> Entry:
    """Read what lies in `out` about the lesson. `tree` is the hash of helpers and data as they are now.

    A record that cannot be read counts as none.
    """
    source = _quietly(lesson)
    title, promise = _opening(source.cells[0].source if source and source.cells else "")
    record = _record(out / ("solutions" if lesson.is_solution else "lessons") / f"{lesson.path.stem}.json")
    shown = Entry(lesson, title or lesson.path.stem.replace("_", " "), promise, record, source=source)
    if shown.status != "passed":
        return shown
    ran_on = record.get("tree", "")  # begins with the tree of then; what parameters named may follow
    stale = not ran_on.startswith(tree) or source is None or fingerprint(lesson, record["parameters"], ran_on) != record["key"]
    return Entry(lesson, shown.title, promise, record, _quietly(Lesson(out / shown.link(".ipynb"))), source, stale)


def _without_paths(text: object) -> str:
    return ABSOLUTE.sub("…/", str(text).replace(str(places.root()) + "/", ""))


def _record(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict) and {"status", "seconds", "key", "parameters", "notebook"} <= set(found):
            return found
    return {}


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
