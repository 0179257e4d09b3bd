"""Two indexes in memory: BM25 by shared words, and a plain matrix of vectors by meaning. Both hold every chunk and look at each one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from helpers.fingerprints import code
from helpers.retrieval.chunking import Chunk
from helpers.retrieval.embedder import Embedder
from helpers.retrieval.hits import Hit, Update, best, changes, checked, fingerprinted, ranked

if TYPE_CHECKING:
    import numpy

__all__ = ["Bm25", "NumpyIndex", "BadIndex", "words"]

DIGITS = 6  # of a score: what differs only by rounding must tie
BLOCK = 64  # questions at once: bounds the memory at 64 scores a chunk


class BadIndex(ValueError):
    """An index that cannot be used as asked: made by another embedder, not an index, empty."""


def words(text: str) -> list[str]:
    """Runs of letters, digits and underscores in lower case; none is left out.

    >>> words("Don't pay 5 euros.")
    ['don', 't', 'pay', '5', 'euros']
    """
    return re.findall(r"\w+", text.lower())


class Bm25:
    """Search by shared words, the rarer the better; by bm25s (Lù 2024, arXiv:2407.03618), in Lucene's variant of BM25.

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


class NumpyIndex:
    """Chunks and the matrix of their vectors, one row a chunk; a search is one product with every row, so it is exact.

    >>> index = NumpyIndex(load_embedder("pocket"), chunks)  # doctest: +SKIP
    >>> index.search(["What does parking cost?"], k=3)[0][0].chunk.title  # doctest: +SKIP
    'Parking'
    """

    def __init__(self, embedder: Embedder, chunks: Sequence[Chunk] = (), *, name: str = "") -> None:
        self.embedder = embedder
        self.name = name or f"{embedder.name}, numpy"
        self.chunks: list[Chunk] = []
        self.vectors: numpy.ndarray | None = None
        self._last: tuple[list[str], numpy.ndarray | None] = ([], None)
        if chunks:
            self.update(chunks)

    def __len__(self) -> int:
        return len(self.chunks)

    @property
    def fingerprint(self) -> str:
        """Changes with the embedder and the chunks."""
        return fingerprinted(self, self.embedder.fingerprint, chunks=self.chunks)

    def update(self, chunks: Sequence[Chunk]) -> Update:
        """Make the index hold exactly these chunks: embeds what is new or changed, keeps the rest, drops what has gone."""
        import numpy as np

        new, gone = changes(chunks, {chunk.id: chunk.fingerprint for chunk in self.chunks})
        rows = dict(zip([chunk.id for chunk in self.chunks], self.vectors if self.chunks else ()))
        rows.update(zip([chunk.id for chunk in new], self.embedder.embed([chunk.passage for chunk in new]) if new else ()))
        self.vectors = np.stack([rows[chunk.id] for chunk in chunks])
        self.chunks = list(chunks)
        return Update(len(new), len(chunks) - len(new), len(gone))

    def search(self, questions: Sequence[str], k: int = 10) -> list[list[Hit]]:
        """The k nearest chunks of each question, best first; the score is the cosine. Equal scores keep the chunks' order."""
        questions = checked(questions, k)
        if not self.chunks:
            raise BadIndex("the index is empty: index.update(chunks) comes first")
        asked = self._embedded(questions)
        rankings = []
        for start in range(0, len(questions), BLOCK):
            scores = asked[start : start + BLOCK] @ self.vectors.T  # (questions, chunks)
            rankings += [ranked([(self.chunks[i], row[i]) for i in best(row, k)]) for row in scores.round(DIGITS)]
        return rankings

    def _embedded(self, questions: list[str]) -> numpy.ndarray:
        """The vectors of the questions; those of the last search are kept, because the same questions often come again with another k."""
        if self._last[0] != questions:
            self._last = (questions, self.embedder.embed(questions, kind="query"))
        return self._last[1]
