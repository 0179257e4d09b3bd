"""What a server's response holds: text, thought, tool calls, tokens, and how it ended; or why it holds no answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.models.messages import from_openai, split_thought
from helpers.models.retry import NoAnswer

if TYPE_CHECKING:
    from openai.types import CompletionUsage
    from openai.types.chat import ChatCompletion, ChatCompletionMessage

__all__ = ["Response", "read_response"]


@dataclass(frozen=True)
class Response:
    """A response as it is used. Tokens are None where the server does not count them; `thinks`: it shows signs of a thought."""

    text: str
    thought: str
    calls: tuple[dict, ...]
    tokens_in: int | None
    tokens_out: int | None
    finish: str
    thinks: bool

    @property
    def empty(self) -> bool:
        return not self.text.strip() and not self.calls


def read_response(response: ChatCompletion) -> Response:
    """Reads what the openai client returns, which checks nothing. NoAnswer: it is an error, or no chat completion, or lacks a choice."""
    if not hasattr(response, "choices"):
        raise NoAnswer("the response is not a chat completion", foreign=True)
    _raise_error(response)
    choices = response.choices
    message = getattr(choices[0], "message", None) if isinstance(choices, list) and choices else None
    if message is None:
        raise NoAnswer("the response has no choice")
    _raise_error(choices[0])
    text, thought, ended = split_thought(_text(message.content, "text") or str(getattr(message, "refusal", None) or ""))
    thought = thought or _thought(message)
    tokens_in, tokens_out, hidden = _tokens(getattr(response, "usage", None))
    finish = str(getattr(choices[0], "finish_reason", None) or "")
    return Response(text, thought, _calls(message), tokens_in, tokens_out, finish, bool(thought or hidden or not ended))


def _raise_error(part: Any) -> None:
    """NoAnswer: an error that came with status 200, as OpenRouter and LM Studio send them."""
    error = getattr(part, "error", None)
    if not error:
        return
    code = error.get("code") if isinstance(error, dict) else None
    status = int(code) if str(code).isdigit() else 404 if "unexpected endpoint" in str(error).lower() else None
    raise NoAnswer("", body=error, status=status)


def _text(content: Any, kind: str) -> str:
    """The text of a message's content: a string, or a list of parts, of which those of a kind count."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else [content]
    texts = [_text(part.get(kind), "text") for part in parts if isinstance(part, dict) and part.get("type", kind) == kind]
    return "".join(texts + [part for part in parts if isinstance(part, str) and kind == "text"])


def _thought(message: ChatCompletionMessage) -> str:
    """The thought beside the text, in a field of its own (Ollama and OpenRouter call it `reasoning`, DeepSeek and llama.cpp
    `reasoning_content`), or as parts of the content (Mistral)."""
    for name in ("reasoning_content", "reasoning"):
        if isinstance(value := getattr(message, name, None), str) and value.strip():
            return value.strip()
    return "" if isinstance(message.content, str) else _text(message.content, "thinking").strip()


def _calls(message: ChatCompletionMessage) -> tuple[dict, ...]:
    """The tool calls; arguments that came as an object, not as its JSON, are written as such first."""
    for call in message.tool_calls or ():
        function = getattr(call, "function", None)
        if isinstance(getattr(function, "arguments", None), dict):
            function.arguments = json.dumps(function.arguments)
    return from_openai(message)[1]


def _tokens(usage: CompletionUsage | None) -> tuple[int | None, int | None, int]:
    """Tokens read, written, and thought out of sight. Some servers leave thoughts out of what was written, but not out of the total."""
    read, written, total = (getattr(usage, f"{name}_tokens", None) for name in ("prompt", "completion", "total"))
    hidden = getattr(getattr(usage, "completion_tokens_details", None), "reasoning_tokens", None)
    hidden = hidden if isinstance(hidden, int) else 0
    if not (isinstance(read, int) and isinstance(written, int)):
        return None, None, hidden
    return read, max(written, total - read if isinstance(total, int) else 0), hidden
