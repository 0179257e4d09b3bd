"""How many examples it takes to be sure."""

from __future__ import annotations

import bisect
import math
from statistics import NormalDist

from helpers.stats.intervals import wilson_half, z_of

__all__ = ["sample_size"]


def sample_size(
    *,
    half_width: float | None = None,
    share: float = 0.5,
    difference: float | None = None,
    discordant: float = 0.3,
    power: float = 0.8,
    confidence: float = 0.95,
) -> int:
    """How many examples it takes: for a Wilson interval of ± half_width, or to detect a paired difference with this power.

    half_width: the smallest n whose interval around `share` is that narrow (0.5 is the worst case).
    difference: (z_confidence·√d + z_power·√(d - difference²))² / difference², where d is `discordant`, the share of examples on
    which just one of the two is right (for other scores: the mean squared difference). Connor 1987, Biometrics 43. It is for
    McNemar's test with the normal approximation; the exact test needs a few more.
    >>> sample_size(half_width=0.05), sample_size(difference=0.1, discordant=0.3)
    (381, 234)
    """
    if (half_width is None) == (difference is None):
        raise ValueError("sample_size needs one question: sample_size(half_width=0.05) or sample_size(difference=0.1, discordant=0.3)")
    z = z_of(confidence)
    if half_width is not None:
        if not (0 < half_width < 0.5 and 0 <= share <= 1):
            raise ValueError(f"half_width lies between 0 and 0.5, share between 0 and 1; got {half_width=}, {share=}")
        return bisect.bisect_left(range(1, 10**9), -half_width, key=lambda n: -wilson_half(share, n, z)) + 1
    if not 0 < abs(difference) <= discordant <= 1:
        raise ValueError(f"it must hold that 0 < difference <= discordant <= 1; got {difference=}, {discordant=}")
    root = z * math.sqrt(discordant) + NormalDist().inv_cdf(power) * math.sqrt(discordant - difference**2)
    return math.ceil((root / difference) ** 2)
