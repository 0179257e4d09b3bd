"""Recordings: a model's replies to a lesson's conversations, shipped as data, so that a slow or paid model answers at once.

A recording is `data/recordings/<lesson>/<model>.jsonl`: a line about the model, then a line a reply, sorted by key. It holds replies and
hashes of what was asked: no conversation, no key, no path.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from helpers.models.reply import ModelError, Reply, Settings
from helpers.storage import digest, write_text

if TYPE_CHECKING:
    from helpers.models.door import Model

__all__ = ["Recording", "conversation_key", "from_line", "place", "read", "to_line", "weights"]

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


def conversation_key(messages: list[dict], settings: Settings) -> str:
    """What tells a conversation from all others of a lesson: 20 characters of a hash over its messages and the settings of the request.

    The seed counts only when the temperature is above 0.
    """
    sampled = settings.seed if settings.temperature > 0 else None
    return digest([messages, settings.tools, settings.max_tokens, settings.temperature, sampled])[:20]


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
    values["seconds"] = round(reply.seconds, 4)
    return json.dumps({"key": key, **values}, ensure_ascii=False)


def from_line(line: str) -> tuple[str, Reply]:
    """The key and the reply of one line. ValueError, KeyError or TypeError: it is none."""
    values = json.loads(line)
    key = values.pop("key")
    return key, Reply(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})
