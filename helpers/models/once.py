"""A folder that is made once: by one process, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.models.reply import ModelError
from helpers.progress import say

__all__ = ["once"]

NOTE = "sizes.json"  # written last: the folder's files and their bytes


def once(folder: Path, write: Callable[[Path], None], *, title: str) -> Path:
    """The folder, filled by `write` if it was not there, or not whole. `title` is the line that says what takes so long.

    Two processes may ask at once: one writes, the other says that it waits. What is written has another name until it is whole, so
    a killed process leaves nothing that could be taken for it, and its lock ends with it. ModelError: it cannot be written.
    """
    if _whole(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone(folder, title):
            if not _whole(folder):
                say(title)
                _fill(folder, write)
    except OSError as error:
        raise ModelError(
            f"cannot write {folder.name} into the cache ({error.strerror or error}); make room, or set LADDER_HOME to a folder with room"
        ) from error
    return folder


def _fill(folder: Path, write: Callable[[Path], None]) -> None:
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)  # of a process that was killed
    part.mkdir()
    try:
        write(part)
        files = sorted(path for path in part.iterdir() if path.is_file())
        for path in files:
            path.chmod(0o644)  # safetensors writes files that only their owner can read
        sizes = {path.name: path.stat().st_size for path in files}
        (part / NOTE).write_text(json.dumps(sizes, indent=1) + "\n", encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _whole(folder: Path) -> bool:
    try:
        sizes = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, AttributeError):
        return False


@contextmanager
def _alone(folder: Path, title: str) -> Iterator[None]:
    """Holds the folder's lock, which the system lifts when the process ends, however it ends."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder.with_name(folder.name + ".lock"))
    try:
        lock.acquire(blocking=False)
    except Timeout:
        say(f"another process is {title}; waiting for it")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
