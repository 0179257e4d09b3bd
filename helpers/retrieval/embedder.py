"""Embedders: texts to vectors of length 1, so that a product of two is the cosine of their angle; and those behind a server."""

from __future__ import annotations

import json
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from helpers.models import ModelError, retry
from helpers.models.hosted import key_for
from helpers.models.remote import Remote

if TYPE_CHECKING:
    import numpy
    from openai import OpenAI

__all__ = ["Embedder", "RemoteEmbedder"]

KINDS = ("passage", "query")


class Embedder(ABC):
    """What turns texts into vectors. `name` is for people, `fingerprint` changes with anything that could change a vector.

    `cut` counts the texts so far that were longer than the model can read; each call that cuts any also warns.
    """

    name: str
    cut: int = 0
    limit: int | None = None  # tokens that the model reads of a text, if we know

    @property
    @abstractmethod
    def fingerprint(self) -> str: ...

    @abstractmethod
    def prefix(self, kind: str) -> str:
        """What the model wants before each text of this kind."""

    @abstractmethod
    def raw(self, batches: Sequence[list[str]]) -> Iterator[numpy.ndarray]:
        """The vectors of each batch, in order, of any length."""

    @cached_property
    def dimensions(self) -> int:
        """How many numbers a vector has; found by embedding one word."""
        return self.embed(["dimensions"]).shape[1]

    def embed(self, texts: Sequence[str], *, kind: str = "passage", batch_size: int = 64) -> numpy.ndarray:
        """float32 of shape (texts, dimensions), rows of length 1, in the order given.

        `kind` is "passage" or "query": some models want another prefix before each. Texts of like length share a batch, which
        saves padding; a text's vector does not depend on its neighbors but for rounding. TypeError: one text instead of a list.
        ValueError: an empty text, or a kind that there is not. ModelError: a model that gives no vector.

        >>> load_embedder("pocket").embed(["What does parking cost?"], kind="query").shape  # doctest: +SKIP
        (1, 192)
        """
        import numpy as np

        _check(texts, kind)
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        ready = [(self.prefix(kind) + texts[i]).strip() for i in order]
        batches = [ready[start : start + max(1, batch_size)] for start in range(0, len(ready), max(1, batch_size))]
        before = self.cut
        rows = np.concatenate(list(self.raw(batches))).astype(np.float32) if batches else np.zeros((0, self.dimensions), np.float32)
        if self.cut > before:
            warnings.warn(f"{self.cut - before} of {len(texts)} texts are longer than {self.limit} tokens and were cut there", stacklevel=2)
        vectors = np.empty_like(rows)
        vectors[order] = _unit(rows, self.name)
        return vectors


def _check(texts: Sequence[str], kind: str) -> None:
    if isinstance(texts, str):
        raise TypeError(f"embed takes a list of texts, got one text: embed([{texts[:40]!r}])")
    if kind not in KINDS:
        raise ValueError(f"kind={kind!r}: choose {' or '.join(map(repr, KINDS))}")
    for i, text in enumerate(texts):
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"text {i + 1} of {len(texts)} is {text!r}: a vector needs at least one character")


def _unit(rows: numpy.ndarray, name: str) -> numpy.ndarray:
    import numpy as np

    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not (np.isfinite(lengths).all() and (lengths > 0).all()):
        raise ModelError(f"the embedder {name!r} gave a vector without a direction (all zeros, or not numbers): its weights may be broken")
    return rows / lengths


class RemoteEmbedder(Embedder):
    """A model name at the base URL of an OpenAI-compatible server (OpenAI, vLLM, TEI, Ollama).

    The key (`hosted.key_for`) is read at each call and kept nowhere.
    What the server refuses for being too long is an error, with its reason. A request that fails after its retries ends the call
    with a ModelError: an index with a hole would be wrong without a sign. No prefix is added.
    """

    def __init__(self, name: str, url: str, *, timeout: float = 60, concurrency: int = 8, retries: int = 4) -> None:
        Remote(name, url)  # refuses a URL with a password in it, and a key that is missing or cannot be sent
        self.name = name
        self.url = url
        self.timeout = timeout
        self.concurrency = max(1, concurrency)
        self.retries = max(0, retries)

    @property
    def fingerprint(self) -> str:
        """The name and the URL: what stands behind them cannot be seen."""
        return f"openai:{self.name}@{self.url}"

    def prefix(self, kind: str) -> str:
        return ""

    def raw(self, batches: Sequence[list[str]]) -> Iterator[numpy.ndarray]:
        from concurrent.futures import ThreadPoolExecutor

        from openai import OpenAI

        line = retry.Line(self.url, self.retries)
        client = OpenAI(api_key=key_for(self.url), base_url=self.url, timeout=self.timeout, max_retries=0)
        pool = ThreadPoolExecutor(self.concurrency, thread_name_prefix="embed")
        try:
            yield from pool.map(lambda batch: self._ask(client, batch, line), batches)
        finally:
            line.cut("stopped")
            pool.shutdown(wait=True, cancel_futures=True)
            client.close()

    def _ask(self, client: OpenAI, batch: list[str], line: retry.Line) -> numpy.ndarray:
        try:
            return line.ask(lambda: self._once(client, batch))
        except retry.GaveUp as error:
            raise ModelError(f"no vectors from {self.name!r} for {len(batch)} texts: {error}") from None

    def _once(self, client: OpenAI, batch: list[str]) -> numpy.ndarray:
        import numpy as np

        try:
            response = client.embeddings.create(model=self.name, input=batch, encoding_format="float")
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise retry.NoAnswer(f"the response holds no vectors: {error}") from error
        rows = sorted(getattr(response, "data", None) or [], key=lambda row: row.index)  # some servers answer with something else
        if [row.index for row in rows] != list(range(len(batch))):
            raise retry.NoAnswer(f"the response holds {len(rows)} vectors for {len(batch)} texts")
        return np.array([row.embedding for row in rows], dtype=np.float32)
