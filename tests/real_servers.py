"""Loopback servers that do what real ones do: each takes a request's body and returns a status and a response.

The texts are those that the servers send, as their users report them.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from servers import Server, _Handler, completion

__all__ = ["RealServer", "response", "refusal", "openai_reasoner", "ollama_thinker", "gemma", "tgi", "gemini"]

Act = Callable[[dict], tuple[int, object]]


class RealServer(Server):
    """Answers as `act` does, at `route` only. `requests` holds the bodies that came there."""

    def __init__(self, act: Act, *, route: str = "/v1/chat/completions", lost: tuple[int, object] = (404, {"detail": "Not Found"})) -> None:
        super().__init__()
        self.act, self.route, self.lost = act, route, lost

    def __enter__(self) -> RealServer:
        super().__enter__()
        self._http.RequestHandlerClass = type("Handler", (_Real,), {"owner": self})
        return self

    @property
    def root(self) -> str:
        return self.url.removesuffix("/v1")


class _Real(_Handler):
    owner: RealServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        right = self.path == self.owner.route
        with self.owner.lock:
            self.owner.requests += [body] if right else []
        status, answer = self.owner.act(body) if right else self.owner.lost
        if isinstance(answer, str):
            return self._send(status, answer.encode(), "text/plain")
        return self._send(status, json.dumps(answer).encode())


def response(text: object, *, finish: str | None = "stop", usage: dict | None = None, tokens: int = 3, **message: object) -> dict:
    """A response whose message holds `text` and whatever else the server puts beside it."""
    body = completion("", tokens=(7, tokens))
    body["choices"][0] |= {"message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}
    return {**body, **({"usage": usage} if usage is not None else {})}


def refusal(text: str, *, status: int = 400, **fields: object) -> tuple[int, dict]:
    return status, {"error": {"message": text, "type": "invalid_request_error", **fields}}


def openai_reasoner(body: dict) -> tuple[int, object]:
    """OpenAI's reasoning models: no temperature, no max_tokens; the thought is hidden, and counts."""
    if "max_tokens" in body:
        text = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        return refusal(text, param="max_tokens", code="unsupported_parameter")
    if "temperature" in body:
        text = "Unsupported value: 'temperature' does not support 0.0 with this model. Only the default (1) value is supported."
        return refusal(text, param="temperature", code="unsupported_value")
    usage = {"prompt_tokens": 7, "completion_tokens": 130, "total_tokens": 137, "completion_tokens_details": {"reasoning_tokens": 128}}
    if body["max_completion_tokens"] < 130:
        return 200, response("", finish="length", usage={**usage, "completion_tokens": body["max_completion_tokens"]})
    return 200, response("positive", usage=usage)


def ollama_thinker(body: dict) -> tuple[int, object]:
    """Ollama: the thought in `reasoning`; without room the content is empty, and the finish is "stop"."""
    room = body["max_tokens"] >= 100
    return 200, response("positive" if room else "", reasoning="The user asks for a label.", tokens=60 if room else body["max_tokens"])


def gemma(body: dict) -> tuple[int, object]:
    """vLLM with Gemma's template."""
    if any(turn["role"] == "system" for turn in body["messages"]):
        return 400, {"object": "error", "message": "System role not supported", "type": "BadRequestError", "param": None, "code": 400}
    return 200, response(f"echo: {body['messages'][0]['content']}")


def tgi(body: dict) -> tuple[int, object]:
    """Text Generation Inference: a temperature is above 0, or none is given."""
    if body.get("temperature") == 0:
        return 422, {"error": "Input validation error: `temperature` must be strictly positive", "error_type": "validation"}
    return 200, response("yes")


def gemini(body: dict) -> tuple[int, object]:
    """Gemini's OpenAI-compatible endpoint: errors come in a list, and it knows no seed."""
    if "seed" in body:
        text = 'Invalid JSON payload received. Unknown name "seed": Cannot find field.'
        return 400, [{"error": {"code": 400, "message": text, "status": "INVALID_ARGUMENT"}}]
    return 200, response("yes", usage={"prompt_tokens": 21, "completion_tokens": 1, "total_tokens": 82})
