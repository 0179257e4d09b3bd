"""What a batch teaches: the weighted loss, in the form that suits a CPU and in the one that suits a GPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pocket_maker.train.batches import PAD, Batch

if TYPE_CHECKING:
    import torch
    from transformers import LlamaForCausalLM

__all__ = ["PROMPT_SHARE", "loss_of", "sampled_terms", "whole_loss", "whole_terms"]

PROMPT_SHARE, PROMPT_WEIGHT = 0.35, 0.7  # so much of the prompt is learned from, and counts so much; of the assistant's tokens all count 1
ROUND = 128  # the number of tokens learned from is rounded up to a multiple of this


def loss_of(model: LlamaForCausalLM, batch: Batch, device: str, *, prompt_share: float = 0.0, body: Callable | None = None) -> torch.Tensor:
    """Weighted mean cross-entropy over the assistant's tokens and a random share of the prompt's; logits only where needed."""
    each, weight = sampled_terms(model, batch, device, prompt_share=prompt_share, body=body)
    return (each * weight).sum() / weight.sum()


def sampled_terms(
    model: LlamaForCausalLM, batch: Batch, device: str, *, prompt_share: float = 0.0, body: Callable | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Cross-entropy and weight of each token that `loss_of` learns from: the terms of its numerator are their products."""
    import torch

    ids = torch.from_numpy(batch.ids).to(device, non_blocking=True)
    answer = torch.from_numpy(batch.answer).to(device, non_blocking=True)
    chosen = answer
    if prompt_share:
        chosen = answer | ((torch.rand(answer.shape, device=device) < prompt_share) & (ids[:, 1:] != PAD))
    with torch.autocast(device, dtype=torch.bfloat16):
        hidden = (model.model if body is None else body)(input_ids=ids[:, :-1], use_cache=False).last_hidden_state
        at = chosen.flatten().nonzero().squeeze(1)
        spare = -len(at) % ROUND  # a few sizes instead of hundreds: each new size makes a new kernel, which is kept
        logits = model.lm_head(hidden.flatten(0, 1)[torch.nn.functional.pad(at, (0, spare))])
    each = torch.nn.functional.cross_entropy(logits.float()[: len(at)], ids[:, 1:].flatten()[at], reduction="none")
    return each, torch.where(answer.flatten()[at], 1.0, PROMPT_WEIGHT)


def whole_loss(model: LlamaForCausalLM, ids: torch.Tensor, answer: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The weighted mean cross-entropy over all tokens, and the plain mean over the assistant's: from ids to losses in one graph.

    ids (rows, length + 1) of any whole-number type; answer (rows, length). Every token of the prompt counts 0.245, where `loss_of` counts
    a random 35% of them 0.7. A token's weight has the same mean in both, and so have the sums of weighted losses and of weights; here
    nothing is drawn, so no shape depends on the data and one compiled graph, head included, does it all.
    """
    each, weight = whole_terms(model, ids, answer)
    mine = answer.flatten().to(each.dtype)
    return (each * weight).sum() / weight.sum(), (each * mine).sum() / mine.sum()


def whole_terms(model: LlamaForCausalLM, ids: torch.Tensor, answer: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Cross-entropy and weight of each token, padding included, which weighs nothing."""
    import torch

    ids = ids.long()
    following = ids[:, 1:]
    with torch.autocast(ids.device.type, dtype=torch.bfloat16):
        hidden = model.model(input_ids=ids[:, :-1], use_cache=False).last_hidden_state
        logits = model.lm_head(hidden)
    each = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), following.flatten(), reduction="none")
    prompt = torch.where(following != PAD, PROMPT_SHARE * PROMPT_WEIGHT, 0.0)
    return each, torch.where(answer, 1.0, prompt).flatten()
