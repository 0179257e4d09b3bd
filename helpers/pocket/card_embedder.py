"""The embedder's part of the card: questions in other words over held-out passages, against BM25 and both together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from helpers import stats
from helpers.pocket.card_text import interval, points, share, table
from helpers.pocket.pairs import shared, written
from helpers.retrieval import Bm25, Chunk, Hybrid, NumpyIndex, load_embedder

__all__ = ["measure", "section"]

K = 5


def measure(folder: Path | None = None) -> dict[str, dict[str, list[float]]]:
    """Recall@5 of each question, by retriever, for all held-out questions and for those that share no content word with their passage.

    Every held-out passage is in one pool; a question has one right passage in it.
    """
    rows = [(question, text) for text, asked in written("held") for question in asked]
    chunks = [Chunk(f"{i}", f"{i}", "", text) for i, (text, _) in enumerate(written("held"))]
    right = {chunk.text: chunk.page for chunk in chunks}
    words, dense = Bm25(chunks), NumpyIndex(load_embedder("pocket" if folder is None else f"hf:{folder}"), chunks, name="embedder")
    found = {}
    for retriever in (words, dense, Hybrid([words, dense], name="both, fused")):
        hits = retriever.search([question for question, _ in rows], k=K)
        found[retriever.name] = [float(right[text] in {hit.chunk.page for hit in some}) for (_, text), some in zip(rows, hits)]
    apart = [i for i, (question, text) in enumerate(rows) if not shared(question, text)]
    return {"all": found, "no word in common": {name: [scores[i] for i in apart] for name, scores in found.items()}}


def section(found: dict[str, dict[str, list[float]]], made: dict) -> str:
    """Two tables: recall@5 by retriever, and what each gains over BM25 on the same questions."""
    rows = []
    for which, scores in found.items():
        words, *_ = scores.values()
        for name, own in scores.items():
            rows.append((which, name, share(interval(own)), *_gain(words, own), len(own)))
    recipe = f"{made['pairs']:,} pairs in {made['seconds'] / 60:.0f} minutes, seed {made['seed']}; last loss {made['curve'][-1][1]:.3f}."
    return f"{recipe}\n\n" + table(("questions", "retriever", "recall@5 [95%]", "against words, points", "p", "n"), rows)


def _gain(words: Sequence[float], own: Sequence[float]) -> tuple[str, str]:
    if words is own:
        return "", ""
    wins, losses = (sum(a < b for a, b in pairs) for pairs in (list(zip(words, own)), list(zip(own, words))))
    p = stats.mcnemar(words, own)
    return points(stats.paired_wins(wins, losses, len(own))), "<0.001" if p < 0.001 else f"{p:.3f}"
