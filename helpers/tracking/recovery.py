"""Runs that did not end: every message of a killed run lies under `unfinished/`, from where `recover` makes an archive of it.

outputs/comet/<key>.zip                              an archive: experiment.json, messages.json, assets
outputs/comet/unfinished/<key>/owner.json            which process writes the run, its name and start
outputs/comet/unfinished/<key>/tmp…/messages.json    what it has logged so far
"""

from __future__ import annotations

import json
import os
import shutil
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from helpers import places

__all__ = ["recover", "claim", "running", "PROJECT"]

PROJECT = "llm-ladder"  # of a run that names none


def claim(folder: Path, key: str, name: str, project: str) -> Path:
    """Make the folder in which a run of this process collects its messages; it is there with its owner, or not at all."""
    import psutil

    workshop = folder / "unfinished" / key
    part = folder / f"unfinished.{key}.part"
    workshop.parent.mkdir(parents=True, exist_ok=True)
    part.mkdir()
    owner = {"key": key, "name": name, "project": project, "start": int(time.time() * 1000)}
    owner |= {"pid": os.getpid(), "since": psutil.Process().create_time()}
    (part / "owner.json").write_text(json.dumps(owner), encoding="utf-8")
    part.rename(workshop)
    return workshop


def running(workshop: Path) -> bool:
    """Whether the process that writes here still lives."""
    import psutil

    try:
        owner = json.loads((workshop / "owner.json").read_text(encoding="utf-8"))
        return abs(psutil.Process(owner["pid"]).create_time() - owner["since"]) < 1
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return False


def recover(folder: Path | str | None = None) -> list[Path]:
    """Turn every run that was killed into an archive that `runs` reads and `comet upload` takes; return the new archives.

    folder: where the archives are, `outputs/comet` if not given. Runs that are still being written are left alone. What was logged
    up to the kill is kept; a message that was cut, or whose file is missing, is dropped. Where owner.json is damaged, the archive is
    named after the run's folder.
    """
    folder = Path(folder or places.outputs("comet"))
    dead = [workshop for workshop in sorted(folder.glob("unfinished/*/")) if not running(workshop)]
    return [archive for workshop in dead if (archive := _recover(workshop, folder))]


def _recover(workshop: Path, folder: Path) -> Path | None:
    archive = None
    log = next(workshop.glob("*/messages.json"), None)
    if log:
        owner = _owner(workshop)
        archive = folder / f"{owner['key']}.zip"
        _pack(log, owner, archive)
    if log or not any(file.is_file() for file in workshop.glob("*/**/*")):
        shutil.rmtree(workshop, ignore_errors=True)
    return archive


def _owner(workshop: Path) -> dict:
    """What owner.json says; where it is damaged, what the folder tells."""
    owner = {"key": workshop.name, "name": workshop.name, "project": PROJECT, "start": int(workshop.stat().st_mtime * 1000)}
    try:
        return owner | json.loads((workshop / "owner.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return owner


def _pack(log: Path, owner: dict, archive: Path) -> None:
    """Write the archive, all or nothing."""
    lines = list(_messages(log))
    names = {message["payload"]["key"] for message in lines if message["type"] == "log_other"}
    extra = {"Name": owner["name"]} if "Name" not in names else {}
    for number, (key, value) in enumerate({**extra, "status": "recovered"}.items(), len(lines) + 1):
        lines.append({"type": "log_other", "payload": {"key": key, "value": value, "message_id": number}})
    part = archive.with_name(f"{archive.name}.{os.getpid()}.part")
    with zipfile.ZipFile(part, "w") as packed:
        packed.writestr("experiment.json", json.dumps(_head(owner, log)))
        packed.writestr("messages.json", "".join(json.dumps(message, separators=(",", ":")) + "\n" for message in lines))
        for name in dict.fromkeys(message["payload"]["file_path"] for message in lines if message["type"] == "file_upload"):
            packed.write(log.parent / name, name)
    part.replace(archive)


def _messages(log: Path) -> Iterator[dict]:
    """The messages that were written to the end and whose files are there."""
    for line in log.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            message = json.loads(line)
            if message["type"] != "file_upload" or (log.parent / message["payload"]["file_path"]).is_file():
                yield message
        except (ValueError, KeyError, TypeError):
            continue


def _head(owner: dict, log: Path) -> dict:
    """experiment.json as Comet writes it at the end of a run."""
    return {
        "offline_id": owner["key"],
        "project_name": owner["project"],
        "start_time": owner["start"],
        "stop_time": int(log.stat().st_mtime * 1000),
        "tags": [],
        "workspace": None,
        "resume_strategy": "create",
        "customer_error_reported": False,
        "customer_error_message": None,
        "user_provided_experiment_key": True,
        "comet_start_sourced": True,
    }
