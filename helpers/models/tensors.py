"""A fingerprint of a model that is in memory: a hash over all its tensors, its configuration and its tokenizer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch.nn import Module
    from transformers import PreTrainedTokenizerBase

__all__ = ["tensors_hash"]


def tensors_hash(module: Module, tokenizer: PreTrainedTokenizerBase) -> str:
    """SHA-256 that changes with any weight, buffer, setting or token."""
    digest = hashlib.sha256()
    settings = [module.config.to_dict(), module.generation_config.to_dict(), tokenizer.get_vocab(), str(tokenizer.chat_template)]
    digest.update(json.dumps(settings, sort_keys=True, default=str).encode())
    for name, value in module.state_dict().items():
        digest.update(name.encode())
        for part in _bytes(value):
            digest.update(part)
    return digest.hexdigest()


def _bytes(value: Any) -> Iterator[bytes]:
    """The content of a tensor, of a tensor made of tensors (quanto, torchao), or of a packed pair (torch.ao)."""
    import torch

    if isinstance(value, list | tuple):
        for part in value:
            yield from _bytes(part)
    elif hasattr(value, "__tensor_flatten__"):
        names, context = value.__tensor_flatten__()
        yield str(context).encode()
        for name in names:
            yield from _bytes(getattr(value, name))
    elif isinstance(value, torch.Tensor):
        value = value.detach().cpu()
        value = value.int_repr() if value.is_quantized else value
        yield f"{value.dtype}{tuple(value.shape)}".encode()
        yield value.contiguous().flatten().view(torch.uint8).numpy().tobytes()
    else:
        yield repr(value).encode()
