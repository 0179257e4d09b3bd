"""What a result was made with: the models and tasks in data/, by their content, and the packages that decide numbers."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from helpers import places
from helpers.workbook.notebooks import tree_hash

__all__ = ["Version", "models", "packages", "tasks"]

PACKAGES = ("torch", "transformers", "tokenizers", "datasets", "peft", "bitsandbytes", "onnxruntime", "chromadb", "bm25s")
OTHERS = ("scikit-learn", "scipy", "pandas", "matplotlib", "comet_ml", "openai", "papermill")
SHOWN = 12  # digits of a hash


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
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    file = folder / "training.json"
    made = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    told = [f"{made[key]:,} {key}" for key in ("tokens", "pairs", "steps") if key in made]
    told += [f"trained {made['date']}"] if "date" in made else []
    if made.get("sha256", digest) != digest:
        told.append("not the weights that training.json tells of")
    return Version(name, digest[:SHOWN], ", ".join(told) or "how it was made is not known")


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
