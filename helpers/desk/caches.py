"""Keeping answers: the same question again, or one that is nearly the same, is answered without asking anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy

    from helpers.retrieval import Embedder

__all__ = ["AnswerCache"]


class AnswerCache:
    """Answers by asker and question: the same words (case, blanks and the end mark do not count) or, with an `embedder`, a cosine of
    at least `cut`. What one asker may read another may not, so nobody is given an answer that somebody else got.

    >>> cache = AnswerCache()
    >>> cache.put("E101", "Where do I park?", "Behind the hall.")
    >>> cache.get("E101", "where do I  park"), cache.get("E102", "Where do I park?")
    ('Behind the hall.', None)
    """

    def __init__(self, embedder: Embedder | None = None, *, cut: float = 0.95) -> None:
        if not 0 < cut <= 1:
            raise ValueError(f"cut={cut}: a cosine above 0 and at most 1, such as 0.95")
        self.embedder = embedder
        self.cut = cut
        self._kept: dict[str, dict[str, tuple[str, numpy.ndarray | None]]] = {}

    def get(self, asker: str, question: str) -> str | None:
        """The answer kept for this asker and question, or for the asker's nearest question from `cut` on; None where there is none."""
        kept = self._kept.get(asker, {})
        words = _words(question)
        if words in kept or not (kept and self.embedder):
            return kept[words][0] if words in kept else None
        vector = self._vector(question)
        cosine, answer = max((float(vector @ other), answer) for answer, other in kept.values())
        return answer if cosine >= self.cut else None

    def put(self, asker: str, question: str, answer: str) -> None:
        """Keep an answer; the newest counts."""
        self._kept.setdefault(asker, {})[_words(question)] = (answer, self._vector(question))

    def _vector(self, question: str) -> numpy.ndarray | None:
        return self.embedder.embed([question], kind="query")[0] if self.embedder else None


def _words(question: str) -> str:
    return " ".join(question.lower().rstrip("?.! ").split())
