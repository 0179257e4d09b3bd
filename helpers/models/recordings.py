"""Recordings: a model's replies to a lesson's conversations, shipped as data, so that a slow or paid model answers at once.

A recording is `data/recordings/<lesson>/<model>.jsonl`: a line about the model, then a line a reply, sorted by key. It holds replies and
hashes of what was asked: no conversation, no key, no path. A `Recorder` makes one: a model that is asked live, each reply written
down the moment it arrives. The same model with changed weights (rounded, say) is in the same file, its keys told apart by the change.
"""

from __future__ import annotations

import copy
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from helpers.models.reply import ModelError, Reply, Settings
from helpers.storage import digest, write_text

if TYPE_CHECKING:
    from helpers.models.cache import Cache
    from helpers.models.door import Model

__all__ = ["RECORD", "Order", "Recorder", "Recording", "conversation_key", "order", "place", "read", "read_part", "weights"]

RECORD = "LADDER_RECORD"  # environment variable: an Order as JSON
DEFAULTS = {field.name: field.default for field in fields(Reply) if field.default is not MISSING}
NEVER_KEPT = ("cached",)


@dataclass(frozen=True)
class Recording:
    """The replies of one model to one lesson, by the keys of their conversations; `about` is the first line of the file."""

    lesson: str
    about: Mapping
    replies: Mapping[str, Reply]

    @property
    def seconds(self) -> float:
        """The mean time of a reply when it was recorded."""
        return sum(reply.seconds for reply in self.replies.values()) / max(1, len(self.replies))

    def write(self, path: Path) -> Path:
        """Put the recording there in one step."""
        head = json.dumps(dict(self.about), ensure_ascii=False)
        lines = [to_line(key, self.replies[key]) for key in sorted(self.replies)]
        return write_text(path, "\n".join([head, *lines]) + "\n")


def conversation_key(messages: list[dict], settings: Settings, change: Mapping | None = None) -> str:
    """What tells a conversation from all others of a lesson: 20 characters of a hash over its messages and the settings of the request.

    The seed counts only when the temperature is above 0. `change` says what was done to the weights, {"bits": 4, "group": 64}.
    """
    sampled = settings.seed if settings.temperature > 0 else None
    asked = [messages, settings.tools, settings.max_tokens, settings.temperature, sampled, *settings.extras()]
    return digest([*asked, dict(change)] if change else asked)[:20]


def weights(model: Model) -> str:
    """What tells the recorded model from others: the fingerprint of its weights, or the name by which a server knows it."""
    return model.name if model.parameters is None else model.fingerprint


def place(lesson: str, spec: str) -> Path:
    """The file of a lesson's recording with a model. A server's address is not in its name: the same model has the same replies.

    >>> place("01", "openai:llama3@http://localhost:11434/v1").name
    'openai-llama3.jsonl'
    """
    if not re.fullmatch(r"\w+", lesson):
        raise ModelError(f"recorded={lesson!r}: it is the number of a lesson, such as '01'")
    kind, _, rest = spec.partition(":")
    name = re.sub(r"@https?://.*", "", rest)
    if kind == "hf":
        name = Path(name).name if Path(name).exists() else name
    slug = re.sub(r"[^A-Za-z0-9.]+", "-", f"{kind}-{name}" if rest else kind).strip("-").lower()
    return places.recordings(lesson, f"{slug}.jsonl")


def read(lesson: str, spec: str) -> Recording | None:
    """A lesson's recording with a model, if there is one. ModelError: the file is damaged."""
    path = place(lesson, spec)
    if not path.is_file():
        return None
    try:
        head, *lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
        about = json.loads(head)
        replies = dict(map(from_line, lines))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"data/recordings/{lesson}/{path.name} is damaged ({type(error).__name__}: {error}); "
            f"`git checkout data/recordings` brings it back, or `ladder record {lesson} --model {spec} --fresh` makes it anew"
        ) from error
    return Recording(lesson, about, replies)


def to_line(key: str, reply: Reply) -> str:
    """A reply as one line of JSON: its key, and whatever differs from an empty reply."""
    values = {name: value for name, value in asdict(reply).items() if name not in NEVER_KEPT and value != DEFAULTS.get(name, MISSING)}
    values |= {"seconds": round(reply.seconds, 4), **({"scores": [round(score, 4) for score in reply.scores]} if reply.scores else {})}
    return json.dumps({"key": key, **values}, ensure_ascii=False)


def from_line(line: str) -> tuple[str, Reply]:
    """The key and the reply of one line. ValueError, KeyError or TypeError: it is none."""
    values = json.loads(line)
    key = values.pop("key")
    return key, Reply(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})


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
    change: Mapping | None = None

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

    def changed(self, change: Mapping, alter: Callable[[Model], Model]) -> Recorder:
        """Who writes down the same model's replies with changed weights, into the same file."""
        other = copy.copy(self)
        other.model = alter(self.model)
        other.change = change
        return other

    def identity(self, cache: Cache | None) -> str:
        return self.model.fingerprint

    def count(self, messages: list[dict]) -> int:
        return self.model.count_tokens(messages)

    def answer(self, conversations: Sequence[list[dict]], settings: Settings) -> Iterator[list[tuple[int, Reply]]]:
        """First what is known, then the rest, as it comes. A reply that failed is not written down: a rerun asks for it."""
        positions: dict[str, list[int]] = {}
        for i, messages in enumerate(conversations):
            positions.setdefault(conversation_key(messages, settings, self.change), []).append(i)
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
