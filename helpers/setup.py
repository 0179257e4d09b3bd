"""Is everything in place? One row a requirement, and for what is missing the line that fixes it."""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
from typing import TYPE_CHECKING

from helpers import places
from helpers.storage import file_digest

if TYPE_CHECKING:
    import pandas

__all__ = ["check"]

PYTHON = ((3, 11), (3, 13))
PACKAGES = ("torch", "transformers", "datasets", "pandas", "matplotlib", "comet_ml", "openai", "ipywidgets")


def check() -> pandas.DataFrame:
    """The state of Python, packages, data and the pocket model: columns what, state ("ok" or what was found) and fix.

    A package is ok when its version is the one in `constraints.txt`, whatever build (2.13.0+cpu is 2.13.0).
    """
    import pandas as pd

    rows = [_python(), *map(_package, PACKAGES), _tasks(), _pocket(), _writable()]
    return pd.DataFrame(rows, columns=["what", "state", "fix"]).set_index("what")


def _row(what: str, good: bool, state: str, fix: str) -> tuple[str, str, str]:
    return (what, "ok", "") if good else (what, state, fix)


def _python() -> tuple[str, str, str]:
    here = sys.version_info[:2]
    good = PYTHON[0] <= here <= PYTHON[1]
    return _row("Python 3.11 to 3.13", good, f"Python {here[0]}.{here[1]}", "install Python 3.11, then: make lessons")


def _package(name: str) -> tuple[str, str, str]:
    wanted = re.search(rf"^{name.replace('_', '[-_]')}==(\S+)", _constraints(), re.MULTILINE | re.IGNORECASE)
    try:
        installed = importlib.metadata.version(name).split("+")[0]
    except importlib.metadata.PackageNotFoundError:
        installed = "missing"
    good = installed == wanted[1] if wanted else installed != "missing"
    return _row(name, good, installed, f"pip install -c constraints.txt {name}" + (f"=={wanted[1]}" if wanted else ""))


def _constraints() -> str:
    path = places.root() / "constraints.txt"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _tasks() -> tuple[str, str, str]:
    tasks = [path.parent for path in places.data().glob("*/task.toml")]
    files = [folder / f"{split}.jsonl" for folder in tasks for split in ("train", "dev", "test")]
    missing = [f"{file.parent.name}/{file.name}" for file in files if not file.exists()]
    return _row("tasks in data/", bool(tasks) and not missing, ", ".join(missing) or "no task", "git checkout data")


def _pocket() -> tuple[str, str, str]:
    weights = places.data("pocket", "model.safetensors")
    note = places.data("pocket", "training.json")
    if not (weights.exists() and note.exists()):
        return "pocket model", "missing", "git checkout data/pocket"
    same = file_digest(weights) == json.loads(note.read_text(encoding="utf-8"))["sha256"]
    return _row("pocket model", same, "its checksum differs", "git checkout data/pocket")


def _writable() -> tuple[str, str, str]:
    folder = places.outputs()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".touch").write_text("")
        (folder / ".touch").unlink()
    except OSError as error:
        return "outputs/ can be written", error.strerror or "no", "export LADDER_HOME=<a folder of yours>"
    return "outputs/ can be written", "ok", ""
