"""One lesson in a process of its own: started, listened to, ended, and its files put in place."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import IO, Any

from helpers.workbook.notebooks import Lesson, fingerprint
from helpers.workbook.own_prose import changed
from helpers.workbook.parameters import parameters_of
from helpers.workbook.results import Files, placed

__all__ = ["Job", "Result", "Task", "Watcher"]


@dataclass(frozen=True)
class Result:
    """How one lesson ended. `status`: passed, current (nothing had changed), failed, died or timeout.

    `notebook` is the name of what was executed; `last_good` is the day of an earlier good run, whose page a failed run left in place.
    """

    name: str
    status: str
    seconds: float = 0.0
    memory: int | None = None  # the kernel's peak, in bytes
    cells: int = 0
    error: str = ""
    notebook: str = ""
    last_good: str = ""

    @property
    def ok(self) -> bool:
        return self.status in ("passed", "current")


class Watcher:
    """What `run` tells while it works. This one is silent."""

    def started(self, name: str) -> None: ...

    def cell(self, name: str, number: int, cells: int) -> None: ...

    def finished(self, result: Result) -> None: ...


@dataclass(frozen=True)
class Job:
    """What all lessons of one run share. `tree` is the hash of what they run on; `timeout` is seconds for a whole lesson."""

    out: Path
    tree: str
    env: Mapping[str, str]
    watcher: Watcher
    timeout: float = 600
    force: bool = False
    fresh_home: bool = False


class Task:
    """One lesson: called in a thread, it returns the Result and has by then written the files."""

    def __init__(self, lesson: Lesson, parameters: Mapping[str, Any], job: Job) -> None:
        self.lesson = lesson
        self.parameters = dict(parameters)
        self.job = job
        self.key = fingerprint(lesson, parameters, job.tree)
        self.files = Files(placed(lesson, self.parameters, job.out))
        self.process: subprocess.Popen | None = None
        self.stopped: dict[str, str] = {}

    def __call__(self) -> Result:
        if not self.job.force and not self._asks_a_server() and (before := self._before()):
            result = before
        elif not self.job.force and (edited := self.files.edited):
            result = Result(self.lesson.name, "failed", error=_left_alone(edited[0], self.lesson.number))
        else:
            self.job.watcher.started(self.lesson.name)
            result = self._execute()
        self.job.watcher.finished(result)
        return result

    def _asks_a_server(self) -> bool:
        """What a server answers, or whether it does, no hash can tell; its good replies are in the reply cache."""
        return any(isinstance(value, str) and value.startswith("openai:") for value in self.parameters.values())

    def _before(self) -> Result | None:
        """The last good run, if it was of these very cells and parameters, and they have not failed since."""
        record, failure = self.files.record, self.files.failure
        if record.get("key") != self.key or failure.get("key") == self.key or not self.files.notebook.exists():
            return None
        self.files.drop_failure()
        known = {item.name: record[item.name] for item in fields(Result) if item.name in record}
        return Result(**{**known, "status": "current"})

    def _execute(self) -> Result:
        start = time.perf_counter()
        part = self.files.part()
        end = self._listen(part)
        passed = end["status"] == "passed"
        notebook = self.files.put(part, passed)
        last_good = "" if passed else self.files.record.get("date", "")
        seconds = round(time.perf_counter() - start, 1)
        result = Result(self.lesson.name, end["status"], seconds, end.get("memory"), end["cells"], _why(end), notebook, last_good)
        today = date.today().isoformat()
        self.files.write({**asdict(result), "key": self.key, "tree": self.job.tree, "parameters": self.parameters, "date": today})
        return result

    def _listen(self, part: Path) -> dict[str, Any]:
        """Start the worker and follow what it says; return the state it ended in."""
        state: dict[str, Any] = {"status": "died", "error": "its process died: killed from outside, or out of memory", "cells": 0}
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home, open(Path(home, "worker.log"), "w+b") as log:
            self.process = self._start(part, home, log)
            late = {"status": "timeout", "error": f"timed out after {self.job.timeout:g} s"}
            timer = threading.Timer(self.job.timeout, self.stop, kwargs=late)
            timer.start()
            with self.process as process:
                for line in process.stdout or ():
                    with suppress(ValueError):
                        state.update(json.loads(line))
                        self.job.watcher.cell(self.lesson.name, state.get("cell") or 0, state["cells"])
            timer.cancel()
            log.seek(0)
            last_line = log.read().decode(errors="replace").strip().split("\n")[-1]
        if self.stopped:
            return {**state, **self.stopped}
        return {**state, "error": last_line} if state["status"] == "died" and process.returncode > 0 and last_line else state

    def _start(self, part: Path, home: str, log: IO[bytes]) -> subprocess.Popen:
        job = {"source": str(self.lesson.path), "target": str(part), "folder": str(self.lesson.home), "parameters": self.parameters}
        job["own"] = changed(self.parameters, parameters_of(self.lesson)) if self.parameters else {}
        command = [sys.executable, "-m", "helpers.workbook.worker", json.dumps(job)]
        env = {**self.job.env, "LADDER_HOME": home} if self.job.fresh_home else self.job.env
        pipe = subprocess.PIPE  # the worker ends when its input closes, that is, also when we are killed
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, env=env, text=True, encoding="utf-8")

    def stop(self, status: str = "died", error: str = "interrupted") -> None:
        """End the worker and its kernel; the result says why."""
        import psutil

        self.stopped = {"status": status, "error": error}
        if self.process is not None:
            with suppress(psutil.NoSuchProcess):
                worker = psutil.Process(self.process.pid)
                for process in [*worker.children(recursive=True), worker]:
                    with suppress(psutil.NoSuchProcess):
                        process.kill()


def _left_alone(notebook: Path, number: str) -> str:
    how = f"To run it anew, with a copy kept beside it: ladder run {number} --force"
    return f"somebody has written in {notebook.parent.name}/{notebook.name} since it was made, so it is left alone. {how}"


def _why(end: Mapping[str, Any]) -> str:
    if end["status"] == "passed":
        return ""
    if not end.get("line"):
        return end["error"]
    row = f", line {end['row']}" if end.get("row") else ""
    return f"cell {end['cell'] or 'parameters'} of {end['cells']}{row} (`{end['line']}`): {end['error']}"
