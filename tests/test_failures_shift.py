"""Shift between two samples of vectors: MMD by hand, p under sameness and difference, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.failures import shift

A, B = (np.random.default_rng(seed).normal(size=(40, 5)) for seed in (0, 1))


def test_mmd_by_hand() -> None:
    """Distances squared: within a 1, within b 1, between 4, 1, 9, 4: median of the six 2.5 (1, 1, 1, 4, 4, 9), so k = exp(-d / 2.5)."""
    found = shift.mmd([[0.0], [1.0]], [[2.0], [3.0]], shuffles=9)
    k = {d: np.exp(-d / 2.5) for d in (1, 4, 9)}
    assert found.value == pytest.approx(k[1] + k[1] - 2 * (2 * k[4] + k[1] + k[9]) / 4)


def test_samples_that_are_far_apart_get_the_smallest_p_there_is() -> None:
    assert shift.mmd(A, B + 2, shuffles=99).p == pytest.approx(1 / 100)
    assert shift.classifier(A, B + 2, shuffles=19).p == pytest.approx(1 / 20)


def test_p_is_small_as_often_as_it_may_where_nothing_differs() -> None:
    rng = np.random.default_rng(0)
    small = sum(shift.mmd(*rng.normal(size=(2, 15, 3)), shuffles=39, seed=seed).p <= 0.1 for seed in range(200))
    assert 8 <= small <= 34  # 20 are expected, and binomial(200, 0.1) lies in here 99.8 times of 100


def test_a_classifier_that_tells_them_apart_has_an_area_of_one_and_by_chance_one_half() -> None:
    assert shift.classifier(A, B + 5, shuffles=1).value == 1.0
    assert 0.3 < shift.classifier(A, B, shuffles=1).value < 0.7


def test_the_same_seed_gives_the_same_p() -> None:
    assert shift.mmd(A, B, shuffles=50, seed=3) == shift.mmd(A, B, shuffles=50, seed=3)


@pytest.mark.parametrize("test", [shift.mmd, shift.classifier])
@pytest.mark.parametrize(
    ("a", "why"),
    [
        (A[:1], "at least"),
        ([[1.0, np.nan, 0, 0, 0]] * 6, "not finite"),
        (A[:, :3], "as many columns"),
        (A[0], "rows and columns"),
    ],
)
def test_what_cannot_be_compared_is_refused_and_never_gets_a_p(test, a, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        test(a, B)


def test_no_shuffles_give_no_p() -> None:
    with pytest.raises(ValueError, match="shuffles=0"):
        shift.mmd(A, B, shuffles=0)
