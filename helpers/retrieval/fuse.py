"""Fusion: several rankings of the same things made into one."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from helpers.retrieval.hits import Hit, Retriever, checked, fingerprint_of, fingerprinted, ranked

__all__ = ["rrf", "Hybrid"]


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
        self.retrievers, self.constant, self.depth = tuple(retrievers), constant, depth
        self.name = name or " + ".join(retriever.name for retriever in retrievers)

    @property
    def fingerprint(self) -> str:
        """Changes with the constant, the depth and the retrievers."""
        return fingerprinted(self, self.constant, self.depth, [fingerprint_of(one) for one in self.retrievers])

    def search(self, questions: Sequence[str], k: int = 10) -> list[list[Hit]]:
        """At most k hits for each question, best first; the score is that of `rrf`."""
        questions = checked(questions, k)
        found = [retriever.search(questions, max(k, self.depth)) for retriever in self.retrievers]
        return [self._one(lists, k) for lists in zip(*found, strict=True)]

    def _one(self, lists: Sequence[list[Hit]], k: int) -> list[Hit]:
        chunks = {hit.chunk.id: hit.chunk for hits in lists for hit in hits}
        fused = rrf([[hit.chunk.id for hit in hits] for hits in lists], self.constant)
        return ranked([(chunks[name], score) for name, score in fused[:k]])
