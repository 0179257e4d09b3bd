"""Lesson 02, each exercise: the stub waits, the solution passes, a plausible wrong answer is told why."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from helpers import methods, runs
from helpers.exercises import check
from helpers.models.reply import Reply
from helpers.tasks import load_task

REVIEWS = load_task("reviews")
TRAIN = sorted(REVIEWS["train"].to_list(), key=lambda row: len(row["input"]))
TOLD = f"{REVIEWS.instruction}\n\nReview: {{input}}"
POSITIVE, NEGATIVE = ([row for row in TRAIN if row["target"] == label] for label in REVIEWS.labels)
SHORT = [*POSITIVE[:2], *NEGATIVE[:2]]


def says(reply, tokens: int = 280) -> SimpleNamespace:
    """A model whose reply to the n-th conversation is reply(n)."""

    def ask_many(conversations, *, on_reply=None, **settings):
        return [Reply(reply(n), tokens, 1, 0.1, 0.0) for n, _ in enumerate(conversations)]

    return SimpleNamespace(name="fake", spec="fake", cache=None, recorded="", ask_many=ask_many)


def flipped(shots: list[dict]) -> list[dict]:
    """The same shots, each with the other label."""
    positive, negative = REVIEWS.labels
    return [shot | {"target": negative if shot["target"] == positive else positive} for shot in shots]


def right(n: int) -> str:
    return REVIEWS["dev"][n]["target"]


def measured(shots=(), text=TOLD, model=None, n: int = 60):
    return runs.run(methods.few_shot(text, shots), REVIEWS, model or says(right), limit=n)


@pytest.fixture(scope="module")
def none():
    return measured()


@pytest.fixture(scope="module")
def arranged():
    """Six runs of 25 reviews that say "positive" to so many of the first."""
    counts = (2, 8, 11, 19, 25, 25)
    return dict(enumerate(measured(model=says(lambda i, n=n: "positive" if i < n else "negative"), n=25) for n in counts))


@pytest.mark.parametrize(("name", "stubs"), [("warmup", 1), ("core", 2), ("stretch", 1)])
def test_a_stub_waits(name: str, stubs: int) -> None:
    assert check(f"02.{name}", *[...] * stubs, None).state == "waiting"


def test_warmup_passes_with_the_two_copies_of_dev_however_they_are_listed() -> None:
    assert check("02.warmup", {1, 4}).state == check("02.warmup", [4, 1]).state == "passed"


@pytest.mark.parametrize(
    ("leaks", "why"),
    [
        (set(), "letter for letter none does"),
        ({1}, "one more stands in dev"),
        ({4}, "one more stands in dev"),
        ({1, 3, 4}, "stands in train"),
        ({0, 1, 2, 3, 4, 5}, "stands in train"),
        ({2, 5}, "stands in train"),
        ({1, 6}, "counted from 0"),
        (2, "has a number"),
    ],
)
def test_warmup_tells_what_was_missed_and_what_may_be_used(leaks: object, why: str) -> None:
    verdict = check("02.warmup", leaks)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_core_passes_four_short_reviews_of_train_and_then_tells_the_score(none) -> None:
    verdict = check("02.core", SHORT, measured(SHORT), none)
    assert (verdict.state, "280 tokens a prompt, score 1.00" in verdict.text) == ("passed", True)


def test_core_says_where_the_interval_of_the_gain_begins(none) -> None:
    low = runs.compare(none, run := measured(SHORT)).difference.low
    assert f"the interval begins at {low:+.3f}" in check("02.core", SHORT, run, none).text


@pytest.mark.parametrize(
    ("shots", "why"),
    [
        ([*SHORT[:3], REVIEWS["dev"][199]], "may be one that you score on"),
        ([*SHORT[:3], SHORT[3] | {"target": "positive"}], "a wrong label"),
        ([*SHORT[:3], SHORT[2]], "a copy costs its tokens again"),
        (POSITIVE[:4], "one label only"),
        (SHORT[:3], "each is a dict"),
        ("four", "each is a dict"),
    ],
)
def test_core_refuses_other_shots_and_tells_no_score(none, shots: list, why: str) -> None:
    verdict = check("02.core", shots, measured(SHORT), none)
    assert (verdict.state, why in verdict.text, "score 1.00" in verdict.text) == ("missed", True, False)


@pytest.mark.parametrize(
    ("run", "why"),
    [
        (lambda: measured(SHORT, model=says(right, tokens=342)), "the shots are too long"),
        (lambda: measured(SHORT, model=says(lambda n: "positive")), "cost too much quality"),
        (lambda: measured(SHORT, n=40), "only the same examples"),
        (lambda: measured(SHORT, text="{input}"), "the form is TOLD"),
        (lambda: measured(SHORT[:3]), "shows exactly these"),
        (lambda: measured([*SHORT[:3], NEGATIVE[5]]), "shows exactly these"),
        (lambda: measured(flipped(SHORT)), "each shot's own label"),
        (lambda: measured([*SHORT[:3], *flipped(SHORT[3:])]), "each shot's own label"),
        (lambda: replace(measured(SHORT), table=measured(SHORT).table.assign(score=float("nan"))), "run it again"),
        (lambda: 0.7, "measure(shots, TOLD"),
    ],
)
def test_core_refuses_a_run_that_is_too_long_too_bad_or_of_something_else(none, run, why: str) -> None:
    verdict = check("02.core", SHORT, run(), none)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_core_refuses_an_interval_that_begins_below_the_lessons_margin_of_5_points() -> None:
    none, run = measured(n=200), measured(SHORT, model=says(lambda n: "neither" if n < 5 else right(n)), n=200)
    assert -0.06 < runs.compare(none, run).difference.low < -0.05
    assert "cost too much quality" in check("02.core", SHORT, run, none).text


def test_core_passes_the_same_four_in_another_order(none) -> None:
    assert check("02.core", SHORT, measured(SHORT[::-1]), none).state == "passed"


def test_stretch_passes_with_holm_over_all_fifteen_pairs(arranged) -> None:
    assert check("02.stretch", 10, arranged).state == "passed"


@pytest.mark.parametrize(
    ("pairs", "why"),
    [
        (13, "15 chances"),
        (8, "multiplied by 14"),
        (0, "right with wrong"),
        (6, "all 15 pairs"),
        (0.5, "a whole number"),
        (True, "a whole number"),
    ],
)
def test_stretch_tells_which_pairs_were_counted_in_their_place(arranged, pairs: object, why: str) -> None:
    verdict = check("02.stretch", pairs, arranged)
    assert verdict.state == "missed"
    assert why in verdict.text
