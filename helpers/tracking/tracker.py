"""A tracker: what one run logs to Comet, into an archive on disk or online."""

from __future__ import annotations

import atexit
import os
import shutil
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import places
from helpers.tracking import comet
from helpers.tracking.recovery import PROJECT, claim
from helpers.tracking.values import flat, number, plain, scrubber

if TYPE_CHECKING:
    from types import TracebackType

    import pandas

    from helpers.runs import Run

__all__ = ["start", "Tracker"]

MODES = ("offline", "online", "off")
_open: list[Tracker] = []  # at most one: Comet knows one live run a process


class Tracker:
    """What a run logs. Use it in a `with` block; `end()` closes one made without.

    mode: "offline", "online" or "off", as it turned out; note: one line that says why a run asked to be online is not, else "".
    path: the archive, or None if not offline. Keys and machine paths are taken out of all that is logged.
    """

    def __init__(self, name: str, project: str, mode: str, *, experiment: Any = None, path: Path | None = None, note: str = ""):
        self.name = name
        self.project = project
        self.mode = mode
        self.path = path
        self.note = note
        self._experiment = experiment
        self._ended = False
        self._runs = 0

    def log_parameters(self, parameters: Mapping) -> None:
        """What the run was made with. Mappings are flattened to dotted names; lists become JSON text."""
        self._do(lambda experiment, scrub: experiment.log_parameters(dict(flat(scrub(parameters)))))

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """What the run measured: names with numbers. `step` makes a curve."""
        numbers = {name: number(name, value) for name, value in metrics.items()}
        self._do(lambda experiment, scrub: experiment.log_metrics(numbers, step=step))

    def log_text(self, text: str, metadata: Mapping | None = None) -> None:
        """A prompt with its reply, or any text, with what is known about it: tokens, cost, template, expected target."""
        self._do(lambda experiment, scrub: experiment.log_text(scrub(text), metadata=plain(scrub(dict(metadata or {})))))

    def log_figure(self, name: str, figure: Any) -> None:
        """A matplotlib figure, or the `ax` that a function of `helpers.plots` returns."""
        self._do(lambda experiment, scrub: experiment.log_figure(name, getattr(figure, "figure", figure)))

    def log_table(self, name: str, table: pandas.DataFrame) -> None:
        """A table, as JSON, which `tracking.table(archive, name)` reads back."""
        file = f"tables/{name}.json"
        if Path(file).is_file():  # Comet would take that file instead of the table
            file = f"tables/{uuid.uuid4().hex}/{name}.json"
        self._do(lambda experiment, scrub: experiment.log_table(
            file, table.map(scrub), orient="records", force_ascii=False, double_precision=15))  # fmt: skip

    def log_run(self, run: Run) -> None:
        """All of a run: parameters, template with its version, metrics, token use and cost, one text an example, the table of examples.

        The second run of one tracker has its names begin with "run2.", the third with "run3.".
        """
        from helpers.tracking.run import log_run

        self._runs += 1
        if self._experiment is not None:
            log_run(self, run, "" if self._runs == 1 else f"run{self._runs}.")

    @property
    def upload_hint(self) -> str:
        """The command that uploads the archive later, from the repository's folder; "" if there is none."""
        return f"comet upload {os.path.relpath(self.path, places.outputs().parent)}" if self.path else ""

    def end(self, status: str = "complete") -> None:
        """Close the run: write the archive, or send the rest. A second call does nothing."""
        if self._ended:
            return
        self._ended = True
        atexit.unregister(self.end)
        if self in _open:
            _open.remove(self)
        if self._experiment is not None:
            self._experiment.log_other("status", status)
            if self.path:  # write what is left, in order, and stop; `end` alone sleeps a second and may drop the last messages
                self._experiment.streamer.stop()
                self._experiment.streamer.join(60)
            self._experiment.end()
        if self.path:
            shutil.rmtree(self.path.parent / "unfinished" / self.path.stem, ignore_errors=True)

    def __enter__(self) -> Tracker:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end("complete" if kind is None else "failed")

    def __repr__(self) -> str:
        where = {"offline": "offline, in outputs/comet", "online": f"online, in project {self.project}", "off": "not at all"}[self.mode]
        return f"{self.name}: tracked {where}" + (f" ({self.note})" if self.note else "")

    def _do(self, log: Callable[[Any, Callable], Any]) -> None:
        if self._ended:
            raise RuntimeError(f"the run {self.name!r} has ended: log inside its `with` block, or start another with tracking.start(...)")
        if self._experiment is not None:
            log(self._experiment, scrubber())


def start(name: str, *, project: str = PROJECT, mode: str | None = None) -> Tracker:
    """Start to track a run. A run of this process that is still open is ended first.

    mode: "offline" (an archive under outputs/comet), "online" (needs COMET_API_KEY and a server that answers; else offline, and
    `Tracker.note` says why) or "off"; not given: LADDER_TRACKING, else offline. ValueError: another mode.
    """
    mode = _mode(mode)
    for tracker in list(_open):
        tracker.end()
    if mode == "off":
        return Tracker(name, project, "off")
    name = scrubber()(name)
    folder = places.outputs("comet")
    note = ""
    if mode == "online":
        reason = comet.reason_against_online()
        experiment = None if reason else comet.open_online(name, project, folder)
        if experiment is not None:
            return _opened(Tracker(name, project, "online", experiment=experiment))
        note = f"offline instead: {reason or 'the server did not take the run'}"
    key = uuid.uuid4().hex
    workshop = claim(folder, key, name, project)
    experiment = comet.open_offline(name, project, key, folder, workshop)
    return _opened(Tracker(name, project, "offline", experiment=experiment, path=folder / f"{key}.zip", note=note))


def _opened(tracker: Tracker) -> Tracker:
    _open.append(tracker)
    atexit.register(tracker.end)
    return tracker


def _mode(mode: str | None) -> str:
    mode = mode or os.environ.get("LADDER_TRACKING") or "offline"
    if mode.lower() not in MODES:
        raise ValueError(f"tracking mode {mode!r}: it is one of {', '.join(MODES)}; set LADDER_TRACKING or start(..., mode=...)")
    return mode.lower()
