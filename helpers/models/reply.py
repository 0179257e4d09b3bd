"""What goes in and what comes out: a request's settings, its reply, who gives it, and the error of a model that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from helpers.models.cache import Cache

__all__ = ["Provider", "Reply", "Settings", "ModelError"]


class ModelError(ValueError):
    """A model that cannot be used as asked: unknown, missing, unreadable, without a key."""


@dataclass(frozen=True)
class Reply:
    """One answer, or the reason why there is none.

    `seconds` is the wall time of the request (for a batch: its time divided by its size), `usd` its price (0.0 for a model on
    this machine, nan when prices.toml does not list the model). A reply from the cache keeps the numbers it was paid for with.
    `tool_calls` can stand in a conversation as they are: {"role": "assistant", "content": reply.text, "tool_calls": reply.tool_calls}.
    `thought` is what the model thought before `text`, where it shows that; its tokens are among `tokens_out`. `finish` says how
    the reply ended: "stop", "length" (cut at max_tokens), "tool_calls", or the server's own word. `changes` says how the request
    differed from what was asked for, because the model takes no other: "temperature=default", "seed=default", "system=user" (the
    system text went before the first question), "empty=no answer" (an empty answer earlier in the conversation reads so),
    "max_tokens=+2048" (room for a thought).
    `scores` are the log-probabilities (nats) of the options that were named, in their order; `text` is then the likeliest.
    `final`, beside an `error`: asking again would give the same, as for a prompt that is too long for the model.
    """

    text: str
    tokens_in: int
    tokens_out: int
    seconds: float
    usd: float
    cached: bool = False
    error: str | None = None
    tool_calls: tuple[dict, ...] = ()
    thought: str = ""
    finish: str = ""
    changes: tuple[str, ...] = ()
    final: bool = False
    scores: tuple[float, ...] = ()


@dataclass(frozen=True)
class Settings:
    """How to answer. The seed matters only when the temperature is above 0. With `options` nothing is written: each is scored."""

    max_tokens: int = 64
    temperature: float = 0.0
    seed: int = 0
    tools: list[dict] | None = None
    options: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.max_tokens < 1:
            raise ModelError(f"max_tokens={self.max_tokens}: at least 1 is needed")
        if not self.temperature >= 0:
            raise ModelError(f"temperature={self.temperature}: use 0 (greedy) or more")
        if len(set(self.options)) < len(self.options) or not all(map(str.strip, self.options)):
            raise ModelError(f"options={list(self.options)}: name different texts, none of them empty")

    def extras(self) -> list:
        """What a key holds beside the older settings, so that a request without options has the key that it always had."""
        return [list(self.options)] if self.options else []


class Provider(Protocol):
    """What answers: `helpers.models.local.Local` or `helpers.models.remote.Remote`."""

    context: int
    parameters: int | None

    def identity(self, cache: Cache | None) -> str: ...
    def count(self, messages: list[dict]) -> int: ...
    def answer(self, conversations: Sequence[list[dict]], settings: Settings) -> Iterator[list[tuple[int, Reply]]]: ...
