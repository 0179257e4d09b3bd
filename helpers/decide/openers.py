"""Which model a rung opens: the one given, or the same one asked one question at a time; and whether it can be tuned."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.models import Model

__all__ = ["Opener", "nobody", "opener", "untunable"]

Opener = Callable[[int], "Model | None"]


def nobody(size: int) -> None:
    """For a method that asks no model."""


def opener(model: Model) -> Opener:
    """The model itself, except for a batch size of 1: then the same weights, one question at a time and without a cache."""
    return lambda size: model if size != 1 or model.parameters is None else _alone(model)


def untunable(model: Model) -> str:
    """Why LoRA's rungs are left out for this model; "" if it can be tuned."""
    if getattr(model, "parameters", None) is None:
        return f"{model.name} is a hosted model: its weights are not here, so nothing here can tune or shrink them"
    if getattr(model._provider, "adapter", None) is not None:
        return f"{model.name} is an adapter already: merge it (tuning.read(folder).merge(new_folder)) and load what that wrote"
    if not hasattr(model._provider, "folder"):
        return (
            f"{model.name} has no folder of plain weights to tune: if it is in memory, "
            f'save it (module and tokenizer: save_pretrained(folder)) and load("hf:<folder>")'
        )
    return ""


def _alone(model: Model) -> Model:
    """The provider is copied, not loaded anew: a model in memory has no folder to load from."""
    provider = copy.copy(model._provider)
    provider.batch_size = 1
    return type(model)(model.spec, model.name, provider, None)
