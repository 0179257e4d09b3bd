"""Checks of lesson 08."""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Real
from typing import TYPE_CHECKING, Any

from helpers.checks import all_complete
from helpers.exercises import Miss

if TYPE_CHECKING:
    import numpy

    from helpers.runs import Run

__all__ = ["warmup", "core", "stretch"]

BUDGET = 30
REVIEWERS = 100


def warmup(excess: float, mean: float) -> str:
    """How much more often a cluster of 20 fails than the rest, and its posterior mean."""
    _number(excess, "my_excess")
    _number(mean, "my_mean")
    if abs(excess - 0.2) > 0.005:
        why = "the rest are the 180 others: the cluster's own rows do not belong to what it is compared with"
        raise Miss(excess, "the cluster's share less the share of the rest", why)
    if abs(mean - 9 / 22) > 0.005:
        raise Miss(mean, "the mean of the Beta posterior", "a flat prior adds one wrong and one right reply: both count")
    return "The cluster fails 20 points more often. The prior pulls its rate, from 0.40 to 0.41, a little toward one half."


def core(p: Callable) -> str:
    """A p value by shuffles that looks for its groups again after each."""
    _callable(p, "my_p(bad, find)")
    bad, groups = _planted()
    planted = _value(p(bad, lambda _: groups))
    if planted > 0.02:
        raise Miss(planted, "at most 0.02", "one group was made to fail at 80%, the rest at 15%: nearly no shuffle gives that")
    if planted <= 0:
        raise Miss(planted, "more than 0", "the real scores are one of the ways to deal them: count them among the shuffles")
    drawn = _value(p(bad, _around_failures))
    if drawn < 0.9:
        why = (
            "a group drawn around eight failures always fails: shuffle without replacement, find() the groups again after each, "
            "and count a p value that equals the real one"
        )
        raise Miss(drawn, "about 1", why)
    bad, many = _nothing()
    several = _value(p(bad, lambda _: many))
    if several < 0.15:
        raise Miss(
            several, "above 0.15", "among 30 groups without a cause one always looks bad: compare the smallest p with the smallest p"
        )
    return f"Planted {planted:.3f}; drawn around failures {drawn:.2f}; the worst of 30 groups without a cause {several:.2f}."


def stretch(policy: Callable, run: Run) -> str:
    """A policy that finds clearly more errors than Thompson sampling over kinds."""
    from helpers import failures

    _callable(policy, "my_policy(seen, left, rng)")
    all_complete(run)
    bad = (run.table["score"] < 0.5).to_numpy()
    pool = len(bad) // 2
    sizes = {"budget": min(BUDGET, pool), "pool": pool, "reviewers": REVIEWERS, "seed": 8}
    hits = failures.reviewed(bad, _checked(policy), **sizes)
    early = float(hits[:, :10].mean())
    if early > 0.95 and bad.mean() < 0.8:
        raise Miss(
            f"{early:.0%} errors among the first ten", "a policy that does not know", "no signal is that good: it looks at the labels"
        )
    usual = failures.reviewed(bad, failures.thompson(run.table["kind"].tolist()), **sizes)
    more = failures.per_ten(hits, usual)
    if not more.low > 0:
        why = "paired over the same pools, the whole interval must lie above 0; try two signals at once"
        raise Miss(f"{more} more errors in ten reviews", "clearly more than Thompson sampling over kinds", why)
    return f"{failures.per_ten(hits)} errors in ten reviews, {more} more than Thompson sampling over kinds."


def _planted() -> tuple[numpy.ndarray, dict]:
    """200 rows, of which the 20 of one group fail at 80%."""
    import numpy as np

    bad = np.arange(200) % 20 < 3
    bad[:20] = np.arange(20) < 16
    order = np.random.default_rng(1).permutation(200)
    return bad[order], {f"g{number}": np.arange(200)[order] // 20 == number for number in range(10)}


def _around_failures(bad: numpy.ndarray) -> dict:
    """One group: the first eight failures there are."""
    import numpy as np

    return {"drawn": np.isin(np.arange(len(bad)), np.flatnonzero(bad)[:8])}


def _nothing() -> tuple[numpy.ndarray, dict]:
    """30 groups that have nothing to do with what is bad; the surest of them has a p of about 0.03."""
    import numpy as np

    rng = np.random.default_rng(4)
    return rng.permutation(np.arange(200) < 50), {f"g{number}": rng.permutation(200) < 15 for number in range(30)}


def _checked(policy: Callable) -> Callable:
    """The policy, with a Miss for a row that is not left."""

    def choose(seen: list, left: list, rng: numpy.random.Generator) -> int:
        row = policy(list(seen), list(left), rng)
        if row not in left:
            raise Miss(row, "one of the rows that are left", "a row is reviewed once, and only where it is in the reviewer's pool")
        return int(row)

    return choose


def _value(p: Any) -> float:
    _number(p, "the p value of my_p")
    if not 0 <= p <= 1:
        raise Miss(p, "a number from 0 to 1", "a p value is a share of shuffles")
    return float(p)


def _number(answer: Any, name: str) -> None:
    if isinstance(answer, bool) or not isinstance(answer, Real) or math.isnan(answer):
        raise Miss(answer, "a number", f"{name} is a number, such as 0.5")


def _callable(answer: Any, form: str) -> None:
    if not callable(answer):
        raise Miss(answer, f"a function {form}", "write it with def, and hand over its name")
