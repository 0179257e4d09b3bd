"""Hits: what every retriever gives back, and the few things that all of them share."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from helpers.retrieval.chunking import Chunk
from helpers.storage import short

if TYPE_CHECKING:
    import numpy

__all__ = ["Hit", "Retriever", "Update", "page_ids"]

Setting = str | float | Sequence[str] | None


@dataclass(frozen=True)
class Hit:
    """A found chunk, its score (higher is better; comparable only within one search), and its rank from 1."""

    chunk: Chunk
    score: float
    rank: int


class Retriever(Protocol):
    """Anything with a name and a search: `Bm25`, `NumpyIndex`, `ChromaIndex`, `Hybrid`, `Reranked`; most have a fingerprint too."""

    name: str

    def search(self, questions: Sequence[str], k: int = 10) -> list[list[Hit]]: ...


@dataclass(frozen=True)
class Update:
    """What an update of an index did, in chunks: embedded (new or changed), kept as they were, removed."""

    embedded: int
    kept: int
    removed: int


def page_ids(hits: Sequence[Hit]) -> list[str]:
    """The pages of some hits, each once, in the order of their best chunk: the ranking that relevance by page is measured on."""
    return list(dict.fromkeys(hit.chunk.page for hit in hits))


def ranked(scored: Sequence[tuple[Chunk, float]]) -> list[Hit]:
    """Chunks with scores, best first, as hits."""
    return [Hit(chunk, float(score), rank) for rank, (chunk, score) in enumerate(scored, start=1)]


def fingerprinted(retriever: Retriever, *settings: Setting, chunks: Sequence[Chunk] = ()) -> str:
    """Twelve characters that change with the retriever's kind, name, settings and chunks."""
    facts = [type(retriever).__name__, retriever.name, settings, [chunk.fingerprint for chunk in chunks]]
    return short(json.dumps(facts, default=repr))


def fingerprint_of(retriever: Retriever) -> str:
    """Its own fingerprint; of a retriever that has none, as far as it shows."""
    return getattr(retriever, "fingerprint", None) or fingerprinted(retriever, chunks=getattr(retriever, "chunks", ()))


def best(scores: numpy.ndarray, k: int) -> numpy.ndarray:
    """The positions of the k highest of n scores, highest first; of equal ones the earlier first. O(n + k log k)."""
    import numpy as np

    candidates = np.arange(len(scores))
    if k < len(scores):
        candidates = np.flatnonzero(scores >= np.partition(scores, -k)[-k])
    return candidates[np.argsort(-scores[candidates], kind="stable")][:k]


def checked(questions: Sequence[str], k: int) -> list[str]:
    """The questions as a list; an error for one string instead of a list, for an empty question, and for k below 1."""
    if isinstance(questions, str):
        raise TypeError(f"search takes a list of questions, got one text: search([{questions[:40]!r}])")
    if k < 1:
        raise ValueError(f"k={k}: ask for at least 1 hit")
    for i, question in enumerate(questions):
        if not isinstance(question, str) or not question.strip():
            raise ValueError(f"question {i + 1} of {len(questions)} is {question!r}: a question needs at least one character")
    return list(questions)


def changes(chunks: Sequence[Chunk], known: Mapping[str, str]) -> tuple[list[Chunk], list[str]]:
    """The chunks that are new or differ from `known` (id to fingerprint), and the known ids that are no longer there.

    ValueError: no chunk (it would empty the index), an empty one, or two with one id.
    """
    if not chunks:
        raise ValueError("an update needs all chunks that must be in the index, got none; to start anew, delete the index's folder")
    ids = Counter(chunk.id for chunk in chunks)
    if len(ids) < len(chunks):
        name, count = ids.most_common(1)[0]
        raise ValueError(f"{count} chunks have the id {name!r}: each chunk needs an id of its own; is a page in the list twice?")
    if empty := [chunk.id for chunk in chunks if not chunk.text.strip()]:
        raise ValueError(f"{len(empty)} chunks have no text, the first is {empty[0]!r}: leave them out")
    return [chunk for chunk in chunks if known.get(chunk.id) != chunk.fingerprint], [name for name in known if name not in ids]
