"""The key that a server gets: read from the environment at each call, checked, kept nowhere, shown in no message."""

from __future__ import annotations

import ipaddress
import os
from urllib.parse import urlsplit

from helpers.models.reply import ModelError

__all__ = ["hide", "key_for", "loopback"]

HERE = "LADDER_API_KEY"
ELSEWHERE = "OPENAI_API_KEY"  # for servers on this machine, and for all others
NONE = "none"  # what a server gets that needs no key


def key_for(url: str) -> str:
    """The key for the server at a base URL: OPENAI_API_KEY; on this machine LADDER_API_KEY, or "none" where that is not set.

    ModelError: it is missing, cannot be sent, or would travel unencrypted.
    """
    here = loopback(urlsplit(url).hostname or "")
    name = HERE if here else ELSEWHERE
    key = os.environ.get(name, "").strip() or (NONE if here else "")
    if not key:
        raise ModelError(
            f"no API key for {url}: set {name} in the environment (to {NONE}, if the server needs no key), "
            'or use a model that needs none: load("pocket")'
        )
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise ModelError(f"{name} cannot be a key: it holds a blank, a line break or a letter that is not ASCII; set it to the key alone")
    if not here and key != NONE and url.lower().startswith("http:"):
        raise ModelError(f"{url} is not encrypted and would show {name} to the network: use https://, or set {name}={NONE}")
    return key


def hide(text: str) -> str:
    """The text without the keys of the environment."""
    for name in (HERE, ELSEWHERE):
        key = os.environ.get(name, "").strip()
        text = text.replace(key, "<key>") if key and key != NONE else text
    return text


def loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
