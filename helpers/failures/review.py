"""Review: which row to look at next, by several policies, and what each would have found where the labels are known."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING

from helpers.stats import Interval, bootstrap

if TYPE_CHECKING:
    import numpy
    import pandas

__all__ = ["at_random", "highest_first", "per_ten", "posterior", "reviewed", "thompson"]

Seen = Sequence[tuple[int, bool]]  # the rows reviewed so far, and whether each was wrong
Policy = Callable[[Seen, Sequence[int], "numpy.random.Generator"], int]  # these, the rows left, chance: which row is next


def at_random() -> Policy:
    """Any row, each as likely as another."""
    return lambda seen, left, rng: int(rng.choice(left))


def highest_first(values: Sequence[float]) -> Policy:
    """The row with the highest value, such as how unsure the model was, or whether two models disagree; of equal ones any."""
    import numpy as np

    worth = np.asarray(values, dtype=float)
    if not np.isfinite(worth).all():
        raise ValueError(f"{(~np.isfinite(worth)).sum()} of {len(worth)} values are not finite: give every row a number")

    def choose(seen: Seen, left: Sequence[int], rng: numpy.random.Generator) -> int:
        _check(len(worth), left)
        values_left = worth[list(left)]
        return int(rng.choice(np.asarray(left)[values_left == values_left.max()]))

    return choose


def thompson(groups: Sequence[Hashable]) -> Policy:
    """Draw a failure rate for each group from its Beta posterior, and review any row of the group with the highest draw.

    Groups that failed often are reviewed more; groups that were hardly seen still have their chance. Thompson 1933, Biometrika 25.
    """
    names = sorted(set(groups), key=str)
    number = [names.index(group) for group in groups]

    def choose(seen: Seen, left: Sequence[int], rng: numpy.random.Generator) -> int:
        _check(len(number), left)
        wrong, right = _counts(number, len(names), seen)
        draws = rng.beta(1 + wrong, 1 + right)
        open_groups = {number[i] for i in left}
        best = max(open_groups, key=lambda group: draws[group])
        return int(rng.choice([i for i in left if number[i] == best]))

    return choose


def posterior(groups: Sequence[Hashable], seen: Seen) -> pandas.DataFrame:
    """What the reviews so far say of each group's failure rate: the Beta posterior from a flat prior, its mean and the middle 95%.

    >>> posterior(["bread", "tram"], [(0, True)])["mean"].round(2).to_dict()
    {'bread': 0.67, 'tram': 0.5}
    """
    import pandas as pd
    from scipy.stats import beta

    names = sorted(set(groups), key=str)
    wrong, right = _counts([names.index(group) for group in groups], len(names), seen)
    a, b = 1 + wrong, 1 + right
    low, high = beta.ppf([[0.025], [0.975]], a, b)
    return pd.DataFrame({"wrong": wrong, "right": right, "mean": a / (a + b), "low": low, "high": high}, index=names)


def reviewed(
    wrong: Sequence[bool], policy: Policy, *, budget: int = 40, pool: int = 100, reviewers: int = 200, seed: int = 0
) -> numpy.ndarray:
    """What simulated reviewers find: (reviewers, budget), 1 where the review met a wrong answer.

    Each gets a pool of rows of their own, drawn from all; the same for every policy with this seed, so that two policies can be paired.
    ValueError: a budget above the pool, or a pool above the rows.
    """
    import numpy as np

    wrong = np.asarray(wrong, dtype=bool)
    if not 1 <= budget <= pool <= len(wrong):
        raise ValueError(f"budget={budget}, pool={pool}, {len(wrong)} rows: needs 1 <= budget <= pool <= rows")
    return np.array([_review(wrong, policy, budget, pool, (seed, number)) for number in range(reviewers)])


def per_ten(hits: numpy.ndarray, baseline: numpy.ndarray | None = None) -> Interval:
    """Errors met in ten reviews, the mean over reviewers with its 95% interval; with a baseline how many more, paired by reviewer."""
    if baseline is not None and baseline.shape != hits.shape:
        raise ValueError(f"(reviewers, budget) is {hits.shape} and {baseline.shape}: simulate both policies with the same two numbers")
    means = 10 * hits.mean(axis=1)
    return bootstrap(means if baseline is None else means - 10 * baseline.mean(axis=1))


def _review(wrong: numpy.ndarray, policy: Policy, budget: int, pool: int, seed: tuple[int, int]) -> list[int]:
    import numpy as np

    left = np.random.default_rng(seed).choice(len(wrong), pool, replace=False).tolist()
    rng = np.random.default_rng((*seed, 1))
    seen: list[tuple[int, bool]] = []
    for _ in range(budget):
        row = policy(seen, left, rng)
        left.remove(row)
        seen.append((row, bool(wrong[row])))
    return [int(miss) for _, miss in seen]


def _check(rows: int, left: Sequence[int]) -> None:
    if max(left, default=-1) >= rows:
        raise ValueError(f"the policy knows {rows} rows, and row {max(left)} is to be reviewed: give it a group or value for every row")


def _counts(number: Sequence[int], groups: int, seen: Seen) -> tuple[numpy.ndarray, numpy.ndarray]:
    """How many of each group were wrong, and how many right."""
    import numpy as np

    wrong, right = np.zeros(groups, dtype=int), np.zeros(groups, dtype=int)
    for row, miss in seen:
        (wrong if miss else right)[number[row]] += 1
    return wrong, right
