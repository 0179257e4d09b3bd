"""What a lesson sees of a model: `load` one (or `wrap` one), `ask` it, read the `Reply`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.models.messages import Messages, as_messages
from helpers.models.packaged import NAMED
from helpers.models.reply import ModelError, Provider, Reply, Settings
from helpers.models.spec import on_disk, parse

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from helpers.models.cache import Cache

__all__ = ["load", "wrap", "Model"]


class Model:
    """A loaded model. `spec`, `name`, `about`, `context` (tokens) and `parameters` (None for a remote model) describe it.

    `provider` is what answers (a folder of weights, a server, a module in memory), `cache` where replies are kept, if anywhere.

    `recorded` is the day of the recording that it answers from, else "".
    """

    def __init__(self, spec: str, name: str, provider: Provider, cache: Cache | None, *, about: str = "", recorded: str = "") -> None:
        self.spec = spec
        self.name = name
        self.about = about or name
        self.provider = provider
        self.cache = cache
        self.recorded = recorded
        self.context = provider.context
        self.parameters = provider.parameters

    def __repr__(self) -> str:
        size = "remote" if self.parameters is None else f"{self.parameters / 1e6:.1f} M parameters"
        about = f"{self.about}, " if self.about != self.name else ""
        recorded = f", recorded {self.recorded}" if self.recorded else ""
        return f"Model({self.spec!r}, {about}{size}, context {self.context}{recorded})"

    @property
    def fingerprint(self) -> str:
        """What distinguishes these weights from all others: a hash of their files, or the base URL of a remote model."""
        return self.provider.identity(self.cache)

    def ask(self, messages: Messages, **settings: Any) -> Reply:
        """The reply to one conversation; settings as in `ask_many`.

        >>> load("pocket").ask("What is the capital of France?").text  # doctest: +SKIP
        'Paris'
        """
        return self.ask_many([messages], **settings)[0]

    def ask_many(
        self,
        conversations: Sequence[Messages],
        *,
        max_tokens: int = 64,
        temperature: float = 0.0,
        seed: int = 0,
        tools: list[dict] | None = None,
        options: Sequence[str] = (),
        on_reply: Callable[[int, Reply], None] | None = None,
    ) -> list[Reply]:
        """One reply a conversation, in order; a request that failed is a `Reply` with `error`, never an exception.

        A conversation is a string or a list of messages with a role and a content. `temperature=0` is greedy. With a higher one
        the sample follows from `seed` and the conversation, so for another sample ask again with another seed. `on_reply(i,
        reply)` is called as replies arrive, in any order. Replies are kept as they arrive, so a killed run has lost none.

        With `options` the model writes nothing: a reply is the option that it finds likeliest, with the `scores` of all.
        """
        settings = Settings(max_tokens, float(temperature), seed, tools or None, tuple(options))
        chats = [as_messages(messages) for messages in conversations]
        replies: list[Reply | None] = [None] * len(chats)
        for i, reply in self.replies(chats, settings):
            replies[i] = reply
            if on_reply is not None:
                on_reply(i, reply)
        return replies

    def score(self, messages: Messages, options: Sequence[str]) -> dict[str, float]:
        """The log-probability of each option as the whole reply, in nats. ModelError: it cannot be had, as from a server.

        >>> load("pocket").score("What is the capital of France?", ["Paris", "Rome"])  # doctest: +SKIP
        {'Paris': -0.01, 'Rome': -9.4}
        """
        reply = self.ask(messages, options=options, max_tokens=1)
        if reply.error:
            raise ModelError(reply.error)
        return dict(zip(options, reply.scores, strict=True))

    def count_tokens(self, messages: Messages) -> int:
        """Tokens of the conversation as the model reads it (for a remote model an estimate: a token is about 4 characters)."""
        return self.provider.count(as_messages(messages))

    def replies(self, chats: list[list[dict]], settings: Settings) -> Iterator[tuple[int, Reply]]:
        """What `ask_many` gathers: position and reply, in the order in which they come."""
        if self.cache is None:
            for batch in self.provider.answer(chats, settings):
                yield from batch
            return
        where = self._keys(chats, settings)
        known = self.cache.get(list(where))
        for key, reply in known.items():
            yield from ((i, replace(reply, cached=True)) for i in where[key])
        yield from self._ask_and_keep({key: at for key, at in where.items() if key not in known}, chats, settings)

    def unknown(self, chats: list[list[dict]], settings: Settings) -> list[int]:
        """One position for each conversation that the cache cannot answer, so that it would have to be asked; nobody is asked."""
        if self.cache is None:
            return list(range(len(chats)))
        where = self._keys(chats, settings)
        known = self.cache.get(list(where))
        return [at[0] for key, at in where.items() if key not in known]

    def _ask_and_keep(self, missing: dict[str, list[int]], chats: list[list[dict]], settings: Settings) -> Iterator[tuple[int, Reply]]:
        keys = list(missing)
        for batch in self.provider.answer([chats[missing[key][0]] for key in keys], settings) if keys else ():
            self.cache.put({keys[n]: reply for n, reply in batch if reply.error is None})
            for n, reply in batch:
                first, *same = missing[keys[n]]
                yield first, reply
                yield from ((i, replace(reply, cached=reply.error is None)) for i in same)

    def _keys(self, chats: list[list[dict]], settings: Settings) -> dict[str, list[int]]:
        from helpers.models.cache import reply_key

        who = (self.name, self.fingerprint)
        positions = {}
        for i, chat in enumerate(chats):
            positions.setdefault(reply_key(*who, chat, settings), []).append(i)
        return positions


def load(
    spec: str = "pocket",
    *,
    batch_size: int = 64,
    cache: bool | str | Path = True,
    timeout: float = 60,
    concurrency: int = 8,
    retries: int = 4,
    recorded: str = "",
) -> Model:
    """A model by its spec: "pocket", "smollm2", "hf:<folder or hub id>", "openai:<name>" or "openai:<name>@<base url>".

    "smollm2" is SmolLM2-135M-Instruct, 4-bit (Q4_1), dequantized, from a package that pip installs. A folder may hold a peft
    adapter: it is merged into its base, which it names itself. `batch_size` is for local models; `timeout` (seconds a request),
    `concurrency` and `retries` for remote ones. `cache` is a file, False for none, or True for `$LADDER_CACHE` (a file, or "off")
    and else the repository's own. Weights are read at the first question that the cache cannot answer. `ModelError`: the model is
    unknown or missing, or its key is.

    `recorded` is the number of a lesson. Where there is a recording of it with this model, it answers, and the model itself need not be at
    hand: it is asked only what was not recorded.

    >>> load("openai:llama3@http://localhost:11434/v1").name
    'llama3'
    """
    from helpers.models.cache import open_cache
    from helpers.models.remote import Remote

    if recorded:
        from helpers.models.replay import open_recorded

        options = {"batch_size": batch_size, "cache": cache, "timeout": timeout, "concurrency": concurrency, "retries": retries}
        provider = open_recorded(parse(spec, NAMED), recorded, lambda **changes: load(spec, **options | changes))
        if provider is not None:
            return Model(spec, provider.name, provider, None, about=provider.about, recorded=provider.recorded)
    parsed = parse(spec, NAMED)
    replies = open_cache(cache)
    if parsed.kind == "openai":
        provider = Remote(parsed.name, parsed.url, timeout=timeout, concurrency=concurrency, retries=retries)
        return Model(parsed.text, parsed.name, provider, replies)
    name, about, provider = on_disk(parsed, batch_size=batch_size, cache=replies)
    return Model(parsed.text, name, provider, replies, about=about)


def wrap(
    module: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, *, name: str, batch_size: int = 64, cache: bool | str | Path = False
) -> Model:
    """A `Model` around a torch model that is in memory: tuned, quantized, pruned. It is set to evaluation whenever it is asked.

    With a `cache` (as in `load`), its fingerprint is a hash over all its tensors. `ModelError`: it cannot generate.

    >>> wrap(module, tokenizer, name="pruned").ask("Hello!").text  # doctest: +SKIP
    'Hello! How can I help?'
    """
    from helpers.models.cache import open_cache
    from helpers.models.local import Memory

    return Model(f"memory:{name}", name, Memory(module, tokenizer, batch_size=batch_size), open_cache(cache))
