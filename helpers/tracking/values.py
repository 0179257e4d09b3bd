"""Values as Comet takes them: flat, plain and finite, without keys and without folders that tell whose machine it is."""

from __future__ import annotations

import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from helpers import places

__all__ = ["flat", "number", "plain", "scrubber"]

_VARIABLE = re.compile(r"(key|token|secret|password)$", re.IGNORECASE)
_ENTRY = re.compile(r"(api.?key|access.?token|secret|password|authorization)$", re.IGNORECASE)
_SHORTEST = 8  # characters; a shorter "secret" would be found in ordinary text


def flat(values: Mapping, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The entries of a mapping and of the mappings in it, under dotted names; lists as JSON text.

    >>> dict(flat({"model": {"layers": [2, 4]}}))
    {'model.layers': '[2, 4]'}
    """
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", json.dumps(plain(value), ensure_ascii=False) if isinstance(value, list) else value


def number(name: str, value: Any) -> float:
    """The value of a metric as a plain number, also from numpy and torch. TypeError: it is none."""
    plainly = value.item() if hasattr(value, "item") else value
    if isinstance(plainly, bool | int | float):
        return int(plainly) if isinstance(plainly, bool) else plainly  # Comet makes text of True
    raise TypeError(f"metric {name!r} must be a number, got {plainly!r}: log_parameters takes text, log_text takes more of it")


def plain(value: Any) -> Any:
    """The value as JSON knows it; what is not a number becomes null, and what is unknown text."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "item"):
        return plain(value.item())
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def scrubber() -> Callable[[Any], Any]:
    """A function that takes keys and machine paths out of text, and out of what lists and mappings hold.

    A key is the value of an environment variable whose name ends in key, token, secret or password, and of an entry of a mapping
    such as "api_key" or "Authorization"; it becomes "***". The repository becomes ".", the home folder "~".
    """
    changes = [(re.compile(re.escape(value)), "***") for value in _secrets()]
    changes += [(re.compile(re.escape(folder) + r"(?![\w-])"), short) for folder, short in _folders()]

    def scrub(value: Any) -> Any:
        if isinstance(value, str):
            for pattern, short in changes:
                value = pattern.sub(lambda _, short=short: short, value)
            return value
        if isinstance(value, Mapping):
            return {scrub(k): "***" if _is_secret(k, v) else scrub(v) for k, v in value.items()}
        return [scrub(item) for item in value] if isinstance(value, list | tuple) else value

    return scrub


def _secrets() -> list[str]:
    """The keys of the environment, longest first: a key may begin with another one."""
    values = {value.strip() for name, value in os.environ.items() if _VARIABLE.search(name)}
    return sorted((value for value in values if len(value) >= _SHORTEST), key=lambda value: (-len(value), value))


def _is_secret(name: Any, value: Any) -> bool:
    return isinstance(name, str) and isinstance(value, str) and bool(_ENTRY.search(name)) and len(value) >= _SHORTEST


def _folders() -> list[tuple[str, str]]:
    """The folders to hide, longest first, each with what stands in its place."""
    here = dict.fromkeys((str(Path.cwd()), str(places.outputs().parent), str(places.root())), ".")
    hidden = {str(Path.home()): "~", sys.prefix: "<python>", **here}
    known = [(folder, short) for folder, short in hidden.items() if len(folder) > 1]
    return sorted(known, key=lambda pair: -len(pair[0]))
