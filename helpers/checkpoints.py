"""Where the checkpoints of a run lie: replaced in one move, so that a kill or a full disk leaves the one before whole."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

__all__ = ["NEW", "NOW", "OLD", "latest", "put_in_place"]

NOW, NEW, OLD = "checkpoint", "checkpoint.new", "checkpoint.old"


def put_in_place(folder: Path) -> None:
    """Put the new checkpoint in the place of the old; at every moment one of the two is whole."""
    if (folder / NOW).exists():  # if not, OLD is all there is
        shutil.rmtree(folder / OLD, ignore_errors=True)
        os.replace(folder / NOW, folder / OLD)
    os.replace(folder / NEW, folder / NOW)
    shutil.rmtree(folder / OLD, ignore_errors=True)


def latest(folder: Path) -> Path | None:
    """The newest whole checkpoint, if there is one."""
    return next((folder / name for name in (NOW, OLD) if (folder / name / "state.json").exists()), None)
