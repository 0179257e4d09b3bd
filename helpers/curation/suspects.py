"""Labels in doubt: errors planted to measure by, and orders in which to review, the most doubtful row first."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy

__all__ = ["by_cleanlab", "confident", "cross_probabilities", "plant", "precision_at"]


def plant(labels: Sequence[Hashable], share: float, seed: int, among: Sequence[int] | None = None) -> tuple[list, numpy.ndarray]:
    """The labels with a share of them changed to another one at random, and where: the errors are known, because we made them.

    among: the positions that may be changed (all of them). The share is of all labels. ValueError: a share that is none, a position
    that is none, or fewer positions than changes.

    >>> plant(["a", "b", "a", "b"], 0.25, seed=0)[0]
    ['a', 'b', 'b', 'b']
    """
    import numpy as np

    names = sorted(set(labels), key=str)
    if not 0 <= share <= 1:
        raise ValueError(f"share={share}: it is the part of the labels to be changed, from 0 to 1; 0.15 is usual")
    places = np.arange(len(labels)) if among is None else np.unique(np.asarray(among, dtype=int))
    if len(places) and not 0 <= places[0] <= places[-1] < len(labels):
        raise ValueError(f"among names positions from {places[0]} to {places[-1]}; {len(labels)} labels have 0 to {len(labels) - 1}")
    count = round(share * len(labels))
    if len(names) < 2 or count > len(places):
        raise ValueError(
            f"{count} of {len(labels)} labels are to be changed among {len(places)} rows with the labels {names}: there must be two "
            "labels or more, and no more changes than rows; use a smaller share, or more rows"
        )
    rng = np.random.default_rng(seed)
    changed = list(labels)
    wrong = np.zeros(len(labels), dtype=bool)
    for place in rng.choice(places, count, replace=False):
        others = [name for name in names if name != labels[place]]
        changed[place] = others[rng.integers(len(others))]
        wrong[place] = True
    return changed, wrong


def cross_probabilities(features: numpy.ndarray, labels: Sequence[Hashable], seed: int = 0, folds: int = 5) -> numpy.ndarray:
    """Each row's probability of each label (in sorted order), from a logistic regression that did not see the row.

    Shape (rows, labels). ValueError: a label has fewer rows than there are folds.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    names, counts = np.unique(np.asarray(labels), return_counts=True)
    if counts.min() < folds:
        raise ValueError(
            f"label {str(names[counts.argmin()])!r} has {counts.min()} rows, and {folds} folds need {folds}: join it, or use fewer folds"
        )
    parts = StratifiedKFold(folds, shuffle=True, random_state=seed)
    return cross_val_predict(LogisticRegression(C=1.0, max_iter=1000), features, labels, cv=parts, method="predict_proba")


def confident(labels: Sequence[Hashable], probabilities: numpy.ndarray) -> tuple[numpy.ndarray, int]:
    """Confident learning: all rows, the most doubtful first, and how many are called errors. Northcutt et al. 2021, JAIR 70.

    A label's threshold is the mean probability that its own rows get for it. A row is an error if, of the labels whose threshold it
    reaches, the likeliest is not its own. Within errors and the rest, the order is by the probability of the row's own label.
    Columns of `probabilities` are the labels in sorted order. ValueError: they do not fit.
    """
    import numpy as np

    given = _codes(labels, probabilities)
    own = probabilities[np.arange(len(given)), given]
    thresholds = np.array([own[given == code].mean() for code in range(probabilities.shape[1])])
    reached = np.where(probabilities >= thresholds, probabilities, -1.0)
    errors = (reached.max(axis=1) >= 0) & (reached.argmax(axis=1) != given)
    return np.lexsort((own, ~errors)), int(errors.sum())


def by_cleanlab(labels: Sequence[Hashable], probabilities: numpy.ndarray) -> tuple[numpy.ndarray, int]:
    """The same by the library cleanlab: its errors first, then the rest by the probability of their label; and how many are errors."""
    import numpy as np
    from cleanlab.filter import find_label_issues

    given = _codes(labels, probabilities)
    errors = find_label_issues(given, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1)
    own = probabilities[np.arange(len(given)), given]
    rest = [place for place in np.argsort(own, kind="stable") if place not in set(errors.tolist())]
    return np.array([*errors, *rest], dtype=int), len(errors)


def precision_at(order: Sequence[int], wrong: Sequence[bool], n: int) -> float:
    """The share of errors among the first n rows of an order. ValueError: the order is shorter, or names a row twice.

    >>> precision_at([2, 0, 1], [True, False, True], 2)
    1.0
    """
    first = [int(place) for place in list(order)[:n]]
    if n < 1 or len(first) < n or len(set(first)) < n:
        raise ValueError(f"{n} different rows are to be reviewed, and the order names {len(set(first))}: give an order of all rows, n >= 1")
    return sum(bool(wrong[place]) for place in first) / n


def _codes(labels: Sequence[Hashable], probabilities: numpy.ndarray) -> numpy.ndarray:
    """The labels as columns of `probabilities`."""
    import numpy as np

    names, codes = np.unique(np.asarray(labels), return_inverse=True)
    if probabilities.shape != (len(codes), len(names)):
        raise ValueError(
            f"probabilities must be of shape {(len(codes), len(names))}, a row for each label given and a column for each of "
            f"{list(map(str, names))}; got {probabilities.shape}"
        )
    return codes
