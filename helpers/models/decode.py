"""Many prompts through one model: batches by length, one pass over what they share, finished rows dropped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

__all__ = ["batches", "common_start", "decode", "padded", "Noise"]

SHARED = 16  # a beginning common to the whole batch is computed once if it has at least this many tokens
FIRST = 6  # tokens of the first round; each further round is twice as long


def batches(lengths: list[int], *, rows: int, tokens: int, extra: int, kept: int = 0) -> Iterator[list[int]]:
    """Positions sorted by length, cut into batches of at most `rows` rows and `tokens` tokens to read, padding included.

    With the `extra` tokens that a row may write, a batch has at most `kept` tokens, or `tokens` where that is more.

    >>> list(batches([5, 1, 4], rows=2, tokens=100, extra=0))
    [[0, 2], [1]]
    """
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        longest, more = lengths[batch[0]] if batch else 0, len(batch) + 1
        if batch and (more > rows or more * longest > tokens or more * (longest + extra) > max(tokens, kept)):
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


class Noise:
    """Turns greedy choice into sampling, one generator a row, so that a sample does not depend on its neighbors in the batch.

    The largest of logits / temperature + Gumbel noise is a draw from softmax(logits / temperature) (Gumbel-max trick).
    """

    def __init__(self, rows: list[list[int]], *, seed: int, temperature: float) -> None:
        import torch

        self.temperature = temperature
        self.generators = [torch.Generator().manual_seed(_number(seed, row)) for row in rows]

    def keep(self, rows: list[int]) -> None:
        self.generators = [self.generators[i] for i in rows]

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        import torch

        draws = torch.stack([torch.empty(scores.shape[-1]).exponential_(generator=g) for g in self.generators])
        return scores / self.temperature - draws.log().to(scores.device)


def decode(model: PreTrainedModel, rows: list[list[int]], *, max_tokens: int, noise: Noise | None = None) -> list[list[int]]:
    """The new tokens of each row, up to and with its end token.

    `model.generation_config` must name the pad and the end tokens. Rows are padded on the left (encoder-decoder: on the right).
    """
    import torch

    with torch.inference_mode():
        if model.config.is_encoder_decoder:
            out = _generate(model, *padded(model, rows, on_left=False), max_tokens, noise).sequences[:, 1:]
            return [_ended(row, model.generation_config.eos_token_id) for row in out.tolist()]
        return _rounds(model, rows, max_tokens, noise)


def _rounds(model: PreTrainedModel, rows: list[list[int]], max_tokens: int, noise: Noise | None) -> list[list[int]]:
    """Short rounds of `generate`; after each one the rows that have ended leave the batch, and so cost nothing more."""
    cache, simple = common_start(model, rows)
    shared = cache.get_seq_length() if cache is not None else 0
    ids, mask = padded(model, rows, on_left=True, shared=shared)
    done = [[] for _ in rows]
    alive = list(range(len(rows)))
    size = FIRST if simple and len(rows) > 1 else max_tokens
    while alive and max_tokens > 0:
        size = min(size, max_tokens)
        out = _generate(model, ids, mask, size, noise, past_key_values=cache)
        new = [_ended(row, model.generation_config.eos_token_id) for row in out.sequences[:, ids.shape[1] :].tolist()]
        for i, row in zip(alive, new, strict=True):
            done[i] += row
        keep = [n for n, row in enumerate(new) if row[-1] not in model.generation_config.eos_token_id]
        alive = [alive[n] for n in keep]
        max_tokens -= size
        size *= 2
        if alive and max_tokens > 0:
            ids, mask, cache = _narrow(out, mask, keep)
            if noise is not None:
                noise.keep(keep)
    return done


def common_start(model: PreTrainedModel, rows: list[list[int]]) -> tuple[Any, bool]:
    """The cache of what all rows begin with (empty if that is short, None for one row), and whether this model's can be cut into rows."""
    from helpers.models.growing import growing_cache

    cache = growing_cache(model.config)
    simple = bool(cache.layers) and all(type(layer).__name__ == "GrowingLayer" for layer in cache.layers)
    if not simple or len(rows) == 1:
        return None, simple
    shared = _common(rows)
    if shared < SHARED:
        return cache, simple
    ids, mask = padded(model, [rows[0][:shared]], on_left=True)
    model(input_ids=ids, attention_mask=mask, past_key_values=cache, use_cache=True)
    cache.batch_repeat_interleave(len(rows))
    return cache, True


def _common(rows: list[list[int]]) -> int:
    """How many tokens all rows begin with, at most all but one of the shortest."""
    low = min(rows)
    high = max(rows)
    same = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), len(low))
    return min(same, min(map(len, rows)) - 1)


def _narrow(out: Any, mask: torch.Tensor, keep: list[int]) -> tuple[torch.Tensor, torch.Tensor, Any]:
    import torch

    index = torch.tensor(keep, device=mask.device)
    out.past_key_values.batch_select_indices(index)
    grown = torch.nn.functional.pad(mask, (0, out.sequences.shape[1] - mask.shape[1]), value=1)
    return out.sequences[index], grown[index], out.past_key_values


def _generate(model: PreTrainedModel, ids: torch.Tensor, mask: torch.Tensor, size: int, noise: Noise | None, **more: Any) -> Any:
    more = {name: value for name, value in more.items() if value is not None}
    processors = [noise] if noise is not None else []
    return model.generate(ids, attention_mask=mask, max_new_tokens=size, logits_processor=processors, return_dict_in_generate=True, **more)


def padded(model: PreTrainedModel, rows: list[list[int]], *, on_left: bool, shared: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and mask; on the left, padding stands between the shared beginning and the rest of a row."""
    import torch

    pad = model.generation_config.pad_token_id
    longest = max(map(len, rows))
    gaps = [longest - len(row) for row in rows]
    head = [shared if on_left else len(row) for row in rows]
    mask = [[1] * n + [0] * gap + [1] * (len(row) - n) for row, n, gap in zip(rows, head, gaps, strict=True)]
    ids = [row[:n] + [pad] * gap + row[n:] for row, n, gap in zip(rows, head, gaps, strict=True)]
    return torch.tensor(ids, device=model.device), torch.tensor(mask, device=model.device)


def _ended(row: list[int], ends: list[int]) -> list[int]:
    at = next((i for i, token in enumerate(row) if token in ends), len(row) - 1)
    return row[: at + 1]


def _number(seed: int, row: list[int]) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}:{row}".encode()).digest()[:7])
