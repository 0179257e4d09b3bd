"""Labels in doubt: planted errors are where they are said to be, and orders agree with cleanlab's."""

from __future__ import annotations

import numpy as np
import pytest
from cleanlab.filter import find_label_issues

from helpers.curation import suspects


def sorted_points(n: int = 60, seed: int = 0) -> tuple[np.ndarray, list[str]]:
    """Points on a line and their labels: what lies right of 0 is "yes"."""
    x = np.random.default_rng(seed).normal(size=(n, 1))
    return x, ["yes" if value > 0 else "no" for value in x[:, 0]]


def test_planting_changes_the_share_and_says_where() -> None:
    labels = ["a", "b", "c", "a"] * 25
    changed, wrong = suspects.plant(labels, 0.2, seed=1)
    assert [old != new for old, new in zip(labels, changed)] == wrong.tolist()
    assert wrong.sum() == 20
    assert suspects.plant(labels, 0.2, seed=1)[0] == changed
    assert suspects.plant(labels, 0.2, seed=2)[0] != changed


def test_planting_stays_among_the_rows_named() -> None:
    _, wrong = suspects.plant(["a", "b"] * 10, 0.2, seed=0, among=range(10, 20))
    assert (int(wrong[:10].sum()), int(wrong.sum())) == (0, 4)


def test_more_errors_than_rows_is_refused() -> None:
    with pytest.raises(ValueError, match=r"10 of 20 labels are to be changed among 5 rows"):
        suspects.plant(["a", "b"] * 10, 0.5, seed=0, among=range(5))


def test_a_position_named_twice_counts_once() -> None:
    with pytest.raises(ValueError, match="2 of 2 labels are to be changed among 1 rows"):
        suspects.plant(["a", "b"], 1.0, seed=0, among=[0, 0])


def test_positions_and_shares_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="among names positions from 7 to 7; 2 labels have 0 to 1"):
        suspects.plant(["a", "b"], 0.5, seed=0, among=[7])
    with pytest.raises(ValueError, match=r"share=-0.1: it is the part"):
        suspects.plant(["a", "b"], -0.1, seed=0)


def test_a_row_does_not_vote_for_its_own_label() -> None:
    """Features that name the row: a model that had seen a row would be sure of it; one that had not knows nothing."""
    labels = ["a", "b"] * 20
    probabilities = suspects.cross_probabilities(np.eye(40) * 100, labels)
    assert np.abs(probabilities - 0.5).max() < 0.05


def test_a_label_with_too_few_rows_is_named() -> None:
    with pytest.raises(ValueError, match=r"label 'b' has 2 rows, and 5 folds need 5"):
        suspects.cross_probabilities(np.zeros((12, 1)), ["a"] * 10 + ["b"] * 2)


def test_planted_errors_come_first() -> None:
    x, labels = sorted_points()
    changed, wrong = suspects.plant(labels, 0.1, seed=3, among=np.flatnonzero(np.abs(x[:, 0]) > 0.7))
    order, count = suspects.confident(changed, suspects.cross_probabilities(x, changed))
    assert suspects.precision_at(order, wrong, 6) == 1.0
    assert 6 <= count < 20


def test_an_error_reaches_the_threshold_of_another_label() -> None:
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.2, 0.8], [0.4, 0.6]])
    order, count = suspects.confident(["a", "a", "a", "b", "b"], probabilities)
    assert (order[0], count) == (2, 1)  # thresholds: a 0.667, b 0.7; only row 2 reaches that of the other label
    assert order.tolist() == [2, 4, 1, 3, 0]


def test_the_order_within_the_errors_of_both_is_cleanlabs() -> None:
    x, labels = sorted_points(200)
    changed, _ = suspects.plant(labels, 0.15, seed=0)
    probabilities = suspects.cross_probabilities(x, changed)
    order, count = suspects.by_cleanlab(changed, probabilities)
    codes = np.array([name == "yes" for name in changed]).astype(int)
    assert order[:count].tolist() == find_label_issues(codes, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1).tolist()
    assert sorted(order) == list(range(200))
    assert suspects.confident(changed, probabilities)[0][:20].tolist() == order[:20].tolist()


def test_probabilities_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(3, 2\).*got \(2, 2\)"):
        suspects.confident(["a", "b", "a"], np.zeros((2, 2)))


def test_precision_counts_each_row_once() -> None:
    assert suspects.precision_at([0, 3, 1, 2], [True, False, False, False], 2) == 0.5
    with pytest.raises(ValueError, match="the order names 1"):
        suspects.precision_at([0, 0], [True], 2)
