"""Sequential tests: the wealth of a bettor by hand, the naive test by scipy, cumulative sums by hand, and what is refused."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import binomtest

from helpers.failures import sequential


def test_a_bettor_with_nothing_to_bet_on_keeps_its_wealth() -> None:
    assert sequential.wealth([0, 0, 0, 0], 0.2).tolist() == [1, 1, 1, 1]


def test_the_first_label_is_not_bet_on_and_the_second_by_what_the_first_showed() -> None:
    """Memory 1: before the second label the recent rate is (0.5 + 1) / 2 = 0.75, so the bet is (0.75 - 0.5) / (0.5 * 0.5) = 1."""
    assert sequential.wealth([1, 1], 0.5, memory=1, most=1.0).tolist() == pytest.approx([1, 1 * (1 + 1 * 0.5)])
    assert sequential.wealth([1, 0], 0.5, memory=1, most=1.0).tolist() == pytest.approx([1, 1 * (1 - 1 * 0.5)])


@pytest.mark.parametrize("p0", [0.1, 0.3, 0.6])
def test_on_average_nothing_is_won_where_the_error_rate_is_p0(p0: float) -> None:
    """All 2^10 streams, each weighed by its chance: the mean wealth is exactly 1. This is what the promise stands on."""
    streams = np.array(list(itertools.product([0, 1], repeat=10)))
    chances = (p0**streams * (1 - p0) ** (1 - streams)).prod(axis=1)
    assert chances @ sequential.wealth(streams, p0)[:, -1] == pytest.approx(1)


@pytest.mark.parametrize("p0", [0.2, 0.5])
def test_the_wealth_stays_above_zero_whatever_comes(p0: float) -> None:
    streams = np.array(list(itertools.product([0, 1], repeat=10)))
    assert sequential.wealth(streams, p0).min() > 0


def test_the_naive_test_is_the_binomial_test_at_every_look() -> None:
    errors = [0, 1, 1, 0, 1]
    by_scipy = [binomtest(sum(errors[:n]), n, 0.3, alternative="greater").pvalue for n in range(1, 6)]
    assert sequential.naive(errors, 0.3).tolist() == pytest.approx(by_scipy)


def test_cumulative_sums_by_hand() -> None:
    """ln(0.8 / 0.2) for an error, ln(0.2 / 0.8) for none, and never below 0."""
    step = np.log(4)
    assert sequential.cusum([1, 0, 0, 1, 1], 0.2, 0.8).tolist() == pytest.approx([step, 0, 0, step, 2 * step])


def test_a_rolling_share_waits_for_its_window() -> None:
    assert sequential.rolling([1, 1, 0, 0, 1], 2).tolist() == [0, 1, 0.5, 0, 0.5]


@pytest.mark.parametrize(("test", "more"), [("wealth", ()), ("naive", ()), ("cusum", (0.9,))])
@pytest.mark.parametrize("p0", [0.0, 1.0, -0.1, float("nan")])
def test_an_impossible_rate_is_refused(test: str, more: tuple, p0: float) -> None:
    with pytest.raises(ValueError, match=r"p0=.*between 0 and 1"):
        getattr(sequential, test)([0, 1], p0, *more)


@pytest.mark.parametrize("errors", [[0, 2], [0.5], [float("nan")], []])
def test_labels_other_than_right_and_wrong_are_refused(errors: list) -> None:
    with pytest.raises(ValueError, match="0 for right, 1 for wrong"):
        sequential.wealth(errors, 0.2)


def test_a_better_rate_than_p0_is_no_change_for_the_worse() -> None:
    with pytest.raises(ValueError, match=r"p1=0.1 .* above p0=0.3"):
        sequential.cusum([0, 1], 0.3, 0.1)


@pytest.mark.parametrize("window", [0, 1.5])
def test_a_window_without_labels_is_refused(window: float) -> None:
    with pytest.raises(ValueError, match=rf"window={window}"):
        sequential.rolling([0, 1], window)
