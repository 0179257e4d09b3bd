"""BM25: search by shared words, the rarer the better. The lesson writes it by hand; this is the library."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from types import ModuleType

from helpers.fingerprints import code
from helpers.retrieval.chunking import Chunk
from helpers.retrieval.hits import Hit, best, changes, checked, fingerprinted, ranked

__all__ = ["Bm25", "words"]


def words(text: str) -> list[str]:
    """Runs of letters, digits and underscores in lower case; none is left out.

    >>> words("Don't pay 5 euros.")
    ['don', 't', 'pay', '5', 'euros']
    """
    return re.findall(r"\w+", text.lower())


class Bm25:
    """An index of words over chunks, by bm25s (Lù 2024, arXiv:2407.03618), in Lucene's variant of BM25.

    score = Σ over the question's words of ln(1 + (N - n + 0.5)/(n + 0.5)) · f/(f + k1·(1 - b + b·length/average)), with n of N chunks
    holding the word, and f times in this one; a word that is twice in the question counts twice. Differs from Robertson's by the
    1 + inside the logarithm (never negative) and by leaving out the factor k1 + 1 (the same order).
    Chunks that share no word with the question are not found, so there may be fewer than k hits; equal scores keep the chunks' order.

    >>> chunks = [Chunk("p1#0", "p1", "", "the red fox"), Chunk("p2#0", "p2", "", "the blue sea")]
    >>> [hit.chunk.id for hit in Bm25(chunks).search(["a blue whale"])[0]]
    ['p2#0']
    """

    def __init__(
        self, chunks: Sequence[Chunk], *, k1: float = 1.2, b: float = 0.75, split: Callable[[str], list[str]] = words, name: str = "BM25"
    ) -> None:
        changes(chunks, {})
        self.chunks = list(chunks)
        self.name = name
        self._split = split
        self._settings = (k1, b)
        self._index = _library().BM25(method="lucene", k1=k1, b=b)
        rows = [split(chunk.passage) for chunk in self.chunks]
        if not any(rows):
            raise ValueError(f"no word in any of {len(rows)} chunks, the first is {chunks[0].passage[:40]!r}: give another `split`")
        self._index.index(rows, show_progress=False)

    @property
    def fingerprint(self) -> str:
        """Changes with the chunks, k1, b, and the name and code of `split`."""
        return fingerprinted(self, *self._settings, getattr(self._split, "__name__", ""), code(self._split), chunks=self.chunks)

    def search(self, questions: Sequence[str], k: int = 10) -> list[list[Hit]]:
        """At most k hits for each question, best first."""
        return [self._hits(question, k) for question in checked(questions, k)]

    def _hits(self, question: str, k: int) -> list[Hit]:
        tokens = self._index.get_tokens_ids(self._split(question))
        if not tokens:
            return []
        scores = self._index.get_scores_from_ids(tokens)
        return ranked([(self.chunks[i], scores[i]) for i in best(scores, k) if scores[i] > 0])


def _library() -> ModuleType:
    try:
        import bm25s
    except ImportError as error:
        raise ImportError('BM25 needs bm25s: pip install "bm25s>=0.3,<1"') from error
    return bm25s
