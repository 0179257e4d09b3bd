"""What hosted models cost, how much they read, and which of them think before they answer: prices.toml, by a model's name."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

__all__ = ["listed_models", "price", "thinks"]


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
