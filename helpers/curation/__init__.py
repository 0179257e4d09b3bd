"""Curation: whether data is what we think. A queue of rows to review, labels in doubt, copies, personal data, logs as training data."""

from __future__ import annotations

from helpers.curation.decisions import Counts, Decision
from helpers.curation.labeling import Queue, queue

__all__ = ["Counts", "Decision", "Queue", "queue"]
