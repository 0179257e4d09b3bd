"""Checks of lesson 14."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import TYPE_CHECKING

from helpers.exercises import Miss

if TYPE_CHECKING:
    import torch

    Layer = Callable[[torch.Tensor], torch.Tensor]

__all__ = ["warmup", "core", "stretch"]

BILLIONS = 13
BLOCK = 32
TOLERANCE = 1e-4


def warmup(gigabytes: float) -> str:
    """GB of 13 billion weights in NF4, with a scale of 32 bits for each 32 weights."""
    want = BILLIONS * (4 + 32 / BLOCK) / 8
    usual = {
        BILLIONS * 4 / 8: "that is the codes alone: each block has a scale of 32 bits besides",
        BILLIONS * (4 + 32 / 64) / 8: "that is with blocks of 64; smaller blocks have more scales",
        BILLIONS
        * (4 + 8 / 64 + 32 / (64 * 256))
        / 8: "that is the lesson's layout: here the scales are not rounded, and blocks are smaller",
        BILLIONS * (4 + 8 / BLOCK) / 8: "the scales are not rounded to 8 bits here",
        BILLIONS * (4 + 32 / BLOCK): "that is in gigabits: a byte has 8",
        BILLIONS * 2.0: "that is 16 bits a weight",
    }
    if isinstance(gigabytes, bool) or not isinstance(gigabytes, Real):
        raise Miss(type(gigabytes).__name__, "a number of GB", "bits a weight, times weights, divided by 8 bits a byte")
    if not abs(gigabytes - want) <= 0.01 * want:  # nan is not within it either
        why = next((why for value, why in usual.items() if abs(gigabytes - value) <= 0.001 * value), None)
        raise Miss(f"{float(gigabytes):.6g} GB", "another number of GB", why or "how many bits of scale has a weight?")
    return f"{want:.1f} GB. A quarter more than the codes alone; the lesson's layout takes {BILLIONS * (4 + 8 / 64 + 32 / 16384) / 8:.1f}."


def core(loss: Callable[..., torch.Tensor]) -> str:
    """mixed_loss(logits, scores, labels, temperature, share), compared with the formula and in its parts."""
    import torch

    if not callable(loss):
        raise Miss(type(loss).__name__, "a function", "hand over mixed_loss itself, not what it returns")
    draw = torch.Generator().manual_seed(0)
    logits, scores = (torch.randn(6, 3, generator=draw, dtype=torch.float64) * 2 for _ in range(2))
    labels = torch.tensor([0, 1, 2, 0, 1, 2])
    for temperature, share in ((1.0, 0.0), (1.0, 1.0), (3.0, 1.0), (2.0, 0.3)):
        _check_mixed(loss, logits, scores, labels, temperature, share)
    return "It agrees at four settings, and its gradients at the student's logits do as well."


def _check_mixed(
    loss: Callable, logits: torch.Tensor, scores: torch.Tensor, labels: torch.Tensor, temperature: float, share: float
) -> None:
    import torch

    asked = logits.clone().requires_grad_()
    got = _called(loss, "a loss", asked, scores, labels, temperature, share)
    where = f"temperature {temperature:g}, share {share:g}"
    if not isinstance(got, torch.Tensor) or got.numel() != 1:
        raise Miss(f"{type(got).__name__} at {where}", "one number, as a tensor", "take the mean over the rows, and return the tensor")
    wished = logits.clone().requires_grad_()
    target = torch.softmax(scores / temperature, -1)
    taught = -(target * torch.log_softmax(wished / temperature, -1)).sum(-1).mean() * temperature**2
    plain = torch.nn.functional.cross_entropy(wished, labels)
    wanted = share * taught + (1 - share) * plain
    value, want = float(got.detach()), float(wanted.detach())
    if not abs(value - want) <= TOLERANCE * max(1.0, abs(want)):
        entropy = float(-(target * target.log()).sum(-1).mean()) * temperature**2
        why = _why_mixed(value, float(taught.detach()), float(plain.detach()), entropy, temperature, share)
        raise Miss(f"{value:.4f} at {where}", "another value", why)
    _check_gradient(got, asked, torch.autograd.grad(wanted, wished)[0], where)


def _check_gradient(got: torch.Tensor, asked: torch.Tensor, want: torch.Tensor, where: str) -> None:
    import torch

    found = torch.autograd.grad(got.sum(), asked, allow_unused=True)[0] if got.requires_grad else None
    if found is None or not bool(found.any()):
        why = "no float(), no detach(), no new tensor on the way from logits to the loss"
        raise Miss(f"a loss without gradient at {where}", "one that the student learns from", why)
    if not torch.allclose(found, want, atol=1e-6):
        why = "both parts must send gradients to the logits: is one of them detached, or counted twice?"
        raise Miss(f"the right value with a wrong gradient at {where}", "the gradient of that loss", why)


def _called(function: Callable, expected: str, *arguments: object) -> object:
    try:
        return function(*arguments)
    except Exception as error:  # a learner's function may fail in any way
        why = "it is called with the arguments that the exercise names; where no gradient arrives, x.grad is None"
        raise Miss(f"{type(error).__name__}: {error}", expected, why) from error


def _why_mixed(got: float, taught: float, plain: float, entropy: float, temperature: float, share: float) -> str:
    """What was probably left out or exchanged."""
    near = {
        share * taught / temperature**2 + (1 - share) * plain: "multiply the soft loss by the temperature squared",
        (1 - share) * taught + share * plain: "share is the part of the soft loss; the gold labels get the rest",
        6 * (share * taught + (1 - share) * plain): "take the mean over the rows, not the sum",
        taught + plain: "weigh the two parts by share and 1 - share",
        share * (taught - entropy)
        + (1 - share) * plain: "that is the KL divergence, with the same gradients; the lesson's loss is cross-entropy",
    }
    why = next((why for value, why in near.items() if abs(got - value) <= TOLERANCE * max(1.0, abs(value))), None)
    if why:
        return why
    if share == 1:
        return "soften both sides: the teacher's scores and the student's logits, each divided by the temperature"
    return "compare with share × soft loss + (1 - share) × cross-entropy; the gold part has no temperature"


def stretch(same: Callable[[Layer, torch.Tensor], bool]) -> str:
    """same_gradient(layer, x): True for layers whose backpropagation is right, False for seven whose is not."""
    import torch

    if not callable(same):
        raise Miss(type(same).__name__, "a function", "hand over same_gradient itself, not what it returns")
    torch.manual_seed(0)
    x = torch.randn(3, 5, dtype=torch.float64)
    linear = torch.nn.Linear(5, 4, dtype=torch.float64)
    right = {"a linear layer": linear, "a layer that bends": torch.nn.Sequential(linear, torch.nn.Tanh())}
    wrong = {
        "a layer that lets no gradient through": lambda x: linear(x.detach()),
        "a layer beside which a path without weight remains": lambda x: linear(x.detach()) + 0 * x.sum(),
        "a layer of which half the gradient is lost": lambda x: (linear(x) + linear(x.detach())) / 2,
        "a layer that loses the gradient of all columns but the first": lambda x: linear(torch.cat([x[:, :1], x[:, 1:].detach()], 1)),
        "a layer that turns the gradient around": lambda x: 2 * linear(x).detach() - linear(x),
        "a layer that loses a twentieth of the gradient": lambda x: 0.95 * linear(x) + 0.05 * linear(x.detach()),
        "a layer that loses the gradient of the last row": lambda x: torch.cat([linear(x[:-1]), linear(x[-1:].detach())]),
    }
    for wanted, layers in ((True, right), (False, wrong)):
        for name, layer in layers.items():
            _check_verdict(_called(same, "True or False", layer, x.clone()), wanted, name)
    return (
        "Two sound layers pass, and seven faulty ones are found. Run it once after an evaluation, before you train for a night. In "
        "bfloat16 a nudge of 0.001 vanishes: there, compare the same step before and after an evaluation, as in the lesson."
    )


def _check_verdict(got: object, wanted: bool, name: str) -> None:
    if str(got) not in ("True", "False", "tensor(True)", "tensor(False)"):
        raise Miss(f"{got!r}"[:60], "True or False", "say whether the two gradients agree")
    if bool(got) is not wanted:
        why = (
            "its gradient is right: is the step small enough, are both gradients those of the sum of squares?"
            if wanted
            else "its outputs are right and its gradient is not: compare all of it, within 1%, also where x.grad is None or zero"
        )
        raise Miss(f"{bool(got)} for {name}", str(wanted), why)
