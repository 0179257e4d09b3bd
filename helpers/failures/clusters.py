"""Clusters: bad answers that lie close together, the good ones among them, and the words that name them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.retrieval import load_embedder

if TYPE_CHECKING:
    import numpy

__all__ = ["Clusters", "cluster", "embed", "flat", "names"]

NOISE = -1  # what HDBSCAN calls a point that belongs to no cluster
WAYS = ("hdbscan", "kmeans")
MAPS = ("tsne", "umap")


@dataclass(frozen=True, eq=False, repr=False)
class Clusters:
    """Clusters of the bad rows, and the good rows that lie among them.

    labels: for each row its cluster, or `NOISE`; bad: which rows are bad; a good row belongs to the cluster whose middle is nearest,
    if it is as near as the cluster's farthest bad one.
    """

    labels: numpy.ndarray
    bad: numpy.ndarray

    @property
    def count(self) -> int:
        return int(self.labels.max(initial=NOISE)) + 1

    @property
    def noise(self) -> int:
        """How many bad rows are in no cluster."""
        return int((self.bad & (self.labels == NOISE)).sum())

    def groups(self) -> dict[str, numpy.ndarray]:
        """Each cluster's rows, good ones too, as a mask: what `rank` takes."""
        return {f"cluster {number}": self.labels == number for number in range(self.count)}

    def __repr__(self) -> str:
        sizes = Counter(self.labels[self.bad & (self.labels != NOISE)].tolist())
        listed = ", ".join(str(size) for _, size in sorted(sizes.items()))
        return f"{self.bad.sum()} bad rows: {self.count} clusters ({listed or 'none'}), {self.noise} in none (noise)"


def embed(texts: Sequence[str], spec: str = "minilm") -> numpy.ndarray:
    """A vector of length 1 for each text, the same for the same text; one without words, such as an empty reply, counts as "(empty)"."""
    readable = [text if text.strip() else "(empty)" for text in texts]
    places = {text: place for place, text in enumerate(dict.fromkeys(readable))}
    return load_embedder(spec).embed(list(places))[[places[text] for text in readable]]


def cluster(vectors: numpy.ndarray, bad: Sequence[bool], *, way: str = "hdbscan", smallest: int = 3, k: int = 5, seed: int = 0) -> Clusters:
    """Cluster the bad rows by their vectors, then look which good rows lie among them.

    way: "hdbscan" finds how many clusters there are, each of at least `smallest` rows, and leaves the rest as noise; "kmeans" makes
    `k` clusters and leaves none out. HDBSCAN calls fewer bad rows than `smallest` all noise. Campello and others 2013.

    >>> cluster(vectors, scores < 0.5)  # doctest: +SKIP
    56 bad rows: 5 clusters (3, 6, 3, 5, 10), 29 in none (noise)
    """
    import numpy as np

    bad = np.asarray(bad, dtype=bool)
    if way not in WAYS:
        raise ValueError(f"way={way!r}: choose {' or '.join(map(repr, WAYS))}")
    if smallest < 2:
        raise ValueError(f"smallest={smallest}: a cluster has at least 2 rows")
    if k < 1:
        raise ValueError(f"k={k}: k-means makes at least 1 cluster")
    vectors = _checked(vectors, len(bad))
    labels = np.full(len(bad), NOISE)
    if bad.sum() >= (smallest if way == "hdbscan" else 1):
        labels[bad] = _fit(vectors[bad], way, smallest, k, seed)
    return Clusters(_with_neighbors(vectors, bad, labels), bad)


def names(texts: Sequence[str], labels: Sequence[int], *, top: int = 3) -> dict[int, str]:
    """The words that set each cluster apart from all other rows: the `top` with the highest log-odds, of those in two of its texts or more.

    log((a + ½)/(n - a + ½)) - log((b + ½)/(m - b + ½)), where a of the cluster's n texts and b of the m others hold the word. Differs
    from the commonest words, which are much the same in every cluster. Small words (sklearn's list) are left out. Where no two texts of a
    cluster share a word, words of single texts count.

    >>> names(["rye bread", "white bread", "a slow tram", "a fast tram"], [0, 0, 1, 1], top=1)
    {0: 'bread', 1: 'tram'}
    """
    import numpy as np
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    if len(texts) != len(labels):
        raise ValueError(f"{len(texts)} texts and {len(labels)} labels: give each text the label of its cluster, -1 for none")
    words = [set(re.findall(r"[^\W\d_]{3,}", text.lower())) - ENGLISH_STOP_WORDS for text in texts]
    counts = Counter(word for some in words for word in some)
    labels = np.asarray(labels)
    return {int(number): _distinctive(words, labels == number, counts, top) for number in sorted(set(labels.tolist()) - {NOISE})}


def flat(vectors: numpy.ndarray, way: str = "tsne", *, seed: int = 0) -> numpy.ndarray:
    """Two numbers for each vector, near ones near, for a map. Far apart says little there, and neither does how large a group looks.

    way: "tsne" (van der Maaten and Hinton 2008) or "umap" (McInnes and others 2018; it needs the extra `maps`). Three vectors at least.
    """
    if way not in MAPS:
        raise ValueError(f"maps={way!r}: choose {' or '.join(map(repr, MAPS))}")
    if len(vectors) < 3:
        raise ValueError(f"a map of {len(vectors)} vectors shows nothing: give three or more")
    if way == "umap":
        return _umap(vectors, seed)
    from sklearn.manifold import TSNE

    return TSNE(perplexity=min(20, (len(vectors) - 1) / 3), init="random", random_state=seed).fit_transform(vectors)


def _umap(vectors: numpy.ndarray, seed: int) -> numpy.ndarray:
    try:
        from umap import UMAP
    except ImportError as error:
        raise ImportError("a map by UMAP needs the extra maps: pip install -c constraints.txt -e .[maps]") from error
    return UMAP(n_neighbors=min(15, len(vectors) - 1), random_state=seed).fit_transform(vectors)


def _checked(vectors: Sequence, rows: int) -> numpy.ndarray:
    import numpy as np

    if len(vectors) != rows:
        raise ValueError(f"a vector a row is needed, got {len(vectors)} vectors for {rows} rows: embed the same rows in the same order")
    vectors = np.asarray(vectors)
    if rows and not np.isfinite(vectors).all():
        row = int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])
        raise ValueError(f"the vector of row {row} holds a number that is none (NaN or infinite): embed this row again")
    return vectors


def _fit(vectors: numpy.ndarray, way: str, smallest: int, k: int, seed: int) -> numpy.ndarray:
    from sklearn.cluster import HDBSCAN, KMeans

    if way == "kmeans":
        return KMeans(min(k, len(vectors)), n_init=10, random_state=seed).fit_predict(vectors)
    return HDBSCAN(min_cluster_size=smallest, min_samples=1, copy=True).fit_predict(vectors)


def _with_neighbors(vectors: numpy.ndarray, bad: numpy.ndarray, labels: numpy.ndarray) -> numpy.ndarray:
    """The labels, with each good row in the cluster among whose rows it lies."""
    import numpy as np

    best = np.full(len(labels), -np.inf)
    joined = labels.copy()
    for number in range(labels.max(initial=NOISE) + 1):
        members = vectors[labels == number]
        near = vectors @ _direction(members)
        inside = ~bad & (near >= (members @ _direction(members)).min()) & (near > best)
        joined[inside] = number
        best[inside] = near[inside]
    return joined


def _direction(vectors: numpy.ndarray) -> numpy.ndarray:
    """The mean of some vectors, of length 1."""
    import numpy as np

    middle = vectors.mean(axis=0)
    return middle / max(np.linalg.norm(middle), 1e-12)


def _distinctive(words: Sequence[set[str]], mine: numpy.ndarray, counts: Mapping[str, int], top: int) -> str:
    import math

    inside = Counter(word for some, own in zip(words, mine) if own for word in some)
    n, m = int(mine.sum()), int((~mine).sum())

    def odds(word: str) -> float:
        a, b = inside[word], counts[word] - inside[word]
        return math.log((a + 0.5) / (n - a + 0.5)) - math.log((b + 0.5) / (m - b + 0.5))

    shared = [word for word, count in inside.items() if count >= 2] or list(inside)
    return ", ".join(sorted(shared, key=lambda word: (-odds(word), word))[:top])
