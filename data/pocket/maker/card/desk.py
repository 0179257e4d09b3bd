"""Where the report card asks its questions: held-out conversations, cut into a prompt and the reply that is expected."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from helpers import places
from helpers.models import Model, ModelError, Reply
from helpers.models.local import Local
from helpers.models.packaged import find
from pocket_maker.corpus.chat import tool_listing
from pocket_maker.corpus.world import World

__all__ = ["Case", "Desk", "case", "open_desk"]


@dataclass(frozen=True)
class Case:
    """A prompt, the text that is expected, and, where that is a tool call, the call and the tools on offer."""

    messages: list[dict]
    target: str
    call: dict | None = None
    tools: tuple[dict, ...] = ()


def case(conversation: Sequence[dict]) -> Case:
    """A corpus conversation without its last turn, which is the target; its tools are listed in the system turn as `render` does.

    >>> case([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}]).target
    'Hello.'
    """
    *messages, last = conversation
    tools: list[dict] = []
    if messages and messages[0]["role"] == "tools":
        tools, messages = messages[0]["content"], messages[1:]
        messages = with_tools(messages, tools)
    call = last["tool_calls"][0]["function"] if last.get("tool_calls") else None
    plain = [{key: value for key, value in m.items() if key != "weight"} for m in messages]
    return Case(plain, last["content"], call, tuple(tools))


def with_tools(messages: Sequence[dict], tools: Sequence[dict]) -> list[dict]:
    """The messages with the tools' listing in the system turn: the text that `render(messages, tools)` gives."""
    given = messages[0]["content"] if messages and messages[0]["role"] == "system" else ""
    rest = messages[1:] if messages and messages[0]["role"] == "system" else messages
    listing = tool_listing(tools)
    return [{"role": "system", "content": f"{given}\n\n{listing}" if given else listing}, *rest]


@dataclass
class Desk:
    """One model, asked without a cache. `n` is the number of examples a line, `step` moves the progress bar, `failed` holds errors."""

    model: Model
    local: Local
    n: int
    step: Callable[[str], None] = lambda title: None
    failed: list[str] = field(default_factory=list)

    def worlds(self, name: str, n: int | None = None) -> list[World]:
        """One held-out world an example. The same name gives the same worlds, so two ways to ask can be compared on the same examples."""
        return [World(zlib.crc32(f"{name} {i}".encode()), "held") for i in range(n or self.n)]

    def ask(self, conversations: Sequence[list[dict]], *, max_tokens: int = 48, **settings: float) -> list[Reply]:
        """A reply each; one that failed has an empty text and is noted in `failed`."""
        replies = self.model.ask_many(list(conversations), max_tokens=max_tokens, **settings)
        self.failed += [reply.error for reply in replies if reply.error]
        return replies


def open_desk(spec: str, n: int) -> Desk:
    """A desk for "pocket" or "hf:<folder or hub id>". ModelError: a remote model, whose weights cannot be measured."""
    if spec != "pocket" and not spec.startswith("hf:"):
        raise ModelError(f'the card is for models on this machine, got {spec!r}; use "pocket" or "hf:<folder or hub id>"')
    if n < 2:
        raise ModelError(f"n={n}: a line of the card needs at least 2 examples; 200 is usual")
    folder = places.data("pocket") if spec == "pocket" else find(spec.removeprefix("hf:"))
    local = Local(Path(folder))
    return Desk(Model(spec, "pocket" if spec == "pocket" else folder.name, local, None), local, n)
