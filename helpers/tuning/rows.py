"""Examples as a model is trained on them: what it is asked, what it should write; and as a file for hosted fine-tuning."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

from helpers.metrics import metric
from helpers.models.rendering import Rendering
from helpers.prompts import Template, as_text
from helpers.storage import write_text
from helpers.tasks import Task

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from helpers.methods.method import Method
    from helpers.models.local import Local

    Ask = str | Template | Method | None
    Data = Task | Iterable[Mapping]

__all__ = ["Conversations", "Pair", "encode", "encode_splits", "messages_of", "to_chat_jsonl"]

SHOWN = 10
T = TypeVar("T")


@runtime_checkable
class Asks(Protocol):
    """Whatever turns one example into the messages that it is asked with: a `Method`, similar shots."""

    def messages(self, example: Mapping) -> list[dict]: ...


@dataclass(frozen=True)
class Pair:
    """One example as tokens: `prompt` (for a causal model its beginning, for an encoder-decoder what the encoder reads) and `answer`."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]

    @property
    def length(self) -> int:
        return len(self.prompt) + len(self.answer)


def messages_of(template: Ask) -> Callable[[Mapping], list[dict]]:
    """What turns an example into messages: of a method, a template, or a text with {fields} (None: the bare input).

    >>> messages_of("Mood of: {input}")({"input": "Fine."})
    [{'role': 'user', 'content': 'Mood of: Fine.'}]
    """
    if isinstance(template, Asks):
        return template.messages
    if template is None or isinstance(template, str):
        return Template("tuning", template or "{input}").render
    if isinstance(template, Template):
        return template.render
    raise ValueError(
        f"template must be a text with {{fields}}, a Template or a Method of helpers.methods.method, got {type(template).__name__}"
    )


def encode_splits(
    data: Data, dev: Iterable[Mapping] | None, template: Ask, local: Local, *, room: int, limit: int | None, dev_limit: int | None
) -> tuple[list[Pair], list[Pair]]:
    """Train and dev rows as pairs: those of a task, or rows and `dev`; no dev rows give no pairs. ValueError: as `encode`."""
    if data is None or isinstance(data, str | Path | Mapping):
        raise ValueError(f"data must be a task, as load_task(name) gives it, or rows with input and target; got {data!r:.80}")
    for name, value in (("limit", limit), ("dev_limit", dev_limit)):
        if value is not None and value < 1:
            raise ValueError(f"{name}={value}: it is a number of rows, 1 or more, or None for all")
    rows = data
    labels = ()
    if isinstance(data, Task):
        rows = data["train"]
        labels = data.labels if metric(data.metric).needs_labels else ()
        dev = data.splits.get("dev") if dev is None else dev
    train = encode(list(rows)[:limit], template, local, labels=labels, room=room)
    dev_rows = list(dev)[:dev_limit] if dev is not None else []
    return train, encode(dev_rows, template, local, labels=labels, room=room) if dev_rows else []


def encode(rows: Iterable[Mapping], template: Ask, local: Local, *, labels: Sequence[str] = (), room: int = 0) -> list[Pair]:
    """One pair a row. `room` tokens of the context are taken already (a tuned prompt's).

    ValueError: no row; a row without a target, with a target that is none of `labels` (if there are any), without a field of the
    template, or longer than the context. One message names the first ten.
    """
    ask = messages_of(template)
    pairs = _each(rows, lambda row: _pair(row, ask, local, labels, room))
    if not pairs:
        raise ValueError("there is no row to train on: give a task with a train split, or a list of rows with input and target")
    return pairs


class Conversations(Rendering):
    """A tokenizer alone, as a reader of whole conversations; the token that ends a reply is the tokenizer's."""

    soft = range(0)
    seq2seq = False

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self.tokenizer = tokenizer
        self.folder = SimpleNamespace(ends=())

    def encode(self, messages: list[dict]) -> Pair:
        """A conversation with its last turn as the answer. ValueError: that turn is not the assistant's."""
        *before, last = messages
        if last["role"] != "assistant":
            raise ValueError(f"a conversation to learn from ends with the assistant's turn, got {last['role']!r}: {last}")
        return Pair(*map(tuple, self.pair(before, last["content"])))


def to_chat_jsonl(rows: Iterable[Mapping], method: Ask, file: str | Path) -> Path:
    """Write rows as hosted fine-tuning takes them: one {"messages": [...]} a line, the last turn the target (a list as JSON).

    All rows, or no file. method: as `template` of `fit`: a `Method`, a `Template`, or a text with {fields}. ValueError: no row, or rows
    without a target or a field; OSError: it cannot be written. Format: platform.openai.com/docs/guides/supervised-fine-tuning (read
    2026-11).

    >>> to_chat_jsonl(task["train"], "Sentiment of: {input}", "train.jsonl")  # doctest: +SKIP
    PosixPath('train.jsonl')
    """
    ask = messages_of(method)
    conversations = _each(rows, lambda row: [*ask(row), {"role": "assistant", "content": _target(row)}])
    if not conversations:
        raise ValueError("there is no row to export")
    lines = [json.dumps({"messages": messages}, ensure_ascii=False) + "\n" for messages in conversations]
    try:
        return write_text(Path(file), "".join(lines))
    except OSError as error:
        raise OSError(f"{Path(file).name!r} cannot be written ({error}); make room, or give another file") from error


def _each(rows: Iterable[Mapping], convert: Callable[[Mapping], T]) -> list[T]:
    """Every row, converted. ValueError: it names the rows that `convert` refuses, at most ten."""
    results = []
    problems = []
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping):
            raise ValueError(f"row {number} must be a mapping with input and target, got {type(row).__name__}")
        try:
            results.append(convert(row))
        except (KeyError, TypeError, ValueError) as error:
            name = f"row {number} ({row['id']})" if row.get("id") else f"row {number}"
            problems.append(f"\n  {name}: {error.args[0] if error.args else error}")
    if problems:
        more = f"\n  and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        count = f"{len(problems)} row{'s' * (len(problems) > 1)}"
        raise ValueError(f"{count} cannot be trained on:{''.join(problems[:SHOWN])}{more}")
    return results


def _pair(row: Mapping, ask: Callable[[Mapping], list[dict]], local: Local, labels: Sequence[str], room: int) -> Pair:
    target = _target(row)
    if labels and target not in labels:
        raise ValueError(f"its target {target!r} is none of the labels {', '.join(labels)}; correct it, or add the label to the task")
    pair = Pair(*map(tuple, local.pair(ask(row), target)))
    longest = max(len(pair.prompt), len(pair.answer)) if local.seq2seq else pair.length
    if longest + room > local.context:
        extra = f" + {room} of the tuned prompt" if room else ""
        raise ValueError(f"is {longest} tokens{extra} long, and the context is {local.context}; shorten it, or leave it out")
    return pair


def _target(row: Mapping) -> str:
    if row.get("target") is None or not as_text(row["target"]).strip():
        raise ValueError("has no target: there is nothing to learn from it; leave it out, or label it")
    return as_text(row["target"])
