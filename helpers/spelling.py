"""The known name that a mistyped one was meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["did_you_mean"]


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """The nearest of some names, in brackets; "" if none is near. Capitals do not count.

    >>> did_you_mean("Pokcet", ["pocket", "smollm2"])
    " (did you mean 'pocket'?)"
    """
    known = {each.lower(): each for each in names}
    nearest = difflib.get_close_matches(str(name).lower(), known, n=1)
    return f" (did you mean {known[nearest[0]]!r}?)" if nearest else ""
