"""Where things are: the repository, its data, and the folder that outputs and caches go to."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["root", "data", "outputs", "cache", "mine", "models", "recordings"]


def root() -> Path:
    """The repository: the folder that holds `helpers/`, `data/` and `lessons/`."""
    return Path(__file__).resolve().parent.parent


def data(*parts: str) -> Path:
    """A path under `data/`."""
    return root().joinpath("data", *parts)


def outputs(*parts: str) -> Path:
    """A path under `outputs/` (or under `$LADDER_HOME/outputs`); nothing is created."""
    return _home().joinpath("outputs", *parts)


def cache(*parts: str) -> Path:
    """A path under `.cache/` (or under `$LADDER_HOME/.cache`); nothing is created."""
    return _home().joinpath(".cache", *parts)


def mine(*parts: str) -> Path:
    """A path under `my/` (or under `$LADDER_HOME/my`), where a learner's copies of the lessons lie; nothing is created."""
    return _home().joinpath("my", *parts)


def models(*parts: str) -> Path:
    """A path under the folder of converted models: `.cache/models/`, or `$LADDER_MODELS`, which runs with a home of their own share."""
    shared = os.environ.get("LADDER_MODELS")
    return Path(shared).expanduser().joinpath(*parts) if shared else cache("models", *parts)


def recordings(*parts: str) -> Path:
    """A path under `data/recordings/`, or under `$LADDER_RECORDINGS`, where a class keeps its own."""
    folder = os.environ.get("LADDER_RECORDINGS")
    return Path(folder).expanduser().joinpath(*parts) if folder else data("recordings", *parts)


def _home() -> Path:
    return Path(os.environ["LADDER_HOME"]).expanduser() if os.environ.get("LADDER_HOME") else root()
