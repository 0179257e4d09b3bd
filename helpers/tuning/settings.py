"""What a training run can be told, with defaults that were measured on the pocket model."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

__all__ = ["METHODS", "Settings", "learning_rate", "settings_for"]

METHODS = ("full", "lora", "prompt", "qlora")


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
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"{field.name}={value!r}: it is a number, not {type(value).__name__}")
        for name in ("epochs", "batch", "evaluations", "patience", "rank", "virtual", "tokens"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{name}={value!r}: it is a whole number, 1 or more")
        for name, low, high in (("warmup", 0, 1), ("dropout", 0, 0.999), ("weight_decay", 0, 1e9), ("keep", 0, 1e9)):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name}={getattr(self, name)!r}: it is from {low} to {high}")
        for name in ("lr", "clip", "alpha"):
            if not 0 < getattr(self, name) < 1e9:
                raise ValueError(f"{name}={getattr(self, name)!r}: it must be above 0")


DEFAULTS = {
    "full": Settings(lr=3e-4, weight_decay=0.01),
    "lora": Settings(lr=2e-3),
    "prompt": Settings(lr=3e-2, epochs=8),
    "qlora": Settings(lr=2e-3),
}


def settings_for(method: str, **changes: object) -> Settings:
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
