"""Near copies: the exact index decides, and MinHash does not lose what is far above the threshold."""

from __future__ import annotations

from itertools import combinations

import pytest

from helpers.curation import near
from helpers.tasks import load_task


def test_the_index_of_two_sets_is_counted_by_hand() -> None:
    assert near.jaccard({"a", "b", "c"}, {"b", "c", "d"}) == 0.5
    assert (near.jaccard(set(), set()), near.jaccard({"a"}, set())) == (1.0, 0.0)


def test_a_text_shorter_than_a_run_is_its_own_shingle() -> None:
    assert (near.shingles("Lamp!"), near.shingles("")) == ({"lamp"}, {""})


def test_every_copy_is_found_and_nothing_below_the_threshold() -> None:
    texts = [row["input"] for row in load_task("reviews")["train"].to_list()[:60]]
    texts += [" ".join(text.lower().split()[:-1]) for text in texts[:20]]
    exact = {pair: near.jaccard(*(near.shingles(texts[place]) for place in pair)) for pair in combinations(range(len(texts)), 2)}
    pairs = {(first, later): index for first, later, index in near.near_pairs(texts, 0.5)}
    assert pairs == {pair: index for pair, index in exact.items() if index >= 0.5}
    assert {(place, 60 + place) for place in range(20)} <= set(pairs)


@pytest.mark.parametrize("threshold", [0, 1, 50])
def test_a_threshold_that_is_no_share_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match=f"threshold={threshold}: it is a share"):
        near.proposed(["a", "b"], threshold)


@pytest.mark.parametrize("threshold", [0, 1.1, 1.2])
def test_near_pairs_refuses_the_threshold_that_was_given(threshold: float) -> None:
    with pytest.raises(ValueError, match=f"threshold={threshold}: .* at most 1"):
        near.near_pairs(["a", "b"], threshold)


def test_a_run_of_no_words_is_refused() -> None:
    with pytest.raises(ValueError, match="size=0: a run has 1 word or more"):
        near.shingles("a b c", 0)


def test_what_is_far_apart_is_not_even_proposed() -> None:
    texts = [row["input"] for row in load_task("reviews")["train"].to_list()[:100]]
    assert near.proposed([*texts, texts[3]]) == {(3, 100)}
