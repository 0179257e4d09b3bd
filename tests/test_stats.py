"""Statistics against scipy, against hand-worked numbers, and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats as scipy_stats

from helpers.stats import Interval, bootstrap, holm, interval, mcnemar, paired_bootstrap, paired_wins, sample_size, sign_flip, wilson
from helpers.stats.intervals import blocks


def skewed(rng: np.random.Generator, n: int) -> np.ndarray:
    """Scores like F1: three of four are 1, the others anywhere; their mean is 0.875."""
    return np.where(rng.random(n) < 0.75, 1.0, rng.random(n))


def test_an_interval_prints_as_a_sentence_would_say_it():
    assert str(Interval(0.8125, 0.75, 0.864, 200)) == repr(Interval(0.8125, 0.75, 0.864, 200)) == "0.81 [0.75, 0.86], n=200"
    assert repr(Interval(math.nan, math.nan, math.nan, 0)) == "unknown, n=0"


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (0, 20), (20, 20), (3, 10), (137, 200), (499, 500)])
def test_wilson_is_scipy_s(k, n):
    reference = scipy_stats.binomtest(k, n).proportion_ci(method="wilson")
    got = wilson(k, n)
    assert (got.value, got.low, got.high, got.n) == pytest.approx((k / n, reference.low, reference.high, n), abs=1e-12)
    assert wilson(k, n, confidence=0.8).high - wilson(k, n, confidence=0.8).low < got.high - got.low


@pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5), (0, 0)])
def test_wilson_refuses_impossible_counts(k, n):
    with pytest.raises(ValueError, match=f"0 <= successes <= n and n >= 1, got successes={k}, n={n}"):
        wilson(k, n)


def test_the_bootstrap_is_scipy_s_bca():
    x = skewed(np.random.default_rng(1), 40)  # few enough that bias moves an end by 0.007 and acceleration by 0.013
    reference = scipy_stats.bootstrap((x,), np.mean, method="BCa", n_resamples=100_000, rng=np.random.default_rng(2)).confidence_interval
    got = bootstrap(x, resamples=100_000)
    assert (got.low, got.high) == pytest.approx((reference.low, reference.high), abs=0.002)
    assert bootstrap(x) == bootstrap(x) != bootstrap(x, seed=1)


def test_the_bootstrap_of_equal_scores_has_no_width():
    assert bootstrap([0.5] * 9) == Interval(0.5, 0.5, 0.5, 9)


@pytest.mark.parametrize("scores", [[], [0.5, float("nan")], [[0.5]]])
def test_the_bootstrap_refuses_what_is_not_a_row_of_numbers(scores):
    with pytest.raises(ValueError, match="scores are one row of finite numbers, at least one; got shape"):
        bootstrap(scores)


def test_the_bootstrap_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(0)
    hits = [(i := bootstrap(skewed(rng, 40), seed, resamples=1000)).low <= 0.875 <= i.high for seed in range(1000)]
    assert 0.93 <= np.mean(hits) <= 0.97


@pytest.mark.parametrize(("n", "p"), [(30, 0.9), (100, 0.5), (200, 0.97)])
def test_wilson_holds_the_truth_as_often_as_it_says(n, p):
    counts = np.random.default_rng(n).binomial(n, p, 4000)
    low, high = np.array([(wilson(k, n).low, wilson(k, n).high) for k in range(n + 1)]).T
    assert 0.935 <= np.mean((low[counts] <= p) & (p <= high[counts])) <= 0.985


@pytest.mark.parametrize(("n", "win", "lose"), [(50, 0.1, 0.05), (200, 0.03, 0.01), (200, 0.2, 0.1), (100, 0.0, 0.0)])
def test_paired_wins_holds_the_truth_as_often_as_it_says_and_more_with_few_differences(n, win, lose):
    draws = np.random.default_rng(n).multinomial(n, [win, lose, 1 - win - lose], size=3000)
    hits = [(i := paired_wins(w, l_, n)).low <= win - lose <= i.high for w, l_, _ in draws.tolist()]
    assert np.mean(hits) >= 0.94


def test_paired_wins_by_hand():
    got = paired_wins(8, 2, 98)  # m = 6/100, d = 12/100; 1.959964 * sqrt((0.12 - 0.0036) / 100) = 0.066869
    assert (got.value, got.low, got.high) == pytest.approx((6 / 98, -0.006869, 0.126869), abs=1e-6)
    assert paired_wins(0, 0, 200).low < 0 < paired_wins(0, 0, 200).high


def test_paired_wins_refuses_more_differences_than_examples():
    with pytest.raises(ValueError, match="wins=3, losses=3, n=5"):
        paired_wins(3, 3, 5)


def test_the_paired_bootstrap_is_narrower_than_two_separate_intervals():
    rng = np.random.default_rng(3)
    a = skewed(rng, 200) * 0.8
    b = a + 0.05 + 0.01 * rng.standard_normal(200)
    paired, alone = paired_bootstrap(a, b), bootstrap(a)
    assert paired.value == pytest.approx(np.mean(b - a))
    assert 0 < paired.low < paired.high
    assert paired.high - paired.low < (alone.high - alone.low) / 5


def test_paired_scores_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="of the same examples, got 2 and 3"):
        mcnemar([0, 1], [0, 1, 1])


@pytest.mark.parametrize(("wins", "losses"), [(0, 0), (1, 0), (5, 0), (12, 4), (30, 31)])
def test_mcnemar_is_scipy_s_binomial_test_on_the_differences(wins, losses):
    a, b = [0] * wins + [1] * losses + [0, 1, 1], [1] * wins + [0] * losses + [0, 1, 1]
    expected = scipy_stats.binomtest(wins, wins + losses).pvalue if wins + losses else 1
    assert mcnemar(a, b) == mcnemar(b, a) == pytest.approx(expected)


def test_mcnemar_refuses_other_scores():
    with pytest.raises(ValueError, match=r"mcnemar is for scores of 0 and 1, got differences such as 0\.5: use sign_flip"):
        mcnemar([0, 1], [0.5, 1])


def test_sign_flip_is_scipy_s_paired_permutation_test():
    rng = np.random.default_rng(5)
    a, b = skewed(rng, 60), skewed(rng, 60) - 0.03
    options = {"permutation_type": "samples", "n_resamples": 10_000, "rng": np.random.default_rng(0)}
    reference = scipy_stats.permutation_test((a - b,), np.mean, **options)
    assert sign_flip(a, b) == sign_flip(b, a) == pytest.approx(reference.pvalue, abs=0.02)
    assert sign_flip(a, a) == 1


def test_false_alarms_are_as_rare_as_they_should_be():
    rng = np.random.default_rng(6)
    table = np.ones((60, 61))
    for k in range(1, 61):
        table[k - 1, : k + 1] = [mcnemar([0] * w + [1] * (k - w), [1] * w + [0] * (k - w)) for w in range(k + 1)]
    k = rng.binomial(200, 0.15, 4000).clip(1, 60)
    assert 0.01 <= np.mean(table[k - 1, rng.binomial(k, 0.5)] <= 0.05) <= 0.05  # an exact test never errs more often
    alarms = [sign_flip(skewed(rng, 50), skewed(rng, 50), seed, resamples=500) <= 0.05 for seed in range(800)]
    assert 0.03 <= np.mean(alarms) <= 0.07


def test_holm_by_hand():
    # sorted: .005*4 = .02, .01*3 = .03, .03*2 = .06, .04*1 = .04 but not below .06
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


def test_a_p_value_that_is_missing_stays_missing_and_still_counts_as_a_question():
    adjusted = holm([0.01, float("nan"), 0.02])
    assert (adjusted[0], adjusted[2]) == (0.03, 0.04)
    assert math.isnan(adjusted[1])


def test_holm_keeps_the_chance_of_any_false_alarm_below_five_percent():
    p = np.random.default_rng(7).random((3000, 8))
    assert 0.035 <= np.mean([min(holm(row)) <= 0.05 for row in p.tolist()]) <= 0.06
    assert np.mean(p.min(axis=1) <= 0.05) > 0.3  # without it


def test_holm_refuses_what_is_no_p_value():
    with pytest.raises(ValueError, match=r"p values lie between 0 and 1, got \[1\.2\]"):
        holm([1.2])


@pytest.mark.parametrize(("half_width", "share"), [(0.05, 0.5), (0.02, 0.9), (0.1, 0.0), (0.3, 0.5)])
def test_sample_size_is_the_first_whose_interval_is_that_narrow(half_width, share):
    n = sample_size(half_width=half_width, share=share)
    z = scipy_stats.norm.ppf(0.975)
    half = [z / (1 + z * z / m) * np.sqrt(share * (1 - share) / m + z * z / (4 * m * m)) for m in (n, max(n - 1, 1))]
    assert half[0] <= half_width
    assert n == 1 or half[1] > half_width


def test_sample_size_finds_a_difference_with_the_power_asked_for():
    n = sample_size(difference=0.1, discordant=0.3)
    assert n == sample_size(difference=-0.1, discordant=0.3) == 234
    draws = np.random.default_rng(8).multinomial(n, [0.2, 0.1, 0.7], size=4000)
    counts, times = np.unique(draws[:, :2], axis=0, return_counts=True)
    found = [scipy_stats.binomtest(int(w), int(w + lost)).pvalue <= 0.05 for w, lost in counts]
    assert 0.76 <= np.average(found, weights=times) <= 0.84


@pytest.mark.parametrize(("question", "complaint"), [
    ({}, "needs one question"), ({"half_width": 0.1, "difference": 0.1}, "needs one question"),
    ({"half_width": 0.0}, "half_width lies between"),
    ({"difference": 0.0}, "0 < difference <= discordant"), ({"difference": 0.4, "discordant": 0.3}, "0 < difference <= discordant"),
])  # fmt: skip
def test_sample_size_refuses_questions_without_an_answer(question, complaint):
    with pytest.raises(ValueError, match=complaint):
        sample_size(**question)


def test_ties_of_resampled_means_count_half_as_in_scipy():
    x = np.repeat([0.0, 0.5, 1.0], [3, 3, 4])  # so few values that one resample in ten has the very mean
    reference = scipy_stats.bootstrap((x,), np.mean, method="BCa", n_resamples=10_000, rng=np.random.default_rng(1)).confidence_interval
    assert (bootstrap(x).low, bootstrap(x).high) == pytest.approx((reference.low, reference.high), abs=0.01)  # 0.3 and 0.8


def test_resamples_all_on_one_side_of_the_mean_still_give_an_interval():
    found = [bootstrap([0.0, 0.1, 0.4, 1.0], seed, resamples=4) for seed in range(40)]
    assert all(0 <= i.low <= i.high <= 1 for i in found)


def test_no_scores_at_all_are_refused_as_such():
    with pytest.raises(ValueError, match="scores are one row of finite numbers, at least one"):
        interval([])


def test_a_row_too_long_for_the_memory_is_drawn_one_resample_at_a_time():
    assert blocks(5_000_000, 3) == [1, 1, 1]


def test_the_interval_of_a_gain_ends_at_one():
    lost, won = paired_wins(0, 3, 3), paired_wins(3, 0, 3)  # m = 3/5, d = 1: 0.6 + 1.96 * sqrt((1 - 0.36) / 5) = 1.30
    assert (lost.low, won.high) == (-1, 1)


def test_signs_that_come_as_far_but_for_rounding_count():
    assert sign_flip([0, 0, 0.2], [0.2, 0.1, 0]) == 1  # +0.2 +0.1 -0.2 is 0.1, and no signs of 2, 1 and 2 come nearer to 0 than 1


def test_no_p_value_of_resamples_is_zero():
    assert sign_flip([0] * 40, [0.5] * 40) == 1 / 10_001  # one sign pattern in 2**39 comes as far


def test_a_p_value_of_zero_is_one():
    assert holm([0.0, 0.5]) == [0.0, 0.5]  # 2,000 wins and no loss round to it


def test_all_differences_may_point_one_way():
    # (1.959964 * sqrt(0.3) + 0.841621 * sqrt(0.3 - 0.3**2))**2 / 0.3**2 = 23.66
    assert sample_size(difference=0.3, discordant=0.3) == 24


@pytest.mark.parametrize(("question", "complaint"), [
    ({"half_width": 0.5}, "between 0 and 0.5"), ({"half_width": 0.1, "share": 1.5}, "share between 0 and 1"),
    ({"difference": 0.1, "discordant": 1.2}, "discordant <= 1"),
])  # fmt: skip
def test_sample_size_refuses_shares_that_are_none(question, complaint):
    with pytest.raises(ValueError, match=complaint):
        sample_size(**question)
