"""What a server's response holds: text, thought, tool calls, tokens, and how it ended; or what its error says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.models.hosted import hide
from helpers.models.messages import from_openai, split_thought

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletion

__all__ = ["Failure", "NoAnswer", "Response", "message", "read_failure", "read_response", "reason"]


class NoAnswer(Exception):
    """A response that arrived whole and holds no answer: not JSON, or without a choice, or an error (`body`, with its own `status_code`).

    `foreign`: it is not even a chat completion, so something else answers at this URL.
    """

    def __init__(self, text: str, *, body: Any = None, status: int | None = None, foreign: bool = False) -> None:
        super().__init__(text)
        self.body = body
        self.status_code = status
        self.foreign = foreign


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
    from openai import BaseModel

    if not isinstance(response, BaseModel):
        raise NoAnswer("the response is not a chat completion", foreign=True)
    completion = response.to_dict(warnings=False)
    _raise_error(completion)
    choices = completion.get("choices")
    choice = _mapping(choices[0]) if isinstance(choices, list) and choices else {}
    turn = choice.get("message")
    if not isinstance(turn, dict):
        raise NoAnswer("the response has no choice")
    _raise_error(choice)
    text, thought, ended = split_thought(_text(turn.get("content"), "text") or str(turn.get("refusal") or ""))
    thought = thought or _thought(turn)
    tokens_in, tokens_out, hidden = _tokens(_mapping(completion.get("usage")))
    finish = str(choice.get("finish_reason") or "")
    return Response(text, thought, from_openai(turn), tokens_in, tokens_out, finish, bool(thought or hidden or not ended))


@dataclass(frozen=True)
class Failure:
    """What an error says: its `status` in HTTP, `code` and `param` in OpenAI's words, `body`, and the server's Retry-After.

    `lost`: no answer arrived, or nothing that can be read as one.
    """

    status: int | None = None
    code: str = ""
    param: str = ""
    body: Any = None
    retry_after: str = ""
    lost: bool = False


def read_failure(error: Exception) -> Failure:
    """Reads an error of the openai client, or a NoAnswer; any other says nothing."""
    from openai import APIConnectionError, APIError, APIStatusError

    if isinstance(error, NoAnswer):
        return Failure(error.status_code, body=error.body, lost=not error.status_code)
    if isinstance(error, APIStatusError):
        retry_after = error.response.headers.get("retry-after", "")
        return Failure(error.status_code, error.code or "", error.param or "", error.body, retry_after)
    if isinstance(error, APIError):
        return Failure(code=error.code or "", param=error.param or "", body=error.body, lost=isinstance(error, APIConnectionError))
    return Failure()


def message(error: Exception) -> str:
    """What the server says is wrong, from whatever its error holds; where it passes on another server's error, that one's words too."""
    body = read_failure(error).body
    body = body[0] if isinstance(body, list) and body else body
    body = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(body, dict):
        raw = (body.get("metadata") or {}).get("raw") if isinstance(body.get("metadata"), dict) else None
        return " ".join(str(part) for part in (body.get("message") or body.get("detail") or body, raw) if part)
    return body if isinstance(body, str) and body and "<html" not in body.lower() else str(error)


def reason(error: Exception) -> str:
    """One line that says why there is no answer, without any key."""
    from openai import APIConnectionError, APITimeoutError

    status = read_failure(error).status
    if isinstance(error, APITimeoutError):
        text = "timeout: no answer in time"
    elif isinstance(error, APIConnectionError):
        text = f"connection failed: {error.__cause__ or error}"
    elif isinstance(error, NoAnswer):
        text = f"an error instead of an answer: {message(error)}" if error.body else str(error)
    elif status:
        text = f"HTTP {status}: {message(error)}"
    else:
        text = f"{type(error).__name__}: {error}"
    return re.sub(r"\bsk-[\w*.-]+", "<key>", " ".join(hide(text).split()))[:300]


def _raise_error(part: dict) -> None:
    """NoAnswer: an error that came with status 200, as OpenRouter and LM Studio send them."""
    error = part.get("error")
    if not error:
        return
    code = _mapping(error).get("code")
    status = int(code) if str(code).isdigit() else 404 if "unexpected endpoint" in str(error).lower() else None
    raise NoAnswer("", body=error, status=status)


def _mapping(value: Any) -> dict:
    """An object of JSON; an empty one where a server sent something else."""
    return value if isinstance(value, dict) else {}


def _text(content: Any, kind: str) -> str:
    """The text of a message's content: a string, or a list of parts, of which those of a kind count."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else [content]
    texts = [_text(part.get(kind), "text") for part in parts if isinstance(part, dict) and part.get("type", kind) == kind]
    return "".join(texts + [part for part in parts if isinstance(part, str) and kind == "text"])


def _thought(turn: dict) -> str:
    """The thought beside the text, in a field of its own (Ollama and OpenRouter call it `reasoning`, DeepSeek and llama.cpp
    `reasoning_content`), or as parts of the content (Mistral)."""
    for name in ("reasoning_content", "reasoning"):
        if isinstance(value := turn.get(name), str) and value.strip():
            return value.strip()
    content = turn.get("content")
    return "" if isinstance(content, str) else _text(content, "thinking").strip()


def _tokens(usage: dict) -> tuple[int | None, int | None, int]:
    """Tokens read, written, and thought out of sight. Some servers leave thoughts out of what was written, but not out of the total."""
    read, written, total = (usage.get(f"{name}_tokens") for name in ("prompt", "completion", "total"))
    hidden = _mapping(usage.get("completion_tokens_details")).get("reasoning_tokens")
    hidden = hidden if isinstance(hidden, int) else 0
    if not (isinstance(read, int) and isinstance(written, int)):
        return None, None, hidden
    return read, max(written, total - read if isinstance(total, int) else 0), hidden
