"""What a server gets and costs: its key, read from the environment and shown in no message; prices and contexts from prices.toml."""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from helpers.models.reply import ModelError

__all__ = ["hide", "key_for", "listed_models", "loopback", "price", "thinks"]

HERE = "LADDER_API_KEY"  # for servers on this machine
ELSEWHERE = "OPENAI_API_KEY"  # for all others
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


def price(name: str) -> dict[str, float]:
    """Dollars per million tokens `in` and `out`, and `context`, from prices.toml; {} if the model is not listed.

    >>> sorted(price("gpt-4o-mini-2024-07-18"))
    ['context', 'in', 'out']
    """
    listed = _file()["models"]
    return listed.get(name) or listed.get(re.sub(r"-(\d{4}-\d\d-\d\d|\d{8})$", "", name)) or {}


def listed_models() -> list[str]:
    """The names in prices.toml."""
    return list(_file()["models"])


def thinks(name: str) -> bool:
    """Whether a model of this name is known to think before it answers. Others are noticed by their first reply.

    >>> thinks("deepseek/deepseek-r1:free"), thinks("gpt-4o-mini")
    (True, False)
    """
    return name.lower().rpartition("/")[2].startswith(tuple(_file()["thinks"]))


@cache
def _file() -> dict:
    return tomllib.loads(Path(__file__).with_name("prices.toml").read_text(encoding="utf-8"))
