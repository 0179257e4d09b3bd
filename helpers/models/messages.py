"""What a message holds beside its text: tool calls in a local model's words, in a `Reply`'s and in OpenAI's; a thought; a system turn."""

from __future__ import annotations

import json
import os
import re
from typing import Any

from helpers.models.reply import ModelError

__all__ = [
    "NAME", "Messages", "as_messages", "fold_system", "from_openai", "no_answer", "split_calls", "split_thought", "thinking_room",
    "to_openai", "to_template",
]  # fmt: skip

Messages = str | list[dict]  # a conversation: one question, or messages with a role and a content

_OPEN = re.compile(r"<\|call\|>|<tool_call>")
ROOM = 2048
NAME = "LADDER_THINKING_TOKENS"
MARKS = (("<think>", "</think>"), ("[THINK]", "[/THINK]"))  # of Qwen, DeepSeek and others; of Mistral


def thinking_room() -> int:
    """Tokens that a model which thinks may write beyond max_tokens: LADDER_THINKING_TOKENS, else 2048."""
    text = os.environ.get(NAME, "").strip() or str(ROOM)
    if not (text.isascii() and text.isdigit()):
        raise ModelError(f"{NAME}={text!r}: it is a number of tokens, 0 or more, like {ROOM}")
    return int(text)


def split_thought(text: str, *, opened: bool = False) -> tuple[str, str, bool]:
    """The answer, the thought that stands before it, and whether that thought has an end. A text without one comes back as it is.

    `opened`: the prompt ended with <think>, so the thought has no mark at its start. Such a thought is also known by its end alone.

    >>> split_thought("<think>Two and two.</think>\\n\\n4")
    ('4', 'Two and two.', True)
    """
    for start, end in MARKS:
        inside = text.lstrip().removeprefix(start) if text.lstrip().startswith(start) else None
        if inside is None and (opened or (end in text and start not in text)):
            inside = text
        if inside is not None:
            thought, mark, answer = inside.partition(end)
            return answer.lstrip(), thought.strip(), bool(mark)
    return text, "", True


def no_answer(limit: int, *, cut: bool) -> str:
    """Why there is a thought and no answer, and what to raise. `limit`: the tokens that the request allowed; `cut`: they were used up."""
    what = f"cut at {limit} tokens in the middle of its thought" if cut else "the model only thought and gave no answer"
    return f"{what}: raise max_tokens, or set {NAME} to more than {thinking_room()}"


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
        calls = message.get("tool_calls") or ()
        message = _without_calls(message)
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


def from_openai(message: dict) -> tuple[dict, ...]:
    """The calls of a response's message; arguments that are not a JSON object come as {"_invalid": text}."""
    functions = [call["function"] for call in message.get("tool_calls") or () if call.get("function")]
    return tuple({"name": function["name"], "arguments": _arguments(function["arguments"])} for function in functions)


def _arguments(text: str | dict | None) -> dict:
    if isinstance(text, dict):
        return text
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
    return {**function, "arguments": _arguments(arguments)}


def _with_id(call: dict, name: str) -> dict:
    function = _function(call)
    written = call.get("function", call).get("arguments")
    arguments = function["arguments"]
    as_json = arguments["_invalid"] if arguments.keys() == {"_invalid"} else json.dumps(arguments)
    text = written if isinstance(written, str) else as_json
    return {"id": name, "type": "function", **_rest(call), "function": {**function, "arguments": text}}


def fold_system(messages: list[dict]) -> list[dict]:
    """The same conversation with the text of its system turns before the first user turn's; unchanged if it has no such turn.

    >>> fold_system([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi!"}])
    [{'role': 'user', 'content': 'Be brief.\\n\\nHi!'}]
    """
    text = "\n\n".join(str(turn.get("content") or "") for turn in messages if turn["role"] == "system")
    turns = [turn for turn in messages if turn["role"] != "system"]
    first = next((i for i, turn in enumerate(turns) if turn["role"] == "user"), None)
    if first is None:
        return messages
    if text:
        turns[first] = {**turns[first], "content": _before(text, turns[first].get("content"))}
    return turns


def _before(text: str, content: Any) -> Any:
    """A text before a user turn's content: a string, or a list of parts."""
    return [{"type": "text", "text": text}, *content] if isinstance(content, list) else f"{text}\n\n{content or ''}"


def as_messages(conversation: Messages) -> list[dict]:
    """A conversation as a list of messages; a string is one question. ModelError: it is neither."""
    if isinstance(conversation, str):
        return [{"role": "user", "content": conversation}]
    is_list = isinstance(conversation, list) and bool(conversation)
    if not (is_list and all(isinstance(message, dict) and "role" in message for message in conversation)):
        raise ModelError(f'a conversation is a string or a list of {{"role": ..., "content": ...}}; got {str(conversation)[:80]!r}')
    return conversation
