"""Few-shot: solved examples before the one asked, the same for all, or for each those that are most like it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.methods.method import Method, Setting, as_template
from helpers.prompts import Template
from helpers.storage import short

if TYPE_CHECKING:
    from helpers.retrieval import Bm25

__all__ = ["few_shot", "nearest"]


def few_shot(
    template: str | Template,
    shots: Iterable[Mapping],
    *,
    name: str = "",
    system: str = "",
    answer: Callable[[str], str] = str.strip,
    in_turns: bool = True,
    **settings: Setting,
) -> Method:
    """A prompt with solved examples before it: turns of the conversation, or blocks of one turn. Brown et al. 2020, arXiv:2005.14165.

    >>> shots = [{"input": "Lovely.", "target": "positive"}]
    >>> [m["content"] for m in few_shot("{input}", shots).messages({"input": "Dull."})]
    ['Lovely.', 'positive', 'Dull.']
    """
    shots = tuple(dict(shot) for shot in shots)
    template = as_template(template, name, system)
    for i, shot in enumerate(shots):
        if shot.get("target") is None:
            raise ValueError(f"shot {i + 1} of {len(shots)} has no target: it must show the answer, as in {{'input': ..., 'target': ...}}")
    return Method(name or f"{len(shots)} shots", template, answer, settings, shots, in_turns)


@dataclass(frozen=True)
class Nearest(Method):
    """A few-shot prompt whose `k` shots are looked up among `pool` for every example, the most similar one last."""

    pool: tuple[Mapping, ...] = ()
    retriever: Bm25 | None = None
    k: int = 3

    def messages(self, example: Mapping) -> list[dict]:
        """The conversation for one example, with its own shots."""
        hits = self.retriever.search([example["input"]], self.k + 1)[0]
        similar = [self.pool[int(hit.chunk.page)] for hit in hits]
        shots = [shot for shot in similar if shot["input"] != example["input"]][: self.k]
        plain = Method(self.name, self.template, self.answer, self.settings, tuple(reversed(shots)), self.in_turns)
        return plain.messages(example)

    @property
    def fingerprint(self) -> str:
        """Changes with anything that can change an answer, the pool and k too."""
        return short(json.dumps([super().fingerprint, self.k, [dict(row) for row in self.pool]], default=repr))


def nearest(template: str, pool: Iterable[Mapping], *, k: int = 3, name: str = "", **options: Any) -> Nearest:
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
    return Nearest(
        checked.name, checked.template, checked.answer, checked.settings, (), checked.in_turns, pool=pool, retriever=Bm25(chunks), k=k
    )
