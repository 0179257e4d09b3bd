"""Lesson 10: the stub waits, the solution passes, a plausible wrong answer is told why."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.exercises import check

DEPTHS = pd.DataFrame({
    "way": ["BM25", "BM25", "dense", "dense"], "k": [1, 4, 1, 4], "found": [0.40, 0.65, 0.60, 0.90], "tokens": [30.0, 110.0, 120.0, 700.0],
    "pocket": [0.30, 0.20, 0.25, 0.05],
})  # fmt: skip
ROWS = list(zip(DEPTHS["way"], DEPTHS["k"]))


def ones(shares):
    """For each row the scores of 100 questions: the share of ones first, then zeros."""
    return {row: [1] * round(100 * share) + [0] * round(100 - 100 * share) for row, share in zip(ROWS, shares)}


MEASURED = (DEPTHS, ones(DEPTHS["found"]), ones(DEPTHS["pocket"]))


@pytest.mark.parametrize("name", ["10.warmup", "10.core", "10.stretch"])
def test_a_stub_waits(name):
    waiting = {"10.warmup": (...,), "10.core": (..., ..., *MEASURED), "10.stretch": (..., ..., ...)}
    assert check(name, *waiting[name]).state == "waiting"


@pytest.mark.parametrize("text", [
    "{passages}\n\nQuestion: {input}\nIf the passages do not say, answer: I don't know.",
    "{passages}\n\n{input} If it is not there, say I don't know.",
    "Answer from the text, or reply \"The text does not say.\"\n\n{passages}\n\n{input}",
    "If you don't know the answer respond with “I don't know.”\n\nQuestion: {input}\n\n{passages}",
    "Say 'Not stated' if it is not in the text.\n{passages}\n{input}",
])  # fmt: skip
def test_warmup_takes_any_prompt_with_words_to_decline(text):
    assert check("10.warmup", text).state == "passed"


@pytest.mark.parametrize(("text", "why"), [
    ("{input} If you don't know, say I don't know.", "closed book"),
    ("{passages}\n\n{input}", "no program can count"),
    ("{passages}\n\n{input}\nDo not make anything up.", "no program can count"),
    ("{passages}\n\n{input}\nOnly answer if you are sure.", "no program can count"),
    ("{passages} {input} {answer}: I don't know", "exactly"),
    ("{passages", "brace"),
    (None, "a prompt is text"),
])  # fmt: skip
def test_warmup_tells_what_the_prompt_lacks(text, why):
    verdict = check("10.warmup", text)
    assert verdict.state == "missed"
    assert why in verdict.text


@pytest.mark.parametrize(("perfect", "own"), [(("BM25", 4), ("BM25", 1)), (("dense", 1), ("dense", 1)), (["BM25", 4], ["dense", 1])])
def test_core_takes_any_row_that_no_other_is_shown_to_beat(perfect, own):
    assert check("10.core", perfect, own, *MEASURED).state == "passed"


def test_core_pairs_the_questions():
    """Eight points behind are shown where nothing is won back, and are not where other questions were answered."""
    swapped = {**MEASURED[2], ("dense", 1): [0] * 40 + [1] * 22 + [0] * 38}
    near = {**MEASURED[2], ("dense", 1): [1] * 22 + [0] * 78}
    assert check("10.core", ("BM25", 4), ("dense", 1), DEPTHS, MEASURED[1], swapped).state == "passed"
    assert check("10.core", ("BM25", 4), ("dense", 1), DEPTHS, MEASURED[1], near).state == "missed"


@pytest.mark.parametrize(("perfect", "own", "why"), [
    (("dense", 4), ("BM25", 1), "at most 600"), (("BM25", 1), ("BM25", 1), "loses only what was not retrieved"),
    (("BM25", 4), ("dense", 4), "gets lost in it"), (("BM25", 4), ("BM25", 4), "another row gains 0.10"),
    (("hybrid", 1), ("BM25", 1), "that was measured"), ("BM25", ("BM25", 1), "a pair such as"),
    (("BM25", 4), ("BM25", 2), "that was measured"),
])  # fmt: skip
def test_core_tells_what_a_reader_would_lose(perfect, own, why):
    verdict = check("10.core", perfect, own, *MEASURED)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_core_does_not_name_the_row_that_beats_yours():
    assert "('BM25', 1)" not in check("10.core", ("BM25", 4), ("dense", 4), *MEASURED).text


@pytest.mark.parametrize("search", [40 * 90 / 110, 33])
def test_stretch_takes_the_number_rounded_or_not(search):
    assert check("10.stretch", search, 20, "search").state == "passed"


@pytest.mark.parametrize(("answer", "why"), [
    ((40, 20, "search"), "still misses 20 of every 110"), ((24, 20, "search"), "shown the passage only 110 times"),
    ((10, 20, "search"), "apply that to the 40"), ((32.7, 60, "search"), "it cannot see"), ((32.7, 20, "reader"), "33 more right answers"),
    (("many", 20, "search"), "apply that to the 40"),
])  # fmt: skip
def test_stretch_tells_which_part_was_forgotten(answer, why):
    verdict = check("10.stretch", *answer)
    assert verdict.state == "missed"
    assert why in verdict.text
