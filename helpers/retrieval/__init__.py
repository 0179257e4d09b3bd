"""Retrieval: read pages, cut them into chunks, search the chunks by words or by meaning, and measure the ranking."""

from __future__ import annotations

from helpers.retrieval.chroma import ChromaIndex
from helpers.retrieval.chunking import Chunk, by_structure, by_tokens
from helpers.retrieval.embedder import Embedder
from helpers.retrieval.embedders import load_embedder
from helpers.retrieval.fusion import Hybrid, Reranked, rerank, rrf
from helpers.retrieval.hits import Hit, page_ids
from helpers.retrieval.index import BadIndex, Bm25, NumpyIndex
from helpers.retrieval.pages import Page, read_pages
from helpers.retrieval.ranking import evaluate, mrr, ndcg_at, recall_at

__all__ = [
    "Page", "read_pages",
    "Chunk", "by_tokens", "by_structure",
    "Bm25", "NumpyIndex", "ChromaIndex", "Hybrid", "Reranked", "Hit", "page_ids", "rrf", "rerank",
    "Embedder", "load_embedder", "BadIndex",
    "evaluate", "recall_at", "mrr", "ndcg_at",
]  # fmt: skip
