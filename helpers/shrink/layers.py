"""Torch modules. Imported only where a model is in hand, as they need torch at once."""

from __future__ import annotations

import torch
from transformers import DynamicCache, PreTrainedModel

__all__ = ["Int8Linear", "Step"]


class Int8Linear(torch.nn.Module):
    """y = (x · codesᵀ) · scale + bias: codes (out, in) int8, scale (out,) float32. The codes are widened for each call, then dropped.

    The scale belongs to an output, so it can wait until after the product. Not for training: codes have no gradient.

    >>> layer = Int8Linear(torch.tensor([[100, -50]], dtype=torch.int8), torch.tensor([0.01]))
    >>> layer(torch.tensor([1.0, 2.0])).tolist()
    [0.0]
    """

    def __init__(self, codes: torch.Tensor, scale: torch.Tensor, bias: torch.nn.Parameter | None = None) -> None:
        super().__init__()
        self.out_features, self.in_features = codes.shape
        self.weight = torch.nn.Parameter(codes, requires_grad=False)
        self.scale = torch.nn.Parameter(scale, requires_grad=False)
        self.register_parameter("bias", bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = torch.nn.functional.linear(x, self.weight.to(x.dtype)) * self.scale.to(x.dtype)
        return y if self.bias is None else y + self.bias


class Step(torch.nn.Module):
    """One step of a causal model with everything that it remembers passed in and out, as a graph has no memory.

    ids, positions (batch, new); mask (batch, 1, new, all), 0 or very negative, added to the scores; past: a key and a value (batch, heads,
    old, size) for each layer. Gives the logits (batch, vocabulary) of the last token, then keys and values of all tokens.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: torch.Tensor, positions: torch.Tensor, mask: torch.Tensor, *past: torch.Tensor) -> tuple[torch.Tensor, ...]:
        cache = DynamicCache(config=self.model.config)
        for layer in range(len(past) // 2):
            cache.update(past[2 * layer], past[2 * layer + 1], layer)
        out = self.model(
            input_ids=ids, position_ids=positions, attention_mask=mask, past_key_values=cache, use_cache=True, logits_to_keep=1
        )
        return (out.logits[:, -1], *(tensor for layer in cache.layers for tensor in (layer.keys, layer.values)))
