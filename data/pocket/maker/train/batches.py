"""From conversations to rows of token ids, packed so that no conversation is cut in two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pocket_maker.corpus import stream
from pocket_maker.corpus.pieces import Pieces
from pocket_maker.corpus.world import World

if TYPE_CHECKING:
    import numpy as np
    import torch

__all__ = ["Batch", "batches", "encode"]

PAD, END, ASSISTANT = 0, 1, 4
SHORT, LONG = 256, 1024  # row lengths in tokens
POOL = 1024  # conversations packed together


@dataclass(frozen=True)
class Batch:
    """`ids` (rows, length + 1); `answer` (rows, length) True where the next token is the assistant's. Tensors once it is on a device."""

    ids: np.ndarray | torch.Tensor
    answer: np.ndarray | torch.Tensor

    @property
    def tokens(self) -> int:
        """How many tokens are predicted, padding included."""
        rows, length = self.answer.shape
        return rows * length


def encode(tokenizer, rows: list[stream.Row]) -> list[tuple[list[int], list[bool]]]:
    """Token ids of each conversation, and for each token whether it is to be learned as the assistant's (its <|end|> included).

    An assistant turn with `"weight": 0` (a draft with a planted mistake) is read but not learned, as in hosted fine-tuning.
    """
    out = []
    encoded = tokenizer([stream.as_text(row) for row in rows], add_special_tokens=False)["input_ids"]
    for row, ids in zip(rows, encoded):
        turns = iter([bool(m.get("weight", 1)) for m in row.messages if m["role"] == "assistant"])
        mine, inside, learn = [], False, False
        for token in ids:
            mine.append(inside and learn)
            if token == ASSISTANT:
                inside, learn = True, next(turns)
            elif token == END:
                inside = False
        out.append((ids, mine))
    return out


def _pack(documents: list[tuple[list[int], list[bool]]], length: int) -> list[list[tuple[list[int], list[bool]]]]:
    """First-fit decreasing: rows of whole documents, each at most length + 1 tokens."""
    rows: list[list] = []
    room: list[int] = []
    for document in sorted(documents, key=lambda d: -len(d[0])):
        size = len(document[0])
        spot = next((i for i, left in enumerate(room) if left >= size), None)
        if spot is None:
            rows.append([document])
            room.append(length + 1 - size)
        else:
            rows[spot].append(document)
            room[spot] -= size
    return rows


def _stack(rows: list, length: int) -> Batch:
    import numpy as np

    ids = np.full((len(rows), length + 1), PAD, dtype=np.int64)
    answer = np.zeros((len(rows), length + 1), dtype=bool)
    for i, row in enumerate(rows):
        flat = [token for document in row for token in document[0]]
        ids[i, : len(flat)] = flat
        answer[i, : len(flat)] = [flag for document in row for flag in document[1]]
    return Batch(ids, answer[:, 1:])


def batches(
    tokenizer, *, seed: int, tokens: int = 2048, split: str = "train", long_share: float = 0.08, focus: stream.Focus = (),
    pieces: float = 0.0,
) -> Iterator[Batch]:  # fmt: skip
    """Batches of about `tokens` tokens: short rows, and long ones for long conversations and a share of the rest.

    pieces: so many drills on random pieces of the vocabulary for each conversation.
    """
    conversations, drills = stream.stream(seed, split, focus), Pieces(tokenizer)
    w = World(seed + 1)
    waiting: dict[int, list] = {SHORT: [], LONG: []}
    ready: dict[int, list] = {SHORT: [], LONG: []}
    while True:
        extra = [drills.drill(w) for _ in range(round(pieces * POOL))]
        for document in extra + encode(tokenizer, [next(conversations) for _ in range(POOL)]):
            size = len(document[0])
            if size <= LONG:
                waiting[LONG if size > SHORT or w.chance(long_share) else SHORT].append(document)
        for length in (SHORT, LONG):
            if len(waiting[length]) < POOL // 8:
                continue
            rows = _pack(waiting[length], length)
            w.rng.shuffle(rows)
            ready[length] += rows
            waiting[length] = []
        while any(len(ready[length]) * length >= tokens for length in ready):
            length = max(ready, key=lambda n: len(ready[n]) * n)
            take = max(1, tokens // length)
            rows, ready[length] = ready[length][:take], ready[length][take:]
            yield _stack(rows, length)
