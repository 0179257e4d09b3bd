"""The rule's own errors: what a simulation says of it, and how many further examples it asks for."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from helpers.decide import made_up, simulate
from helpers.decide.advice import further
from helpers.decide.limits import Sums
from helpers.decide.rule import Bar, choose, judge
from helpers.stats import paired_wins


def test_a_truly_worse_rung_is_named_in_at_most_five_of_a_hundred_ladders():
    for n in (60, 240):
        assert simulate([0.6, 0.7], n=n, trials=300).worse.value <= 0.05


def test_more_data_never_makes_the_rule_worse_where_a_gain_is_real_and_below_the_margin():
    rates = [simulate([0.72, 0.75], n=n, trials=100) for n in (300, 3000, 10_000)]
    assert [rate.too_high.value <= 0.03 for rate in rates] == [True] * 3
    few, many, most = (rate.right.value for rate in rates)
    assert few < 0.1 < many < 0.9 < most


@pytest.mark.parametrize("gap", [0, 0.025, 0.05, 0.1])
@pytest.mark.parametrize(("rungs", "parts", "good_enough"), [(2, 1, None), (3, 4, None), (3, 1, 0.64), (8, 4, None), (5, 1, 0.74)])
def test_nearly_all_verdicts_are_right_and_more_examples_make_more_of_them(gap, rungs, parts, good_enough):
    truths = [0.7] + [0.7 + gap] * (rungs - 1)
    settings = {"trials": 150, "parts": parts, "good_enough": good_enough}
    rates = [simulate(truths, n=n, **settings) for n in (60, 500, 3000)]
    for rate in rates:
        assert rate.worse.value <= 0.04
        assert rate.right_of_named.n < 10 or rate.right_of_named.value >= 0.93
    few, some, many = (rate.right.value for rate in rates)
    assert few <= some + 0.01 <= many + 0.02


def test_a_rung_that_is_worse_by_exactly_the_margin_is_rejected_in_the_end():
    rates = simulate([0.7, 0.75], n=16_000, trials=60)
    assert rates.right.value > 0.85
    assert rates.worse.value < 0.08


def test_a_gain_that_is_surely_below_the_margin_is_accepted_however_near_it_is():
    fate = judge(scores(1680, 0, 20_000, 40_000), Bar())[0]  # 0.042 [0.040, 0.044], surely above two thirds of 0.05 too
    assert (fate.state, fate.higher[0].state, fate.higher[0].real) == ("accepted", "below", True)


def test_of_seven_rungs_that_are_worse_by_the_margin_one_is_seldom_named():
    rates = simulate([0.7] * 7 + [0.75], n=16_000, trials=100, alike=0.8)  # seven chances to be taken for good: 13% without a correction
    assert rates.worse.value <= 0.04
    assert rates.right.value > 0.9


def test_the_shares_add_up_and_follow_the_seed():
    once, again = (simulate([0.5, 0.6, 0.6], n=80, trials=60, seed=3) for _ in range(2))
    parts = (once.right, once.worse, once.too_high, once.undetermined)
    assert sum(part.value for part in parts) == pytest.approx(1)
    assert repr(once) == repr(again)
    assert math.isnan(once.settled.value)


def test_a_rung_below_the_level_asked_for_counts_as_worse():
    low = simulate([0.5, 0.51], n=100, trials=60, good_enough=0.6, margin=0.2)
    assert (low.right.value, low.worse.value) == (pytest.approx(1 - low.undetermined.value), 0)


def test_more_examples_make_fewer_verdicts_undetermined():
    few, many = (simulate([0.7, 0.8], n=n, trials=100).undetermined.value for n in (50, 2000))
    assert few > 0.4 > 0.1 > many


@pytest.mark.parametrize(("truths", "n"), [([0.7, 0.7], 120), ([0.7, 0.8], 120), ([0.7, 0.9], 60)])
def test_undetermined_ladders_are_settled_by_what_they_asked_for(truths, n):
    rates = simulate(truths, n=n, trials=40, follow=True)
    assert rates.settled.n >= 10
    assert rates.settled.value > 0.8
    assert rates.settled_wrong.value < 0.1


@pytest.mark.parametrize(("truths", "options"), [([], {}), ([0, 0.5], {}), ([0.5], {"n": 0}), ([0.5], {"alike": 2})])
def test_a_simulation_of_nothing_is_refused(truths, options):
    with pytest.raises(ValueError, match=r"truths are the true mean|simulate needs (n >= 1|alike)"):
        simulate(truths, **{"n": 10, **options})


def scores(wins: int, losses: int, both: int, n: int) -> np.ndarray:
    low = np.array([0] * wins + [1] * (losses + both) + [0] * (n - wins - losses - both), dtype=float)
    high = np.array([1] * wins + [0] * losses + [1] * both + [0] * (n - wins - losses - both), dtype=float)
    return np.stack([low, high])


def asked(scores: np.ndarray, **bar: float) -> int | None:
    return further(Sums.of(scores[np.newaxis]), Bar(**bar))


def test_rungs_far_apart_ask_for_a_few_examples_and_rungs_that_are_alike_for_many():
    assert asked(scores(9, 1, 10, 30)) < 300 < 1000 < asked(scores(3, 3, 14, 30))


def test_two_rungs_on_the_line_ask_for_more_than_can_be_planned():
    line = scores(102, 100, 50, 1000)
    assert (judge(line, Bar(margin=0.002))[0].state, asked(line, margin=0.002)) == ("open", None)


def test_ties_alone_do_not_prove_that_two_rungs_are_equal():
    assert judge(scores(0, 0, 8, 10), Bar())[0].state == "open"
    assert judge(scores(0, 0, 160, 200), Bar())[0].state == "accepted"


def test_the_limits_of_a_gain_are_those_of_paired_wins_for_graded_scores_too():
    low = np.array([0.5, 0.25, 1.0, 0.0] * 100)
    pair = judge(np.stack([low, np.clip(low + 0.5, 0, 1)]), Bar())[0].higher[0]
    gains = np.append(np.clip(low + 0.5, 0, 1) - low, [1, -1])  # a win and a loss are added
    z = NormalDist().inv_cdf((1 + pair.confidence) / 2)
    assert pair.gain.low == pytest.approx(gains.mean() - z * gains.std() / math.sqrt(len(gains)))
    whole = judge(scores(20, 5, 300, 2000), Bar())[0].higher[0]
    known = paired_wins(20, 5, 2000)
    assert (whole.confidence, whole.gain.low, whole.gain.high) == (pytest.approx(0.95), pytest.approx(known.low), pytest.approx(known.high))


def test_a_made_up_ladder_is_nested_so_that_a_gain_is_all_wins():
    low, high = made_up({"a": (0.6, 0.4, 900, 0, False), "b": (0.7, 1.5, 50, 9, True)}, n=200)
    assert (low.run.score.value, high.run.score.value, high.dollars_per_1000, high.p95_ms, high.private) == (0.6, 0.7, 1.5, 50, True)
    pair = judge(np.stack([one.run.table["score"].to_numpy() for one in (low, high)]), Bar())[0].higher[0]
    assert (pair.wins, pair.losses) == (20, 0)


@pytest.mark.parametrize("n", [6, 10, 20])
def test_few_graded_scores_name_a_truly_worse_rung_in_less_than_six_of_a_hundred_ladders(n):
    rng, bad = np.random.default_rng(1), 0
    for _ in range(100):
        luck = rng.random(n)  # the higher rung gains 0.6 on 12 examples of 100, loses 0.1 on 10: 0.062 in all, above the margin
        low, high = np.where(luck < 0.12, 0.4, 1.0), np.where((luck >= 0.12) & (luck < 0.22), 0.9, 1.0)
        bad += choose(judge(np.stack([low, high]), Bar())) == (0, True)
    assert bad < 6


def test_three_graded_scores_on_the_bar_are_not_surely_good_enough():
    (fate,) = judge(np.array([[0.5, 0.5, 0.5]]), Bar(good_enough=0.5))
    half = 1.959964 * math.sqrt((3 * 0.25 + 1) / 5 - 0.25) / math.sqrt(5)  # with a 0 and a 1 added
    assert (fate.good, fate.quality.low, fate.quality.high) == ("open", pytest.approx(0.5 - half), pytest.approx(0.5 + half))
