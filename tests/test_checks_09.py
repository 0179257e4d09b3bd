"""Lesson 09: the stub waits, the solution passes, a plausible wrong answer is told why."""

from __future__ import annotations

from collections import Counter

import pytest

from helpers import stats
from helpers.exercises import check
from helpers.retrieval import rrf

NOISE = [f"n{number}" for number in range(10)]
KINDS = ["reworded"] * 40 + ["direct"] * 40
RELEVANT = [{"right"}] * 80
WORDS = [NOISE] * 40 + [["right", *NOISE]] * 40  # words find no reworded question, and every direct one
MEANING = [["right", *NOISE]] * 76 + [[*NOISE[:6], "right", *NOISE[6:]]] * 4  # meaning misses four direct ones
PLAIN = [[name for name, _ in rrf(pair)] for pair in zip(WORDS, MEANING, strict=True)]
GRID = [(1.2, 0.75), (0.6, 0.5), (2.0, 1.0)]
RECIPROCALS = {
    (1.2, 0.75): [0.5, 0.4] * 30,
    (0.6, 0.5): [0.8, 0.5] * 30,  # the best on the half [::2], where it gains more than on the other
    (2.0, 1.0): [0.6, 1.0] * 30,  # the best on all, because of the half that must not choose
}


def weighted(words: list[str], meaning: list[str]) -> list[str]:
    scores = Counter()
    for ids, weight in ((words, 1), (meaning, 3)):
        for rank, name in enumerate(ids, start=1):
            scores[name] += weight / (10 + rank)
    return sorted(scores, key=scores.get, reverse=True)


def core(fusion: object):
    return check("09.core", fusion, [WORDS, MEANING, PLAIN], RELEVANT, KINDS)


def reciprocals(k1: float, b: float) -> list[float]:
    return RECIPROCALS[k1, b]


def gain(half: slice, pair: tuple[float, float] = (0.6, 0.5)) -> stats.Interval:
    return stats.difference(RECIPROCALS[1.2, 0.75][half], RECIPROCALS[pair][half]).gain


OTHER, CHOSE, ALL = slice(1, None, 2), slice(0, None, 2), slice(None)


def test_a_stub_waits():
    waiting = {"09.warmup": (..., ...), "09.core": (..., [], [], []), "09.stretch": (..., ..., ..., reciprocals, GRID)}
    assert {check(name, *answer).state for name, answer in waiting.items()} == {"waiting"}


@pytest.mark.parametrize("answer", [(2 / 3, 1 / 3), (0.67, 0.33)])
def test_warmup_takes_the_shares_rounded_or_not(answer):
    assert check("09.warmup", *answer).state == "passed"


@pytest.mark.parametrize(("answer", "why"), [
    ((1.0, 1 / 3), "hit rate"), ((0.5, 1 / 3), "precision@4"), ((2 / 3, 1 / 4), "only the first relevant"),
    ((2 / 3, 7 / 24), "only the first relevant"), (("two thirds", 1 / 3), "count the relevant"),
])  # fmt: skip
def test_warmup_names_the_measure_that_was_computed_instead(answer, why):
    verdict = check("09.warmup", *answer)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_core_takes_a_fusion_that_keeps_the_best_of_both():
    assert core(weighted).state == "passed"


@pytest.mark.parametrize(("fusion", "why"), [
    (lambda words, meaning: meaning, "a loss of that size is not ruled out"),
    (lambda words, meaning: words, "not shown to be better"),
    (lambda words, meaning: [name for name, _ in rrf([words, meaning])], "not shown to be better"),
    (lambda words, meaning: [*meaning[:3], *words[:3]], "an id that stands twice"),
    (lambda words, meaning: rrf([words, meaning]), "without their scores"),
    (3, "write def my_fusion"),
])  # fmt: skip
def test_core_tells_what_a_fusion_loses(fusion, why):
    verdict = core(fusion)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_stretch_takes_the_gain_of_the_half_that_chose_nothing():
    verdict = check("09.stretch", 0.6, 0.5, gain(OTHER), reciprocals, GRID)
    assert verdict.state == "passed"
    assert "the gain holds up" in verdict.text


@pytest.mark.parametrize(("answer", "why"), [
    ((2.0, 1.0, gain(OTHER, (2.0, 1.0))), "another pair is better"), ((0.6, 0.5, gain(CHOSE)), "the half that chose"),
    ((0.6, 0.5, gain(ALL)), "all questions"), ((0.6, 0.5, -gain(OTHER).value), "the other way round"),
    ((0.6, 0.5, gain(OTHER).value), "may be chance"), ((0.7, 0.5, gain(OTHER)), "a pair of `grid`"),
])  # fmt: skip
def test_stretch_tells_which_half_was_taken(answer, why):
    verdict = check("09.stretch", *answer, reciprocals, GRID)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_a_wrong_reciprocal_rank_is_not_told_the_place():
    assert "place 3" not in check("09.warmup", 2 / 3, 1 / 4).text


def test_a_worse_setting_is_not_told_the_best_mean():
    text = check("09.stretch", 2.0, 1.0, gain(OTHER, (2.0, 1.0)), reciprocals, GRID).text
    assert "0.600" in text  # its own
    assert "0.800" not in text
