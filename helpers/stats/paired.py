"""Whether a difference on the same examples is real: its interval, its p value, and p values of several questions at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.stats.intervals import Interval, as_numbers, blocks, bootstrap, z_of

if TYPE_CHECKING:
    import numpy

__all__ = ["Difference", "difference", "holm", "mcnemar", "paired_bootstrap", "paired_wins", "sign_flip"]


@dataclass(frozen=True)
class Difference:
    """What b gains over a on n paired scores: the mean gain with its interval, p and the test it is from; a win is a score b has higher."""

    gain: Interval
    p: float
    test: str
    wins: int
    losses: int

    @property
    def ties(self) -> int:
        return self.gain.n - self.wins - self.losses


def difference(a: Sequence[float], b: Sequence[float], *, confidence: float = 0.95) -> Difference:
    """What b gains over a, with the interval and the test that fit the scores.

    Where every pair differs by -1, 0 or 1: `paired_wins` and the exact McNemar test; else the paired bootstrap and a permutation test.

    >>> difference([0, 0, 1, 1], [1, 1, 1, 0]).test
    'exact McNemar'
    """
    gains = _differences(a, b)
    wins = int((gains > 0).sum())
    losses = int((gains < 0).sum())
    if set(gains.tolist()) <= {-1.0, 0.0, 1.0}:
        gain = paired_wins(wins, losses, len(gains), confidence=confidence)
        return Difference(gain, mcnemar(a, b), "exact McNemar", wins, losses)
    gain = paired_bootstrap(a, b, confidence=confidence)
    return Difference(gain, sign_flip(a, b), "paired permutation", wins, losses)


def paired_bootstrap(a: Sequence[float], b: Sequence[float], seed: int = 0, **options: float) -> Interval:
    """The bootstrap interval of the mean of b - a, two methods' scores on the same examples in the same order.

    Differs from comparing two separate intervals, which forgets that both met the same hard examples and so misses real differences.
    For scores of 0 and 1 see `paired_wins`. Options are those of `bootstrap`.
    """
    return bootstrap(_differences(a, b), seed, **options)


def paired_wins(wins: int, losses: int, n: int, *, confidence: float = 0.95) -> Interval:
    """The interval of (wins - losses) / n on n paired scores of 0 and 1. Bonett and Price 2012, JEBS 37.

    With m = (wins - losses)/(n+2) and d = (wins + losses + 2)/(n+2): m ± z·√((d - m²)/(n+2)). Differs from the bootstrap,
    which says "exactly 0" when no example differs: 200 ties do not prove that two methods are equal.
    >>> paired_wins(0, 0, 200)
    0.00 [-0.01, 0.01], n=200
    """
    if not (n >= 1 and wins >= 0 and losses >= 0 and wins + losses <= n):
        raise ValueError(f"paired_wins needs wins + losses <= n, none negative, and n >= 1; got wins={wins}, losses={losses}, n={n}")
    middle = (wins - losses) / (n + 2)
    differing = (wins + losses + 2) / (n + 2)
    half = z_of(confidence) * math.sqrt((differing - middle**2) / (n + 2))
    return Interval((wins - losses) / n, max(-1.0, middle - half), min(1.0, middle + half), n)


def mcnemar(a: Sequence[float], b: Sequence[float]) -> float:
    """The p value of the exact McNemar test on paired scores of 0 and 1: do wins and losses split like a fair coin's?

    McNemar 1947, Psychometrika 12. The same as scipy's `binomtest(wins, wins + losses)`; 1 if no example differs. Differs from
    the chi-squared version, which is off below some 25 differences.
    >>> mcnemar([0, 0, 0, 0, 0, 1], [1, 1, 1, 1, 1, 1])
    0.0625
    """
    from scipy.stats import binomtest

    difference = _differences(a, b)
    if not set(difference) <= {-1.0, 0.0, 1.0}:
        raise ValueError(f"mcnemar is for scores of 0 and 1, got differences such as {max(difference % 1):g}: use sign_flip(a, b)")
    wins = int((difference > 0).sum())
    differing = int((difference != 0).sum())
    return float(binomtest(wins, differing).pvalue) if differing else 1.0


def sign_flip(a: Sequence[float], b: Sequence[float], seed: int = 0, *, resamples: int = 10_000) -> float:
    """The p value of a paired permutation test on any scores: how often do random signs give a mean difference as far from 0?

    As `scipy.stats.permutation_test(..., permutation_type="samples")`; p is at least 1/(resamples + 1): Phipson and Smyth 2010.
    """
    import numpy as np

    difference = _differences(a, b)
    rng = np.random.default_rng(seed)
    n = len(difference)
    sums = np.concatenate([(2.0 * rng.integers(0, 2, (rows, n)) - 1) @ difference for rows in blocks(n, resamples)])
    return float(((np.abs(sums) >= abs(difference.sum()) - 1e-9).sum() + 1) / (resamples + 1))


def holm(pvalues: Sequence[float]) -> list[float]:
    """p values made larger for having asked several questions, in the order given; the chance of any false alarm stays below 5%.

    Holm 1979, Scand. J. Statist. 6: the smallest of m is multiplied by m, the next by m - 1, and none gets below the one before.
    Differs from Bonferroni, which multiplies all by m and misses more. A p that is nan (an incomplete run) stays nan, and counts in m.
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    if not all(0 <= p <= 1 or math.isnan(p) for p in pvalues):
        raise ValueError(f"p values lie between 0 and 1, got {list(pvalues)}")
    adjusted = [0.0] * len(pvalues)
    floor = 0.0
    for rank, i in enumerate(sorted(range(len(pvalues)), key=lambda i: (math.isnan(pvalues[i]), pvalues[i]))):
        floor = math.nan if math.isnan(pvalues[i]) else max(floor, min(1.0, (len(pvalues) - rank) * pvalues[i]))
        adjusted[i] = floor
    return adjusted


def _differences(a: Sequence[float], b: Sequence[float]) -> numpy.ndarray:
    if len(a) != len(b):
        raise ValueError(f"paired scores are of the same examples, got {len(a)} and {len(b)}: compare runs over the same split and limit")
    return as_numbers(b) - as_numbers(a)
