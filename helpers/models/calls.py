"""Tool calls in a local model's text, and the two ways of writing them in a conversation: a `Reply`'s, and OpenAI's."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from helpers.models.reply import ModelError

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessage

__all__ = ["split_calls", "to_openai", "to_template", "from_openai"]

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
    """The same messages with what OpenAI's protocol asks for: ids on calls and on their results, arguments as a JSON string.

    A call is `{"name": ..., "arguments": {...}}`, as `Reply.tool_calls` has it, or OpenAI's own. ModelError: it is neither.
    """
    out = []
    waiting = []
    count = 0
    for message in messages:
        calls, message = message.get("tool_calls") or (), _without_calls(message)
        if calls:
            message["tool_calls"] = [_with_id(call, f"call_{count + n}") for n, call in enumerate(calls)]
            count += len(calls)
            waiting += [call["id"] for call in message["tool_calls"]]
        if message["role"] == "tool" and "tool_call_id" not in message:
            message["tool_call_id"] = waiting.pop(0) if waiting else "call_0"
        out.append(message)
    return out


def to_template(messages: list[dict]) -> list[dict]:
    """The same messages with each call as chat templates read it: under "function", its arguments an object. ModelError as above.

    >>> to_template([{"role": "assistant", "tool_calls": [{"name": "now", "arguments": {}}]}])[0]["tool_calls"]
    [{'type': 'function', 'function': {'name': 'now', 'arguments': {}}}]
    """
    if not any("tool_calls" in message for message in messages):
        return messages
    out = []
    for message in messages:
        calls = [{"type": "function", **_rest(call), "function": _function(call)} for call in message.get("tool_calls") or ()]
        out.append(_without_calls(message) | ({"tool_calls": calls} if calls else {}))
    return out


def from_openai(message: ChatCompletionMessage) -> tuple[str, tuple[dict, ...]]:
    """Text and calls of a response's message; arguments that are not a JSON object come as {"_invalid": text}."""
    calls = [call.function for call in message.tool_calls or () if getattr(call, "function", None)]
    return message.content or "", tuple({"name": call.name, "arguments": _arguments(call.arguments)} for call in calls)


def _arguments(text: str | None) -> dict:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"_invalid": text}


def _without_calls(message: dict) -> dict:
    return {key: value for key, value in message.items() if key != "tool_calls"}


def _rest(call: dict) -> dict:
    """What OpenAI's shape has beside the function: id and type."""
    return call if "function" in call else {}


def _function(call: dict) -> dict:
    """The function of a call in either shape, its arguments as an object; text that is no JSON object comes as {"_invalid": text}."""
    function = call.get("function", call) if isinstance(call, dict) else None
    arguments = (function.get("arguments") or {}) if isinstance(function, dict) else None
    if not isinstance(arguments, dict | str) or not isinstance(function.get("name"), str):
        raise ModelError(
            f'a tool call is {{"name": ..., "arguments": {{...}}}}, as in Reply.tool_calls, or OpenAI\'s {{"function": ...}}; got {call!r}'
        )
    return {**function, "arguments": _arguments(arguments) if isinstance(arguments, str) else arguments}


def _with_id(call: dict, name: str) -> dict:
    function = _function(call)
    written = call.get("function", call).get("arguments")
    arguments = function["arguments"]
    as_json = arguments["_invalid"] if arguments.keys() == {"_invalid"} else json.dumps(arguments)
    text = written if isinstance(written, str) else as_json
    return {
        "id": name,
        "type": "function",
        **_rest(call),
        "function": {**function, "arguments": written if isinstance(written, str) else text},
    }
