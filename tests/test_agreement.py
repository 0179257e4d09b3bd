"""Agreement and the corrected rate: the numbers by hand and by scikit-learn, the intervals by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, recall_score

from helpers.metrics.raters import agreement, corrected_rate
from helpers.stats import wilson


def rows(tp: int, fn: int, tn: int, fp: int) -> tuple[list[int], list[int]]:
    """Labels and verdicts with these counts."""
    return [1] * (tp + fn) + [0] * (tn + fp), [1] * tp + [0] * (fn + tn) + [1] * fp


def test_the_four_counts_and_the_rates_by_hand():
    found = agreement(["right", "right", "right", "wrong", "wrong"], ["right", "right", "wrong", "wrong", "right"])
    assert (found.n, found.tp, found.fn, found.tn, found.fp, found.unread) == (5, 2, 1, 1, 1, 0)
    assert (found.tpr, found.tnr, found.accuracy) == (wilson(2, 3), wilson(1, 2), wilson(3, 5))


@pytest.mark.parametrize("counts", [(40, 10, 30, 20), (90, 5, 3, 2), (50, 0, 50, 0), (10, 40, 20, 30), (30, 0, 0, 20)])
def test_kappa_and_rates_agree_with_scikit_learn(counts):
    truth, judged = rows(*counts)
    found = agreement(truth, judged, positive=1)
    assert found.kappa.value == pytest.approx(cohen_kappa_score(truth, judged))
    assert found.tpr.value == pytest.approx(recall_score(truth, judged))
    assert found.tnr.value == pytest.approx(recall_score(truth, judged, pos_label=0))
    assert found.kappa.low <= found.kappa.value <= found.kappa.high


def test_no_disagreement_on_few_rows_is_no_proof():
    kappa = agreement(*rows(20, 0, 20, 0), positive=1).kappa
    assert (kappa.value, kappa.high) == (1, 1)
    assert 0.8 < kappa.low < 0.97


def test_kappa_s_interval_holds_the_truth_as_often_as_it_says():
    rng, cells = np.random.default_rng(3), np.array([0.475, 0.025, 0.475, 0.025])  # kappa 0.9, where the plain bootstrap manages 85%
    kappas = [agreement(*rows(*rng.multinomial(40, cells)), positive=1).kappa for _ in range(200)]
    assert 0.92 <= np.mean([kappa.low <= 0.9 <= kappa.high for kappa in kappas]) <= 0.995


def test_a_verdict_that_is_neither_label_is_counted_and_does_not_pass():
    found = agreement(["right", "right", "wrong"], ["right", "", "maybe"])
    assert (found.tp, found.fn, found.tn, found.unread) == (1, 1, 1, 2)
    assert repr(found).endswith("n=3, 2 unread")


def test_a_judge_that_never_gives_a_verdict_is_unknown_and_not_wrong():
    found = agreement(["right", "wrong", "right"], ["", "", ""])
    assert repr(found) == "no reply could be read as a verdict, n=0, 3 unread"
    assert all(math.isnan(rate.value) for rate in (found.tpr, found.tnr, found.kappa, found.accuracy))
    with pytest.raises(ValueError, match="nothing can be corrected: no reply could be read as a verdict"):
        corrected_rate(0, 3, found)


@pytest.mark.parametrize("lost", [None, math.nan])
def test_a_verdict_whose_reply_failed_leaves_the_agreement_unknown(lost):
    found = agreement(["right", "wrong", "right"], ["right", lost, ""])
    assert repr(found) == "no agreement, 1 verdicts are missing: their replies failed, run the judge again"
    assert (found.n, found.unread, found.missing, math.isnan(found.kappa.value)) == (0, 1, 1, True)


def test_it_shows_itself_on_one_line():
    assert repr(agreement(*rows(3, 1, 1, 1), positive=1)) == (
        "TPR 0.75 [0.30, 0.95], TNR 0.50 [0.09, 0.91], kappa 0.25 [-0.50, 1.00], accuracy 0.67 [0.30, 0.90], n=6"
    )


@pytest.mark.parametrize(("truth", "judged", "message"), [
    (["right"], ["right", "wrong"], "of the same rows, got 1 and 2"),
    (["right", "right"], ["right", "wrong"], r"must be two, the positive one 'right' and another.* got \['right'\]"),
    ([1, 0], [1, 0], r"the positive one 'right'.* got \[1, 0\]"), ([], [], r"got \[\]"),
    (["right", "wrong", "so-so"], ["right"] * 3, "must be two"),
    (["right", "wrong"], [1, 0], r"no verdict is one of the labels \['right', 'wrong'\]; got \[1, 0\]"),
])  # fmt: skip
def test_labels_that_cannot_be_compared_are_refused(truth, judged, message):
    with pytest.raises(ValueError, match=message):
        agreement(truth, judged)


def test_the_corrected_rate_by_hand():
    judge = agreement(*rows(90, 10, 60, 40), positive=1)
    assert corrected_rate(130, 200, judge).value == pytest.approx((0.65 + 0.6 - 1) / (0.9 + 0.6 - 1))
    assert corrected_rate(10, 200, judge).value == 0  # below the share that this judge passes of wrong answers alone
    assert corrected_rate(200, 200, judge).value == 1
    assert corrected_rate(130, 200, judge) == corrected_rate(130, 200, judge) != corrected_rate(130, 200, judge, seed=1)


def test_a_judge_that_never_erred_on_few_labels_leaves_more_doubt_than_the_raw_rate():
    few, many = (corrected_rate(120, 200, agreement(*rows(n, 0, n, 0), positive=1)) for n in (10, 1000))
    assert few.value == many.value == pytest.approx(0.6)
    assert few.high - few.low > 1.3 * (many.high - many.low)
    assert many.high - many.low == pytest.approx(wilson(120, 200).high - wilson(120, 200).low, abs=0.02)


@pytest.mark.parametrize(("share", "tpr", "tnr", "labels"), [(0.6, 0.9, 0.8, 200), (0.6, 0.98, 0.95, 40), (0.95, 0.95, 0.9, 100)])
def test_the_corrected_rate_s_interval_holds_the_truth_as_often_as_it_says(share, tpr, tnr, labels):
    rng, half, held, raw = np.random.default_rng(0), labels // 2, [], []
    for _ in range(400):
        tp, tn = rng.binomial(half, tpr), rng.binomial(half, tnr)
        passed = rng.binomial(200, share * tpr + (1 - share) * (1 - tnr))
        judge = agreement(*rows(tp, half - tp, tn, half - tn), positive=1)
        interval, plain = corrected_rate(passed, 200, judge), wilson(passed, 200)
        held.append(interval.low <= share <= interval.high)
        raw.append(plain.low <= share <= plain.high)
    assert 0.925 <= np.mean(held) <= 0.998
    assert np.mean(raw) < np.mean(held)


def test_a_judge_like_a_coin_corrects_nothing():
    with pytest.raises(ValueError, match=r"nothing can be corrected with TPR 0\.50 and TNR 0\.50: their sum must be above 1"):
        corrected_rate(5, 10, agreement(*rows(5, 5, 5, 5), positive=1))


@pytest.mark.parametrize(("passed", "n"), [(-1, 10), (11, 10), (0, 0)])
def test_impossible_counts_are_refused(passed, n):
    with pytest.raises(ValueError, match="0 <= judged_positive <= n"):
        corrected_rate(passed, n, agreement(*rows(9, 1, 9, 1), positive=1))


def test_where_the_judge_may_be_a_coin_the_rate_may_be_anything():
    judge = agreement(*rows(9, 1, 3, 7), positive=1)  # TPR 0.9 and TNR 0.3: one draw in five of them adds up to 1 or less
    low, high = corrected_rate(0, 20, judge), corrected_rate(20, 20, judge)
    assert (low.value, low.high, high.value, high.low) == (0, 1, 1, 0)


def test_the_interval_reaches_down_to_the_value():
    kappa = agreement(*rows(0, 200, 0, 200), positive=1).kappa  # no draw of so many rows is as far down in 25 of 1,000
    assert (kappa.value, kappa.low) == (-1, -1)
