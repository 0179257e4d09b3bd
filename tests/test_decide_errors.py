"""The rule's own errors: what a simulation says of it, and how many further examples it asks for."""

from __future__ import annotations

import math

import numpy as np
import pytest

from helpers.decide import made_up, simulate
from helpers.decide.rule import Bar, choose, judge
from helpers.decide.settle import further


def test_a_truly_worse_rung_is_named_in_at_most_five_of_a_hundred_ladders():
    for n in (60, 240):
        assert simulate([0.6, 0.7], n=n, trials=300).worse.value <= 0.05


def test_without_a_margin_few_examples_name_the_worse_rung_most_of_the_time():
    assert simulate([0.70, 0.75], n=60, trials=200, margin=1).worse.low > 0.5


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
    few, many = (simulate([0.7, 0.8], n=n, trials=100).undetermined.value for n in (50, 800))
    assert few > 0.4 > 0.1 > many


def test_most_undetermined_ladders_are_settled_by_what_they_asked_for():
    rates = simulate([0.7, 0.76], n=300, trials=150, follow=True)
    assert rates.settled.n > 20
    assert rates.settled.value > 0.6
    assert rates.settled_wrong.value < 0.1


@pytest.mark.parametrize(("truths", "options"), [([], {}), ([0, 0.5], {}), ([0.5], {"n": 0}), ([0.5], {"alike": 2})])
def test_a_simulation_of_nothing_is_refused(truths, options):
    with pytest.raises(ValueError, match=r"truths are the true mean|simulate needs n >= 1"):
        simulate(truths, **{"n": 10, **options})


def scores(wins: int, losses: int, both: int, n: int) -> np.ndarray:
    low = np.array([0] * wins + [1] * (losses + both) + [0] * (n - wins - losses - both), dtype=float)
    high = np.array([1] * wins + [0] * losses + [1] * both + [0] * (n - wins - losses - both), dtype=float)
    return np.stack([low, high])


def test_the_number_of_further_examples_is_that_of_the_formula():
    fates = judge(scores(20, 12, 50, 100), bar := Bar())
    d, m = (32 + 2) / 102, 8 / 102
    z = 1.959964 + 0.841621
    want = (z * math.sqrt(d - m * m) / 0.08) ** 2 - 100  # the gain of 0.08 is above the margin: only its significance can settle
    assert further(fates, bar) == pytest.approx(want, abs=1)


def test_two_rungs_on_the_line_ask_for_more_than_can_be_planned():
    fates = judge(scores(102, 100, 50, 1000), bar := Bar(margin=0.002))
    assert (fates[0].state, further(fates, bar)) == ("open", None)


def test_ties_alone_do_not_prove_that_two_rungs_are_equal():
    assert judge(scores(0, 0, 8, 10), Bar())[0].state == "open"
    assert judge(scores(0, 0, 160, 200), Bar())[0].state == "accepted"


def test_graded_scores_are_judged_by_the_permutation_test():
    rng = np.random.default_rng(0)
    low = rng.random(60)
    pair = judge(np.stack([low, np.clip(low + rng.normal(0.2, 0.1, 60), 0, 1)]), Bar())[0].higher[0]
    assert pair.p == pytest.approx(1 / 10_001)  # no random signs of 10,000 come as far
    assert pair.gain.low > 0.05


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


def test_each_of_several_pairs_asks_for_the_examples_of_a_share_of_alpha():
    low, high = scores(20, 12, 50, 100)
    fates = judge(np.stack([low, high, high]), bar := Bar())
    d, m, z = (32 + 2) / 102, 8 / 102, 2.393980 + 0.841621  # three pairs: z of 1 - 0.05 / 3 / 2
    assert further(fates, bar) == pytest.approx((z * math.sqrt(d - m * m) / 0.08) ** 2 - 100, abs=1)
