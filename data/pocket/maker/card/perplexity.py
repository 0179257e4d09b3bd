"""Perplexity of held-out conversations: how surprised the model is by the assistant's tokens."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.models.decode import batches
from pocket_maker.train.batches import encode

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from helpers.models.local import Local
    from pocket_maker.corpus.stream import Row

__all__ = ["perplexity"]

TOKENS = 8192  # in a batch, padding included: bounds the memory of the logits


def perplexity(local: Local, rows: Sequence[Row]) -> float:
    """exp of the mean negative log-likelihood of the assistant's tokens (its end token included) over all rows.

    Rows longer than the context are left out; nan if nothing is left.
    """
    encoded = encode(local.tokenizer, list(rows)) if rows else []
    documents = [(ids, mine) for ids, mine in encoded if len(ids) <= local.context]
    total, count = 0.0, 0
    for batch in batches([len(ids) for ids, _ in documents], rows=32, tokens=TOKENS, extra=0):
        loss, tokens = _loss(local.model, [documents[i] for i in batch])
        total, count = total + loss, count + tokens
    return math.exp(min(total / count, 50)) if count else math.nan


def _loss(model: PreTrainedModel, documents: Sequence[tuple[list[int], list[bool]]]) -> tuple[float, int]:
    """Summed loss over the assistant's tokens of a batch, and their number."""
    import torch

    longest = max(len(ids) for ids, _ in documents)
    pad = model.generation_config.pad_token_id or 0
    ids = torch.tensor([row + [pad] * (longest - len(row)) for row, _ in documents], device=model.device)
    mine = torch.tensor([flags + [False] * (longest - len(flags)) for _, flags in documents], device=model.device)[:, 1:]
    with torch.inference_mode():
        logits = model(input_ids=ids).logits[:, :-1][mine].float()  # padding is on the right, so no token sees it
        return float(torch.nn.functional.cross_entropy(logits, ids[:, 1:][mine], reduction="sum")), int(mine.sum())
