"""The desk: an application around a model. Rows looked up, questions routed, texts guarded, answers kept, each request traced."""

from __future__ import annotations

from helpers.desk.caches import AnswerCache
from helpers.desk.guardrails import alarms, injection, nearness, personal, ungrounded
from helpers.desk.lookup import Lookup, Rows
from helpers.desk.router import by_model, by_neighbors, by_rules, confusion
from helpers.desk.trace import Span, Trace, timeline

__all__ = [
    "AnswerCache", "Lookup", "Rows", "Span", "Trace", "alarms", "by_model", "by_neighbors", "by_rules", "confusion", "injection",
    "nearness", "personal", "timeline", "ungrounded",
]  # fmt: skip
