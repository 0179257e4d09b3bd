"""An application around a model as one page on this machine: a question in; the answer, its route, sources and trace out.

The page holds no script, so nothing that a question or a model writes can become one. It listens on 127.0.0.1 and nowhere else. It has
no log-in: whoever sits at this machine may ask as anybody.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import re
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import HTMLResponse

__all__ = ["Application", "Limits", "Page", "Part", "Shown", "served"]

TEMPLATE = Path(__file__).with_name("page.html")
FORM = "application/x-www-form-urlencoded"


class Part(Protocol):
    """One part of a trace: what was done, how long it took, and what came of it."""

    name: str
    seconds: float
    note: str


class Shown(Protocol):
    """What the page shows of one answer. Of a source of several lines the first stands there, and a click shows the rest."""

    text: str
    route: str
    sources: Sequence[str]
    trace: Sequence[Part]


class Application(Protocol):
    """What is behind the page. It is called in one thread, never twice at once."""

    def answer(self, question: str, asker: str) -> Shown: ...


@dataclass(frozen=True)
class Limits:
    """What a request may take: bytes sent, characters of the question, seconds until the answer, questions in work and in line."""

    bytes: int = 8_192
    characters: int = 500
    seconds: float = 60.0
    line: int = 8


class _Refused(Exception):
    """A request that gets no answer: the status, and what the page says instead."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Page:
    """The page of one application. `askers` are the names to choose from; without any, nobody is asked who they are.

    Questions are answered one after the other, in one thread. One that takes too long is given up, but its thread is not free before
    the application is done with it.
    """

    def __init__(
        self, application: Application, *, title: str = "Help desk", askers: Sequence[str] = (), limits: Limits = Limits()
    ) -> None:
        self.application = application
        self.title = title
        self.askers = tuple(askers)
        self.limits = limits
        self._thread = ThreadPoolExecutor(1, "page")
        self._line = threading.BoundedSemaphore(limits.line)

    def html(self, **shown: Any) -> str:
        """The page as text, with `question`, `asker`, `reply` and `error` where they are given; all of it is escaped."""
        from jinja2 import Environment

        environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
        return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(page=self, **shown)

    def build(self) -> FastAPI:
        """The page as an application of FastAPI, without FastAPI's own pages, which load scripts from elsewhere."""
        try:
            from fastapi import FastAPI
            from fastapi.middleware.trustedhost import TrustedHostMiddleware
        except ImportError as error:
            raise ImportError(f"the page needs {error.name}: pip install -c constraints.txt -e .[served]") from error
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"], www_redirect=False)
        app.add_route("/", self._respond, ["GET", "POST"])
        return app

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _respond(self, request: Request) -> HTMLResponse:
        from fastapi.responses import HTMLResponse

        shown: dict[str, Any] = {}
        status = 200
        try:
            if request.method == "POST":
                shown |= await self._question(request)
                shown["reply"] = await self._reply(**shown)
        except _Refused as refused:
            status, shown["error"] = refused.status, str(refused)
        return HTMLResponse(self.html(**shown), status, headers=_headers())

    async def _question(self, request: Request) -> dict[str, str]:
        """The question and the asker of a form that this page sent."""
        _check_origin(request)
        fields = parse_qs((await self._body(request)).decode("utf-8", "replace"), max_num_fields=8)
        question, asker = (fields.get(name, [""])[-1].strip() for name in ("question", "asker"))
        if not question:
            raise _Refused(422, "There is no question. Type one, then press Ask.")
        if len(question) > (most := self.limits.characters):
            raise _Refused(422, f"The question has {len(question)} characters, and at most {most} are read. Shorten it, then ask again.")
        if asker not in (self.askers or ("",)):
            raise _Refused(422, f"Nobody here is called {asker[:40]!r}. Choose a name from the list.")
        return {"question": question, "asker": asker}

    async def _body(self, request: Request) -> bytes:
        body = b""
        try:
            async with asyncio.timeout(self.limits.seconds):
                async for piece in request.stream():
                    body += piece
                    if len(body) > self.limits.bytes:
                        raise _Refused(413, f"More than {self.limits.bytes} bytes were sent. Ask a shorter question.")
        except TimeoutError:
            raise _Refused(408, f"The question did not arrive within {self.limits.seconds:g} s. Ask again.") from None
        return body

    async def _reply(self, question: str, asker: str) -> Shown:
        if not self._line.acquire(blocking=False):
            raise _Refused(503, f"{self.limits.line} questions are waiting already. Ask again in a moment.")
        future: Future[Shown] = self._thread.submit(self.application.answer, question, asker)
        future.add_done_callback(lambda done: self._line.release())
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self.limits.seconds)
        except TimeoutError:
            raise _Refused(504, f"No answer within {self.limits.seconds:g} s. Ask again, or ask something simpler.") from None
        except Exception as error:
            logging.getLogger(__name__).exception("no answer to a question of %d characters", len(question))
            raise _Refused(500, f"No answer: the application stopped ({type(error).__name__}). Its terminal says where.") from error


def _check_origin(request: Request) -> None:
    """Refuse a form that another site sent, and a body that is no form."""
    origin = request.headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if foreign or request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise _Refused(403, "Another site sent this question. Open this page itself, and ask there.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise _Refused(415, f"This page reads forms only ({FORM}).")


def _headers() -> dict[str, str]:
    """What a browser may do with the page: show it in its own style and send its form back here; run, load and keep nothing."""
    style = re.search(r"<style>(.*?)</style>", TEMPLATE.read_text(encoding="utf-8"), re.DOTALL)[1]
    own = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{own}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    others = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
    return {"Content-Security-Policy": policy, **others}


@contextmanager
def served(page: Page, port: int = 0) -> Iterator[str]:
    """The page behind a port of this machine (0: any that is free) while the block runs; yields its address. OSError: the port is taken."""
    import uvicorn

    app = page.build()
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", port))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, limit_concurrency=64, timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        try:
            while thread.is_alive() and not server.started:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)
            page.close()
