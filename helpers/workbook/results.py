"""What the runs of a lesson leave under outputs/: a notebook and a record; and beside them those of a run that failed."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.storage import keep_copy, read_json, short, write_text
from helpers.workbook.notebooks import Lesson, clean, said_there

__all__ = ["Files", "placed", "with_parameters"]

FAILED = (".failed.ipynb", ".failed.json")
NEEDED = {"status", "seconds", "key", "parameters", "notebook"}  # of a record


def placed(lesson: Lesson, parameters: Mapping[str, Any], out: Path) -> Path:
    """Where a run puts the executed notebook; with parameters beside that of the course: `01_prompts@0a1b2c3d4e5f.ipynb`."""
    notebook = lesson.executed(out)
    return notebook.with_name(f"{notebook.stem}@{short(dict(parameters))}.ipynb") if parameters else notebook


def with_parameters(lesson: Lesson, out: Path) -> list[Path]:
    """The notebooks, there or not, of the lesson's runs with parameters that left a record."""
    records = lesson.executed(out).parent.glob(f"{lesson.path.stem}@*.json")
    return sorted({path.with_name(f"{path.name.split('.')[0]}.ipynb") for path in records})


@dataclass(frozen=True)
class Files:
    """The files beside an executed `notebook`. A run that fails leaves those of the last good run as they are."""

    notebook: Path

    @property
    def record(self) -> dict[str, Any]:
        """How the last good run went; {} if there is none, or none that can be read."""
        record = _record(self.notebook.with_suffix(".json"))
        return record if record.get("status") == "passed" else {}

    @property
    def failure(self) -> dict[str, Any]:
        """How the last run failed; {} if it passed."""
        return _record(self.notebook.with_suffix(".failed.json"))

    @property
    def edited(self) -> list[Path]:
        """Those of its notebooks, of the good and of the failed run, in which somebody has written since they were made."""
        return [path for path in (self.notebook, self.notebook.with_suffix(".failed.ipynb")) if _edited(path)]

    def part(self) -> Path:
        """Where to write a notebook that is being executed; what killed runs left half done is removed."""
        self.notebook.parent.mkdir(parents=True, exist_ok=True)
        _sweep(self.notebook)
        return self.notebook.with_name(f".{self.notebook.stem}.{os.getpid()}.part.ipynb")

    def drop_failure(self) -> None:
        """Remove what a failed run left; a copy stays where somebody has written in it."""
        _keep_edited(self.notebook.with_suffix(".failed.ipynb"))
        for suffix in FAILED:
            self.notebook.with_suffix(suffix).unlink(missing_ok=True)

    def put(self, part: Path, passed: bool) -> str:
        """Move what was executed to its place; return its name, or nothing when there is nothing."""
        self.drop_failure()
        if passed:
            _keep_edited(self.notebook)
            self.notebook.with_suffix(".json").unlink(missing_ok=True)  # until both files are there, no record speaks for them
        target = self.notebook if passed else self.notebook.with_suffix(".failed.ipynb")
        try:
            notebook = Lesson(part).read()
        except ValueError:  # killed before, or while, it was written
            return ""
        finally:
            part.unlink(missing_ok=True)
        write_text(target, clean(notebook))
        return target.name

    def write(self, record: Mapping[str, Any]) -> None:
        """Keep the record of a run, as good or as failed, with what its notebook says."""
        suffix = ".json" if record["status"] == "passed" else ".failed.json"
        path = self.notebook.with_suffix(suffix)
        whole = {**record, "said": said_there(path.with_suffix(".ipynb"))}
        write_text(path, json.dumps(whole, indent=1, default=str) + "\n")


def _edited(notebook: Path) -> bool:
    """Whether a notebook says something else than when it was written; one of which no record tells is not looked at."""
    then = _record(notebook.with_suffix(".json")).get("said")
    return bool(then) and notebook.exists() and said_there(notebook) != then


def _keep_edited(notebook: Path) -> None:
    if _edited(notebook):
        keep_copy(notebook)


def _record(path: Path) -> dict[str, Any]:
    with suppress(ValueError):
        record = read_json(path)
        return record if set(record) >= NEEDED else {}
    return {}


def _sweep(target: Path) -> None:
    """Remove what killed runs of this lesson left half done."""
    import psutil

    for part in target.parent.glob(f".{target.stem}.*.part*"):
        pid = part.name.removeprefix(f".{target.stem}.").split(".")[0]
        if not pid.isdigit() or int(pid) == os.getpid() or not psutil.pid_exists(int(pid)):
            part.unlink(missing_ok=True)
