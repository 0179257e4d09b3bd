"""Labels come one by one: did the error rate rise? Statistics of each look; an alarm is where one reaches its threshold.

All take one stream (0 for right, 1 for wrong) or many, shape (streams, labels), and give a number a label, of the same shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy
    from numpy.typing import ArrayLike

__all__ = ["cusum", "naive", "rolling", "wealth"]


def wealth(errors: ArrayLike, p0: float, *, memory: int = 20, most: float = 0.5) -> numpy.ndarray:
    """What a bettor owns after each label who began with 1 and bets that errors come more often than p0.

    Each label multiplies it by 1 + bet·(error - p0): on average by 1 at most, as long as the rate is p0 or below. So it ever reaches 20
    with a chance of at most 1/20, however often one looks: Ville 1939; betting as in Waudby-Smith and Ramdas 2024, JRSS B 86. The bet
    follows the recent rate (a mean that forgets within about `memory` labels), is 0 where that is no more than p0, and risks at
    most the share `most` of the wealth.

    >>> wealth([0, 1, 1, 1, 1, 1], 0.1).round(1).tolist()
    [1.0, 1.0, 1.4, 2.5, 5.4, 13.9]
    """
    import numpy as np

    errors = _labels(errors)
    _check_rate("p0", p0)
    recent = np.full(errors.shape[:-1], p0)
    owned = np.ones(errors.shape[:-1])
    history = np.empty(errors.shape)
    for at in range(errors.shape[-1]):
        error = errors[..., at]
        bet = np.clip((recent - p0) / (p0 * (1 - p0)), 0, most / p0)  # known before the label is
        owned = owned * (1 + bet * (error - p0))
        recent = recent + (error - recent) / (memory + 1)
        history[..., at] = owned
    return history


def naive(errors: ArrayLike, p0: float) -> numpy.ndarray:
    """The p value of a binomial test on all labels so far, at each look. It is meant for one look: with many, p < 0.05 is no promise."""
    import numpy as np
    from scipy.stats import binom

    errors = _labels(errors)
    _check_rate("p0", p0)
    return binom.sf(errors.cumsum(axis=-1) - 1, np.arange(1, errors.shape[-1] + 1), p0)


def rolling(errors: ArrayLike, window: int) -> numpy.ndarray:
    """The share of errors among the last `window` labels; 0 until there are so many."""
    import numpy as np

    errors = _labels(errors)
    if not isinstance(window, int) or not 1 <= window <= errors.shape[-1]:
        raise ValueError(f"window={window}: it is a whole number of labels, from 1 to the {errors.shape[-1]} there are")
    sums = np.cumsum(np.insert(errors, 0, 0.0, axis=-1), axis=-1)
    shares = np.zeros(errors.shape)
    shares[..., window - 1 :] = (sums[..., window:] - sums[..., :-window]) / window
    return shares


def cusum(errors: ArrayLike, p0: float, p1: float) -> numpy.ndarray:
    """Page's cumulative sum: the log-likelihood of rate p1 over p0 since the moment that fits a change best. Page 1954, Biometrika 41."""
    import numpy as np

    errors = _labels(errors)
    _check_rate("p0", p0)
    _check_rate("p1", p1)
    if p1 <= p0:
        raise ValueError(f"p1={p1} must lie above p0={p0}: it is the error rate that should raise an alarm")
    steps = np.where(errors == 1, np.log(p1 / p0), np.log((1 - p1) / (1 - p0)))
    total, history = np.zeros(errors.shape[:-1]), np.empty(errors.shape)
    for at in range(errors.shape[-1]):
        total = np.maximum(0, total + steps[..., at])
        history[..., at] = total
    return history


def _labels(errors: ArrayLike) -> numpy.ndarray:
    import numpy as np

    labels = np.asarray(errors, dtype=float)
    if labels.size == 0 or not np.isin(labels, (0, 1)).all():
        raise ValueError(f"labels are 0 for right, 1 for wrong, at least one; got {labels.size}, such as {labels.ravel()[:5].tolist()}")
    return labels


def _check_rate(name: str, rate: float) -> None:
    if not 0 < rate < 1:
        raise ValueError(f"{name}={rate}: an error rate to test against lies between 0 and 1")
