"""Models behind an OpenAI-compatible server: many requests at once, retries, time limits, cost."""

from __future__ import annotations

import json
import re
import time
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from helpers.models import retry
from helpers.models.calls import from_openai, to_openai
from helpers.models.keys import key_for, loopback
from helpers.models.reply import ModelError, Reply, Settings

if TYPE_CHECKING:
    from openai import OpenAI

__all__ = ["Remote", "price"]

ASSUMED_CONTEXT = 8192  # of a model that prices.toml does not list
SERVER = re.compile(r"localhost\b|[^/]*:\d+(/|$)|[^/]+/", re.IGNORECASE)  # how a URL without its scheme begins


def price(name: str) -> dict[str, float]:
    """Dollars per million tokens `in` and `out`, and `context`, from prices.toml; {} if the model is not listed.

    >>> sorted(price("gpt-4o-mini-2024-07-18"))
    ['context', 'in', 'out']
    """
    listed = _listed()
    return listed.get(name) or listed.get(re.sub(r"-(\d{4}-\d\d-\d\d|\d{8})$", "", name)) or {}


class Remote:
    """A model name at a base URL, as a provider. The key (`keys.key_for`) is read at each call and kept nowhere.

    `context` is that of prices.toml, else 8192 is assumed. A server on this machine costs nothing unless prices.toml lists the
    model. Any other model that is not listed there costs nan: unknown, not free.
    """

    parameters = None

    def __init__(self, name: str, url: str, *, timeout: float = 60, concurrency: int = 8, retries: int = 4) -> None:
        parts = urlsplit(url)
        if parts.username or parts.password or parts.query or not parts.hostname:
            raise ModelError("the base URL must be plain, like https://host/v1: no user, password or query; keys go into the environment")
        _check_name(name)
        key_for(url)
        self.name, self.url, self.here = name, url, loopback(parts.hostname)
        self.timeout, self.concurrency, self.retries = timeout, max(1, concurrency), max(0, retries)
        self.context = int(price(name).get("context", ASSUMED_CONTEXT))

    def identity(self, cache: object | None) -> str:
        return self.url

    def count(self, messages: list[dict]) -> int:
        return sum(4 + _about(f"{m.get('content') or ''}{m.get('tool_calls') or ''}") for m in messages)

    def answer(self, conversations: Sequence[list[dict]], settings: Settings) -> Iterator[list[tuple[int, Reply]]]:
        """One (position, reply) at a time, as they arrive."""
        from concurrent.futures import ThreadPoolExecutor, as_completed

        line, client = retry.Line(self.url, self.retries), self._client()
        pool = ThreadPoolExecutor(self.concurrency, thread_name_prefix="ask")
        try:
            asked = {pool.submit(self._ask, client, messages, settings, line): i for i, messages in enumerate(conversations)}
            for future in as_completed(asked):
                yield [(asked[future], future.result())]
        finally:
            line.cut("stopped")
            pool.shutdown(wait=True, cancel_futures=True)
            client.close()

    def _client(self) -> OpenAI:
        from openai import OpenAI

        return OpenAI(api_key=key_for(self.url), base_url=self.url, timeout=self.timeout, max_retries=0)

    def _ask(self, client: OpenAI, messages: list[dict], settings: Settings, line: retry.Line) -> Reply:
        start = time.perf_counter()
        try:
            return line.ask(lambda: self._once(client, messages, settings))
        except retry.GaveUp as error:
            return Reply("", 0, 0, time.perf_counter() - start, 0.0, error=str(error))

    def _once(self, client: OpenAI, messages: list[dict], settings: Settings) -> Reply:
        start = time.perf_counter()
        response = self._request(client, messages, settings)
        seconds = time.perf_counter() - start
        choices = getattr(response, "choices", None)
        if not choices or getattr(choices[0], "message", None) is None:
            what = "has no choice" if hasattr(response, "choices") else "is not a chat completion"
            raise retry.NoAnswer(f"the response {what}")
        text, calls = from_openai(choices[0].message)
        usage = response.usage
        used = (usage.prompt_tokens, usage.completion_tokens) if usage else (self.count(messages), _about(text))
        error = None if text.strip() or calls else _without_text(getattr(choices[0], "finish_reason", None), settings)
        return Reply(text, *used, seconds, self._usd(*used), error=error, tool_calls=calls, final=error is not None)

    def _request(self, client: OpenAI, messages: list[dict], settings: Settings) -> object:
        limit = "max_completion_tokens" if self.url.startswith("https://api.openai.com/") else "max_tokens"
        more = {limit: settings.max_tokens, "temperature": settings.temperature}
        if settings.temperature > 0:
            more["seed"] = settings.seed
        if settings.tools:
            more["tools"] = settings.tools
        try:
            return client.chat.completions.create(model=self.name, messages=to_openai(messages), **more)
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise retry.NoAnswer(f"the response is not valid JSON: {error}") from error

    def _usd(self, tokens_in: int, tokens_out: int) -> float:
        known = price(self.name)
        if not known:
            return 0.0 if self.here else float("nan")
        return (tokens_in * known["in"] + tokens_out * known["out"]) / 1e6


@cache
def _listed() -> dict[str, dict[str, float]]:
    return tomllib.loads(Path(__file__).with_name("prices.toml").read_text(encoding="utf-8"))["models"]


def _about(text: str) -> int:
    return -(-len(text) // 4)


def _check_name(name: str) -> None:
    """ModelError: the name holds a server, which would be taken for a part of the name at another server."""
    model, _, server = name.rpartition("@")
    if model and not model.endswith("/") and SERVER.match(server):  # workers-ai/@cf/meta/llama is a name
        server = server.rpartition("://")[2]
        scheme = "http" if loopback(urlsplit(f"//{server}").hostname or "") else "https"
        raise ModelError(f"the server of {model!r} lacks http:// or https://: write openai:{model}@{scheme}://{server}")


def _without_text(finish: str | None, settings: Settings) -> str | None:
    """Why a response that holds neither text nor a tool call is no answer; None if it may be one."""
    if finish == "length":
        return f"cut at max_tokens={settings.max_tokens} before any text: raise it"
    return "the server's content filter left no text: ask in other words" if finish == "content_filter" else None
