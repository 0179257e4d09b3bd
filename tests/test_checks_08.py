"""Lesson 08, each exercise: the stub waits, the solution passes, a plausible wrong answer is told why."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers import failures
from helpers.exercises import check


def smallest(bad, groups) -> float:
    return failures.rank(bad, groups)["p"].min()


def by_shuffles(bad, find, again=True, count=1, shuffles=100, replace=False, equal=True) -> float:
    """The solution; with `again=False` the groups of the real scores stay, with `count=0` the real scores do not count,

    with `replace=True` scores are drawn with replacement, and without `equal` a p value that equals the real one does not count.
    """
    rng = np.random.default_rng(0)
    groups = find(bad)
    least = smallest(bad, groups) * (1 + 1e-9 if equal else 1 - 1e-9)
    shuffled = [rng.choice(bad, len(bad), replace=replace) for _ in range(shuffles)]
    hits = sum(smallest(some, find(some) if again else groups) <= least for some in shuffled)
    return (hits + count) / (shuffles + count)


@pytest.fixture(scope="module")
def run():
    """200 rows: 30 of the 50 of kind b are wrong, and 15 of the others; the signal of doubt is high where one is wrong, often."""
    kind = ["b"] * 50 + ["a"] * 150
    wrong = np.array([1] * 30 + [0] * 20 + [1] * 15 + [0] * 135)
    return SimpleNamespace(complete=True, table=pd.DataFrame({"kind": kind, "score": 1.0 - wrong}))


def doubt(run) -> np.ndarray:
    rng = np.random.default_rng(3)
    return rng.normal(size=200) + 1.5 * (run.table["score"] == 0)


@pytest.mark.parametrize(("name", "stubs", "more"), [("warmup", 2, 0), ("core", 1, 0), ("stretch", 1, 1)])
def test_a_stub_waits(name: str, stubs: int, more: int) -> None:
    assert check(f"08.{name}", *[...] * stubs, *[None] * more).state == "waiting"


def test_warmup_passes_the_excess_over_the_rest_and_the_mean_of_the_posterior() -> None:
    assert check("08.warmup", 0.2, 0.409).state == "passed"


@pytest.mark.parametrize(
    ("excess", "mean", "why"),
    [
        (0.4 - 44 / 200, 9 / 22, "do not belong"),
        (2.0, 9 / 22, "the share of the rest"),
        (0.2, 0.4, "flat prior"),
        (0.2, 9 / 21, "both count"),
        (float("nan"), 9 / 22, "my_excess is a number"),
        (0.2, "0.41", "my_mean is a number"),
    ],
)
def test_warmup_tells_what_was_left_out(excess: float, mean: float, why: str) -> None:
    verdict = check("08.warmup", excess, mean)
    assert (verdict.state, why in verdict.text) == ("missed", True)


def test_core_passes_shuffles_that_find_their_groups_again() -> None:
    assert check("08.core", by_shuffles).state == "passed"


@pytest.mark.parametrize(
    ("p", "why"),
    [
        (lambda bad, find: by_shuffles(bad, find, again=False), "find() the groups again"),
        (lambda bad, find: by_shuffles(bad, find, replace=True), "shuffle without replacement"),
        (lambda bad, find: by_shuffles(bad, find, equal=False), "count a p value that equals the real one"),
        (lambda bad, find: by_shuffles(bad, find, count=0), "count them among the shuffles"),
        (lambda bad, find: max(smallest(bad, find(bad)), float(len(find(bad)) == 1)), "smallest p with the smallest p"),
        (lambda bad, find: 1.0, "nearly no shuffle gives that"),
        (lambda bad, find: failures.rank(bad, find(bad))["holm"].min(), "find() the groups again"),
        (0.05, "write it with def"),
    ],
)
def test_core_tells_which_luck_was_forgotten(p, why: str) -> None:
    verdict = check("08.core", p)
    assert (verdict.state, why in verdict.text) == ("missed", True), verdict.text


def test_stretch_passes_a_policy_of_several_signals(run) -> None:
    signals = doubt(run) + 2 * (run.table["kind"] == "b").to_numpy()
    assert check("08.stretch", failures.highest_first(signals), run).state == "passed"


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        (failures.at_random(), "clearly more than Thompson sampling"),
        (failures.thompson(["b"] * 50 + ["a"] * 150), "clearly more than Thompson sampling"),
        (lambda seen, left, rng: 500, "one of the rows that are left"),
        ([3, 1, 2], "write it with def"),
    ],
)
def test_stretch_tells_why_a_policy_does_not_do(run, policy, why: str) -> None:
    verdict = check("08.stretch", policy, run)
    assert (verdict.state, why in verdict.text) == ("missed", True), verdict.text


def test_stretch_notices_a_policy_that_looks_at_the_labels(run) -> None:
    verdict = check("08.stretch", failures.highest_first(1 - run.table["score"]), run)
    assert "it looks at the labels" in verdict.text
