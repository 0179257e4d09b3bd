"""Retrieved few-shot: each example gets the solved examples that are most like it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpers.methods.method import Method, few_shot
from helpers.storage import short

if TYPE_CHECKING:
    from helpers.retrieval import Bm25

__all__ = ["Nearest", "nearest"]


@dataclass(frozen=True)
class Nearest(Method):
    """A few-shot prompt whose `k` shots are looked up among `pool` for every example, the most similar one last."""

    pool: tuple[Mapping, ...] = ()
    retriever: Bm25 | None = None
    k: int = 3

    def messages(self, example: Mapping) -> list[dict]:
        """The conversation for one example, with its own shots."""
        hits = self.retriever.search([example["input"]], self.k + 1)[0]
        found = [self.pool[int(hit.chunk.page)] for hit in hits]
        shots = [shot for shot in found if shot["input"] != example["input"]][: self.k]
        plain = Method(self.name, self.template, self.answer, self.settings, tuple(reversed(shots)), self.in_turns)
        return plain.messages(example)

    @property
    def fingerprint(self) -> str:
        """Changes with anything that can change an answer, the pool and k too."""
        told = json.dumps([super().fingerprint, self.k, [dict(row) for row in self.pool]], default=repr)
        return short(told)


def nearest(template: str, pool: Iterable[Mapping], *, k: int = 3, name: str = "", **options: object) -> Nearest:
    """A prompt with the k examples of `pool` whose inputs share the most words (BM25) with the one asked. `options`: see `few_shot`.

    Liu et al. 2022, "What makes good in-context examples for GPT-3?", arXiv:2101.06804 (with embeddings in place of words).
    ValueError: an empty pool, or a shot without a target.

    >>> pool = [{"input": "dull soup", "target": "negative"}, {"input": "great film", "target": "positive"}]
    >>> [turn["content"] for turn in nearest("{input}", pool, k=1).messages({"input": "A great show."})]
    ['great film', 'positive', 'A great show.']
    """
    from helpers.retrieval import Bm25, Chunk

    pool = tuple(dict(row) for row in pool)
    if not pool or k < 1:
        raise ValueError(f"retrieved few-shot needs solved examples and k >= 1, got {len(pool)} and k={k}: nearest(text, task['train'])")
    checked = few_shot(template, pool, name=name or f"{k} nearest shots", **options)
    chunks = [Chunk(f"{i}#0", str(i), "", row["input"]) for i, row in enumerate(pool)]
    plain = replace(checked, shots=())
    fields = {key: getattr(plain, key) for key in ("name", "template", "answer", "settings", "in_turns")}
    return Nearest(**fields, pool=pool, retriever=Bm25(chunks), k=k)
