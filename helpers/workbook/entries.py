"""What the overview tells: what each lesson's last run left there, and what it was made with.

Models and tasks are known by their content, packages by their version.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from helpers import places
from helpers.storage import file_digest, read_json
from helpers.workbook.notebooks import Lesson, fingerprint, tree_hash
from helpers.workbook.results import Files, placed, with_parameters

__all__ = ["Entry", "Version", "models", "packages", "parameter_runs", "read_entry", "tasks"]

PACKAGES = ("torch", "transformers", "tokenizers", "datasets", "peft", "bitsandbytes", "onnxruntime", "chromadb", "bm25s")
OTHERS = ("scikit-learn", "scipy", "pandas", "matplotlib", "comet_ml", "openai", "papermill")
SHOWN = 12  # digits of a hash
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
    def error(self) -> str:
        """Why it did not pass, without the paths of this machine."""
        return _without_paths(self.last.get("error", ""))

    @property
    def parameters(self) -> str:
        """The parameters that were set, so that a short run is not taken for a whole one: `limit = 20, split = test`."""
        return ", ".join(f"{name} = {_without_paths(str(value))}" for name, value in (self.last.get("parameters") or {}).items())

    @property
    def shown(self) -> Any:
        """The notebook to show: that of the last good run, else the committed one. None: there is none, as where the only run failed that
        had these parameters."""
        return self.notebook if self.notebook is not None or self.parameters else self.source

    @property
    def page(self) -> str:
        """The file name of the notebook to show; empty when there is none."""
        if self.notebook is not None:
            return self.record["notebook"]
        return self.lesson.path.name if self.shown is not None else ""


def read_entry(out: Path, lesson: Lesson, tree: str) -> Entry:
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


def _without_paths(text: str) -> str:
    return ABSOLUTE.sub("…/", text.replace(str(places.root()) + "/", ""))


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


@dataclass(frozen=True)
class Version:
    """One line: what it is, its version or the first digits of its SHA-256, and what else is known."""

    name: str
    value: str
    about: str = ""


def models(folder: Path | None = None) -> list[Version]:
    """The pocket model and its embedder: the checksum of the weights, and how they were made. Those that are not there are left out."""
    top = folder or places.data("pocket")
    named = {"pocket model": top, "pocket embedder": top / "embedder"}
    return [_model(name, path) for name, path in named.items() if (path / "model.safetensors").exists()]


def _model(name: str, folder: Path) -> Version:
    digest = file_digest(folder / "model.safetensors")
    file = folder / "training.json"
    training = read_json(file) if file.exists() else {}
    about = [f"{training[key]:,} {key}" for key in ("tokens", "pairs", "steps") if key in training]
    about += [f"trained {training['date']}"] if "date" in training else []
    if training.get("sha256", digest) != digest:
        about.append("not the weights that training.json tells of")
    return Version(name, digest[:SHOWN], ", ".join(about) or "how it was made is not known")


def tasks(folder: Path | None = None) -> list[Version]:
    """Each task in data/: a hash over all its files, and how many rows each split has."""
    top = folder or places.data()
    return [Version(path.parent.name, tree_hash([path.parent])[:SHOWN], _splits(path.parent)) for path in sorted(top.glob("*/task.toml"))]


def _splits(folder: Path) -> str:
    counts = {file.stem: len(file.read_text(encoding="utf-8").strip().split("\n")) for file in folder.glob("*.jsonl")}
    return ", ".join(f"{counts[split]:,} {split}" for split in ("train", "dev", "test") if split in counts)


def packages() -> list[Version]:
    """Python, this package, and what the lessons build on; what is not installed says so."""
    return [Version("Python", platform.python_version()), *(Version(name, _installed(name)) for name in ("llm-ladder", *PACKAGES, *OTHERS))]


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
