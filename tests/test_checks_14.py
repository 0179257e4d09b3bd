"""Lesson 14's exercises: the stub waits, the solution passes, a plausible wrong answer is told why."""

import numpy as np
import pytest
import torch

from helpers.exercises import check

NAMES = ("14.warmup", "14.core", "14.stretch")
plain = torch.nn.functional.cross_entropy


def soft_loss(logits, scores, t):
    return -(torch.softmax(scores / t, -1) * torch.log_softmax(logits / t, -1)).sum(-1).mean() * t**2


def right(logits, scores, labels, t, share):
    return share * soft_loss(logits, scores, t) + (1 - share) * plain(logits, labels)


def kl(logits, scores, t):
    return torch.nn.functional.kl_div(torch.log_softmax(logits / t, -1), torch.softmax(scores / t, -1), reduction="batchmean")


def same_gradient(layer, x, h=1e-3, within=0.01, rows=None):
    point = x.clone().requires_grad_()
    layer(point).square().sum().backward()
    slopes = torch.zeros_like(x)
    for i in np.ndindex(*x.shape):
        nudge = torch.zeros_like(x)
        nudge[i] = h
        slopes[i] = (layer(x + nudge).square().sum() - layer(x - nudge).square().sum()).detach() / (2 * h)
    return point.grad is not None and bool((point.grad - slopes)[:rows].norm() <= within * slopes[:rows].norm())


def one_number(layer, x, h=1e-3):
    point, nudge = x.clone().requires_grad_(), torch.zeros_like(x)
    value, nudge[0, 0] = layer(point).square().sum(), h
    if not value.requires_grad:
        return False
    value.backward()
    slope = (layer(x + nudge).square().sum() - layer(x - nudge).square().sum()).item() / (2 * h)
    return point.grad is not None and bool(abs(point.grad[0, 0] - slope) <= 0.01 * abs(slope))


def crashing(layer, x):
    point = x.clone().requires_grad_()
    layer(point).square().sum().backward()
    return bool(point.grad.norm() > 0)


@pytest.mark.parametrize("name", NAMES)
def test_a_stub_waits(name):
    assert check(name, ...).state == "waiting"


@pytest.mark.parametrize("gb", [8.125, 8.1, np.float64(13 * 5 / 8)])
def test_14_warmup_passes_with_five_bits_a_weight(gb):
    assert check("14.warmup", gb).state == "passed"


@pytest.mark.parametrize(
    ("gb", "why"),
    [
        (6.5, "codes alone"),
        (7.3125, "blocks of 64"),
        (13 * (4 + 8 / 64 + 32 / 16384) / 8, "lesson's layout"),
        (65, "a byte has 8"),
        (26, "16 bits a weight"),
        (13 * 4.25 / 8, "not rounded to 8 bits"),
        (1.0, "how many bits of scale"),
        (float("nan"), "how many bits of scale"),
        ("8", "bits a weight, times weights"),
    ],
)
def test_14_warmup_tells_what_was_counted_instead(gb, why):
    verdict = check("14.warmup", gb)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_14_core_passes_with_the_formula():
    assert check("14.core", right).state == "passed"


@pytest.mark.parametrize(
    ("loss", "why"),
    [
        (lambda a, s, y, t, w: w * soft_loss(a, s, t) / t**2 + (1 - w) * plain(a, y), "temperature squared"),
        (lambda a, s, y, t, w: (1 - w) * soft_loss(a, s, t) + w * plain(a, y), "share is the part of the soft loss"),
        (lambda a, s, y, t, w: 6 * right(a, s, y, t, w), "not the sum"),
        (lambda a, s, y, t, w: w * t**2 * plain(a, torch.softmax(s / t, -1)) + (1 - w) * plain(a, y), "soften both sides"),
        (lambda a, s, y, t, w: w * soft_loss(a, s, t) + (1 - w) * plain(a / t, y), "no temperature"),
        (lambda a, s, y, t, w: right(a.detach(), s, y, t, w), "no detach"),
        (lambda a, s, y, t, w: right(torch.tensor(a.tolist(), dtype=a.dtype, requires_grad=True), s, y, t, w), "no new tensor"),
        (lambda a, s, y, t, w: w * soft_loss(a if w == 1 else a.detach(), s, t) + (1 - w) * plain(a, y), "one of them detached"),
        (lambda a, s, y, t, w: right(a, s, y, t, w) + a.sum() - a.detach().sum(), "wrong gradient"),
        (lambda a, s, y, t, w: w * t**2 * kl(a, s, t) + (1 - w) * plain(a, y), "KL divergence"),
        (lambda a, s, y, t, w: right(a, s, y, t, w).item(), "return the tensor"),
        (lambda a, s, y: plain(a, y), "it is called with"),
        (3.0, "not what it returns"),
    ],
)
def test_14_core_tells_what_is_wrong_with_a_loss(loss, why):
    verdict = check("14.core", loss)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_14_stretch_passes_with_finite_differences():
    assert check("14.stretch", same_gradient_or_false).state == "passed"
    assert check("14.stretch", lambda layer, x: np.bool_(same_gradient_or_false(layer, x))).state == "passed"


def same_gradient_or_false(layer, x, **changes):
    try:
        return same_gradient(layer, x, **changes)
    except RuntimeError:
        return False


@pytest.mark.parametrize(
    ("same", "why"),
    [
        (lambda layer, x: True, "its gradient is not"),
        (lambda layer, x: False, "its gradient is right"),
        (lambda layer, x: bool(torch.allclose(layer(x), layer(x))), "its gradient is not"),
        (crashing, "x.grad is None"),
        (one_number, "all columns but the first"),
        (lambda layer, x: same_gradient_or_false(layer, x, within=0.4), "within 1%"),
        (lambda layer, x: same_gradient_or_false(layer, x, rows=1), "the last row"),
        (lambda layer, x: None, "whether the two gradients agree"),
        (True, "not what it returns"),
    ],
)
def test_14_stretch_tells_what_a_test_of_gradients_misses(same, why):
    verdict = check("14.stretch", same)
    assert verdict.state == "missed"
    assert why in verdict.text
