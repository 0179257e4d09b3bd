"""What a training run can be told, with defaults that were measured on the pocket model; and the loop over its steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import torch

__all__ = ["METHODS", "Settings", "descents", "learning_rate", "settings_for"]

METHODS = ("full", "lora", "prompt", "qlora")
WHOLE = ("epochs", "batch", "evaluations", "patience", "rank", "virtual", "tokens")
POSITIVE = ("lr", "clip", "alpha")
RANGES = {"warmup": (0, 1), "dropout": (0, 0.999), "weight_decay": (0, 1e9), "keep": (0, 1e9)}
Batch = TypeVar("Batch")


@dataclass(frozen=True)
class Settings:
    """How to train. ValueError: a number out of its range.

    lr: the highest learning rate, reached after `warmup` (a share of all steps), then falling in a line to 0; clip: longest gradient;
    batch: examples a step; tokens: padded tokens that go through the model at once, so a bound on memory that changes no result;
    evaluations: how often the dev loss is measured; patience: how many of them in a row may bring nothing new before it stops.
    rank, alpha, dropout: LoRA's (its update is multiplied by alpha / rank); virtual: tokens of a tuned prompt; keep: seconds
    between checkpoints.
    """

    lr: float
    epochs: int = 4
    batch: int = 16
    warmup: float = 0.1
    clip: float = 1.0
    weight_decay: float = 0.0
    evaluations: int = 10
    patience: int = 3
    seed: int = 0
    rank: int = 16
    alpha: int = 32
    dropout: float = 0.0
    virtual: int = 20
    tokens: int = 8192
    keep: float = 20.0

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            _check(name, value)


def _check(name: str, value: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name}={value!r}: it is a number, not {type(value).__name__}")
    if name in WHOLE and (not isinstance(value, int) or value < 1):
        raise ValueError(f"{name}={value!r}: it is a whole number, 1 or more")
    if name in POSITIVE and not 0 < value < 1e9:
        raise ValueError(f"{name}={value!r}: it must be above 0")
    if name in RANGES and not RANGES[name][0] <= value <= RANGES[name][1]:
        raise ValueError(f"{name}={value!r}: it is from {RANGES[name][0]} to {RANGES[name][1]}")


DEFAULTS = {
    "full": Settings(lr=3e-4, weight_decay=0.01),
    "lora": Settings(lr=2e-3),
    "prompt": Settings(lr=3e-2, epochs=8),
    "qlora": Settings(lr=2e-3),
}


def settings_for(method: str, **changes: float) -> Settings:
    """The method's defaults with some changes. ValueError: an unknown method or setting.

    >>> settings_for("lora", epochs=2).epochs
    2
    """
    if method not in METHODS:
        raise ValueError(f"method={method!r}: it is one of {', '.join(METHODS)}")
    known = [field.name for field in fields(Settings)]
    for name in changes:
        if name not in known:
            raise ValueError(f"no setting {name!r}; there are {', '.join(known)}")
    return replace(DEFAULTS[method], **changes)


def learning_rate(step: int, steps: int, settings: Settings) -> float:
    """The learning rate of step 1, 2, ...: up in a line while warming up, then down in a line to 0 after the last.

    >>> [round(learning_rate(step, 10, settings_for("lora", lr=1.0, warmup=0.2)), 2) for step in (1, 2, 3, 10)]
    [0.5, 1.0, 0.89, 0.11]
    """
    rising = max(1, math.ceil(settings.warmup * steps))
    if step <= rising:
        return settings.lr * step / rising
    return settings.lr * (steps - step + 1) / (steps - rising + 1)


def descents(
    optimizer: torch.optim.Optimizer,
    batches: Sequence[Batch],
    settings: Settings,
    gradients: Callable[[Batch, int], float],
    *,
    start: int = 0,
) -> Iterator[tuple[dict, float]]:
    """The loop that tuning and healing share: a step a batch, at a rate that rises and falls, against clipped gradients.

    gradients(batch, step) puts the gradients on the weights and gives the loss; start: steps that were done before.
    Gives {step, loss, lr} of each step, and how long its gradients were together before they were clipped.
    """
    for step, batch in enumerate(batches[start:], start + 1):
        lr = learning_rate(step, len(batches), settings)
        loss = gradients(batch, step)
        norm = _descend(optimizer, lr, settings.clip)
        yield {"step": step, "loss": loss, "lr": lr}, norm


def _descend(optimizer: torch.optim.Optimizer, lr: float, clip: float) -> float:
    """One step against the gradients, all together shortened to the length `clip`; then they are dropped. Gives their length before."""
    import torch

    weights = [p for group in optimizer.param_groups for p in group["params"]]
    norm = float(torch.nn.utils.clip_grad_norm_(weights, clip))
    for group in optimizer.param_groups:
        group["lr"] = lr
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return norm
