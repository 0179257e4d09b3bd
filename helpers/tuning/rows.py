"""Examples as a model is trained on them: what it is asked, what it shall write, and a loss on the second alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.prompts import Template, as_text

if TYPE_CHECKING:
    import torch

    from helpers.methods.method import Method
    from helpers.models.local import Local

    Ask = str | Template | Method | None

__all__ = ["Pair", "encode", "messages_of", "padded", "plan", "told"]

NO_LOSS = -100  # the label of a position that is not learned from: the prompt, and padding
POOL = 8  # batches that are drawn together and sorted by length, so that a batch holds rows of about one length
SHOWN = 10


@dataclass(frozen=True)
class Pair:
    """One example as tokens: `asked` (for a causal model its beginning, for an encoder-decoder what the encoder reads) and `answer`."""

    asked: tuple[int, ...]
    answer: tuple[int, ...]

    @property
    def length(self) -> int:
        return len(self.asked) + len(self.answer)


def messages_of(template: Ask) -> Callable[[Mapping], list[dict]]:
    """What turns an example into messages: of a method, a template, or a text with {fields} (None: the bare input).

    >>> messages_of("Mood of: {input}")({"input": "Fine."})
    [{'role': 'user', 'content': 'Mood of: Fine.'}]
    """
    if hasattr(template, "messages"):
        return template.messages
    if template is None or isinstance(template, str):
        return Template("tuning", template or "{input}").render
    if isinstance(template, Template):
        return template.render
    raise ValueError(
        f"template must be a text with {{fields}}, a Template or a Method of helpers.methods.method, got {type(template).__name__}"
    )


def encode(rows: Iterable[Mapping], template: Ask, local: Local, *, labels: Sequence[str] = (), room: int = 0) -> list[Pair]:
    """One pair a row. `room` tokens of the context are taken already (a tuned prompt's).

    ValueError: no row; a row without a target, with a target that is none of `labels` (if there are any), without a field of the
    template, or longer than the context. One message names the first ten.
    """
    make, pairs, problems = messages_of(template), [], []
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping):
            raise ValueError(f"row {number} must be a mapping with input and target, got {type(row).__name__}")
        name = f"row {number} ({row['id']})" if row.get("id") else f"row {number}"
        try:
            pairs.append(_pair(row, make, local, labels, room))
        except (KeyError, TypeError, ValueError) as error:
            problems.append(f"{name}: {error.args[0] if error.args else error}")
    if problems:
        raise ValueError(told(problems))
    if not pairs:
        raise ValueError("there is no row to train on: give a task with a train split, or a list of rows with input and target")
    return pairs


def _pair(row: Mapping, make: Callable, local: Local, labels: Sequence[str], room: int) -> Pair:
    target = row.get("target")
    if target is None or not (text := as_text(target)).strip():
        raise ValueError("has no target: there is nothing to learn from it; leave it out, or label it")
    if labels and text not in labels:
        raise ValueError(f"its target {text!r} is none of the labels {', '.join(labels)}; correct it, or add the label to the task")
    pair = Pair(*map(tuple, local.pair(make(row), text)))
    sizes = [len(pair.asked), len(pair.answer)] if local.seq2seq else [pair.length]
    if max(sizes) + room > local.context:
        extra = f" + {room} of the tuned prompt" if room else ""
        raise ValueError(f"is {max(sizes)} tokens{extra} long, and the context is {local.context}; shorten it, or leave it out")
    return pair


def told(problems: list[str]) -> str:
    more = f"\n  and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
    return f"{len(problems)} row{'s' * (len(problems) > 1)} cannot be trained on:" + "".join(f"\n  {p}" for p in problems[:SHOWN]) + more


def plan(lengths: Sequence[int], *, batch: int, epochs: int, seed: int) -> list[list[int]]:
    """All batches of a run, as positions: shuffled each epoch, sorted by length inside a pool, pools' batches shuffled again.

    >>> [sorted(step) for step in plan([3, 1, 2, 4], batch=4, epochs=2, seed=0)]
    [[0, 1, 2, 3], [0, 1, 2, 3]]
    """
    steps, draw = [], random.Random(seed)
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
    import torch

    read = [list(p.asked) if seq2seq else [*p.asked, *p.answer] for p in pairs]
    learn = [list(p.answer) if seq2seq else [NO_LOSS] * len(p.asked) + list(p.answer) for p in pairs]
    mask = [[1] * len(row) for row in read]
    filled = {"input_ids": (read, pad), "attention_mask": (mask, 0), "labels": (learn, NO_LOSS)}
    return {name: torch.tensor(_filled(rows, value), device=device) for name, (rows, value) in filled.items()}


def _filled(rows: list[list[int]], value: int) -> list[list[int]]:
    longest = max(map(len, rows))
    return [row + [value] * (longest - len(row)) for row in rows]
