"""The Comet client, tamed: quiet, private, quick to load, and never waiting long for a server."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from helpers.packages import load_jsonschema

__all__ = ["load", "open_offline", "open_online", "reason_against_online"]

PATIENCE = 4.0  # seconds that a server gets to answer before the run is tracked offline

_AT_IMPORT = {
    "COMET_LOGGING_CONSOLE": "ERROR",  # else a notebook gets about 25 messages
    "COMET_DISABLE_AUTO_LOGGING": "1",  # nothing is patched; what is logged is what a lesson logs
    "COMET_ERROR_TRACKING_ENABLE": "false",  # else half of all imports start an error reporter
}
_IMPATIENT = {  # while a run is opened online: a server that goes silent costs 15 seconds, not minutes
    "COMET_TIMEOUT_HTTP": "5",
    "COMET_HTTP_SESSION_RETRY_TOTAL": "0",
    "COMET_GET_OR_ADD_EXPERIMENT_RETRY_TOTAL": "0",
}
_KEEP_OUT = (
    "log_code", "log_graph", "parse_args", "log_git_metadata", "log_git_patch", "log_env_details", "log_env_gpu", "log_env_host",
    "log_env_cpu", "log_env_network", "log_env_disk", "auto_output_logging", "auto_param_logging", "auto_metric_logging", "auto_log_co2",
)  # fmt: skip


def load() -> ModuleType:
    """The module `comet_ml`, quiet. Settings that the reader made in the environment are respected; none is left behind there."""
    load_jsonschema()
    with _environment(_AT_IMPORT):
        import comet_ml

    for handler in _consoles():
        handler.setLevel(max(handler.level, logging.ERROR))  # where something else imported comet_ml first
    return comet_ml


def open_offline(name: str, project: str, key: str, folder: Path, workshop: Path) -> Any:
    """A Comet experiment that collects its messages under `workshop` and ends as `folder/<key>.zip`."""
    comet_ml = load()
    before, tempfile.tempdir = tempfile.tempdir, str(workshop)
    try:
        return comet_ml.start(
            online=False, mode="create", experiment_key=key, project_name=project,
            experiment_config=_config(comet_ml, name, offline_directory=str(folder)),
        )  # fmt: skip
    finally:
        tempfile.tempdir = before


def open_online(name: str, project: str, folder: Path) -> Any | None:
    """A Comet experiment that goes to the server, or None if the server would not take it.

    What cannot be sent, because the server goes away during the run, ends as an archive in `folder`.
    """
    comet_ml = load()
    with _silence(), _environment(_IMPATIENT):  # Comet shows a refused key in its error message
        try:
            config = _config(comet_ml, name, offline_directory=str(folder))
            experiment = comet_ml.start(online=True, mode="create", project_name=project, experiment_config=config)
        except Exception:  # whatever the server or the client object to, the run goes on offline
            return None
    experiment.send_notification = lambda *_, **__: None  # its title would be the user's name
    return experiment if experiment.alive else None


def reason_against_online() -> str | None:
    """Why a run cannot be tracked online now, or None. Takes `PATIENCE` seconds at most; sends the key to Comet's server only."""
    comet_ml = load()
    key = comet_ml.get_api_key(None, comet_ml.get_config())
    if not key:
        return "COMET_API_KEY is not set"
    address = comet_ml.get_backend_address()
    statuses: list[int] = []
    asking = threading.Thread(target=_ask, args=(address, key, statuses), daemon=True)  # a thread, because name look-up knows no time-out
    asking.start()
    asking.join(PATIENCE)
    host = address.split("/")[2].rpartition("@")[2]
    if not statuses:
        return f"{host} did not answer within {PATIENCE:.0f} seconds"
    if statuses[0] in (401, 403):
        return f"{host} refused COMET_API_KEY"
    return f"{host} answered with error {statuses[0]}" if statuses[0] >= 500 else None


def _ask(address: str, key: str, statuses: list[int]) -> None:
    """Put the status code of Comet's account page into `statuses`; nothing if there is no answer."""
    import requests

    scheme, _, host = address.split("/")[:3]
    with contextlib.suppress(requests.RequestException):
        answer = requests.get(f"{scheme}//{host}/api/rest/v2/account-details", headers={"Authorization": key}, timeout=PATIENCE)
        statuses.append(answer.status_code)


def _config(comet_ml: ModuleType, name: str, **more: str) -> Any:
    return comet_ml.ExperimentConfig(name=name, display_summary_level=0, **dict.fromkeys(_KEEP_OUT, False), **more)


def _consoles() -> list[logging.Handler]:
    handlers = logging.getLogger("comet_ml").handlers
    return [handler for handler in handlers if isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler)]


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    levels = [(handler, handler.level) for handler in _consoles()]
    for handler, _ in levels:
        handler.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for handler, level in levels:
            handler.setLevel(level)


@contextlib.contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    """The settings in the environment for a while, where the reader has not set them."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update({name: value for name, value in settings.items() if before[name] is None})
    try:
        yield
    finally:
        for name in settings:
            if before[name] is None:
                del os.environ[name]
