"""A model that is asked live, each reply written down the moment it arrives."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.models.recordings import conversation_key, from_line, read, to_line, weights
from helpers.models.reply import Reply, Settings

if TYPE_CHECKING:
    from helpers.models.cache import Cache
    from helpers.models.door import Model

__all__ = ["RECORD", "Order", "Recorder", "order", "read_part"]

RECORD = "LADDER_RECORD"  # environment variable: an Order as JSON


@dataclass(frozen=True)
class Order:
    """What `ladder record` asks of a lesson's process: which model's replies to write down, and into which file.

    `fresh`: what the lesson's recording holds is asked again.
    """

    lesson: str
    spec: str
    part: str
    fresh: bool = False


def order(lesson: str, spec: str) -> Order | None:
    """The order to this process, if it is about this lesson and model."""
    text = os.environ.get(RECORD)
    received = Order(**json.loads(text)) if text else None
    return received if received and (received.lesson, received.spec) == (lesson, spec) else None


class Recorder:
    """A live model as a provider. The order's file grows by a line a reply and survives a kill; nothing in it is asked again."""

    recorded = ""

    def __init__(self, model: Model, order: Order) -> None:
        self.model = model
        self.name = model.name
        self.about = model.about
        self.part = Path(order.part)
        self.context = model.context
        self.parameters = model.parameters
        recording = None if order.fresh else read(order.lesson, order.spec)
        same = recording is not None and recording.about["fingerprint"] == weights(model)
        self.known = {**(recording.replies if same else {}), **read_part(self.part)}

    def identity(self, cache: Cache | None) -> str:
        return self.model.fingerprint

    def count(self, messages: list[dict]) -> int:
        return self.model.count_tokens(messages)

    def answer(self, conversations: Sequence[list[dict]], settings: Settings) -> Iterator[list[tuple[int, Reply]]]:
        """First what is known, then the rest, as it comes. A reply that failed is not written down: a rerun asks for it."""
        positions: dict[str, list[int]] = {}
        for i, messages in enumerate(conversations):
            positions.setdefault(conversation_key(messages, settings), []).append(i)
        known = {key: self.known[key] for key in positions if key in self.known}
        self._write(known)
        for key, reply in known.items():
            yield [(i, reply) for i in positions[key]]
        missing = [key for key in positions if key not in known]
        for n, reply in self.model.replies([conversations[positions[key][0]] for key in missing], settings):
            if reply.error is None or reply.final:
                self.known[missing[n]] = reply
                self._write({missing[n]: reply})
            yield [(i, reply) for i in positions[missing[n]]]

    def _write(self, replies: dict[str, Reply]) -> None:
        self.part.parent.mkdir(parents=True, exist_ok=True)
        with self.part.open("a", encoding="utf-8") as file:
            file.writelines(to_line(key, reply) + "\n" for key, reply in replies.items())
            file.flush()
            os.fsync(file.fileno())


def read_part(part: Path) -> dict[str, Reply]:
    """The replies in an unfinished recording. Its last line may be half a line, of a process that was killed."""
    replies = {}
    for line in part.read_text(encoding="utf-8", errors="replace").split("\n") if part.exists() else ():
        try:
            key, reply = from_line(line)
        except (ValueError, KeyError, TypeError):
            continue
        replies[key] = reply
    return replies
