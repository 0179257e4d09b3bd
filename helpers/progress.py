"""The progress bar of long work: seen by whoever watches, silent in what a program runs and keeps."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tqdm.std import tqdm

__all__ = ["bar", "say"]


def bar(total: int, title: str, progress: bool = True) -> tqdm:
    """A progress bar, or a silent one where nobody watches: what a program runs and keeps shall not hold a bar."""
    from tqdm.std import tqdm

    wanted = progress and os.environ.get("LADDER_PROGRESS", "").lower() != "off"
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    notebook = hasattr(shell, "kernel")
    if wanted and notebook:
        from tqdm.auto import tqdm
    return tqdm(total=total, desc=title, unit="example", leave=False, disable=not (wanted and (notebook or sys.stderr.isatty())))


def say(text: str) -> None:
    """A line on standard error about something that takes long; LADDER_PROGRESS=off silences it."""
    if os.environ.get("LADDER_PROGRESS", "").lower() != "off":
        print(text, file=sys.stderr, flush=True)
