"""Where batches come from: processes that write the corpus, and on the GPU path a thread that moves them to the device."""

from __future__ import annotations

import os
import queue
import random
import threading
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from pocket_maker.corpus.stream import writer_seed
from pocket_maker.train.batches import SHORT, Batch, batches
from pocket_maker.train.recipe import Preset

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

__all__ = ["Feed", "corpus", "held_batches", "on_device"]

QUEUE = 48  # batches that wait on the device
MOST, FEWEST = 6000, 100  # batches in the reservoir at most, and before one of them is drawn again
HELD, HELD_SEED = 4, 77  # batches that the held-out loss is measured on, and their seed


def corpus(tokenizer: PreTrainedTokenizerFast, preset: Preset, start: int) -> Iterator[Batch]:
    """Training batches from token number `start` on; with workers, each writes a corpus of its own seed."""
    if not preset.workers:
        return batches(tokenizer, seed=preset.seed * 1_000_003 + start, tokens=preset.micro, focus=preset.focus, pieces=preset.pieces)
    import torch

    class Stream(torch.utils.data.IterableDataset):
        def __iter__(self) -> Iterator[Batch]:
            seed = writer_seed(preset.seed, torch.utils.data.get_worker_info().id, start)
            return batches(tokenizer, seed=seed, tokens=preset.micro, focus=preset.focus, pieces=preset.pieces)

    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # a worker is a process already, and must not fork with threads
    return iter(torch.utils.data.DataLoader(Stream(), batch_size=None, num_workers=preset.workers, prefetch_factor=8))


def held_batches(tokenizer: PreTrainedTokenizerFast, preset: Preset, device: str) -> list[Batch]:
    """Full batches of short rows of the held-out split, always the same, on the device."""
    drawn = batches(tokenizer, seed=writer_seed(HELD_SEED, 0), tokens=preset.micro, split="held", focus=preset.focus)
    return [on_device(batch, device) for batch in islice((batch for batch in drawn if batch.answer.shape[1] == SHORT), HELD)]


def on_device(batch: Batch, device: str) -> Batch:
    """The batch as tensors there, its ids in two bytes each."""
    import torch

    return Batch(torch.from_numpy(batch.ids.astype("int16")).to(device), torch.from_numpy(batch.answer).to(device))


class Feed:
    """Batches on a device, moved there by a thread. Where the writers lag behind, an older batch is drawn again.

    The reservoir of older ones holds at most `most`; once it is full, a fresh batch replaces a random one. Close a feed when done.
    """

    def __init__(self, stream: Iterator[Batch], device: str, *, seed: int, most: int = MOST, fewest: int = FEWEST) -> None:
        self._stream, self._device, self._most, self._fewest = stream, device, most, fewest
        self._waiting: queue.Queue[Batch | Exception] = queue.Queue(QUEUE)
        self._older: list[Batch] = []
        self._chance, self._closed = random.Random(seed), threading.Event()
        self._thread = threading.Thread(target=self._move, daemon=True)
        self._thread.start()

    def take(self) -> tuple[Batch, bool]:
        """The next batch, and whether it is a fresh one; raises what went wrong where the corpus is written."""
        try:
            batch = self._waiting.get(block=len(self._older) < self._fewest)
        except queue.Empty:
            return self._chance.choice(self._older), False
        if isinstance(batch, Exception):
            raise batch
        self._store(batch)
        return batch, True

    def close(self) -> None:
        """End the thread and the writers."""
        self._closed.set()
        self._thread.join()
        del self._stream  # and with it the processes of its workers

    def _store(self, batch: Batch) -> None:
        if len(self._older) < self._most:
            self._older.append(batch)
        else:
            self._older[self._chance.randrange(self._most)] = batch

    def _move(self) -> None:
        try:
            for batch in self._stream:
                self._offer(on_device(batch, self._device))
                if self._closed.is_set():
                    break
        except Exception as error:  # the trainer raises it: a thread that dies in silence would let it wait forever
            self._offer(error)

    def _offer(self, item: Batch | Exception) -> None:
        while not self._closed.is_set():
            try:
                return self._waiting.put(item, timeout=0.1)
            except queue.Full:
                continue
