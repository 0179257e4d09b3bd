"""The embedder's part of the card: questions in other words over held-out passages, against BM25 and both together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from helpers import stats
from helpers.retrieval import Bm25, Chunk, Hybrid, NumpyIndex, load_embedder
from pocket_maker.card.text import interval, points, share, table
from pocket_maker.train.pairs import shared, written

__all__ = ["measure", "section"]

K = 5
# of reciprocal rank fusion: 5 is the best of 5, 20 and 60 on the training side's passages; 60 is the usual one, for far longer lists
CONSTANTS = (5, 60)


def measure(folder: Path | None = None) -> dict[str, dict[str, list[float]]]:
    """Recall@5 of each question, by retriever: of all, of those as people ask, of those that share no content word with their passage.

    Every held-out passage is in one pool; a question has one right passage in it.
    """
    rows = [(question, text, apart) for apart in (True, False) for text, asked in written("held", apart=apart) for question in asked]
    chunks = [Chunk(f"{i}", f"{i}", "", text) for i, (text, _) in enumerate(written("held"))]
    right = {chunk.text: chunk.page for chunk in chunks}
    words, dense = Bm25(chunks), NumpyIndex(load_embedder("pocket" if folder is None else f"hf:{folder}"), chunks, name="embedder")
    found = {}
    fused = (Hybrid([words, dense], constant=constant, name=f"both, fused ({constant})") for constant in CONSTANTS)
    for retriever in (words, dense, *fused):
        hits = retriever.search([question for question, *_ in rows], k=K)
        found[retriever.name] = [float(right[text] in {hit.chunk.page for hit in some}) for (_, text, _), some in zip(rows, hits)]
    parts = {
        "all": list(range(len(rows))),
        "as people ask": [i for i, (*_, apart) in enumerate(rows) if not apart],
        "no word in common": [i for i, (question, text, _) in enumerate(rows) if not shared(question, text)],
    }
    return {part: {name: [scores[i] for i in chosen] for name, scores in found.items()} for part, chosen in parts.items()}


def section(found: dict[str, dict[str, list[float]]], made: dict) -> str:
    """Recall@5 by retriever, and what each gains over BM25 and the fused one over the embedder, on the same questions."""
    rows = []
    for which, scores in found.items():
        words, dense, *_ = scores.values()
        for name, own in scores.items():
            gains = (_gain(words, own), _gain(dense, own) if name != "embedder" and own is not words else "")
            rows.append((which, name, share(interval(own)), *gains, len(own)))
    recipe = f"{made['pairs']:,} pairs in {made['seconds'] / 60:.0f} minutes, seed {made['seed']}; last loss {made['curve'][-1][1]:.3f}."
    head = ("questions", "retriever", "recall@5 [95%]", "against words alone, points", "against the embedder, points", "n")
    return f"{recipe}\n\n{table(head, rows)}"


def _gain(base: Sequence[float], own: Sequence[float]) -> str:
    """What `own` gains over `base`, paired, with the p of the exact McNemar test; '' over itself."""
    if base is own:
        return ""
    wins, losses = (sum(a < b for a, b in pairs) for pairs in (list(zip(base, own)), list(zip(own, base))))
    p = stats.mcnemar(base, own)
    return f"{points(stats.paired_wins(wins, losses, len(own)))}, p {'< 0.001' if p < 0.001 else f'{p:.3f}'}"
