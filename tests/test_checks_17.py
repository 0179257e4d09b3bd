"""Exercises of lesson 17: the stub waits, the solution passes, a plausible wrong answer is told why."""

from __future__ import annotations

import pytest

from helpers.checks import lesson_17
from helpers.decide import made_up
from helpers.exercises import check

RIGHT = {"no data may leave": "LoRA + int8", "50 ms": "none", "1 dollar": "hosted bare prompt"}


@pytest.fixture(scope="module")
def case():
    return made_up(
        {
            "rules": (0.55, 0.00, 1, 0, True),
            "hosted bare prompt": (0.82, 0.20, 900, 0, False),
            "hosted few-shot": (0.90, 1.05, 1200, 0, False),
            "LoRA": (0.91, 1.50, 180, 26, True),
            "LoRA + int8": (0.905, 1.20, 60, 13, True),
        }
    )


def with_margin(low, high):
    return lesson_17._rule(low, high)


def test_stubs_wait(case):
    assert check("17.warmup", dict.fromkeys(RIGHT, ...), case).state == "waiting"
    assert check("17.core", ...).state == check("17.stretch", ...).state == "waiting"


def test_17_warmup_passes_with_the_three_verdicts(case):
    assert check("17.warmup", RIGHT, case).state == "passed"


@pytest.mark.parametrize(
    ("name", "said", "why"),
    [
        ("no data may leave", "LoRA", "No higher rung is better than the verdict's rung by 0.05"),
        ("50 ms", "LoRA + int8", "95 of 100 answers take 60 ms, and the limit is 50 ms"),
        ("1 dollar", "hosted few-shot", "hosted few-shot is out: 1,000 answers cost $1.05"),
        ("1 dollar", "hosted few-shots", "a verdict is the name of a rung"),
    ],
)
def test_17_warmup_says_which_step_was_missed(case, name, said, why):
    verdict = check("17.warmup", RIGHT | {name: said}, case)
    assert verdict.state == "missed"
    assert why in verdict.text
    assert RIGHT[name] not in verdict.text.replace(said, "") or why == "a verdict is the name of a rung"


def test_17_warmup_wants_all_three_budgets(case):
    assert "one prediction a budget" in check("17.warmup", {"50 ms": "none"}, case).text


@pytest.mark.parametrize(
    ("n", "state", "why"), [(1000, "passed", "ten points"), (250, "missed", "stay undetermined"), (2000, "missed", "fewer")]
)
def test_17_core_wants_the_least_number(n, state, why):
    verdict = check("17.core", n)
    assert (verdict.state, why in verdict.text) == (state, True)
    assert check("17.core", 2.5).state == "missed"


def test_17_stretch_passes_a_rule_that_stops_early_and_tells_what_it_costs():
    def peeking(low, high):
        for n in range(40, len(low) + 1, 40):
            if (said := with_margin(low[:n], high[:n])) != "undetermined":
                return said
        return "undetermined"

    verdict = check("17.stretch", peeking)
    assert verdict.state == "passed"
    assert "every look is a chance to be lucky" in verdict.text


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (with_margin, "that is what one look at all examples says"),
        (lambda low, high: "undetermined", "only after the last 40"),
        (lambda low, high: with_margin(low[:40], high[:40]), "go on looking"),
        (lambda low, high: None, "return what with_margin says"),
        ("high", "a function of low and high"),
    ],
)
def test_17_stretch_says_what_a_wrong_rule_does(rule, why):
    verdict = check("17.stretch", rule)
    assert verdict.state == "missed"
    assert why in verdict.text
