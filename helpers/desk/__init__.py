"""The desk: an application around a model. Rows looked up, questions routed, texts guarded, answers kept, each request traced."""

from __future__ import annotations

from helpers.desk.caches import AnswerCache
from helpers.desk.graph import ABOVE, BELOW, people_query, persons
from helpers.desk.guardrails import alarms, injection, personal, private, ungrounded
from helpers.desk.larkfield import RULES, TEAM, VIEWS, build, decline, handbook, looked_up, questions, said
from helpers.desk.lookup import Lookup, Rows
from helpers.desk.parts import REFUSAL, Desk, Part, exposure
from helpers.desk.router import by_model, by_neighbors, by_rules, confusion
from helpers.desk.templates import LEAVE, ORDER, Query, leave_query, order_query, slot
from helpers.desk.trace import Span, Trace, timeline

__all__ = [
    "ABOVE", "BELOW", "LEAVE", "ORDER", "REFUSAL", "RULES", "TEAM", "VIEWS", "AnswerCache", "Desk", "Lookup", "Part", "Query", "Rows",
    "Span", "Trace", "alarms", "build", "by_model", "by_neighbors", "by_rules", "confusion", "decline", "exposure", "handbook",
    "injection", "leave_query", "looked_up", "order_query", "people_query", "personal", "persons", "private", "questions",
    "said", "slot", "timeline", "ungrounded",
]  # fmt: skip
