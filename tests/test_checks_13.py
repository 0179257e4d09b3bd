"""Lesson 13's exercises: the stub waits, the solution passes, a plausible wrong answer is told why."""

import pytest
import torch

from helpers.exercises import check

NAMES = ("13.warmup", "13.core", "13.stretch")


class Right(torch.nn.Module):
    """A LoRA layer as the lesson's solution makes it; the tests below break one part each."""

    def __init__(self, linear, rank, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        self.A = torch.nn.Parameter(torch.randn(rank, linear.in_features) / rank)
        self.B = torch.nn.Parameter(torch.zeros(linear.out_features, rank))
        self.scale = alpha / rank

    def forward(self, x):
        return self.linear(x) + self.scale * (x @ self.A.T @ self.B.T)


class Unscaled(Right):
    def forward(self, x):
        return self.linear(x) + x @ self.A.T @ self.B.T


class Doubled(Right):
    def forward(self, x):
        return super().forward(x) + self.scale * (x @ self.A.T @ self.B.T)


class Noisy(Right):
    def __init__(self, *how):
        super().__init__(*how)
        torch.nn.init.normal_(self.B)


class Zero(Right):
    def __init__(self, *how):
        super().__init__(*how)
        torch.nn.init.zeros_(self.A)


class Thawed(Right):
    def __init__(self, linear, rank, alpha):
        super().__init__(linear, rank, alpha)
        linear.requires_grad_(True)


class Flat(Right):
    def __init__(self, linear, rank, alpha):
        super().__init__(linear, rank, alpha)
        del self.A
        self.A = torch.zeros(rank, linear.in_features)


class Turned(Right):
    def __init__(self, linear, rank, alpha):
        super().__init__(linear, rank, alpha)
        self.A = torch.nn.Parameter(self.A.detach().T.contiguous())


class Detached(Right):
    def forward(self, x):
        return self.linear(x) + self.scale * (x @ self.A.T @ self.B.T.detach()) + 0 * self.A.sum()


class OnlyLastToken(Right):
    """Right on one row, wrong inside a model, where x has one more dimension."""

    def forward(self, x):
        wanted = super().forward(x)
        return wanted if x.dim() == 2 else torch.cat([self.linear(x)[:, :-1], wanted[:, -1:]], 1)


@pytest.mark.parametrize("name", NAMES)
def test_a_stub_waits(name):
    assert check(name, ...).state == "waiting"


def test_13_warmup_passes_with_both_thin_matrices():
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
def test_13_warmup_tells_what_was_counted_instead(size, why):
    verdict = check("13.warmup", size)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_13_core_passes_with_a_layer_that_agrees_with_peft():
    verdict = check("13.core", Right)
    assert (verdict.state, "agrees with peft" in verdict.text) == ("passed", True)


@pytest.mark.parametrize(
    ("layer", "why"),
    [
        (Unscaled, "alpha / rank"),
        (Doubled, "alpha / rank"),
        (Noisy, "B begins at zero"),
        (Zero, "nothing is ever learned"),
        (Thawed, "only A and B are trained"),
        (Detached, "both need gradients"),
        (Flat, "no nn.Parameter named A"),
        (Turned, "rank × inputs"),
        (OnlyLastToken, "next-token scores differ"),
        (Right(torch.nn.Linear(4, 4), 2, 4), "the class itself"),
    ],
)
def test_13_core_tells_what_is_wrong_with_a_layer(layer, why):
    verdict = check("13.core", layer)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_13_stretch_passes_within_half_a_percent():
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
def test_13_stretch_tells_what_was_left_out(answers, why):
    verdict = check("13.stretch", answers)
    assert verdict.state == "missed"
    assert why in verdict.text
