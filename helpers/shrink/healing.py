"""A short tune for a model that was cut: a plain training loop over conversations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase

__all__ = ["healer"]

IGNORED = -100  # the label that the loss leaves out
Encoded = tuple[list[int], int]


def healer(
    tokenizer: PreTrainedTokenizerBase,
    conversations: Sequence[list[dict]],
    *,
    steps: int = 60,
    batch: int = 16,
    rate: float = 5e-4,
    seed: int = 0,
) -> Callable[[torch.nn.Module], list[float]]:
    """What `sparsify(heal=...)` calls: tunes a module in place on the last turn of each conversation; gives the loss of every step.

    AdamW, the rate falling in a line to zero, all weights but the masked ones; random batches that follow from `seed`. Each
    conversation is a list of messages that ends with the assistant's. What it tunes on it also teaches: compare with the base tuned
    in the same way (a share of 0), not only with the base. ValueError: there is no conversation, or one that ends otherwise.

    >>> heal = healer(tokenizer, [[{"role": "user", "content": "hi"}, {"role": "assistant", "content": "Hello."}]])  # doctest: +SKIP
    """
    if not conversations or steps < 1 or batch < 1:
        raise ValueError(f"healing needs conversations, steps and a batch; got {len(conversations)}, steps={steps}, batch={batch}")
    encoded = [_encode(tokenizer, messages) for messages in conversations]

    def heal(module: torch.nn.Module) -> list[float]:
        return _train(module, encoded, tokenizer.pad_token_id or 0, steps, batch, rate, seed)

    return heal


def _encode(tokenizer: PreTrainedTokenizerBase, messages: list[dict]) -> Encoded:
    """Token ids, and how many of them come before the answer."""
    if messages[-1]["role"] != "assistant":
        raise ValueError(f"a conversation to learn from ends with the assistant's turn, got {messages[-1]['role']!r}: {messages[-1]}")
    render = tokenizer.apply_chat_template
    asked = render(messages[:-1], add_generation_prompt=True, tokenize=False)
    whole = render(messages, tokenize=False)
    if not whole.startswith(asked):
        raise ValueError("this chat template writes the prompt differently once there is an answer: tune with a trainer that masks it")
    before, after = (tokenizer(text, add_special_tokens=False)["input_ids"] for text in (asked, whole[len(asked) :]))
    return before + after, len(before)


def _train(module: torch.nn.Module, rows: list[Encoded], pad: int, steps: int, batch: int, rate: float, seed: int) -> list[float]:
    import torch

    optimizer = torch.optim.AdamW(module.parameters(), lr=rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / steps)
    order, losses = torch.Generator().manual_seed(seed), []
    module.train()
    for _ in range(steps):
        chosen = torch.randint(len(rows), (min(batch, len(rows)),), generator=order).tolist()
        ids, mask, labels = (tensor.to(module.device) for tensor in _stack([rows[i] for i in chosen], pad))
        loss = module(input_ids=ids, attention_mask=mask, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    module.eval()
    return losses


def _stack(rows: list[Encoded], pad: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Ids padded on the right; what is no padding, by length, as a prompt may hold the pad token; and the answers' labels."""
    import torch

    longest = max(len(ids) for ids, _ in rows)
    rests = [longest - len(row) for row, _ in rows]
    ids = [row + [pad] * rest for (row, _), rest in zip(rows, rests)]
    mask = [[True] * len(row) + [False] * rest for (row, _), rest in zip(rows, rests)]
    labels = [[IGNORED] * before + row[before:] + [IGNORED] * rest for (row, before), rest in zip(rows, rests)]
    return torch.tensor(ids), torch.tensor(mask), torch.tensor(labels)
