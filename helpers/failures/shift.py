"""Do two samples of vectors, such as embedded texts, look alike? No labels needed; a difference says nothing about right or wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy
    from numpy.typing import ArrayLike

__all__ = ["Shift", "classifier", "mmd"]

FOLDS = 5


@dataclass(frozen=True)
class Shift:
    """How far apart two samples are, and p: the share of random regroupings that are as far apart (at least 1 / (shuffles + 1))."""

    value: float
    p: float


def mmd(a: ArrayLike, b: ArrayLike, *, shuffles: int = 999, seed: int = 0) -> Shift:
    """MMD squared: likeness within the samples minus likeness between them, k = exp(-distance² / the median of distance²).

    Unbiased, so alike samples may get less than 0. Gretton and others 2012, JMLR 13. ValueError: fewer than 2 rows, or numbers
    that are not finite.

    >>> mmd([[0.0], [0.1], [0.2], [0.1]], [[5.0], [5.1], [5.2], [5.1]]).p < 0.06
    True
    """
    import numpy as np
    from scipy.spatial.distance import pdist, squareform

    a, b = _samples(a, b, least=2)
    distances = pdist(np.vstack([a, b]), "sqeuclidean")
    alike = squareform(np.exp(-distances / (np.median(distances) or 1.0)))  # zeros on the diagonal: a row is not compared with itself
    m, n = len(a), len(b)

    def far(first: numpy.ndarray) -> float:
        """MMD squared, if the rows marked are the first sample."""
        rest = ~first
        to_first = alike @ first
        return first @ to_first / (m * (m - 1)) + rest @ alike @ rest / (n * (n - 1)) - 2 * (rest @ to_first) / (m * n)

    return _by_shuffles(far, m, n, shuffles, seed)


def classifier(a: ArrayLike, b: ArrayLike, *, shuffles: int = 99, seed: int = 0) -> Shift:
    """How well a logistic regression tells which sample a row is from: the area under the ROC curve on rows that it did not learn from.

    0.5 is guessing, 1 is always right. Five folds, one after the other left out. Lopez-Paz and Oquab 2017, arXiv:1610.06545.
    ValueError: fewer than 5 rows, or numbers that are not finite.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    a, b = _samples(a, b, least=FOLDS)

    rows = np.vstack([a, b])
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)

    def told(first: numpy.ndarray) -> float:
        return float(
            roc_auc_score(first, cross_val_predict(LogisticRegression(max_iter=500), rows, first, cv=folds, method="predict_proba")[:, 1])
        )

    return _by_shuffles(told, len(a), len(b), shuffles, seed)


def _by_shuffles(far: Callable[[numpy.ndarray], float], m: int, n: int, shuffles: int, seed: int) -> Shift:
    import numpy as np

    if shuffles < 1:
        raise ValueError(f"shuffles={shuffles}: p needs one shuffle or more, 999 is usual")
    first = np.arange(m + n) < m
    value = float(far(first))
    rng = np.random.default_rng(seed)
    reached = sum(far(rng.permutation(first)) >= value - 1e-12 for _ in range(shuffles))
    return Shift(value, float((1 + reached) / (shuffles + 1)))


def _samples(a: ArrayLike, b: ArrayLike, least: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    import numpy as np

    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.ndim != 2 or b.ndim != 2:
        raise ValueError(f"a sample has rows and columns, a row a text; got the shapes {a.shape} and {b.shape}")
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"both samples need as many columns, got {a.shape[1]} and {b.shape[1]}: embed both with one model")
    if min(len(a), len(b)) < least:
        raise ValueError(f"this test needs at least {least} rows in each sample, got {len(a)} and {len(b)}: wait for more")
    for rows in (a, b):
        if not np.isfinite(rows).all():
            raise ValueError(f"{int((~np.isfinite(rows)).sum())} numbers are not finite, such as nan: leave out texts without a vector")
    return a, b
