"""The numpy index: exact, incremental, saved whole, and never mixed with another embedder's vectors."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from helpers.retrieval import BadIndex, Chunk, Embedder, NumpyIndex


class Words(Embedder):
    """A bag of words as an embedder: each word has a direction of its own, the same in every process. `seen` holds what was embedded."""

    def __init__(self, name: str = "words", size: int = 64) -> None:
        self.name, self.size, self.seen = name, size, []

    @property
    def fingerprint(self) -> str:
        return f"{self.name} {self.size}"

    def prefix(self, kind: str) -> str:
        return ""

    def raw(self, batches: Sequence[list[str]]) -> Iterator[np.ndarray]:
        for batch in batches:
            self.seen += batch
            yield np.array([np.sum([self._word(word) for word in text.lower().split()], axis=0) for text in batch])

    def _word(self, word: str) -> np.ndarray:
        seed = int.from_bytes(hashlib.sha256(f"{self.name} {word}".encode()).digest()[:4], "big")
        return np.random.default_rng(seed).normal(size=self.size)


def chunks(*texts: str) -> list[Chunk]:
    return [Chunk(f"p{i}#0", f"p{i}", "", text, "2025-03-04" if i % 2 else None) for i, text in enumerate(texts)]


def test_a_search_finds_the_nearest_by_cosine() -> None:
    index = NumpyIndex(Words(), chunks("red fox", "blue sea", "blue whale sea"))
    hits = index.search(["blue sea", "fox"], 2)
    assert [hit.chunk.id for hit in hits[0]] == ["p1#0", "p2#0"]
    assert hits[0][0].score == pytest.approx(1, abs=1e-6)
    expected = Words().embed(["fox"]) @ Words().embed(["red fox"]).T
    assert hits[1][0].score == pytest.approx(float(expected[0, 0]), abs=2e-6)


def test_equal_chunks_keep_their_order_and_k_may_be_more_than_there_are() -> None:
    index = NumpyIndex(Words(), chunks("far", *["same text"] * 30))
    assert [hit.chunk.id for hit in index.search(["same text"], 5)[0]] == [f"p{i}#0" for i in range(1, 6)]
    assert len(index.search(["same text"], 99)[0]) == 31


def test_many_questions_are_answered_in_order() -> None:
    rows = [f"word{i} other" for i in range(150)]
    hits = NumpyIndex(Words(), chunks(*rows)).search([f"word{i}" for i in range(150)], 1)
    assert [row[0].chunk.text for row in hits] == rows


def test_the_same_questions_with_another_k_are_embedded_once():
    index = NumpyIndex(Words(), chunks("red fox", "blue sea"))
    index.embedder.seen.clear()
    assert [[hit.chunk.text for hit in index.search(["a fox"], k)[0]] for k in (1, 2)] == [["red fox"], ["red fox", "blue sea"]]
    assert index.search(["a sea"], 1)[0][0].chunk.text == "blue sea"
    assert index.embedder.seen == ["a fox", "a sea"]


def test_only_what_changed_is_embedded_again() -> None:
    embedder, rows = Words(), chunks("a", "b", "c")
    index = NumpyIndex(embedder, rows)
    embedder.seen.clear()
    done = index.update([rows[2], replace(rows[1], text="b two"), Chunk("p9#0", "p9", "", "new")])
    assert (done.embedded, done.kept, done.removed) == (2, 1, 1)
    assert sorted(embedder.seen) == ["b two", "new"]
    assert [index.search([text], 1)[0][0].chunk.id for text in ("c", "b two", "new")] == ["p2#0", "p1#0", "p9#0"]


def test_an_empty_index_is_no_place_to_search() -> None:
    with pytest.raises(BadIndex, match="the index is empty"):
        NumpyIndex(Words()).search(["a"])


@pytest.mark.parametrize(("rows", "message"), [
    ([], "got none; to start anew"), ([*chunks("a"), *chunks("b")], "2 chunks have the id 'p0#0'"),
    (chunks("a", " "), "no text, the first is 'p1#0'"),
])  # fmt: skip
def test_an_update_that_would_lose_something_changes_nothing(rows: list[Chunk], message: str) -> None:
    index = NumpyIndex(Words(), chunks("a", "b"))
    with pytest.raises(ValueError, match=message):
        index.update(rows)
    assert len(index) == 2
