"""A real HTTP server on the loopback that speaks OpenAI's chat completions and fails by script."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["Server", "completion"]


class Server:
    """Answers `echo: <last message>`. `script` maps a last message to the faults that its first requests meet, in order.

    A fault is a status code as a string ("429", "500"), "hang", "drop", "garbage" (cut JSON), "page" (HTML), "empty" (no
    choice), "leak" (400, with the key in the message), or a whole response as a dict. `answer`, given the last message, says what
    all other requests get: a text, or a fault. `requests` holds the bodies received, `headers` their headers.
    """

    def __init__(
        self,
        script: dict[str, list] | None = None,
        *,
        answer: Callable[[str], object] = "echo: {}".format,
        delay: float = 0.0,
        retry_after: str | None = "0.01",
    ) -> None:
        self.answer = answer
        self.script = {text: list(faults) for text, faults in (script or {}).items()}
        self.delay, self.retry_after = delay, retry_after
        self.requests: list[dict] = []
        self.headers: list[dict] = []
        self.busy = self.most_busy = 0
        self.lock, self.closing = threading.Lock(), threading.Event()

    def __enter__(self) -> Server:
        handler = type("Handler", (_Handler,), {"owner": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    def fault(self, text: str) -> object:
        with self.lock:
            return self.script[text].pop(0) if self.script.get(text) else self.answer(text)


def completion(text: str, *, tokens: tuple[int, int] = (7, 3), tool_calls: list[dict] | None = None) -> dict:
    """The body of a successful response."""
    message = {"role": "assistant", "content": text, **({"tool_calls": tool_calls} if tool_calls else {})}
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], "usage": usage}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        text = body["messages"][-1]["content"]
        with self.owner.lock:
            self.owner.requests.append(body)
            self.owner.headers.append({name.lower(): value for name, value in self.headers.items()})
            self.owner.busy += 1
            self.owner.most_busy = max(self.owner.most_busy, self.owner.busy)
        time.sleep(self.owner.delay)
        with self.owner.lock:
            self.owner.busy -= 1
        self._answer(text, self.owner.fault(text))

    def _answer(self, text: str, fault: object) -> None:
        if fault == "hang":
            self.owner.closing.wait(20)
        if fault in ("hang", "drop"):
            self.close_connection = True
        elif fault == "garbage":
            self._send(200, b'{"id": "x", "choices": [{"mess')
        elif fault == "page":
            self._send(200, b"<html>gateway</html>", "text/html")
        elif fault == "leak":
            self._send(400, json.dumps({"error": {"message": f"cannot use {self.headers['authorization']}"}}).encode())
        elif isinstance(fault, str) and re.fullmatch(r"[45]\d\d", fault):
            self._send(int(fault), json.dumps({"error": {"message": f"scripted {fault}"}}).encode())
        else:
            found = {**completion(""), "choices": []} if fault == "empty" else completion(fault) if isinstance(fault, str) else fault
            self._send(200, json.dumps(found).encode())

    def _send(self, status: int, data: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        if (status == 429 or status >= 500) and self.owner.retry_after:
            self.send_header("Retry-After", self.owner.retry_after)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Quiet."""
