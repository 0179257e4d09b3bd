"""Sums drawn with a seed: right, within bounds, the same each time."""

from __future__ import annotations

from itertools import accumulate

import pytest

from helpers.methods import calculate
from helpers.tasks import sums


def test_every_target_is_the_value_of_its_sum_and_no_result_on_the_way_leaves_the_range():
    for row in sums(60)["dev"]:
        text = row["input"].removeprefix("What is ").removesuffix("?")
        numbers = [int(part) for part in text.replace("- ", "-").replace("+ ", "").split()]
        assert (str(calculate(text)), len(numbers)) == (row["target"], row["terms"])
        assert all(0 <= total <= 199 for total in accumulate(numbers))


def test_the_same_seed_gives_the_same_sums_and_another_seed_gives_others():
    assert sums(8)["dev"]["input"] == sums(8)["dev"]["input"] != sums(8, seed=4)["dev"]["input"]


@pytest.mark.parametrize(("n", "terms"), [(0, (2,)), (4, (1, 2)), (4, ())])
def test_no_sums_or_sums_of_one_term_are_refused(n, terms):
    with pytest.raises(ValueError, match=f"n={n}, terms=.*: at least 1 sum of at least 2 terms is needed"):
        sums(n, terms=terms)
