"""Failures: where a model fails, and what next: records from files, runs and traces; clusters of bad answers; what to review."""

from __future__ import annotations

from helpers.failures.embeddings import vectors
from helpers.failures.records import from_archive, from_run, read
from helpers.failures.traces import from_spans

__all__ = ["from_archive", "from_run", "from_spans", "read", "vectors"]
