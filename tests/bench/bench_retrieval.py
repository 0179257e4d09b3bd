"""Claim: an index finds the right chunk among 100,000, is built in a time that grows as its chunks, and embeds a changed page alone.

BM25, numpy and Chroma over the same made-up chunks (80 words drawn by Zipf's law, 5 chunks a page), each in a process of its own. The
embedder costs next to nothing and needs no model, so the numbers are the index's: a chunk's vector (192 numbers) is a mix of three
out of three tables of about 1,000, and a question's is that of a chunk with noise. `--embedder pocket` (or any spec of `load_embedder`)
embeds the texts themselves instead: then building and rebuilding hold the model's time too, and what comes first is not judged.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import median

from made_up_chunks import PER_PAGE, Tables, made_up
from measure import python, report, table

from helpers.retrieval import Bm25, ChromaIndex, Chunk, Embedder, NumpyIndex, load_embedder

SIZES = (1_000, 10_000, 100_000)
CONTENDERS = ("bm25", "numpy", "chroma")
TABLES = "tables"
GROWS = {
    "build x": "build s", "cpu x": "cpu s", "query x": "query ms", "rebuild x": "rebuild s", "memory x": "index MB", "disk x": "disk MB",
}  # fmt: skip
QUESTIONS = 100


def main() -> int:
    """Measure each contender at each size, or (inside such a process) one; the exit code is 1 if a claim fails."""
    options = _options()
    if options.one:
        print(json.dumps(measured(options.one, options.sizes[0], options.embedder)))
        return 0
    rows = []
    for size in sorted(options.sizes):
        for name in options.contenders:
            run = python(__file__, "--one", name, "--sizes", str(size), "--embedder", options.embedder)
            rows.append({**json.loads(run.output.splitlines()[-1]), "peak MB": round(run.memory)})
            print(f"{name}, {size}: built in {rows[-1]['build s']:.2f} s", file=sys.stderr)
    grown = growth(rows)
    if grown:
        print(f"\n{table(grown)}")
    claims = dict(claim for row in rows for claim in _claims(row, made_up=options.embedder == TABLES))
    for row in grown:
        if row["from"] >= 10_000:  # below, a fixed cost hides how it grows
            text = f"{row['index']}, {row['from']} to {row['to']} chunks: building takes {row['build x']:.1f} times as long"
            claims[text] = row["build x"] <= 1.5 * row["chunks x"]
    return report("retrieval", rows, claims, embedder=options.embedder, growth=grown, questions=QUESTIONS)


def growth(rows: Sequence[dict]) -> list[dict[str, object]]:
    """Index by index, from one size to the next: how many times as long, as slow and as large."""
    found = []
    for name in dict.fromkeys(row["index"] for row in rows):
        own = [row for row in rows if row["index"] == name]
        for small, large in pairwise(own):
            row = {"index": name, "from": small["chunks"], "to": large["chunks"], "chunks x": large["chunks"] / small["chunks"]}
            for what, key in GROWS.items():
                row[what] = large[key] / small[key] if small[key] else float("nan")
            found.append(row)
    return found


def _claims(row: dict, *, made_up: bool) -> Iterator[tuple[str, bool]]:
    what = f"{row['index']}, {row['chunks']}"
    if made_up or row["index"] == "bm25":
        yield f"{what}: the right chunk comes first: {row['right first']:.0%}", row["right first"] >= 0.95
    if row["index"] != "bm25":
        yield f"{what}: after a change on one page {row['embedded again']} chunks are embedded", row["embedded again"] == PER_PAGE
        yield f"{what}: of the 10 nearest it finds {row['of the nearest']:.1%}", row["of the nearest"] >= 0.95


def _count(embedder: Embedder) -> list[int]:
    """From now on, how many texts each call of the embedder got."""
    calls, raw = [], embedder.raw

    def counting(batches: Sequence[list[str]]) -> Iterator[object]:
        calls.append(sum(map(len, batches)))
        return raw(batches)

    embedder.raw = counting
    return calls


def measured(name: str, size: int, spec: str = TABLES) -> dict[str, object]:
    """One contender at one size: seconds to build and to rebuild, milliseconds a question, memory and disk."""
    import numpy as np
    import psutil

    chunks, embedder = made_up(size), Tables() if spec == TABLES else load_embedder(spec)
    calls = _count(embedder)
    asked = np.random.default_rng(1).integers(0, size, QUESTIONS)
    questions = [_question(chunks[i], words=name == "bm25" or spec != TABLES) for i in asked]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        _build(name, chunks[:PER_PAGE], embedder, other)  # imports are not counted
        before, cpu = psutil.Process().memory_info().rss, time.process_time()
        index, build = _timed(lambda: _build(name, chunks, embedder, folder))
        memory, cpu = (psutil.Process().memory_info().rss - before) / 1e6, time.process_time() - cpu
        single = [_timed(lambda question=question: index.search([question], 10))[1] for question in questions]
        hits, together = _timed(lambda: index.search(questions, 10))
        right = float(np.mean([bool(row) and row[0].chunk.id == chunks[i].id for row, i in zip(hits, asked, strict=True)]))
        calls.clear()
        changed = _changed(chunks)
        rebuild = _timed(lambda: index.update(changed) if name != "bm25" else _build(name, changed, embedder, folder))[1]
        again, disk = sum(calls), _disk(name, index, folder)
        nearest = _nearest(hits, chunks, questions, embedder) if name != "bm25" else float("nan")
    return {
        "index": name, "chunks": size, "build s": build, "cpu s": cpu, "us a chunk": build / size * 1e6, "query ms": median(single) * 1e3,
        "in a batch ms": together / QUESTIONS * 1e3, "rebuild s": rebuild, "embedded again": again, "right first": right,
        "of the nearest": nearest, "index MB": memory, "disk MB": disk,
    }  # fmt: skip


def _question(chunk: Chunk, *, words: bool) -> str:
    """Ten words of the chunk, none of them its number; or the number that a made-up vector is made of."""
    return " ".join(chunk.text.split()[1:81:8]) if words else f"?\n{chunk.text.split()[0]} ?"


def _build(name: str, chunks: list[Chunk], embedder: Embedder, folder: str) -> object:
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


def _nearest(hits: list[list], chunks: list[Chunk], questions: list[str], embedder: Embedder) -> float:
    """The share of the 10 nearest, by comparing with every chunk, that was found."""
    exact = NumpyIndex(embedder, chunks).search(questions, 10)
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
    parser.add_argument(
        "--embedder", default=TABLES, help='a spec of load_embedder, as "pocket" or "hf:./folder" (default: made-up vectors)'
    )
    parser.add_argument("--one", choices=CONTENDERS, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
