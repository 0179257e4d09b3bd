"""Read archives back: one row a run, its tables, and what differs between runs."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from helpers.tracking.recovery import running

if TYPE_CHECKING:
    import pandas

__all__ = ["runs", "table", "compare"]

_FIXED = ("name", "project", "start", "status", "archive")
_COMETS_OWN = ("process duration", "curr_step", "curr_epoch")


def runs(folder: Path | str | None = None) -> pandas.DataFrame:
    """One row an archive, the latest last: name, project, start (UTC), status, archive, every parameter, every metric's last value.

    folder: `outputs/comet` if not given. status: "complete", "failed" (its block raised), "recovered" (by `recover`, after a kill),
    "running", or "unreadable" (empty or damaged; if it was killed, `recover` first); those come first, and never as an exception.
    A parameter or metric whose name is taken already is called "parameter: x" or "metric: x".
    """
    import pandas as pd

    folder = _folder(folder)
    runs = [_read(archive, folder) for archive in sorted(folder.rglob("*.zip"))]
    runs.sort(key=lambda run: run["start"] or 0)
    parameters = list(dict.fromkeys(name for run in runs for name in run["parameters"]))
    metrics = list(dict.fromkeys(name for run in runs for name in run["metrics"]))
    columns = {name: [run[name] for run in runs] for name in _FIXED}
    columns["start"] = pd.to_datetime(pd.Series(columns["start"], dtype="Int64"), unit="ms", utc=True)
    for kind, names in (("parameter", parameters), ("metric", metrics)):
        for name in names:
            column = f"{kind}: {name}" if name in columns else name
            columns[column] = [run[f"{kind}s"].get(name) for run in runs]
    return pd.DataFrame(columns)


def table(archive: Path | str, name: str = "examples") -> pandas.DataFrame:
    """A table that `Tracker.log_run` (it is called "examples") or `Tracker.log_table` put into an archive.

    archive: its path, or its name as in the column `archive` of `runs()`. KeyError: no such table, with those there are.
    FileNotFoundError: no such archive. ValueError: it cannot be read.
    """
    import pandas as pd

    path = Path(archive) if Path(archive).is_file() else places.outputs("comet", str(archive))
    with _opened(path) as packed:
        uploads = [message["payload"] for message in _messages(packed) if message["type"] == "file_upload"]
        files = {_table_name(upload): upload["file_path"] for upload in uploads if upload["upload_type"] == "dataframe"}
        if name not in files:
            raise KeyError(f"no table {name!r} in {path.name}; it has: {', '.join(files) or 'none'}")
        return pd.DataFrame(json.loads(packed.read(files[name])))


def compare(names: Sequence[str], *, folder: Path | str | None = None) -> pandas.DataFrame:
    """The latest run of each name, side by side: a column a run, a row a parameter or metric that is not the same in all of them.

    KeyError: a name without a readable run, with the names there are.
    """
    known = runs(folder)
    known = known[known["name"].notna()]
    for name in names:
        if name not in set(known["name"]):
            raise KeyError(f"no run named {name!r}; there are: {', '.join(sorted(set(known['name']))) or 'none'}")
    latest = known.drop_duplicates("name", keep="last").set_index("name").loc[list(names)]
    view = latest.drop(columns=["project", "start", "archive"]).astype(object).T
    differs = view.apply(lambda row: len({repr(value) for value in row}) > 1, axis=1)
    return view[differs & view.notna().any(axis=1)]


def _opened(path: Path) -> zipfile.ZipFile:
    """An archive, open. FileNotFoundError, ValueError: there is none, or it is damaged."""
    if not path.is_file():
        raise FileNotFoundError(f"no archive {path.name!r}: the column `archive` of tracking.runs() names those there are")
    try:
        packed = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        packed = None
    if packed is None or "messages.json" not in packed.namelist():
        cure = "tracking.recover() makes an archive of a run that was killed; else log the run again"
        raise ValueError(f"{path.name} is empty, cut or no archive of Comet's: {cure}")
    return packed


def _folder(folder: Path | str | None) -> Path:
    return Path(folder or places.outputs("comet"))


def _read(archive: Path, folder: Path) -> dict:
    run = {"name": None, "project": None, "start": None, "archive": archive.relative_to(folder).as_posix(), "parameters": {}, "metrics": {}}
    try:
        with zipfile.ZipFile(archive) as packed:
            head = json.loads(packed.read("experiment.json"))
            values = _contents(_messages(packed))
            return {**run, "project": head["project_name"], "start": int(head["start_time"]), **values}
    except Exception:  # a damaged zip raises whatever its bytes lead to; the row says so
        live = running(archive.parent / "unfinished" / archive.stem)
        return {**run, "status": "running" if live else "unreadable"}


def _contents(messages: list[dict]) -> dict:
    """Name, status, parameters and last metrics, as the messages tell them."""
    other = {}
    parameters = {}
    metrics = {}
    for message in messages:
        kind = message["type"]
        payload = message["payload"]
        if kind == "log_other":
            other[payload["key"]] = payload["value"]
        elif kind == "parameter_msg":
            value = payload.get("param") or payload["params"]
            parameters[value["paramName"]] = value["paramValue"]
        elif kind == "metric_msg":
            value = payload["metric"]["metricValue"]
            metrics[payload["metric"]["metricName"]] = float("nan") if value == "NaN" else value
    for name in _COMETS_OWN:
        parameters.pop(name, None)
        metrics.pop(name, None)
    return {"name": other.get("Name"), "status": other.get("status", "complete"), "parameters": parameters, "metrics": metrics}


def _messages(packed: zipfile.ZipFile) -> list[dict]:
    """The messages of an archive; a line that is not whole is skipped."""
    messages = []
    for line in packed.read("messages.json").decode("utf-8", errors="replace").split("\n"):
        try:
            messages.append(json.loads(line))
        except ValueError:
            continue
    return messages


def _table_name(payload: dict) -> str:
    return payload["additional_params"]["fileName"].rpartition("/")[2].removesuffix(".json")
