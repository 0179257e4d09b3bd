"""Run lessons, each in a process of its own, and leave behind whole results only."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from helpers import places
from helpers.files import kind_of
from helpers.files.opening import find_documents
from helpers.workbook.execution import Job, Result, Task, Watcher
from helpers.workbook.notebooks import Lesson, tree_hash
from helpers.workbook.parameters import refuse_wrong

__all__ = ["default_jobs", "environment", "kernel_environment", "run"]

FOLDER = "hf:"  # what follows may be a folder on this machine


def run(
    lessons: Sequence[Lesson],
    *,
    parameters: Mapping[str, Any] | None = None,
    jobs: int = 0,
    timeout: float = 600,
    out: Path | None = None,
    force: bool = False,
    settings: Mapping[str, str] | None = None,
    fresh_home: bool = False,
    watcher: Watcher | None = None,
) -> list[Result]:
    """Execute the lessons into `out/lessons/`: notebook, HTML, and a JSON file that says how it went.

    A lesson whose cells, parameters, helpers and data are those of its last good run is left alone, unless `force` is set or a parameter
    names a server (`openai:`). A parameter that names a file or folder means the one seen from here, though a lesson runs in its own
    folder, and its content counts as a parameter.
    `timeout` is seconds for a whole lesson; `settings` are environment variables for its kernel;
    `fresh_home` gives each lesson an empty cache and ledger of its own.
    Raises ValueError, before anything runs, for a parameter that one of the lessons does not have, and for a value that makes no sense.
    """
    values = seen_from_here(parameters or {})
    refuse_wrong(values, lessons)
    out = out or places.outputs()
    watcher = watcher or Watcher()
    tree = tree_hash()
    jobs = jobs or default_jobs(len(lessons))
    with kernel_environment(jobs, settings or {}) as env, ThreadPoolExecutor(jobs) as pool:
        job = Job(out, tree + _contents(values), env, watcher, timeout=timeout, force=force, fresh_home=fresh_home)
        tasks = [Task(lesson, values, job) for lesson in lessons]
        futures = [pool.submit(task) for task in reversed(tasks)]  # the last take longest: no core is to wait at the end for one of them
        try:
            return [future.result() for future in reversed(futures)]
        except BaseException:  # Ctrl-C above all: no process outlives the command
            pool.shutdown(wait=False, cancel_futures=True)
            for task in tasks:
                task.stop()
            raise


def default_jobs(lessons: int) -> int:
    """As many as there are cores, up to four, and 1.5 GB of free memory for each."""
    import psutil

    return max(1, min(lessons, os.cpu_count() or 1, 4, int(psutil.virtual_memory().available // 1.5e9)))


def seen_from_here(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters, with the whole path of each that names a data file, or anything that is there by a path with a slash.

    A parameter `documents` is a path without a slash as well, and so is what follows `hf:`, where it is a folder; a lesson's task or
    model may be called as some folder here is.
    """
    return {name: _placed(name, value) for name, value in parameters.items()}


def _placed(name: str, value: Any) -> Any:
    if not isinstance(value, str) or not value or "\n" in value:
        return value
    path = Path(value.removeprefix(FOLDER)).expanduser()
    if value.startswith(FOLDER):
        return f"{FOLDER}{path.absolute()}" if value != FOLDER and path.is_dir() else value
    named = kind_of(path) is not None or ((name == "documents" or "/" in value or os.sep in value) and path.exists())
    return str(path.absolute()) if named else value


def _contents(parameters: Mapping[str, Any]) -> str:
    """A hash of the files and folders that parameters name, and of the documents beside a file."""
    paths = [Path(value.removeprefix(FOLDER)) for value in parameters.values() if isinstance(value, str)]
    files = [path for path in paths if path.is_absolute() and path.exists()]
    beside = [folder for file in files if file.is_file() and (folder := find_documents(file, None)[0])]
    return tree_hash([*files, *beside]) if files else ""


def environment(jobs: int, settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of a lesson: quiet, repeatable, and at peace with its neighbors on the cores."""
    fewer_arenas = {"MALLOC_ARENA_MAX": "2"}  # glibc gives threads memory of their own: with two such parts a lesson takes 50 MB less
    env = {**fewer_arenas, **os.environ, "LADDER_PROGRESS": "off", "OMP_WAIT_POLICY": "PASSIVE", "PYTHONHASHSEED": "0"}
    for name in ("LADDER_HOME", "LADDER_CACHE", "LADDER_RECORDINGS"):  # relative to here, not to the folder of lessons, where kernels run
        if env.get(name, "").lower() not in ("", "off"):
            env[name] = str(Path(env[name]).expanduser().absolute())
    env["LADDER_MODELS"] = str(places.models().absolute())
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(places.root()), os.environ.get("PYTHONPATH")]))
    if jobs > 1:
        env["OMP_NUM_THREADS"] = str(max(1, (os.cpu_count() or 1) // jobs))
    return {**env, **settings}


@contextmanager
def kernel_environment(jobs: int, settings: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """`environment` in which the kernel `python3` is this very interpreter, whatever else is registered."""
    from ipykernel.kernelspec import write_kernel_spec

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        write_kernel_spec(str(Path(folder, "kernels", "python3")))
        env = environment(jobs, settings)
        yield {**env, "JUPYTER_PATH": os.pathsep.join(filter(None, [folder, env.get("JUPYTER_PATH")]))}
