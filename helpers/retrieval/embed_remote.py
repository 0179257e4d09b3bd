"""Embedders behind an OpenAI-compatible server (OpenAI, vLLM, TEI, Ollama): several requests at once, retries, time limits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from helpers.models import ModelError, retry
from helpers.models.keys import key_for
from helpers.models.remote import Remote
from helpers.retrieval.embedder import Embedder

if TYPE_CHECKING:
    import numpy
    from openai import OpenAI

__all__ = ["RemoteEmbedder"]


class RemoteEmbedder(Embedder):
    """A model name at a base URL. The key (`keys.key_for`) is read at each call and kept nowhere.

    What the server refuses for being too long is an error, with its reason. A request that fails after its retries ends the call
    with a ModelError: an index with a hole would be wrong without a sign. No prefix is added.
    """

    def __init__(self, name: str, url: str, *, timeout: float = 60, concurrency: int = 8, retries: int = 4) -> None:
        Remote(name, url)  # refuses a URL with a password in it, and a key that is missing or cannot be sent
        self.name, self.url = name, url
        self.timeout, self.concurrency, self.retries = timeout, max(1, concurrency), max(0, retries)

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
        found = sorted(getattr(response, "data", None) or [], key=lambda one: one.index)
        if [one.index for one in found] != list(range(len(batch))):
            raise retry.NoAnswer(f"the response holds {len(found)} vectors for {len(batch)} texts")
        return np.array([one.embedding for one in found], dtype=np.float32)
