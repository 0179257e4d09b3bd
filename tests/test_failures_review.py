"""Policies of what to review next, and reviewers who follow them."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.failures import at_random, highest_first, per_ten, posterior, reviewed, thompson

RNG = np.random.default_rng(0)
WRONG = np.array([True] * 30 + [False] * 70)


def test_the_highest_value_that_is_left_comes_first() -> None:
    policy = highest_first([5, 9, 7])
    assert [policy([], left, RNG) for left in ([0, 1, 2], [0, 2], [0])] == [1, 2, 0]


def test_equal_values_are_drawn_by_lot() -> None:
    policy = highest_first([1, 1, 0])
    assert {policy([], [0, 1, 2], RNG) for _ in range(50)} == {0, 1}


def test_a_value_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="1 of 2 values are not finite"):
        highest_first([0.5, float("nan")])


def test_at_random_any_row_may_come() -> None:
    assert {at_random()([], [3, 8], RNG) for _ in range(50)} == {3, 8}


def test_thompson_goes_where_most_was_wrong_and_still_tries_the_unknown() -> None:
    groups = ["bad"] * 10 + ["good"] * 10 + ["new"] * 10
    seen = [(i, True) for i in range(4)] + [(10 + i, False) for i in range(8)]
    left = [i for i in range(30) if i not in dict(seen)]
    choices = [groups[thompson(groups)(seen, left, RNG)] for _ in range(300)]
    shares = {name: choices.count(name) / 300 for name in ("bad", "new", "good")}
    assert shares["bad"] > 0.7 > 0.3 > shares["new"] > shares["good"]


def test_thompson_takes_only_rows_of_groups_that_have_any_left() -> None:
    assert {thompson(["a", "a", "b"])([(0, True), (1, True)], [2], RNG) for _ in range(20)} == {2}


def test_the_posterior_of_a_flat_prior_adds_one_of_each() -> None:
    table = posterior(["a", "a", "b"], [(0, True), (1, False)])
    assert table["mean"].to_dict() == {"a": 0.5, "b": 0.5}
    assert table.loc["b", ["low", "high"]].tolist() == pytest.approx([0.025, 0.975])
    assert posterior(["a"] * 3, [(0, True), (1, True)]).loc["a", "mean"] == pytest.approx(3 / 4)


def test_a_reviewer_reads_each_row_of_the_pool_once_and_counts_what_is_wrong() -> None:
    hits = reviewed(WRONG, at_random(), budget=100, pool=100, reviewers=3)
    assert hits.sum(axis=1).tolist() == [30, 30, 30]


def test_a_policy_that_knows_finds_only_errors_until_none_is_left() -> None:
    hits = reviewed(WRONG, highest_first(WRONG), budget=40, pool=100, reviewers=2)
    assert hits.tolist() == [[1] * 30 + [0] * 10] * 2


def test_two_policies_meet_the_same_pools() -> None:
    pools: dict[str, list] = {"first": [], "second": []}

    def noting(name: str):
        def choose(seen, left, rng):
            pools[name].append(sorted([*left, *(row for row, _ in seen)]))
            return left[0] if name == "first" else left[-1]

        return choose

    for name in pools:
        reviewed(WRONG, noting(name), budget=2, pool=10, reviewers=3)
    assert pools["first"] == pools["second"]
    assert pools["first"][0] != pools["first"][2]


@pytest.mark.parametrize(("budget", "pool"), [(11, 10), (5, 101), (0, 10)])
def test_a_budget_above_the_pool_is_refused(budget: int, pool: int) -> None:
    with pytest.raises(ValueError, match="needs 1 <= budget <= pool <= rows"):
        reviewed(WRONG, at_random(), budget=budget, pool=pool, reviewers=1)


def test_errors_are_counted_in_ten_reviews_and_paired_by_reviewer() -> None:
    hits, base = np.array([[1, 1, 0, 0], [1, 0, 0, 0]]), np.array([[1, 0, 0, 0], [0, 0, 0, 0]])
    assert per_ten(hits).value == pytest.approx(3.75)
    more = per_ten(hits, base)
    assert (more.value, more.low, more.high, more.n) == (2.5, 2.5, 2.5, 2)


@pytest.mark.parametrize("policy", [thompson([1] * 5), highest_first([1.0] * 5)])
def test_a_policy_that_knows_fewer_rows_says_so(policy) -> None:
    with pytest.raises(ValueError, match=r"knows 5 rows, and row 99"):
        policy([], [3, 99], RNG)


def test_hits_of_other_reviewers_or_budgets_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match=r"\(2, 4\) and \(1, 4\)"):
        per_ten(np.ones((2, 4)), np.ones((1, 4)))
