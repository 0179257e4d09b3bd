"""The page: what it reads of a request, what it refuses, and the HTML that it sends back."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import re
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from helpers.page.application import Application, Shown

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import HTMLResponse

__all__ = ["Limits", "Page"]

TEMPLATE = Path(__file__).with_name("page.html")
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Limits:
    """What a request may take: bytes sent, characters of the question, seconds until the answer, questions in work and in line."""

    bytes: int = 8_192
    characters: int = 500
    seconds: float = 60.0
    line: int = 8


class _Refused(Exception):
    """A request that gets no answer: the status, and what the page says instead."""


class Page:
    """The page of one application. `askers` maps the names to choose from to what the application knows them by; {}: nobody is asked.

    Questions are answered one after the other, in one thread, which is busy with a question even after the page has given it up.
    """

    def __init__(
        self, application: Application, *, title: str = "Help desk", askers: Mapping[str, str] | None = None, limits: Limits = Limits()
    ) -> None:
        self.application = application
        self.title = title
        self.askers = dict(askers or {})
        self.limits = limits
        self.open()

    def open(self) -> None:
        """A new thread and an empty line: a page that was closed can be served again."""
        self.thread = ThreadPoolExecutor(1, "page")
        self._line = threading.BoundedSemaphore(self.limits.line)

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

    async def _respond(self, request: Request) -> HTMLResponse:
        from fastapi.responses import HTMLResponse

        shown: dict[str, Any] = {}
        status = 200
        try:
            if request.method == "POST":
                shown |= await self._fields(request)
                shown["reply"] = await self._reply(**self._checked(shown))
        except _Refused as refused:
            status, shown["error"] = refused.args
        return HTMLResponse(self.html(**shown), status, headers=_headers())

    async def _fields(self, request: Request) -> dict[str, str]:
        """What stands in a form that this page sent."""
        _check_origin(request)
        try:
            fields = parse_qs((await self._body(request)).decode("utf-8", "replace"), max_num_fields=8)
        except ValueError:
            raise _Refused(400, "This is not this page's form. Open the page itself, and ask there.") from None
        return {name: fields.get(name, [""])[-1].strip() for name in ("question", "asker")}

    def _checked(self, fields: dict[str, str]) -> dict[str, str]:
        length, most = len(fields["question"]), self.limits.characters
        if not length:
            raise _Refused(422, "There is no question. Type one, then press Ask.")
        if length > most:
            raise _Refused(422, f"The question has {length} characters, and at most {most} are read. Shorten it, then ask again.")
        if fields["asker"] not in (self.askers or {"": ""}):
            raise _Refused(422, f"Nobody here is called {fields['asker'][:40]!r}. Choose a name from the list.")
        return fields

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
        line = self._line  # the page may be closed and opened again before the thread is through with this question
        try:
            future: Future[Shown] = self.thread.submit(self.application, question, self.askers.get(asker, ""))
        except RuntimeError:
            line.release()
            raise _Refused(503, "This page is being closed. Start it again, then ask.") from None
        future.add_done_callback(lambda _: line.release())
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
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
