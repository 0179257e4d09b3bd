"""Groups of rows ranked by how much more they fail, and what shuffled scores would give."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

from helpers.failures import by_chance, excess, rank, slices
from helpers.stats import wilson

BAD = np.array([1] * 8 + [0] * 12 + [1] * 36 + [0] * 144, dtype=bool)  # 8 of the first 20, 36 of the other 180
GROUPS = {"first": np.arange(200) < 20, "last": np.arange(200) >= 190}


def test_the_excess_is_the_share_less_that_of_the_rest_with_newcombes_interval() -> None:
    gap = excess(BAD, GROUPS["first"])
    a, b = wilson(8, 20), wilson(36, 180)
    low = 0.2 - ((0.4 - a.low) ** 2 + (b.high - 0.2) ** 2) ** 0.5
    high = 0.2 + ((a.high - 0.4) ** 2 + (0.2 - b.low) ** 2) ** 0.5
    assert (gap.value, gap.low, gap.high, gap.n) == pytest.approx((0.2, low, high, 200))


def test_p_is_that_of_the_one_sided_fisher_test() -> None:
    table = rank(BAD, GROUPS)
    assert table.loc["first", "p"] == pytest.approx(fisher_exact([[8, 12], [36, 144]], alternative="greater")[1])
    assert table.loc["last", "p"] == 1


def test_the_surest_group_comes_first_and_holm_counts_all_groups() -> None:
    table = rank(BAD, {"last": GROUPS["last"], "first": GROUPS["first"]})
    assert list(table.index) == ["first", "last"]
    assert table.loc["first", "holm"] == pytest.approx(2 * table.loc["first", "p"])
    assert (table.loc["first", "failed"], table.loc["first", "rest"], table.loc["first", "n"]) == (0.4, 0.2, 20)


def test_the_share_of_shuffles_counts_the_real_scores_too() -> None:
    p = rank(BAD, GROUPS).loc["first", "p"]
    table = rank(BAD, GROUPS, chance=[p / 2, p, 0.9])
    assert table["shuffled"].to_list() == [3 / 4, 1.0]


@pytest.mark.parametrize("mask", [np.zeros(200, dtype=bool), np.ones(200, dtype=bool)])
def test_a_group_without_a_rest_is_refused(mask) -> None:
    with pytest.raises(ValueError, match=r"'all' holds (0|200) of 200 rows"):
        rank(BAD, {"all": mask})


def test_a_group_of_other_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="says of 3 rows"):
        rank(BAD, {"short": [True, False, True]})


def test_no_group_makes_an_empty_table() -> None:
    assert list(rank(BAD, {}).columns) == ["n", "failed", "rest", "excess", "p", "holm"]


def test_slices_are_the_values_that_have_enough_rows_on_both_sides() -> None:
    table = pd.DataFrame({"kind": ["a"] * 12 + ["b"] * 5 + ["c"] * 3, "same": [1] * 20})
    found = slices(table, ["kind", "same"])
    assert {name: int(mask.sum()) for name, mask in found.items()} == {"kind: a": 12, "kind: b": 5}


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(KeyError, match=r"no column 'mood'.*there are: kind"):
        slices(pd.DataFrame({"kind": ["a"]}), ["mood"])


def test_shuffles_keep_how_many_are_bad_and_find_the_groups_anew() -> None:
    seen = []

    def drawn(bad: np.ndarray) -> dict:
        seen.append(int(bad.sum()))
        return {"around failures": np.isin(np.arange(len(bad)), np.flatnonzero(bad)[:8])}

    table = by_chance(BAD, drawn, shuffles=5)
    assert (seen, table["seem bad"].tolist()) == ([44] * 5, [1] * 5)


def test_groups_without_a_cause_seem_bad_as_often_as_the_level_says() -> None:
    rng = np.random.default_rng(0)
    groups = {str(number): rng.permutation(200) < 50 for number in range(20)}
    table = by_chance(BAD, lambda _: groups, shuffles=200)
    assert 0.4 < table["seem bad"].mean() < 1.2  # 20 groups, p below 0.05 in at most 5%
    assert (table["smallest p"] < 0.05).mean() > 0.3


def test_a_shuffle_without_groups_finds_nothing() -> None:
    table = by_chance(BAD, lambda _: {}, shuffles=2)
    assert table.to_dict("list") == {"seem bad": [0, 0], "smallest p": [1.0, 1.0]}


@pytest.mark.parametrize(("mask", "why"), [(np.ones(200, dtype=bool), "no rest to compare it with"), ([True, False], "says of 2 rows")])
def test_the_excess_of_a_group_without_a_rest_or_of_other_rows_is_refused(mask, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        excess(BAD, mask)


def test_chance_without_a_shuffle_is_refused() -> None:
    with pytest.raises(ValueError, match=r"shuffles=0.*one shuffle or more"):
        by_chance(BAD, lambda _: GROUPS, shuffles=0)
