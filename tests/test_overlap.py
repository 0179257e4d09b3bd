"""Overlap: ROUGE and BLEU against values by hand, and the traps of how they read words."""

from __future__ import annotations

import math
import sys

import pytest

from helpers.metrics import overlap
from helpers.metrics.overlap import bleu, corpus_bleu, rouge_1, rouge_2, rouge_l
from helpers.metrics.registry import score

FEE, OTHER = "the fee is five dollars", "the fee is nine dollars"


@pytest.mark.parametrize(("answer", "target", "one", "two", "longest"), [
    (FEE, FEE, 1, 1, 1), (FEE, OTHER, 4 / 5, 2 / 4, 4 / 5), ("dog bites man", "man bites dog", 1, 0, 1 / 3), ("", FEE, 0, 0, 0),
    ("the the the", "the cat sat", 1 / 3, 0, 1 / 3), ("the fee", FEE, 4 / 7, 2 / 5, 4 / 7), ("The fee, is FIVE dollars!", FEE, 1, 1, 1),
])  # fmt: skip
def test_rouge_by_hand(answer, target, one, two, longest):
    assert (rouge_1(answer, target), rouge_2(answer, target), rouge_l(answer, target)) == pytest.approx((one, two, longest))


@pytest.mark.parametrize("metric", ["rouge_1", "rouge_2", "rouge_l", "bleu"])
def test_of_several_references_the_best_counts(metric):
    alone = score(metric, FEE, "it costs a lot")
    assert alone < score(metric, FEE, ["it costs a lot", OTHER]) < score(metric, FEE, ["it costs a lot", FEE, OTHER]) == 1


def test_rouge_strips_what_is_not_a_to_z_so_other_letters_and_decimals_break():
    assert rouge_1("Zürich", "z rich") == 1
    assert rouge_1("1,000", "1 000") == 1
    assert rouge_1("Αθήνα", "Athens") == 0


def test_rouge_stems_only_when_asked():
    assert rouge_1("delays", "delay") == 0
    assert rouge_1("delays", "delay", stem=True) == 1


@pytest.mark.parametrize(("metric", "target"), [("rouge_l", ""), ("rouge_1", "Αθήνα"), ("rouge_2", "Oslo"), ("bleu", " "), ("bleu", []),
                                                ("rouge_l", ["Oslo", ""]), ("rouge_l", {"Oslo": 1}), ("bleu", ["Oslo", 3])])  # fmt: skip
def test_a_target_that_no_answer_could_match_is_refused(metric, target):
    with pytest.raises(ValueError, match="a target for this metric must be a text or a list of texts, each with"):
        score(metric, "Oslo", target)


@pytest.mark.parametrize("answer", ["\ud800", "\x00", "🙂" * 9, "a" * 9999, "\n"])
def test_no_answer_raises(answer):
    assert 0 <= score("rouge_l", answer, FEE) <= 1
    assert 0 <= score("bleu", answer, FEE) <= 1


def test_bleu_by_hand():
    matches = (4 / 5) * (2 / 4) * (1 / 3) * (1 / 2 / 2)  # 1- to 4-grams; no 4-gram matches, which counts as half of one among two
    assert bleu(FEE, OTHER) == pytest.approx(matches**0.25)
    assert bleu("the fee", FEE) == pytest.approx(math.exp(1 - 5 / 2))
    assert (bleu("Oslo", "Oslo"), bleu("oslo", "Oslo"), bleu("", "Oslo")) == (1, 0, 0)


def test_corpus_bleu_pools_the_counts_and_is_not_the_mean():
    answers, references = [FEE, "we met on a cold day in may"], [OTHER, ["no", "we met on a cold day in may"]]
    precisions = (12 / 13) * (9 / 11) * (7 / 9) * (5 / 7)
    assert corpus_bleu(answers, references) == pytest.approx(precisions**0.25)
    assert corpus_bleu(answers, references) != pytest.approx((bleu(FEE, OTHER) + 1) / 2, abs=0.05)


def test_corpus_bleu_asks_for_an_entry_of_references_an_answer():
    with pytest.raises(ValueError, match="got 1 answers and 2 entries"):
        corpus_bleu([FEE], [FEE, OTHER])


def test_without_the_package_the_error_has_the_line_that_installs_it(monkeypatch):
    overlap._rouge_scorer.cache_clear()
    monkeypatch.setitem(sys.modules, "rouge_score.rouge_scorer", None)
    with pytest.raises(ImportError, match=r"pip install rouge-score==0\.1\.2"):
        rouge_l(FEE, OTHER)


def test_a_perfect_answer_scores_one_and_not_a_little_more():
    assert bleu(FEE, FEE) == corpus_bleu([FEE], [FEE]) == 1  # sacrebleu says 100.00000000000004


def test_a_corpus_without_a_4_gram_has_no_bleu():
    assert (corpus_bleu(["no"], ["no"]), bleu("no", "no")) == (0, 1)


def test_corpus_bleu_of_nothing_is_refused():
    with pytest.raises(ValueError, match="got 0 answers and 0 entries"):
        corpus_bleu([], [])
