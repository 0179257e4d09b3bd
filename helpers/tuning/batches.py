"""Rows as batches: which rows each step takes, how they are padded, the loss on answers alone, and a share for each process."""

from __future__ import annotations

import inspect
import os
import random
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from helpers.tuning.rows import Pair

if TYPE_CHECKING:
    from types import ModuleType
    from typing import TypeVar

    import torch
    from transformers import PreTrainedModel

    T = TypeVar("T")

__all__ = ["Crowd", "loss_sum", "padded", "parts", "plan"]

NO_LOSS = -100  # the label of a position that is not learned from: the prompt, and padding
POOL = 8  # batches that are drawn together and sorted by length, so that a batch holds rows of about one length


def plan(lengths: Sequence[int], *, batch: int, epochs: int, seed: int) -> list[list[int]]:
    """All batches of a run, as positions: shuffled each epoch, sorted by length inside a pool, pools' batches shuffled again.

    >>> [sorted(step) for step in plan([3, 1, 2, 4], batch=4, epochs=2, seed=0)]
    [[0, 1, 2, 3], [0, 1, 2, 3]]
    """
    steps = []
    draw = random.Random(seed)
    for _ in range(epochs):
        order = list(range(len(lengths)))
        draw.shuffle(order)
        for start in range(0, len(order), POOL * batch):
            pool = sorted(order[start : start + POOL * batch], key=lambda i: lengths[i])
            cut = [pool[at : at + batch] for at in range(0, len(pool), batch)]
            draw.shuffle(cut)
            steps += cut
    return steps


def padded(pairs: Sequence[Pair], *, pad: int, seq2seq: bool, device: str = "cpu") -> dict[str, torch.Tensor]:
    """A batch, padded on the right: input_ids, attention_mask and labels, each (rows, tokens).

    Causal: the answer follows the prompt, and a label is the token itself, learned where the model has read all before it.
    Encoder-decoder: the encoder sees the prompt alone, and labels hold the answer alone.
    """
    read = [pair.prompt if seq2seq else pair.prompt + pair.answer for pair in pairs]
    learn = [pair.answer if seq2seq else (NO_LOSS,) * len(pair.prompt) + pair.answer for pair in pairs]
    mask = [[1] * len(row) for row in read]  # by length, as a prompt may hold the pad token
    columns = {"input_ids": (read, pad), "attention_mask": (mask, 0), "labels": (learn, NO_LOSS)}
    return {name: _filled(rows, value).to(device) for name, (rows, value) in columns.items()}


def _filled(rows: Sequence[Sequence[int]], value: int) -> torch.Tensor:
    import torch

    return torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=value)


def parts(rows: Sequence[Pair], tokens: int, pad: int, model: PreTrainedModel) -> Iterator[dict[str, torch.Tensor]]:
    """Rows as padded batches of at most `tokens` tokens each, longest first."""
    part: list[Pair] = []
    batch = partial(padded, pad=pad, seq2seq=model.config.is_encoder_decoder, device=model.device)
    for pair in sorted(rows, key=lambda pair: -pair.length):
        if part and (len(part) + 1) * part[0].length > tokens:
            yield batch(part)
            part = []
        part.append(pair)
    if part:
        yield batch(part)


def loss_sum(model: PreTrainedModel, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Cross-entropy summed over the labels that are not -100; logits are made only at positions where some row has a label."""
    import torch

    labels = batch["labels"]
    seq2seq = model.config.is_encoder_decoder
    if seq2seq:
        inputs = {"decoder_input_ids": _below_adapter(model)[0].prepare_decoder_input_ids_from_labels(labels)}
    else:
        at = (labels[:, 1:] != NO_LOSS).any(0).nonzero().squeeze(1)  # the position before a label predicts it
        labels = labels[:, at + 1]
        inputs = _where(model, at)
    kind = labels.device.type
    with torch.autocast(kind, dtype=torch.bfloat16, enabled=kind == "cuda" or torch.is_autocast_enabled(kind)):
        logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], use_cache=False, **inputs).logits
    if not seq2seq and logits.shape[1] != labels.shape[1]:  # a model that makes all logits, behind its virtual tokens if it has any
        logits = logits[:, at + logits.shape[1] - batch["input_ids"].shape[1]]
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1).float(), labels.flatten(), ignore_index=NO_LOSS, reduction="sum")


def _where(model: PreTrainedModel, at: torch.Tensor) -> dict[str, torch.Tensor]:
    """Asks for the logits at some positions only, where the model knows how."""
    body, virtual = _below_adapter(model)
    return {"logits_to_keep": at + virtual} if "logits_to_keep" in inspect.signature(body.forward).parameters else {}


def _below_adapter(model: PreTrainedModel) -> tuple[PreTrainedModel, int]:
    """The model itself, and how many virtual tokens an adapter (one of peft's, if there is one) puts before its prompts."""
    if getattr(model, "peft_config", None) is None:
        return model, 0
    return model.get_base_model(), getattr(model.active_peft_config, "num_virtual_tokens", None) or 0


class Crowd:
    """This process among those that torchrun started (`rank` of `size`), or alone. Only the first writes files and shows anything."""

    def __init__(self) -> None:
        self.rank = int(os.environ.get("RANK", 0))
        self.size = int(os.environ.get("WORLD_SIZE", 1))
        self._line = _connect() if self.size > 1 else None

    @property
    def first(self) -> bool:
        return self.rank == 0

    def share(self, rows: Sequence[T]) -> Sequence[T]:
        """This process's rows."""
        return rows[self.rank :: self.size]

    def add(self, tensors: list[torch.Tensor]) -> None:
        """Each tensor becomes the sum over all processes, in place; what DistributedDataParallel does for gradients, but summed."""
        if self._line:
            for tensor in tensors:
                self._line.all_reduce(tensor)

    def wait(self) -> None:
        if self._line:
            self._line.barrier()

    def leave(self) -> None:
        """Close the connection to the others, at the very end."""
        if self._line:
            self._line.destroy_process_group()


def _connect() -> ModuleType:
    """torch.distributed, connected to the other processes, on a GPU of its own where there are some."""
    import torch
    import torch.distributed as dist

    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", 0)))
    if not dist.is_initialized():
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    return dist
