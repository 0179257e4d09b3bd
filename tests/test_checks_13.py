"""Lesson 13's exercises: the stub waits, the solution passes, a plausible wrong answer is told why."""

import pytest

from helpers.exercises import check

NAMES = ("13.warmup", "13.core", "13.stretch")
VERDICT = " Verdict:"


def batch(examples, tokenizer, *, leak=False, mask=True, ask=VERDICT, answers=None):
    """A batch as the lesson's solution makes it, with bugs on request."""
    read = [f"{row['input']}{ask}{' ' + row['target'] if leak else ''}" for row in examples]
    made = tokenizer(read, padding=True, return_tensors="pt")
    labels = tokenizer(answers or [row["target"] for row in examples], padding=True, return_tensors="pt")["input_ids"]
    made["labels"] = labels.masked_fill(labels == tokenizer.pad_token_id, -100) if mask else labels
    return made


def no_end(examples, tokenizer):
    made = batch(examples, tokenizer)
    made["labels"] = made["labels"].masked_fill(made["labels"] == tokenizer.eos_token_id, -100)
    return made


def no_mask(examples, tokenizer):
    made = batch(examples, tokenizer)
    made["attention_mask"] = made["attention_mask"].fill_(1)
    return made


def zero_is_padding(examples, tokenizer):
    made = batch(examples, tokenizer, mask=False)
    made["labels"] = made["labels"].masked_fill(made["labels"] == 0, -100)
    return made


@pytest.mark.parametrize("name", NAMES)
def test_a_stub_waits(name):
    assert check(name, ...).state == "waiting"


def test_12_warmup_passes_with_both_thin_matrices():
    assert check("13.warmup", 8 * (384 + 512)).state == "passed"
    assert "3.6%" in check("13.warmup", 7168).text


@pytest.mark.parametrize(
    ("size", "why"),
    [
        (384 * 512, "stays frozen"),
        (8 * 384 * 512, "do not multiply"),
        (8 * 384, "B alone"),
        (8 * 512, "A alone"),
        (896, "rank 1"),
        (7, "add the two"),
    ],
)
def test_12_warmup_tells_what_was_counted_instead(size, why):
    verdict = check("13.warmup", size)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_12_core_passes_with_both_bugs_mended():
    assert check("13.core", batch).state == "passed"


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (lambda e, t: batch(e, t, leak=True, mask=False), "the encoder reads the answer"),
        (lambda e, t: batch(e, t, leak=True), "the encoder reads the answer"),
        (lambda e, t: batch(e, t, mask=False), "the loss counts the padding"),
        (zero_is_padding, "tokenizer.pad_token_id"),
        (no_end, "mask padding alone"),
        (no_mask, "should not read padding"),
        (lambda e, t: batch([row | {"input": "so"} for row in e], t), "the whole message"),
        (lambda e, t: batch(e, t, answers=["anger", "joy"]), "are what is learned"),
        (lambda e, t: {"input_ids": [[1]]}, "return the batch"),
        (lambda e, t: None, "return the batch"),
        ("my_rows", "function's name"),
    ],
)
def test_12_core_tells_which_bug_is_left(rows, why):
    verdict = check("13.core", rows)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_12_stretch_passes_within_half_a_percent():
    assert check("13.stretch", 6 / ((160 * 0.15 - 20 * 0.30) / 1e6)).state == "passed"
    assert check("13.stretch", 333_333).state == "passed"


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (6 / (140 * 0.15 / 1e6), "price of its own"),
        (6 / (160 * 0.15 / 1e6), "have to be paid too"),
        (333.3333, "in thousands"),
        (1 / 3, "per million"),
        (5, "each answer saves"),
        ("many", "divide what training costs"),
    ],
)
def test_12_stretch_tells_what_was_left_out(answers, why):
    verdict = check("13.stretch", answers)
    assert verdict.state == "missed"
    assert why in verdict.text
