"""A plain index of vectors: a matrix and a product. It is exact, holds everything in memory, and shows what a database must do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.retrieval.chunking import Chunk
from helpers.retrieval.embedder import Embedder
from helpers.retrieval.hits import Hit, Update, best, changes, checked, fingerprinted, ranked
from helpers.storage import write_bytes

if TYPE_CHECKING:
    import numpy

__all__ = ["NumpyIndex", "BadIndex", "check_embedder", "described"]

DIGITS = 6  # of a score: what differs only by rounding must tie
BLOCK = 64  # questions at once: bounds the memory at 64 scores a chunk


class BadIndex(ValueError):
    """An index that cannot be used as asked: made by another embedder, not an index, empty."""


class NumpyIndex:
    """Chunks and the matrix of their vectors, one row a chunk; a search is one product with every row.

    >>> index = NumpyIndex(load_embedder("pocket"), chunks)  # doctest: +SKIP
    >>> index.search(["What does parking cost?"], k=3)[0][0].chunk.title  # doctest: +SKIP
    'Parking'
    """

    def __init__(self, embedder: Embedder, chunks: Sequence[Chunk] = (), *, name: str = "") -> None:
        self.embedder = embedder
        self.name = name or f"{embedder.name}, numpy"
        self.chunks: list[Chunk] = []
        self.vectors: numpy.ndarray | None = None
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
        rankings = []
        for start in range(0, len(questions), BLOCK):
            scores = self.embedder.embed(questions[start : start + BLOCK], kind="query") @ self.vectors.T  # (questions, chunks)
            rankings += [ranked([(self.chunks[i], row[i]) for i in best(row, k)]) for row in scores.round(DIGITS)]
        return rankings

    def save(self, folder: str | Path) -> Path:
        """Write `index.json` (embedder, chunks) and the safetensors file that it names; a kill leaves the old index or the new one."""
        from safetensors.numpy import save

        if not self.chunks:
            raise BadIndex("an empty index is not saved: index.update(chunks) comes first")
        folder = Path(folder).expanduser()
        folder.mkdir(parents=True, exist_ok=True)
        data = save({"vectors": self.vectors})
        file = f"vectors-{hashlib.sha256(data).hexdigest()[:16]}.safetensors"
        write_bytes(folder / file, data)
        about = {**described(self.embedder, self.vectors.shape[1]), "vectors": file, "chunks": [asdict(chunk) for chunk in self.chunks]}
        write_bytes(folder / "index.json", json.dumps(about, ensure_ascii=False, indent=1).encode())
        for old in folder.glob("vectors-*.safetensors"):
            if old.name != file:
                old.unlink()
        return folder

    @classmethod
    def load(cls, folder: str | Path, embedder: Embedder, *, name: str = "") -> NumpyIndex:
        """An index that was saved; an error if there is none, if it is broken, or if another embedder made it."""
        from safetensors.numpy import load_file

        folder = Path(folder).expanduser()
        index = cls(embedder, name=name)
        if not (folder / "index.json").exists():
            raise BadIndex(f"no index in {str(folder)!r}: it needs the index.json that NumpyIndex.save writes")
        try:
            about = json.loads((folder / "index.json").read_text(encoding="utf-8"))
            index.chunks = [Chunk(**chunk) for chunk in about["chunks"]]
            index.vectors = load_file(folder / about["vectors"])["vectors"]
        except Exception as error:  # a cut or foreign file shows in many ways
            raise BadIndex(f"the index in {folder.name!r} cannot be read ({type(error).__name__}: {error}): build it again") from error
        check_embedder(about, embedder, f"the index in {folder.name!r}")
        if index.vectors.shape != (len(index.chunks), about["dimensions"]):
            raise BadIndex(f"the index in {folder.name!r} has {index.vectors.shape} vectors for {len(index.chunks)} chunks: build it again")
        return index


def described(embedder: Embedder, dimensions: int) -> dict[str, str | int]:
    """What an index keeps of the embedder that made it."""
    return {"embedder": embedder.name, "fingerprint": embedder.fingerprint, "dimensions": dimensions}


def check_embedder(about: Mapping, embedder: Embedder, what: str) -> None:
    """An error unless `about` (what an index keeps) names this embedder: distances between the vectors of two mean nothing."""
    made_by = about.get("fingerprint")
    if made_by is None:
        raise BadIndex(f"{what} does not say which embedder made it: build another, elsewhere or under another name")
    if made_by != embedder.fingerprint:
        theirs = f"{about.get('embedder')!r} ({made_by[:40]}…)"
        ours = f"{embedder.name!r} ({embedder.fingerprint[:40]}…)"
        raise BadIndex(f"{what} was made by the embedder {theirs}, and this is {ours}: open it with the former, or build another elsewhere")
