"""Few-shot: solved examples before the one asked, the same for all, or for each those that are most like it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.methods.method import Method, Setting, as_template
from helpers.prompts import Template
from helpers.storage import short

if TYPE_CHECKING:
    from helpers.retrieval import Embedder
    from helpers.retrieval.hits import Retriever

__all__ = ["few_shot", "nearest"]


def few_shot(
    template: str | Template,
    shots: Iterable[Mapping],
    *,
    name: str = "",
    system: str = "",
    answer: Callable[[str], str] = str.strip,
    in_turns: bool = True,
    labels: Sequence[str] = (),
    **settings: Setting,
) -> Method:
    """A prompt with solved examples before it: turns of the conversation, or blocks of one turn. Brown et al. 2020, arXiv:2005.14165.

    No shots are fine: then it is a plain prompt. ValueError: a shot without a target, without a field of the template or with nothing in
    all of them, or, where `labels` are given, with another target than one of them.

    >>> shots = [{"input": "Lovely.", "target": "positive"}]
    >>> [m["content"] for m in few_shot("{input}", shots).messages({"input": "Dull."})]
    ['Lovely.', 'positive', 'Dull.']
    """
    shots = tuple(dict(shot) for shot in shots)
    template = as_template(template, name, system)
    for i, shot in enumerate(shots):
        _check(shot, f"shot {i + 1} of {len(shots)}", template.fields, labels)
    return Method(name or f"{len(shots)} shots", template, answer, settings, shots, in_turns)


def _check(shot: Mapping, which: str, fields: Sequence[str], labels: Sequence[str]) -> None:
    """ValueError: the shot shows no question, no answer, or an answer that is none of the labels."""
    target = shot.get("target")
    if target is None or not str(target).strip():
        raise ValueError(f"{which} has no target: it must show the answer, as in {{'input': ..., 'target': ...}}")
    missing = [name for name in fields if name not in shot]
    if missing:
        raise ValueError(f"{which} has no field {missing[0]!r}, which the template shows; it has: {', '.join(shot)}")
    if fields and not any(str("" if shot[name] is None else shot[name]).strip() for name in fields):
        raise ValueError(f"{which} is empty: it shows nothing in {', '.join(map(repr, fields))}, so leave it out, or fill it")
    if labels and target not in labels:
        raise ValueError(f"{which} has the target {target!r}, which is no label of the task: {', '.join(map(repr, labels))}")


@dataclass(frozen=True)
class Nearest(Method):
    """A few-shot prompt whose `k` shots are looked up among `pool` for every example, the most similar one last."""

    pool: tuple[Mapping, ...] = ()
    retriever: Retriever | None = None
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
        parts = [super().fingerprint, self.k, [dict(row) for row in self.pool]]
        by = [] if self.retriever.name == "BM25" else [self.retriever.fingerprint]
        return short(json.dumps(parts + by, default=repr))


def nearest(
    template: str, pool: Iterable[Mapping], *, k: int = 3, name: str = "", embedder: Embedder | None = None, **options: Any
) -> Nearest:
    """A prompt with the k examples of `pool` most like the one asked: by shared words (BM25), or with an `embedder` by meaning.

    Liu et al. 2022, "What makes good in-context examples for GPT-3?", arXiv:2101.06804 (by meaning). `options`: see `few_shot`.
    ValueError: an empty pool, or a shot without a target.

    >>> pool = [{"input": "dull soup", "target": "negative"}, {"input": "great film", "target": "positive"}]
    >>> [turn["content"] for turn in nearest("{input}", pool, k=1).messages({"input": "A great show."})]
    ['great film', 'positive', 'A great show.']
    """
    from helpers.retrieval import Bm25, Chunk, NumpyIndex

    pool = tuple(dict(row) for row in pool)
    if not pool or k < 1:
        raise ValueError(f"retrieved few-shot needs solved examples and k >= 1, got {len(pool)} and k={k}: nearest(text, task['train'])")
    checked = few_shot(template, pool, name=name or f"{k} nearest shots", **options)
    chunks = [Chunk(f"{i}#0", str(i), "", row["input"]) for i, row in enumerate(pool)]
    retriever = NumpyIndex(embedder, chunks) if embedder else Bm25(chunks)
    return Nearest(
        checked.name, checked.template, checked.answer, checked.settings, (), checked.in_turns, pool=pool, retriever=retriever, k=k
    )
