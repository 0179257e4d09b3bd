"""Rankings put together anew: several fused by rank, or the few best hits reordered by a slower judge."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING

from helpers.fingerprints import code
from helpers.models import ModelError
from helpers.prompts import Template
from helpers.retrieval.hits import Hit, Retriever, checked, fingerprint_of, fingerprinted, ranked

if TYPE_CHECKING:
    from helpers.models import Model

__all__ = ["rrf", "Hybrid", "rerank", "Reranked", "QUESTION"]

Judge = Callable[[str, str], float]
QUESTION = Template("relevant", "Passage: {passage}\n\nQuestion: {question}\n\nDoes the passage answer the question? Reply with yes or no.")


def rrf(rankings: Sequence[Sequence[Hashable]], k: float = 60) -> list[tuple[Hashable, float]]:
    """Reciprocal rank fusion: (item, score), best first. Cormack, Clarke and Büttcher 2009, SIGIR, doi:10.1145/1571941.1572114.

    score = Σ over rankings of 1/(k + rank), with ranks from 1; a ranking without the item adds nothing. Equal scores keep the order
    of first sight, ranking by ranking. Differs from adding scores: those of BM25 and of cosines have no common scale, ranks have.
    ValueError: an item that is twice in one ranking, or a negative k.

    >>> rrf([["a", "b"], ["b", "c"]], k=1)
    [('b', 0.8333333333333333), ('a', 0.5), ('c', 0.3333333333333333)]
    """
    if k < 0:
        raise ValueError(f"k={k}: rrf needs k >= 0; 60 is usual")
    scores: dict[Hashable, float] = {}
    for ranking in rankings:
        if len(set(ranking)) < len(ranking):
            raise ValueError(f"a ranking names something twice: {list(ranking)[:10]!r}; keep the first of each")
        for rank, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + 1 / (k + rank)
    return sorted(scores.items(), key=lambda pair: -pair[1])


class Hybrid:
    """Retrievers over the same chunks, fused by `rrf`; each is asked for `depth` hits, or for k if that is more.

    >>> Hybrid([bm25, dense]).search(["What does parking cost?"], k=3)  # doctest: +SKIP
    """

    def __init__(self, retrievers: Sequence[Retriever], *, constant: float = 60, depth: int = 50, name: str = "") -> None:
        if not retrievers:
            raise ValueError("Hybrid needs at least one retriever: Hybrid([bm25, dense])")
        self.retrievers = tuple(retrievers)
        self.constant = constant
        self.depth = depth
        self.name = name or " + ".join(retriever.name for retriever in retrievers)

    @property
    def fingerprint(self) -> str:
        """Changes with the constant, the depth and the retrievers."""
        return fingerprinted(self, self.constant, self.depth, list(map(fingerprint_of, self.retrievers)))

    def search(self, questions: Sequence[str], k: int = 10) -> list[list[Hit]]:
        """At most k hits for each question, best first; the score is that of `rrf`."""
        questions = checked(questions, k)
        rankings = [retriever.search(questions, max(k, self.depth)) for retriever in self.retrievers]
        return [self._fused(lists, k) for lists in zip(*rankings, strict=True)]

    def _fused(self, lists: Sequence[list[Hit]], k: int) -> list[Hit]:
        chunks = {hit.chunk.id: hit.chunk for hits in lists for hit in hits}
        fused = rrf([[hit.chunk.id for hit in hits] for hits in lists], self.constant)
        return ranked([(chunks[name], score) for name, score in fused[:k]])


def rerank(question: str, hits: Sequence[Hit], judge: Model | Judge, k: int | None = None, *, template: Template = QUESTION) -> list[Hit]:
    """The hits in the order of what the judge says of each, best first; equal ones keep their order. At most k of them.

    A judge is a function of (question, passage) that gives a number, or a model, which is asked the `template`: yes is 1, no is 0,
    anything else 0.5. Each hit costs a call. ModelError: a request that failed (ask again: answered ones come from the cache).

    >>> rerank("Where is the key?", hits, lambda question, passage: passage.count("key"))  # doctest: +SKIP
    """
    return _reordered([question], [list(hits)], judge, k, template)[0]


class Reranked:
    """A retriever whose `depth` best hits are put in a new order by a judge; see `rerank`."""

    def __init__(
        self, retriever: Retriever, judge: Model | Judge, *, depth: int = 10, template: Template = QUESTION, name: str = ""
    ) -> None:
        self.retriever = retriever
        self.judge = judge
        self.depth = depth
        self.template = template
        self.name = name or f"{retriever.name}, reranked"

    @property
    def fingerprint(self) -> str:
        """Changes with the judge, what it is asked, the depth and the retriever."""
        judge = self.judge
        who = code(judge) if callable(judge) else [judge.name, judge.fingerprint]
        return fingerprinted(self, who, self.template.fingerprint, self.depth, fingerprint_of(self.retriever))

    def search(self, questions: Sequence[str], k: int = 10) -> list[list[Hit]]:
        """At most k hits for each question, best first; the score is the judge's."""
        questions = checked(questions, k)
        return _reordered(questions, self.retriever.search(questions, max(k, self.depth)), self.judge, k, self.template)


def _reordered(questions: list[str], rankings: list[list[Hit]], judge: Model | Judge, k: int | None, template: Template) -> list[list[Hit]]:
    pairs = [(question, hit.chunk.passage) for question, hits in zip(questions, rankings, strict=True) for hit in hits]
    scores = iter([float(judge(*pair)) for pair in pairs] if callable(judge) else _ask(judge, pairs, template))
    scored = [[(hit.chunk, next(scores)) for hit in hits] for hits in rankings]
    return [ranked(sorted(ranking, key=lambda pair: -pair[1])[:k]) for ranking in scored]


def _ask(model: Model, pairs: list[tuple[str, str]], template: Template) -> list[float]:
    chats = [template.render({"question": question, "passage": passage}) for question, passage in pairs]
    replies = model.ask_many(chats, max_tokens=4)
    failed = [reply.error for reply in replies if reply.error]
    if failed:
        raise ModelError(f"{len(failed)} of {len(replies)} judgments failed, the first: {failed[0]}")
    return [_yes(reply.text) for reply in replies]


def _yes(text: str) -> float:
    first = re.match(r"\W*(yes|no)\b", text.lower())
    return {"yes": 1.0, "no": 0.0}[first[1]] if first else 0.5
