"""Checks of lesson 13."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from helpers.exercises import Miss

if TYPE_CHECKING:
    import torch

__all__ = ["warmup", "core", "stretch"]

ROWS = 384  # FLAN-T5-small: 6 heads of 64 numbers
COLUMNS = 512
RANK = 8
ALPHA = 16
SWAPPED = 2  # layers of pocket whose q_proj and v_proj are swapped
TOLERANCE = 1e-4


def warmup(size: int) -> str:
    """How many numbers LoRA trains beside one matrix: rank x (rows + columns)."""
    want = RANK * (ROWS + COLUMNS)
    usual = {
        ROWS * COLUMNS: "that is the matrix itself, which stays frozen: A and B are what is trained",
        RANK * ROWS * COLUMNS: "A and B are two thin matrices side by side, so their sizes add up; they do not multiply",
        RANK * ROWS: "that is B alone; A has one row of numbers for each of the 8 ranks as well",
        RANK * COLUMNS: "that is A alone; B has one column of numbers for each of the 8 ranks as well",
        ROWS + COLUMNS: "that is rank 1: a rank of 8 has eight such pairs",
    }
    if isinstance(size, bool) or not isinstance(size, int | float) or size != want:
        why = usual.get(size) if isinstance(size, int) else None
        why = why or f"A is {RANK} × {COLUMNS} and B is {ROWS} × {RANK}: add the two"
        raise Miss(size, "the count of numbers in A and B together", why)
    return f"{want:,} beside {ROWS * COLUMNS:,}: {want / (ROWS * COLUMNS):.1%} of the matrix."


def core(layer: Callable[[torch.nn.Linear, int, float], torch.nn.Module]) -> str:
    """A module LoRALinear(linear, rank, alpha) that stands for a linear layer of pocket and says what peft's says."""
    if not isinstance(layer, type):
        raise Miss(type(layer).__name__, "a class LoRALinear(linear, rank, alpha)", "hand over the class itself, not an instance")
    import torch

    torch.manual_seed(0)
    _check_start(layer)
    _check_trained(layer)
    _check_scale(layer)
    gap = _gap_to_peft(layer)
    if gap > TOLERANCE:
        why = "with the same A and B in both, pocket's next-token scores differ: compare your forward with W x + alpha / rank * B A x"
        raise Miss(f"a largest difference of {gap:.3g}", f"at most {TOLERANCE}", why)
    return "Swapped into pocket, it agrees with peft on the same A and B, starts from the old model, and trains nothing else."


def _made(layer: type) -> tuple[torch.nn.Linear, torch.nn.Module]:
    """A linear layer and the learner's module around it."""
    import torch

    linear = torch.nn.Linear(12, 6, bias=False)
    made = layer(linear, RANK, ALPHA)
    missing = [name for name in ("A", "B") if not isinstance(getattr(made, name, None), torch.nn.Parameter)]
    if missing:
        raise Miss(f"no nn.Parameter named {' or '.join(missing)}", "self.A and self.B as nn.Parameter", "an optimizer finds nothing else")
    shapes = (tuple(made.A.shape), tuple(made.B.shape))
    if shapes != ((RANK, 12), (6, RANK)):
        raise Miss(f"shapes {shapes}", f"{(RANK, 12)} and {(6, RANK)}", "A is rank × inputs and B is outputs × rank")
    return linear, made


def _check_start(layer: type) -> None:
    """Before training, nothing may change, and yet something must be able to."""
    import torch

    linear, made = _made(layer)
    x = torch.randn(5, 12)
    gap = float((made(x) - linear(x)).detach().abs().max())
    if bool(made.B.any()) or gap > TOLERANCE:
        raise Miss(f"an untrained layer that differs by {gap:.3g}", "the old layer's output, until training", "B begins at zero")
    if not bool(made.A.any()):
        raise Miss("A and B both zero", "random numbers in A", "with both at zero neither has a gradient: nothing is ever learned")


def _check_trained(layer: type) -> None:
    """One step of gradient descent moves A and B, never the base."""
    import torch

    linear, made = _made(layer)
    before = linear.weight.detach().clone()
    optimizer = torch.optim.SGD([p for p in made.parameters() if p.requires_grad], lr=0.1)
    made(torch.randn(5, 12)).square().sum().backward()
    optimizer.step()
    if not torch.equal(linear.weight, before):
        raise Miss("a base weight that one step changed", "a frozen one", "linear.weight.requires_grad_(False): only A and B are trained")
    if not bool(made.B.any()):
        raise Miss("B is still zero after one step", "a B that learns", "both A and B take part in forward, and both need gradients")


def _check_scale(layer: type) -> None:
    """The update is multiplied by alpha / rank."""
    import torch

    linear, made = _made(layer)
    torch.nn.init.normal_(made.B)
    x = torch.randn(5, 12)
    with torch.no_grad():
        update, bare = made(x) - linear(x), x @ made.A.T @ made.B.T
    factor = float((update * bare).sum() / bare.square().sum())
    if abs(factor - ALPHA / RANK) > TOLERANCE or not torch.allclose(update, factor * bare, atol=1e-3):
        why = "the update B A x is multiplied by alpha / rank, so that another rank does not mean another size of the update"
        raise Miss(f"an update of {factor:.3g} × B A x", f"alpha / rank = {ALPHA / RANK:g} × B A x", why)


def _gap_to_peft(layer: type) -> float:
    """The largest difference between pocket's scores with the learner's layers and with peft's, on the same A and B."""
    import torch

    from helpers.models.weights import quiet_peft

    ours, tokens = _pocket()
    theirs, _ = _pocket()
    places = [f"model.layers.{n}.self_attn.{name}" for n in range(SWAPPED) for name in ("q_proj", "v_proj")]
    with quiet_peft():
        from peft import LoraConfig, get_peft_model

        theirs = get_peft_model(theirs, LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=places))
    for place in places:
        parent, _, name = place.rpartition(".")
        made = layer(ours.get_submodule(place), RANK, ALPHA)
        twin = theirs.base_model.model.get_submodule(place)
        with torch.no_grad():
            made.B.normal_(std=0.1)
            twin.lora_A["default"].weight.copy_(made.A)
            twin.lora_B["default"].weight.copy_(made.B)
        setattr(ours.get_submodule(parent), name, made)
    with torch.no_grad():
        return float((ours(tokens).logits - theirs(tokens).logits).abs().max())


def _pocket() -> tuple[torch.nn.Module, torch.Tensor]:
    """Pocket's module, read anew, and a question as its tokens."""
    import torch

    from helpers.models import load

    provider = load("pocket", cache=False).provider
    tokens = provider.tokenizer("The capital of France is")["input_ids"]
    return provider.model, torch.tensor([tokens])


def stretch(answers: float) -> str:
    """After how many answers a training of 6 dollars has paid: 160 tokens at 0.15 against 20 at 0.30, per million."""
    long = 160 * 0.15 / 1e6
    short = 20 * 0.30 / 1e6
    training = 6.0
    want = training / (long - short)
    usual = {
        training / (140 * 0.15 / 1e6): "a token of the tuned model has a price of its own, and it is twice as high",
        training / long: "the tuned model's own 20 tokens have to be paid too",
        training / (140 * 0.30 / 1e6): "the long prompt's tokens go to the base model, at the lower price",
        want / 1e6: "prices are per million tokens",
        want / 1e3: "that is in thousands of answers: give the number of answers",
    }
    if isinstance(answers, bool) or not isinstance(answers, int | float):
        raise Miss(type(answers).__name__, "a number of answers", "divide what training costs by what each answer saves")
    if abs(answers - want) > 0.005 * want:
        why = next((why for value, why in usual.items() if abs(answers - value) <= 0.005 * value), None)
        raise Miss(f"{answers:,.10g}", "training cost / saving per answer", why or "each answer saves 160 × 0.15 - 20 × 0.30 millionths")
    return f"After about {want:,.0f} answers. Three quarters of the price saved, although seven eighths of the tokens are gone."
