"""Embedders: texts to vectors of length 1, so that a product of two is the cosine of their angle."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from helpers.models import ModelError

if TYPE_CHECKING:
    import numpy

__all__ = ["Embedder"]

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
