"""Why the Hugging Face hub did not give something, in words that say what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["hub_is_off", "quickly", "why_not"]

WAIT = 3.0  # seconds for the hub to take a connection

# What the hub's client, its HTTP library and the operating system call an error where there is no way to the hub.
UNREACHABLE = {"ConnectError", "ConnectTimeout", "ConnectionError", "NetworkError", "OfflineModeIsEnabled", "gaierror"}


def hub_is_off() -> bool:
    """Whether HF_HUB_OFFLINE forbids to ask the hub; read anew each time, as a notebook may set it."""
    from huggingface_hub import constants

    return constants.HF_HUB_OFFLINE or os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on")


@contextmanager
def quickly() -> Iterator[None]:
    """Where nobody answers at the hub's address, what is inside looks into the cache alone; `datasets` would try for half a minute."""
    import datasets
    from huggingface_hub import constants

    before = (constants.HF_HUB_OFFLINE, datasets.config.HF_HUB_OFFLINE)
    off = not _answers(constants.ENDPOINT)
    constants.HF_HUB_OFFLINE, datasets.config.HF_HUB_OFFLINE = (value or off for value in before)
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE, datasets.config.HF_HUB_OFFLINE = before


def _answers(endpoint: str) -> bool:
    """Whether somebody takes a connection there; behind a proxy, only the proxy knows."""
    import socket
    from urllib.parse import urlsplit
    from urllib.request import getproxies

    place = urlsplit(endpoint)
    if {place.scheme, "all"} & set(getproxies()):
        return True
    try:
        socket.create_connection((place.hostname, place.port or (443 if place.scheme == "https" else 80)), timeout=WAIT).close()
    except OSError:
        return False
    return True


def why_not(error: Exception) -> str:
    """The reason in one line: the hub is off by HF_HUB_OFFLINE, the network is missing, or what the client says."""
    if hub_is_off():
        return "it was not downloaded yet, and HF_HUB_OFFLINE is set: unset it to download"
    if any(type(cause).__name__ in UNREACHABLE for cause in _causes(error)):
        return "it was not downloaded yet, and the hub cannot be reached: the network is missing. Connect and run it again"
    return f"{type(error).__name__}: {str(error).split(chr(10))[0]}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and each one behind it."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
