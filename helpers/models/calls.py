"""Tool calls in a local model's text, and OpenAI's way of writing them."""

from __future__ import annotations

import json
import re

__all__ = ["split_calls", "to_openai", "from_openai"]

_OPEN = re.compile(r"<\|call\|>|<tool_call>")


def split_calls(text: str) -> tuple[str, tuple[dict, ...]]:
    """The text before the first tool call, and the calls; a text whose calls are not valid JSON comes back whole.

    Reads `<|call|>{json}` (the pocket model) and `<tool_call>{json}</tool_call>` (Qwen, Hermes and others) as data only.

    >>> split_calls('Let me see. <|call|>{"name": "add", "arguments": {"a": 1}}')
    ('Let me see. ', ({'name': 'add', 'arguments': {'a': 1}},))
    """
    parts = _OPEN.split(text)
    calls = [_call(part) for part in parts[1:]]
    return (text, ()) if None in calls else (parts[0], tuple(calls))


def _call(text: str) -> dict | None:
    try:
        call, _ = json.JSONDecoder().raw_decode(text.lstrip())
    except ValueError:
        return None
    if not (isinstance(call, dict) and isinstance(call.get("name"), str) and isinstance(call.get("arguments", {}), dict)):
        return None
    return {"name": call["name"], "arguments": call.get("arguments", {})}


def to_openai(messages: list[dict]) -> list[dict]:
    """The same messages with what OpenAI's protocol asks for: ids on calls and on their results, arguments as a JSON string."""
    out, waiting, made = [], [], 0
    for message in messages:
        message = dict(message)
        if message.get("tool_calls"):
            message["tool_calls"] = [_with_id(call, f"call_{made + n}") for n, call in enumerate(message["tool_calls"])]
            made += len(message["tool_calls"])
            waiting += [call["id"] for call in message["tool_calls"]]
        if message["role"] == "tool" and "tool_call_id" not in message:
            message["tool_call_id"] = waiting.pop(0) if waiting else "call_0"
        out.append(message)
    return out


def from_openai(message: object) -> tuple[str, tuple[dict, ...]]:
    """Text and calls of a response's message; arguments that are not a JSON object come as {"_invalid": text}."""
    calls = [call.function for call in message.tool_calls or () if getattr(call, "function", None)]
    return message.content or "", tuple({"name": call.name, "arguments": _arguments(call.arguments)} for call in calls)


def _arguments(text: str | None) -> dict:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"_invalid": text}


def _with_id(call: dict, name: str) -> dict:
    function = dict(call["function"])
    if not isinstance(function.get("arguments"), str):
        function["arguments"] = json.dumps(function.get("arguments", {}))
    return {"id": name, "type": "function", **call, "function": function}
