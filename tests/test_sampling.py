"""Temperature and top-p: what stays of the probabilities, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.methods import at_temperature, top_p

LOGITS = [2.0, 1.0, 0.0, -3.0]


@pytest.mark.parametrize("temperature", [0, 0.5, 1, 10])
def test_probabilities_add_up_to_one_at_every_temperature(temperature):
    assert at_temperature(LOGITS, temperature).sum() == pytest.approx(1)


def test_temperature_0_is_greedy_and_one_token_has_it_all():
    assert at_temperature([1.0, 3.0, 3.0], 0).tolist() == [0, 1, 0]


def test_temperature_1_is_the_softmax():
    assert at_temperature([np.log(3), 0.0], 1).tolist() == pytest.approx([0.75, 0.25])


def test_temperature_10_makes_tokens_nearly_alike_and_keeps_their_order():
    hot = at_temperature(LOGITS, 10)
    assert hot.max() < 1.7 * hot.min()
    assert list(np.argsort(-hot)) == [0, 1, 2, 3]


def test_a_large_logit_at_a_low_temperature_does_not_overflow():
    assert at_temperature([4000.0, 0.0], 0.01).tolist() == [1, 0]


@pytest.mark.parametrize("temperature", [-1, float("nan")])
def test_a_negative_temperature_is_refused(temperature):
    with pytest.raises(ValueError, match=r"temperature=(-1|nan): use 0 \(greedy\) or more"):
        at_temperature(LOGITS, temperature)


def test_top_p_keeps_the_fewest_tokens_that_hold_the_share():
    assert top_p([0.2, 0.5, 0.3], 0.8).tolist() == pytest.approx([0, 0.625, 0.375])


def test_top_p_keeps_the_likeliest_token_whatever_p():
    assert top_p([0.2, 0.5, 0.3], 1e-6).tolist() == [0, 1, 0]


def test_top_p_of_1_keeps_everything():
    assert top_p([0.2, 0.5, 0.3], 1).tolist() == pytest.approx([0.2, 0.5, 0.3])


@pytest.mark.parametrize("p", [0, -0.1, 1.01])
def test_top_p_outside_its_range_is_refused(p):
    with pytest.raises(ValueError, match=f"p={p}: the share to keep is above 0 and at most 1"):
        top_p([0.5, 0.5], p)
