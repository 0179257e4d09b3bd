"""Calls: what became of a request to a model with tools, against the calls that were right."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.models import Reply

__all__ = ["CALL_OUTCOMES", "call_outcome", "read_calls"]

CALL_OUTCOMES = ("right", "wrong arguments", "too few", "wrong tool", "needless", "missed", "unreadable")


def read_calls(reply: Reply | str) -> tuple[dict, ...] | None:
    """The calls of a reply: its `tool_calls`, else the JSON objects with a name that its text begins with; None where it began a call
    that cannot be read, or never came.

    >>> read_calls('{"name": "add", "arguments": {"a": 1}}'), read_calls("No tool fits."), read_calls('{"name": "add", ')
    (({'name': 'add', 'arguments': {'a': 1}},), (), None)
    """
    text = reply if isinstance(reply, str) else reply.text
    if not isinstance(reply, str) and (reply.error or reply.tool_calls):
        return None if reply.error else tuple(reply.tool_calls)
    rest = re.sub(r"^\s*```(?:json)?", "", text).lstrip()
    calls = []
    while rest.startswith("{"):
        try:
            call, end = json.JSONDecoder().raw_decode(rest)
        except (ValueError, RecursionError):
            return tuple(calls) or None
        if not (isinstance(call.get("name"), str) and isinstance(call.get("arguments"), dict)):
            return tuple(calls) or None
        calls.append({"name": call["name"], "arguments": call["arguments"]})
        rest = rest[end:].lstrip(", \n")
    return tuple(calls)


def call_outcome(calls: Sequence[Mapping] | None, target: Sequence[Mapping]) -> str:
    """One of CALL_OUTCOMES. None means that the calls could not be read.

    "right": the same calls in the same order, or rightly none. "wrong arguments": the right tools. "too few": the first of several is of
    the right tool, and one is missing. "wrong tool": anything else that was called. "needless": a call where none is right. "missed":
    none where one is. Arguments are compared by value: 4 and 4.0 are the same, as are texts that differ in case and blanks; a missing one
    differs from any. Differs from the AST match of the Berkeley leaderboard (Patil et al. 2024), which takes several spellings a value.

    >>> call_outcome([{"name": "add", "arguments": {"a": 1.0}}], [{"name": "add", "arguments": {"a": 1}}])
    'right'
    """
    if calls is None:
        return "unreadable"
    if not target:
        return "needless" if calls else "right"
    if not calls:
        return "missed"
    names, wanted = [call["name"] for call in calls], [call["name"] for call in target]
    if names == wanted:
        same = all(_values(call) == _values(right) for call, right in zip(calls, target, strict=True))
        return "right" if same else "wrong arguments"
    return "too few" if names == wanted[: len(names)] else "wrong tool"


def _values(call: Mapping) -> dict:
    return {name: _value(value) for name, value in call["arguments"].items()}


def _value(value: object) -> object:
    """What a value is compared as: kinds stay apart, so True is not 1, and "4" is not 4."""
    if isinstance(value, bool) or value is None:
        return (type(value).__name__, value)
    if isinstance(value, int | float):
        return ("number", float(value))
    if isinstance(value, str):
        return ("text", re.sub(r"\s+", "", value).casefold())
    return ("json", json.dumps(value, sort_keys=True, default=str))
