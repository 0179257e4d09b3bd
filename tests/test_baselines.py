"""Baselines without a language model."""

from __future__ import annotations

from collections import Counter

import pytest

from helpers import runs
from helpers.methods.baselines import classical, random_label
from helpers.tasks import load_task

TRAIN = [
    {"input": "a good film", "target": "positive"}, {"input": "good soup, good wine", "target": "positive"},
    {"input": "a bad film", "target": "negative"}, {"input": "bad soup", "target": "negative"},
]  # fmt: skip


def test_the_classical_baseline_learns_which_words_tell():
    answers = classical(TRAIN).solve([{"input": "good tea"}, {"input": "the tea was bad"}])
    assert [answer.text for answer in answers] == ["positive", "negative"]
    assert answers[0].replies == ()


def test_the_classical_baseline_runs_without_a_model_and_gets_what_the_card_of_reviews_says():
    task = load_task("reviews")
    run = runs.run(classical(task["train"]), task, None)
    assert (run.model, run.score.n, run.score.value) == ("none", 200, 0.725)


def test_answers_are_told_as_they_come():
    heard = {}
    classical(TRAIN).solve([{"input": "good"}], None, heard.__setitem__)
    assert heard[0].text == "positive"
    assert classical(TRAIN).solve([]) == []


@pytest.mark.parametrize("rows", [[], TRAIN[:2], [*TRAIN, {"input": "x", "target": ["a"]}]])
def test_targets_that_are_no_labels_are_refused(rows):
    with pytest.raises(ValueError, match="classical learns to choose between labels"):
        classical(rows)


def test_the_fingerprint_follows_the_examples_and_the_setting_and_not_the_name():
    base = classical(TRAIN).fingerprint
    assert base == classical(TRAIN, name="other").fingerprint
    assert len({base, classical(TRAIN[1:]).fingerprint, classical(TRAIN, c=1).fingerprint}) == 3


def test_a_random_label_belongs_to_the_example_and_not_to_its_place():
    rows = [{"id": f"e{i}"} for i in range(50)]
    method = random_label(["a", "b"], seed=1)
    forward, backward = method.solve(rows), method.solve(rows[::-1])
    assert forward == backward[::-1]
    assert forward != random_label(["a", "b"], seed=2).solve(rows)
    assert method.fingerprint != random_label(["a", "b"], seed=2).fingerprint


def test_random_labels_come_equally_often():
    counts = Counter(answer.text for answer in random_label(["a", "b", "c"]).solve([{"id": f"e{i}"} for i in range(3000)]))
    assert all(900 < counts[label] < 1100 for label in "abc")


def test_one_label_is_nothing_to_draw_from():
    with pytest.raises(ValueError, match=r"random_label needs two labels or more to draw from, got \('yes',\)"):
        random_label("yes")
