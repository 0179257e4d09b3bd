"""What the terminal shows while lessons run: one live line a running lesson, plain lines where there is no terminal."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TextIO

from helpers.workbook.execution import Result, Watcher

__all__ = ["Progress", "summary"]

WORD = {"passed": "passed", "current": "unchanged", "failed": "FAILED", "died": "DIED", "timeout": "TIMED OUT"}


class Progress(Watcher):
    """Shows on `stream`; a terminal's lines are redrawn twice a second."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout
        self.live = self.stream.isatty()
        self.total = total
        self.done = 0
        self.drawn = 0
        self.running: dict[str, tuple[float, int, int]] = {}
        self.lock = threading.RLock()
        self.closed = threading.Event()

    def __enter__(self) -> Progress:
        if self.live:
            threading.Thread(target=self._tick, daemon=True).start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.closed.set()
        with self.lock:
            self.running.clear()
            self._draw([])

    def started(self, name: str) -> None:
        with self.lock:
            self.running[name] = (time.perf_counter(), 0, 0)
            self._draw([] if self.live else [f"{name}: started"])

    def cell(self, name: str, number: int, cells: int) -> None:
        with self.lock:
            if name in self.running:
                self.running[name] = (self.running[name][0], number, cells)

    def finished(self, result: Result) -> None:
        with self.lock:
            self.running.pop(result.name, None)
            self.done += 1
            self._draw([f"[{self.done}/{self.total}] {line(result)}"])

    def _tick(self) -> None:
        while not self.closed.wait(0.5):
            with self.lock:
                self._draw([])

    def _draw(self, lines: Sequence[str]) -> None:
        """Print the lines for good, and below them, on a terminal, what is running."""
        if self.live:
            now = [
                f"  {name}: cell {at} of {cells}, {time.perf_counter() - since:.0f} s" for name, (since, at, cells) in self.running.items()
            ]
            self.stream.write(f"\x1b[{self.drawn}F\x1b[J" if self.drawn else "")
            lines = [*lines, *now]
            self.drawn = len(now)
        self.stream.write("".join(text + "\n" for text in lines))
        self.stream.flush()


def line(result: Result) -> str:
    """One lesson in one line, with what went wrong below it."""
    memory = f", {result.memory / 1e6:.0f} MB" if result.memory else ""
    text = f"{result.name}: {WORD[result.status]}, {result.seconds:.1f} s{memory}"
    text += f"\n      {result.error}" if result.error else ""
    return text + (f"\n      the page of its last good run, of {result.last_good}, is left as it was" if result.last_good else "")


def summary(results: Sequence[Result]) -> str:
    """How many passed and failed, the slowest lesson, and the most memory."""
    passed = sum(result.ok for result in results)
    text = f"{passed} passed, {len(results) - passed} failed"
    if results:
        slowest = max(results, key=lambda result: result.seconds)
        text += f"; slowest {slowest.name}, {slowest.seconds:.1f} s"
    peaks = [result.memory for result in results if result.memory]
    return text + (f"; most memory {max(peaks) / 1e6:.0f} MB" if peaks else "")
