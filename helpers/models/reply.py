"""What goes in and what comes out: the settings of a request, its reply, and the error of a model that cannot be used."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Reply", "Settings", "ModelError"]


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
    system text went before the first question), "max_tokens=+2048" (room for a thought).
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


@dataclass(frozen=True)
class Settings:
    """How to answer. The seed matters only when the temperature is above 0."""

    max_tokens: int = 64
    temperature: float = 0.0
    seed: int = 0
    tools: list[dict] | None = None

    def __post_init__(self) -> None:
        if self.max_tokens < 1:
            raise ModelError(f"max_tokens={self.max_tokens}: at least 1 is needed")
        if not self.temperature >= 0:
            raise ModelError(f"temperature={self.temperature}: use 0 (greedy) or more")
