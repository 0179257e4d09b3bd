"""How likely a model on this machine finds each of some texts as its whole reply."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpers.models.decode import common_start, padded
from helpers.models.reply import ModelError, Reply

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

    from helpers.models.local import Local

__all__ = ["likelihoods", "longest", "weigh"]


def longest(provider: Local, messages: list[dict], options: Sequence[str]) -> int:
    """Tokens of the longest option after this conversation. ModelError: an encoder-decoder model, which reads no prompt to go on from."""
    if provider.seq2seq:
        raise ModelError("an encoder-decoder model is not asked for the scores of options here: use a causal model")
    return max(len(provider.pair(messages, option)[1]) for option in options)


def weigh(provider: Local, rows: list[list[int]], chats: list[list[dict]], options: Sequence[str]) -> list[Reply]:
    """The likeliest option after each prompt, with the scores of all; `rows` are the prompts as tokens."""
    start = time.perf_counter()
    written = [[provider.pair(chat, option)[1] for option in options] for chat in chats]
    try:
        scores = likelihoods(provider.model, rows, written)
    except (RuntimeError, IndexError, ValueError) as error:  # out of memory, or a model that cannot read such a prompt
        return [Reply("", 0, 0, 0.0, 0.0, error=f"{type(error).__name__}: {error}")] * len(rows)
    seconds = (time.perf_counter() - start) / len(rows)
    best = [options[each.index(max(each))] for each in scores]
    return [Reply(text, len(row), 0, seconds, 0.0, scores=tuple(each)) for text, row, each in zip(best, rows, scores, strict=True)]


def likelihoods(model: PreTrainedModel, prompts: list[list[int]], options: list[list[list[int]]]) -> list[list[float]]:
    """log p(option | prompt) for each option of each prompt, in nats, summed over its tokens, the end token among them.

    Every prompt has the same number of options. A prompt is read once, and what all prompts begin with once for all.
    """
    import torch

    count = len(options[0])
    with torch.inference_mode():
        first, mask, cache = _read(model, prompts)
        cache.batch_repeat_interleave(count)
        texts = [text for some in options for text in some]
        later = _continue(model, texts, mask.repeat_interleave(count, 0), cache)
        sums = [first[n // count, text[0]] + _rest(later[n], text) for n, text in enumerate(texts)]
        flat = torch.stack(sums).tolist()
    return [flat[n : n + count] for n in range(0, len(flat), count)]


def _read(model: PreTrainedModel, prompts: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor, Any]:
    """The log-probabilities of each prompt's next token, the mask of what was read, and the cache behind it."""
    from transformers import DynamicCache

    shared, _ = common_start(model, prompts)
    done = shared.get_seq_length() if shared is not None else 0
    cache = shared if shared is not None else DynamicCache(config=model.config)
    ids, mask = padded(model, prompts, on_left=True, shared=done)
    places = (mask.cumsum(1) - 1).clamp(min=0)[:, done:]
    out = model(input_ids=ids[:, done:], attention_mask=mask, position_ids=places, past_key_values=cache, use_cache=True, logits_to_keep=1)
    return out.logits[:, -1].float().log_softmax(-1), mask, cache


def _continue(model: PreTrainedModel, texts: list[list[int]], mask: torch.Tensor, cache: Any) -> torch.Tensor:
    """The log-probabilities after each token of each text, which is padded on the right."""
    import torch

    ids, more = padded(model, texts, on_left=False)
    places = mask.sum(1, keepdim=True) + torch.arange(ids.shape[1], device=ids.device)
    out = model(input_ids=ids, attention_mask=torch.cat([mask, more], 1), position_ids=places, past_key_values=cache, use_cache=True)
    return out.logits.float().log_softmax(-1)


def _rest(steps: torch.Tensor, text: list[int]) -> torch.Tensor:
    """What the tokens after the first add."""
    import torch

    rest = torch.tensor(text[1:], dtype=torch.long, device=steps.device)
    return steps[: len(rest)].gather(1, rest[:, None]).sum()
