"""Which folders of this machine hold the bases of its adapters: these keep no path, so that they can move to another machine."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from helpers import places
from helpers.storage import write_json

__all__ = ["recall", "remember"]


def remember(sha256: str, folder: Path) -> None:
    """Note where the base with these weights lies, in `.cache/bases.json`. That this fails is no error: it is a convenience."""
    known = _known()
    file = places.cache("bases.json")
    where = str(folder.resolve())
    if known.get(sha256) == where:
        return
    with contextlib.suppress(OSError):
        write_json(file, known | {sha256: where})


def recall(sha256: str) -> Path | None:
    """The folder noted for these weights, if it is still there; whether it still holds them is for the caller to check."""
    folder = _known().get(sha256)
    return Path(folder) if isinstance(folder, str) and Path(folder).is_dir() else None


def _known() -> dict:
    try:
        content = json.loads(places.cache("bases.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
