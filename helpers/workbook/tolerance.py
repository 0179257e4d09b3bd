"""Whether two texts say the same: the words alike, and the decimals as near as two processors come."""

from __future__ import annotations

import re
from itertools import pairwise

__all__ = ["agree"]

# A decimal that stands alone: 0.448, -1.20e-05, 44.8%. Not one in a name, version or date: v0.448, x-0.448, 2.13.0, 0.448B.
DECIMAL = re.compile(r"(?<![\w.])(?<![^\W\d]-)[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d+(?:e[-+]?\d+)?(?!\w|\.\d|-[^\W\d])(?: ?%)?")
PLACES, FULL = 3, 6  # a decimal with fewer places is a score or an amount, and exact; from six on it is printed as it is in memory
STEPS, RELATIVE = 2, 1e-3


def agree(a: str, b: str) -> bool:
    """Whether `b` says what `a` says: the same text, but for a small difference in decimals of three places or more.

    Such a decimal may differ by 2 in its last printed place, or by a thousandth of itself where that is more; a percentage counts as
    the share that it is, so that 44.8% has three places. Whole numbers, decimals of one or two places, and numbers that are part of a
    name must be the same. Runs of blanks count as one, since a column may become one character wider.

    >>> agree("score 0.448 of 18", "score 0.449 of 18"), agree("0.448", "0.463"), agree("0.81", "0.82")
    (True, False, False)
    """
    if a == b:
        return True
    if _words(a) != _words(b):
        return False
    return all(_near(x, y) for x, y in zip(DECIMAL.findall(a), DECIMAL.findall(b), strict=True))


def _words(text: str) -> list[str]:
    """What stands between the decimals."""
    ends = [0, *(at for match in DECIMAL.finditer(text) for at in match.span()), len(text)]
    pieces = [text[start:end] for start, end in pairwise(ends)][::2]
    return [re.sub(r"[ \u00a0]+", " ", piece) for piece in pieces]


def _near(a: str, b: str) -> bool:
    if a == b:
        return True
    places = _places(a), _places(b)
    alike = places[0] == places[1] or min(places) >= FULL
    if not alike or min(places) < PLACES or a.endswith("%") != b.endswith("%"):
        return False
    x, y = _value(a), _value(b)
    step = max(_step(a), _step(b))
    return abs(x - y) <= max(STEPS * step, RELATIVE * max(abs(x), abs(y))) + step / 1000  # the last: 0.448 + 0.002 is not 0.450 in binary


def _places(number: str) -> int:
    shown = len(re.search(r"\.(\d+)", number)[1])
    return shown + 2 * number.endswith("%")


def _step(number: str) -> float:
    """What one in the last printed place is worth: 0.001 for 0.448 and for 44.8%."""
    exponent = re.search(r"e([-+]?\d+)", number)
    return 10.0 ** ((int(exponent[1]) if exponent else 0) - _places(number))


def _value(number: str) -> float:
    plain = number.rstrip(" %").replace("−", "-").replace(",", "")
    return float(plain) / (100 if number.endswith("%") else 1)
