"""Runs: one method, one model, one split; and what two runs say about each other."""

from __future__ import annotations

from helpers.runs.comparison import Comparison, compare
from helpers.runs.evaluation import run, table
from helpers.runs.record import Run, read
from helpers.runs.thresholds import suite, verdict
from helpers.runs.unreadable import outcomes

__all__ = ["Run", "Comparison", "run", "compare", "outcomes", "suite", "table", "read", "verdict"]
