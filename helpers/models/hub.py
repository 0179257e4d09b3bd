"""Why the Hugging Face hub did not give something, in words that say what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator

__all__ = ["hub_is_off", "why_not"]

# What the hub's client, its HTTP library and the operating system call an error where there is no way to the hub.
UNREACHABLE = {"ConnectError", "ConnectTimeout", "ConnectionError", "NetworkError", "OfflineModeIsEnabled", "gaierror"}


def hub_is_off() -> bool:
    """Whether HF_HUB_OFFLINE forbids to ask the hub; read anew each time, as a notebook may set it."""
    from huggingface_hub import constants

    return constants.HF_HUB_OFFLINE or os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on")


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
