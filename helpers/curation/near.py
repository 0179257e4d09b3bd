"""Near copies: pairs of texts that share most of their words in a row, without comparing every text with every other."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["jaccard", "near_pairs", "shingles"]

HASHES = 128


def shingles(text: str, size: int = 2) -> set[str]:
    """The runs of `size` words in a text, in lower case and without marks; of a shorter text, the text.

    >>> sorted(shingles("The lamp, the LAMP!"))
    ['lamp the', 'the lamp']
    """
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[start : start + size]) for start in range(max(1, len(words) - size + 1))}


def jaccard(a: set[str], b: set[str]) -> float:
    """The share of the members of either set that both have; 1 for two empty sets."""
    return len(a & b) / len(a | b) if a or b else 1.0


def near_pairs(texts: Sequence[str], threshold: float = 0.5, size: int = 2) -> list[tuple[int, int, float]]:
    """The pairs of texts whose shingles have a Jaccard index of `threshold` or more: (position, later position, exact index).

    MinHash (Broder 1997) proposes pairs, by datasketch's LSH; the exact index decides. So a pair near the threshold can be missed, and
    none is wrong. ValueError: threshold not between 0 and 1.

    >>> near_pairs(["Where is my parcel?", "A lamp", "where is my parcel"])
    [(0, 2, 1.0)]
    """
    if not 0 < threshold < 1:
        raise ValueError(f"threshold={threshold}: it is a share of words in common, above 0 and below 1; 0.5 is usual")
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=max(0.1, threshold - 0.15), num_perm=HASHES)
    runs = [shingles(text, size) for text in texts]
    pairs: list[tuple[int, int, float]] = []
    for place, own in enumerate(runs):
        sketch = MinHash(num_perm=HASHES)
        sketch.update_batch([run.encode() for run in own])
        scored = [(before, place, jaccard(runs[before], own)) for before in sorted(index.query(sketch))]
        pairs += [pair for pair in scored if pair[2] >= threshold]
        index.insert(place, sketch)
    return sorted(pairs)
