"""The loss of a batch: cross-entropy on answers only, in parts that fit into memory."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from helpers.tuning.rows import NO_LOSS, Pair, padded

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

__all__ = ["loss_sum", "parts"]


def parts(rows: Sequence[Pair], tokens: int, pad: int, model: PreTrainedModel) -> Iterator[dict[str, torch.Tensor]]:
    """Rows as padded batches of at most `tokens` tokens each, longest first."""
    part: list[Pair] = []
    seq2seq, device = model.config.is_encoder_decoder, model.device
    for pair in sorted(rows, key=lambda pair: -pair.length):
        if part and (len(part) + 1) * part[0].length > tokens:
            yield padded(part, pad=pad, seq2seq=seq2seq, device=device)
            part = []
        part.append(pair)
    if part:
        yield padded(part, pad=pad, seq2seq=seq2seq, device=device)


def loss_sum(model: PreTrainedModel, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Cross-entropy summed over the labels that are not -100; logits are made only at positions where some row has a label."""
    import torch

    labels, seq2seq = batch["labels"], model.config.is_encoder_decoder
    if seq2seq:
        body = model.get_base_model() if hasattr(model, "peft_config") else model
        inputs = {"decoder_input_ids": body.prepare_decoder_input_ids_from_labels(labels)}
    else:
        at = (labels[:, 1:] != NO_LOSS).any(0).nonzero().squeeze(1)  # the position before a label predicts it
        labels = labels[:, at + 1]
        inputs = _where(model, at)
    with torch.autocast(labels.device.type, dtype=torch.bfloat16, enabled=labels.device.type == "cuda"):
        logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], use_cache=False, **inputs).logits
    if not seq2seq and logits.shape[1] != labels.shape[1]:  # a model that makes all logits, behind its virtual tokens if it has any
        logits = logits[:, at + logits.shape[1] - batch["input_ids"].shape[1]]
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1).float(), labels.flatten(), ignore_index=NO_LOSS, reduction="sum")


def _where(model: PreTrainedModel, at: torch.Tensor) -> dict[str, torch.Tensor]:
    """Asks for the logits at some positions only, where the model knows how."""
    body, soft = model, 0
    if hasattr(model, "peft_config"):
        body, soft = model.get_base_model(), getattr(model.active_peft_config, "num_virtual_tokens", None) or 0
    return {"logits_to_keep": at + soft} if "logits_to_keep" in inspect.signature(body.forward).parameters else {}
