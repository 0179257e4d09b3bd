"""Failures: where a model fails, and what next: records from files, runs and traces; clusters of bad answers; what to review."""

from __future__ import annotations

from helpers.failures.clusters import Clusters, cluster, embed, flat, names
from helpers.failures.embeddings import vectors
from helpers.failures.records import from_archive, from_run, read
from helpers.failures.review import at_random, highest_first, per_ten, posterior, reviewed, thompson
from helpers.failures.traces import from_spans
from helpers.failures.worst import by_chance, excess, rank, slices

__all__ = [
    "Clusters", "at_random", "by_chance", "cluster", "embed", "excess", "flat", "from_archive", "from_run", "from_spans", "highest_first",
    "names", "per_ten", "posterior", "rank", "read", "reviewed", "slices", "thompson", "vectors",
]  # fmt: skip
