"""Claim: an index finds the right chunk among 100,000, and after a change on one page embeds that page only.

BM25, numpy and Chroma over the same made-up chunks (80 words drawn by Zipf's law, 5 chunks a page), each in a process of its own. The
embedder costs next to nothing and needs no model, so the numbers are the index's: a chunk's vector (192 numbers) is a mix of three
out of three tables of about 1,000, and a question's is that of a chunk with noise.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from measure import python, report

from helpers.retrieval import Bm25, ChromaIndex, Chunk, Embedder, NumpyIndex

SIZES = (1_000, 10_000, 100_000)
CONTENDERS = ("bm25", "numpy", "chroma")
DIMENSIONS, PER_PAGE, QUESTIONS, PRIMES = 192, 5, 100, (997, 1009, 1013, 1019)


class Tables(Embedder):
    """The vector of a text "... \\n17 ..." is made of three rows that the number 17 chooses; a fourth is a question's noise."""

    name = fingerprint = "tables"
    dimensions = DIMENSIONS

    def __init__(self) -> None:
        import numpy as np

        self.embedded, rng = 0, np.random.default_rng(0)
        self.tables = [rng.normal(size=(rows, DIMENSIONS)).astype("f4") for rows in PRIMES]

    def prefix(self, kind: str) -> str:
        return f"{kind} "

    def raw(self, batches: Sequence[list[str]]) -> Iterator[object]:
        import numpy as np

        for batch in batches:
            self.embedded += len(batch)
            numbers = np.array([int(text.split("\n")[1].split(" ", 1)[0]) for text in batch])
            *mixed, noise = (table[numbers % len(table)] for table in self.tables)
            yield sum(mixed) + noise * batch[0].startswith("query")


def main() -> int:
    """Measure each contender at each size, or (inside such a process) one; the exit code is 1 if a claim fails."""
    options = _options()
    if options.one:
        print(json.dumps(measured(options.one, options.sizes[0])))
        return 0
    rows = []
    for size in options.sizes:
        for name in options.contenders:
            run = python(__file__, "--one", name, "--sizes", str(size))
            rows.append({**json.loads(run.output.splitlines()[-1]), "peak MB": round(run.memory)})
            print(f"{name}, {size}: built in {rows[-1]['build s']:.2f} s", file=sys.stderr)
    claims = {}
    for row in rows:
        what = f"{row['index']}, {row['chunks']}"
        claims[f"{what}: the right chunk comes first: {row['right first']:.0%}"] = row["right first"] >= 0.95
        if row["index"] != "bm25":
            claims[f"{what}: after a change on one page {row['embedded again']} chunks are embedded"] = row["embedded again"] == PER_PAGE
            claims[f"{what}: of the 10 nearest it finds {row['of the nearest']:.1%}"] = row["of the nearest"] >= 0.95
    return report("retrieval", rows, claims, dimensions=DIMENSIONS, questions=QUESTIONS)


def measured(name: str, size: int) -> dict[str, object]:
    """One contender at one size: seconds to build and to rebuild, milliseconds a question, memory and disk."""
    import numpy as np
    import psutil

    chunks, embedder = made_up(size), Tables()
    asked = np.random.default_rng(1).integers(0, size, QUESTIONS)
    questions = [_question(chunks[i], name) for i in asked]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        _build(name, chunks[:PER_PAGE], embedder, other)  # imports are not counted
        before = psutil.Process().memory_info().rss
        index, build = _timed(lambda: _build(name, chunks, embedder, folder))
        memory = (psutil.Process().memory_info().rss - before) / 1e6
        single = [_timed(lambda question=question: index.search([question], 10))[1] for question in questions]
        hits, together = _timed(lambda: index.search(questions, 10))
        right = float(np.mean([bool(row) and row[0].chunk.id == chunks[i].id for row, i in zip(hits, asked, strict=True)]))
        embedder.embedded, changed = 0, _changed(chunks)
        rebuild = _timed(lambda: index.update(changed) if name != "bm25" else _build(name, changed, embedder, folder))[1]
        again, disk = embedder.embedded, _disk(name, index, folder)
        nearest = _nearest(hits, chunks, questions) if name != "bm25" else float("nan")
    return {
        "index": name, "chunks": size, "build s": build, "us a chunk": build / size * 1e6, "query ms": median(single) * 1e3,
        "in a batch ms": together / QUESTIONS * 1e3, "rebuild s": rebuild, "embedded again": again, "right first": right,
        "of the nearest": nearest, "index MB": memory, "disk MB": disk,
    }  # fmt: skip


def made_up(size: int) -> list[Chunk]:
    """Chunks of a number and 80 words out of 20,000, the n-th as frequent as 1/n."""
    import numpy as np

    rng = np.random.default_rng(size)
    words = np.array(["".join(letters) for letters in rng.choice(list("aeioubdklmnprst"), (20_000, 7))])
    weights = np.cumsum(1 / np.arange(1, len(words) + 1))
    drawn = np.searchsorted(weights, rng.random((size, 80)) * weights[-1])
    return [Chunk(f"p{i // PER_PAGE}#{i % PER_PAGE}", f"p{i // PER_PAGE}", f"Page {i // PER_PAGE}", f"{i} {' '.join(words[row])}")
            for i, row in enumerate(drawn)]  # fmt: skip


def _question(chunk: Chunk, name: str) -> str:
    """Ten words of the chunk, none of them its number; or, for vectors, the number that they are made of."""
    return " ".join(chunk.text.split()[1:81:8]) if name == "bm25" else f"?\n{chunk.text.split()[0]} ?"


def _build(name: str, chunks: list[Chunk], embedder: Tables, folder: str) -> object:
    if name == "bm25":
        return Bm25(chunks)
    if name == "numpy":
        return NumpyIndex(embedder, chunks)
    index = ChromaIndex(folder, embedder)
    index.update(chunks, batch_size=1_000, progress=False)
    return index


def _changed(chunks: list[Chunk]) -> list[Chunk]:
    page = chunks[len(chunks) // 2].page
    return [replace(chunk, text=f"{chunk.text} changed") if chunk.page == page else chunk for chunk in chunks]


def _nearest(hits: list[list], chunks: list[Chunk], questions: list[str]) -> float:
    """The share of the 10 nearest, by comparing with every chunk, that was found."""
    exact = NumpyIndex(Tables(), chunks).search(questions, 10)
    return sum(len({hit.chunk.id for hit in row} & {hit.chunk.id for hit in best}) for row, best in zip(hits, exact, strict=True)) / (
        10 * len(questions)
    )


def _disk(name: str, index: object, folder: str) -> float:
    if name == "numpy":
        index.save(folder)
    return sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()) / 1e6


def _timed(work: Callable[[], object]) -> tuple[object, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="chunks (default: all; Chroma takes minutes for 100,000)")
    parser.add_argument("--contenders", nargs="+", choices=CONTENDERS, default=CONTENDERS, help="which (default: all)")
    parser.add_argument("--one", choices=CONTENDERS, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
