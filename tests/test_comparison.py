"""What two runs say about each other, and when they say nothing."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from helpers.runs import Run, outcomes
from helpers.runs.comparison import compare
from helpers.stats import mcnemar, paired_bootstrap, sign_flip


def run(name: str, scores: list[float], **changes) -> Run:
    n = len(scores)
    ids, texts = [f"e{i}" for i in range(n)], [f"text {i}" for i in range(n)]
    table = pd.DataFrame({"id": ids, "input": texts, "target": [["a"]] * n, "score": scores})
    return replace(Run("moods", name, "pocket", "dev", "exact", table, {}, {}, 1.0), **changes)


def test_wins_losses_and_ties_are_counted_from_the_second_run_s_side():
    a, b = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0], [0.0, 1.0, 1.0, 1.0, 1.0, 0.0]
    got = compare(run("plain", a), run("better", b))
    assert (got.wins, got.losses, got.ties, got.n, got.p, got.test) == (3, 1, 2, 6, mcnemar(a, b), "exact McNemar")
    assert got.difference.value == pytest.approx(2 / 6)
    assert repr(got) == "better - plain: +0.33 [-0.32, +0.82], n=6, 3 wins, 1 losses, 2 ties, p=0.625 (exact McNemar)"


def test_other_scores_are_bootstrapped_and_permuted():
    a, b = [0.5, 0.2, 0.9, 1.0] * 5, [0.6, 0.5, 0.8, 1.0] * 5
    got = compare(run("a", a), run("b", b))
    assert (got.difference, got.p, got.test) == (paired_bootstrap(a, b), sign_flip(a, b), "paired permutation")


def test_two_runs_without_any_difference_are_not_called_equal():
    got = compare(run("a", [0.5] * 50), run("b", [0.5] * 50))
    assert got.p == 1
    assert got.difference.low < 0 < got.difference.high


def test_rows_are_paired_by_id_and_not_by_place():
    b = run("b", [0.0, 1.0, 1.0])
    assert compare(run("a", [0.0, 1.0, 1.0]), replace(b, table=b.table.iloc[::-1])).ties == 3


@pytest.mark.parametrize(("other", "complaint"), [
    (run("b", [1.0]), r"'a' and 'b': 1 examples are in only one of the runs \(n=2 and n=1\), such as 'e1'; run both with the same limit"),
    (run("b", [1.0, 0.0], task="other"), "task is 'moods' for one and 'other' for the other"),
    (run("b", [1.0, 0.0], split="test"), "split is 'dev' for one and 'test'"),
    (run("b", [1.0, 0.0], metric="label"), "metric is 'exact' for one and 'label'"),
    (run("b", [1.0, 0.0], table=run("", [1.0, 0.0]).table.assign(input=["text 0", "new"])), "the input of example 'e1' changed in between"),
    (run("b", [1.0, 0.0], table=run("", [1.0, 0.0]).table.assign(target=[["a"], ["b"]])), "the target of example 'e1' changed in between"),
])  # fmt: skip
def test_runs_over_different_examples_are_refused(other, complaint):
    with pytest.raises(ValueError, match=complaint):
        compare(run("a", [1.0, 0.0]), other)


def test_a_small_p_is_a_number_until_it_is_below_one_in_a_thousand():
    shown = [repr(compare(run("a", [0.0] * n), run("b", [1.0] * n))) for n in (9, 11)]  # p = 2/2**n
    assert ("p=0.004 (" in shown[0], "p<0.001 (" in shown[1]) == (True, True)


def test_the_first_of_two_runs_may_be_the_incomplete_one():
    got = compare(run("a", [math.nan, 1.0]), run("b", [1.0, 1.0]))
    assert (got.incomplete, got.wins) == ("1 of 2 replies of a failed: run again, then compare", 0)


def test_one_method_on_two_models_is_compared_under_the_models_names():
    pair = compare(run("bare", [1, 0]), replace(run("bare", [1, 1]), model="other"))
    assert (pair.a, pair.b) == ("bare, pocket", "bare, other")


def test_an_unreadable_reply_is_told_from_a_wrong_one():
    task = SimpleNamespace(labels=("yes", "no"))
    table = pd.DataFrame({"answer": ["yes", "no", "yes and no", "maybe"], "score": [1.0, 0.0, 0.0, 0.0]})
    row = outcomes([Run("t", "bare", "fake", "dev", "label", table, {}, {}, 0.1)], task).iloc[0]
    assert (row["right"], row["wrong"], row["unreadable"], row["n"]) == (0.25, 0.25, 0.5, 4)


def test_an_incomplete_run_has_no_outcomes():
    table = pd.DataFrame({"answer": ["yes", ""], "score": [1.0, math.nan], "error": [None, "late"]})
    row = outcomes([Run("t", "bare", "fake", "dev", "label", table, {}, {}, 0.1)], SimpleNamespace(labels=("yes", "no"))).iloc[0]
    assert all(math.isnan(row[name]) for name in ("right", "wrong", "unreadable"))
