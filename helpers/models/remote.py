"""Models behind an OpenAI-compatible server: many requests at once, retries, time limits, cost."""

from __future__ import annotations

import json
import re
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from helpers.models import retry
from helpers.models.dialect import Form, dialect_of
from helpers.models.hosted import key_for, loopback, price
from helpers.models.messages import no_answer, thinking_room
from helpers.models.reply import ModelError, Reply, Settings
from helpers.models.response import Response, read_response

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types.chat import ChatCompletion

    from helpers.models.cache import Cache

__all__ = ["Remote", "price"]

NO_SCORES = (
    "a server gives log-probabilities only for the tokens it wrote itself, not for texts that we name: "
    "score options with a model whose weights are here (pocket, smollm2, hf:<folder or hub id>)"
)
PACE = 20  # tokens a second: what a thought may take beyond the time limit
ASSUMED_CONTEXT = 8192  # of a model that prices.toml does not list
SERVER = re.compile(r"localhost\b|[^/]*:\d+(/|$)|[^/]+/", re.IGNORECASE)  # how a URL without its scheme begins


class Remote:
    """A model name at a base URL, as a provider. The key (`hosted.key_for`) is read at each call and kept nowhere.

    `context` is that of prices.toml, else 8192 is assumed. A server on this machine costs nothing unless prices.toml lists the
    model. Any other model that is not listed there costs nan: unknown, not free.

    What the model refuses (a temperature, a system turn) is left out or moved, with one warning: see `Reply.changes`. A model
    that thinks may write LADDER_THINKING_TOKENS (else 2048) more than max_tokens, because its thought counts too, and gets a
    second more for every 20 of them.
    """

    parameters = None

    def __init__(self, name: str, url: str, *, timeout: float = 60, concurrency: int = 8, retries: int = 4) -> None:
        parts = urlsplit(url)
        if parts.username or parts.password or parts.query or not parts.hostname:
            raise ModelError("the base URL must be plain, like https://host/v1: no user, password or query; keys go into the environment")
        _check_name(name)
        key_for(url)
        url = re.sub(r"(/chat/completions)?/*$", "", url)  # a whole address, as it stands in many manuals, is taken too
        self.name = name
        self.url = url
        self.here = loopback(parts.hostname)
        self.dialect = dialect_of(url, name)
        self.timeout = timeout
        self.concurrency = max(1, concurrency)
        self.retries = max(0, retries)
        self.context = int(price(name).get("context", ASSUMED_CONTEXT))

    def identity(self, cache: Cache | None) -> str:
        return self.url

    def count(self, messages: list[dict]) -> int:
        return sum(4 + _about(f"{m.get('content') or ''}{m.get('tool_calls') or ''}") for m in messages)

    def answer(self, conversations: Sequence[list[dict]], settings: Settings) -> Iterator[list[tuple[int, Reply]]]:
        """One (position, reply) at a time, as they arrive. ModelError: options are to be scored."""
        if settings.options:
            raise ModelError(NO_SCORES)
        from concurrent.futures import ThreadPoolExecutor, as_completed

        room = thinking_room()
        line = retry.Line(self.url, self.retries, at_once=self.concurrency)
        client = self._client()
        pool = ThreadPoolExecutor(self.concurrency, thread_name_prefix="ask")
        try:
            futures = {pool.submit(self._ask, client, messages, settings, line, room): i for i, messages in enumerate(conversations)}
            for future in as_completed(futures):
                for sentence in self.dialect.news(room):
                    warnings.warn(sentence, stacklevel=2)
                yield [(futures[future], future.result())]
        finally:
            line.cut("stopped")
            pool.shutdown(wait=True, cancel_futures=True)
            client.close()

    def _client(self) -> OpenAI:
        from openai import OpenAI

        return OpenAI(api_key=key_for(self.url), base_url=self.url, max_retries=0)

    def _ask(self, client: OpenAI, messages: list[dict], settings: Settings, line: retry.Line, room: int) -> Reply:
        start = time.perf_counter()
        try:
            return line.ask(lambda: self._once(client, messages, settings, room))
        except retry.GaveUp as error:
            return Reply("", 0, 0, time.perf_counter() - start, 0.0, error=str(error))

    def _once(self, client: OpenAI, messages: list[dict], settings: Settings, room: int) -> Reply:
        """The reply to one request, which is written anew if the server refuses how it is written, or if its thought left no room."""
        start = time.perf_counter()
        form, response = self._accepted(client, messages, settings, self.dialect.form, room)
        first = self._reply(response, messages)
        if response.thinks and not form.thinks:
            form = replace(form, thinks=True)
            self.dialect.adopt(form)
            if response.empty and room:
                form, response = self._accepted(client, messages, settings, form, room)
                again = self._reply(response, messages)
                first = replace(again, usd=first.usd + again.usd)
        error = self._without_text(response, first, settings.max_tokens + form.room(room))
        changes = form.changes(messages, settings, room)
        seconds = time.perf_counter() - start
        return replace(first, seconds=seconds, error=error, final=error is not None, changes=changes)

    def _accepted(self, client: OpenAI, messages: list[dict], settings: Settings, form: Form, room: int) -> tuple[Form, Response]:
        """A response, and the form of request that the server took."""
        while True:
            try:
                request = form.request(self.name, messages, settings, room)
                response = read_response(_complete(client, request, self.timeout + form.room(room) / PACE))
            except Exception as error:
                better = form.after(error, messages, settings)
                if better is None:
                    raise
                form = better
            else:
                self.dialect.adopt(form)
                return form, response

    def _reply(self, response: Response, messages: list[dict]) -> Reply:
        used = (response.tokens_in, response.tokens_out)
        if None in used:
            used = (self.count(messages), _about(response.text + response.thought))
        return Reply(
            response.text, *used, 0.0, self._usd(*used), tool_calls=response.calls, thought=response.thought, finish=response.finish
        )

    def _usd(self, tokens_in: int, tokens_out: int) -> float:
        known = price(self.name)
        if not known:
            return 0.0 if self.here else float("nan")
        return (tokens_in * known["in"] + tokens_out * known["out"]) / 1e6

    def _without_text(self, response: Response, reply: Reply, limit: int) -> str | None:
        """Why a response that holds neither text nor a tool call is no answer; None if it may be one."""
        if not response.empty:
            return None
        if response.finish == "content_filter":
            return "the server's content filter left no text: ask in other words"
        if response.thinks:
            return no_answer(limit, cut=response.finish == "length")
        if response.finish == "length":
            return f"cut at max_tokens={limit} before any text: raise it"
        return None if reply.tokens_out else "an empty answer: the server sent no text, and counts no token; ask again, or another model"


def _complete(client: OpenAI, request: dict, timeout: float) -> ChatCompletion:
    try:
        return client.chat.completions.create(**request, timeout=timeout)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise retry.NoAnswer(f"the response is not valid JSON: {error}") from error


def _about(text: str) -> int:
    return -(-len(text) // 4)


def _check_name(name: str) -> None:
    """ModelError: the name holds a server, which would be taken for a part of the name at another server."""
    model, _, server = name.rpartition("@")
    if model and not model.endswith("/") and SERVER.match(server):  # workers-ai/@cf/meta/llama is a name
        server = server.rpartition("://")[2]
        scheme = "http" if loopback(urlsplit(f"//{server}").hostname or "") else "https"
        raise ModelError(f"the server of {model!r} lacks http:// or https://: write openai:{model}@{scheme}://{server}")
