"""Simulated streams: rates, the first alarm, delays, thresholds at an equal share of false alarms."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.failures import simulated

INF = np.inf


def test_streams_have_the_rate_of_each_label() -> None:
    errors = simulated.streams([0.0] * 3 + [1.0] * 2, 7, seed=0)
    assert errors.shape == (7, 5)
    assert (errors.sum(axis=0) == [0, 0, 0, 7, 7]).all()


def test_another_seed_draws_other_streams_and_the_same_the_same() -> None:
    first, again, other = (simulated.streams([0.5] * 50, 10, seed=seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_the_first_alarm_is_counted_from_one_and_never_is_infinite() -> None:
    statistic = np.array([[1, 5, 9], [1, 1, 1], [9, 1, 1]])
    assert simulated.first_alarm(statistic, 5).tolist() == [2, INF, 1]


def test_a_delay_counts_from_the_change_and_an_alarm_before_it_is_none() -> None:
    """The change is after 2 labels: an alarm at the third is a delay of 1; one at the first is a false alarm."""
    statistic = np.array([[0, 0, 9, 0], [9, 0, 9, 0], [0, 0, 0, 0], [0, 0, 0, 9]])
    assert np.array_equal(simulated.delays(statistic, 5, change=2), [1, np.nan, INF, 2], equal_nan=True)


def test_a_threshold_lets_at_most_its_share_of_unchanged_years_alarm() -> None:
    statistic = np.arange(100.0).reshape(100, 1)
    level = simulated.threshold(statistic, 0.05)
    assert np.isfinite(simulated.first_alarm(statistic, level)).mean() == 0.05


def test_a_threshold_stays_honest_where_many_years_tie() -> None:
    statistic = np.array([[1.0]] * 50 + [[2.0]] * 50)
    level = simulated.threshold(statistic, 0.10)
    assert np.isfinite(simulated.first_alarm(statistic, level)).mean() == 0


@pytest.mark.parametrize("rates", [[0.1, 1.2], [float("nan")], [], [[0.1]]])
def test_rates_that_are_none_are_refused(rates: list) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        simulated.streams(rates, 5)


@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match=rf"share={share}"):
        simulated.threshold(np.ones((3, 3)), share)


def test_a_change_after_the_last_label_is_refused() -> None:
    with pytest.raises(ValueError, match="change=3"):
        simulated.delays(np.ones((2, 3)), 1, change=3)
