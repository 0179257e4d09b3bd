"""Metrics: what an answer is worth."""

from __future__ import annotations

from helpers.metrics.abstention import abstention_scores, declined, grounded, risk_coverage
from helpers.metrics.calls import CALL_OUTCOMES, call_outcome, read_calls
from helpers.metrics.overlap import bleu, corpus_bleu, rouge_1, rouge_2, rouge_l
from helpers.metrics.raters import Agreement, agreement, corrected_rate
from helpers.metrics.registry import METRICS, Metric, metric, score
from helpers.metrics.scores import exact, json_valid, label, set_f1

__all__ = [
    "CALL_OUTCOMES", "METRICS", "Agreement", "Metric", "abstention_scores", "agreement", "bleu", "call_outcome", "corpus_bleu",
    "corrected_rate", "declined", "exact", "grounded", "json_valid", "label", "metric", "read_calls", "risk_coverage", "rouge_1",
    "rouge_2", "rouge_l", "score", "set_f1",
]  # fmt: skip
