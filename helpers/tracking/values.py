"""Values as Comet takes them: flat, plain and finite."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["flat", "number", "plain"]


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
