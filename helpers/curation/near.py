"""Near copies: pairs of texts that share most of their words in a row, without comparing every text with every other."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["jaccard", "near_pairs", "proposed", "shingles"]

HASHES = 128


def shingles(text: str, size: int = 2) -> set[str]:
    """The runs of `size` words in a text, in lower case and without marks; of a shorter text, the text. ValueError: size below 1.

    >>> sorted(shingles("The lamp, the LAMP!"))
    ['lamp the', 'the lamp']
    """
    if size < 1:
        raise ValueError(f"size={size}: a run has 1 word or more; 2 is usual")
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[start : start + size]) for start in range(max(1, len(words) - size + 1))}


def jaccard(a: set[str], b: set[str]) -> float:
    """The share of the members of either set that both have; 1 for two empty sets."""
    return len(a & b) / len(a | b) if a or b else 1.0


def proposed(texts: Sequence[str], threshold: float = 0.5, size: int = 2) -> set[tuple[int, int]]:
    """Pairs (position, later position) that are probably as alike as the threshold says: MinHash (Broder 1997) with datasketch's LSH.

    Near the threshold a pair may be missed, or be there without reaching it. ValueError: threshold not between 0 and 1.
    """
    if not 0 < threshold < 1:
        raise ValueError(f"threshold={threshold}: it is a share of words in common, above 0 and below 1; 0.5 is usual")
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=threshold, num_perm=HASHES)
    pairs: set[tuple[int, int]] = set()
    for place, text in enumerate(texts):
        sketch = MinHash(num_perm=HASHES)
        sketch.update_batch([run.encode() for run in sorted(shingles(text, size))])
        pairs |= {(before, place) for before in index.query(sketch)}
        index.insert(place, sketch)
    return pairs


def near_pairs(texts: Sequence[str], threshold: float = 0.5, size: int = 2) -> list[tuple[int, int, float]]:
    """The pairs of texts whose shingles have a Jaccard index of `threshold` or more: (position, later position, exact index).

    MinHash proposes pairs, generously, and the exact index decides: none is wrong, and one near the threshold is seldom missed.
    ValueError: threshold not between 0 and 1.

    >>> near_pairs(["Where is my parcel?", "A lamp", "where is my parcel"])
    [(0, 2, 1.0)]
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold={threshold}: it is a share of words in common, above 0 and at most 1; 0.5 is usual")
    generous = threshold - 0.15 if threshold > 0.3 else threshold / 2
    runs = [shingles(text, size) for text in texts]
    scored = [(a, b, jaccard(runs[a], runs[b])) for a, b in sorted(proposed(texts, generous, size))]
    return [pair for pair in scored if pair[2] >= threshold]
