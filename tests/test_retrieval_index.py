"""The numpy index: exact, incremental, saved whole, and never mixed with another embedder's vectors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

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


def test_only_what_changed_is_embedded_again() -> None:
    embedder, rows = Words(), chunks("a", "b", "c")
    index = NumpyIndex(embedder, rows)
    embedder.seen.clear()
    done = index.update([rows[2], replace(rows[1], text="b two"), Chunk("p9#0", "p9", "", "new")])
    assert (done.embedded, done.kept, done.removed) == (2, 1, 1)
    assert sorted(embedder.seen) == ["b two", "new"]
    assert [index.search([text], 1)[0][0].chunk.id for text in ("c", "b two", "new")] == ["p2#0", "p1#0", "p9#0"]


def test_a_saved_index_is_read_back_as_it_was_and_older_vectors_are_cleared_away(tmp_path: Path) -> None:
    index = NumpyIndex(Words(), chunks("red fox", "café €"))
    index.save(tmp_path / "i")
    index.update(chunks("red fox", "café €", "three"))
    again = NumpyIndex.load(index.save(tmp_path / "i"), Words())
    assert (again.chunks, len(list(tmp_path.glob("i/*")))) == (index.chunks, 2)
    assert np.array_equal(again.vectors, index.vectors)


def test_a_save_that_fails_half_way_leaves_the_index_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = NumpyIndex(Words(), chunks("a", "b"))
    index.save(tmp_path)
    index.update(chunks("a", "c", "d"))
    monkeypatch.setattr(json, "dumps", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        index.save(tmp_path)
    assert [chunk.text for chunk in NumpyIndex.load(tmp_path, Words()).chunks] == ["a", "b"]


def test_an_index_is_not_opened_with_another_embedder(tmp_path: Path) -> None:
    folder = NumpyIndex(Words(), chunks("a")).save(tmp_path)
    with pytest.raises(BadIndex, match=r"was made by the embedder 'words' \(words 64…\), and this is 'other' \(other 64…\)"):
        NumpyIndex.load(folder, Words("other"))
    assert len(NumpyIndex.load(folder, Words())) == 1


@pytest.mark.parametrize("what", ["no index", "cut json", "cut vectors", "no vectors", "too few"])
def test_a_broken_index_says_so(tmp_path: Path, what: str) -> None:
    NumpyIndex(Words(), chunks("a", "b")).save(tmp_path)
    about, vectors = tmp_path / "index.json", next(tmp_path.glob("vectors-*"))
    if what == "no index":
        about.unlink()
    elif what == "cut json":
        about.write_bytes(about.read_bytes()[:-20])
    elif what == "cut vectors":
        vectors.write_bytes(vectors.read_bytes()[:-20])
    elif what == "no vectors":
        vectors.unlink()
    else:
        content = json.loads(about.read_text())
        about.write_text(json.dumps({**content, "chunks": content["chunks"][:1]}))
    with pytest.raises(BadIndex, match=r"no index in|cannot be read|\(2, 64\) vectors for 1 chunks"):
        NumpyIndex.load(tmp_path, Words())


def test_an_empty_index_is_no_place_to_search_or_to_save(tmp_path: Path) -> None:
    with pytest.raises(BadIndex, match="the index is empty"):
        NumpyIndex(Words()).search(["a"])
    with pytest.raises(BadIndex, match="an empty index is not saved"):
        NumpyIndex(Words()).save(tmp_path)


@pytest.mark.parametrize(("rows", "message"), [
    ([], "got none; to start anew"), ([*chunks("a"), *chunks("b")], "2 chunks have the id 'p0#0'"),
    (chunks("a", " "), "no text, the first is 'p1#0'"),
])  # fmt: skip
def test_an_update_that_would_lose_something_changes_nothing(rows: list[Chunk], message: str) -> None:
    index = NumpyIndex(Words(), chunks("a", "b"))
    with pytest.raises(ValueError, match=message):
        index.update(rows)
    assert len(index) == 2
