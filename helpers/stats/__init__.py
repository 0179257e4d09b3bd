"""Statistics: how sure a score is, whether a difference is real, and how many examples it takes to know."""

from __future__ import annotations

from helpers.stats.intervals import Interval, bootstrap, interval, wilson
from helpers.stats.paired import Difference, difference, holm, mcnemar, paired_bootstrap, paired_wins, sign_flip
from helpers.stats.power import sample_size

__all__ = [
    "Difference", "Interval", "bootstrap", "difference", "holm", "interval", "mcnemar", "paired_bootstrap", "paired_wins", "sample_size",
    "sign_flip", "wilson",
]  # fmt: skip
