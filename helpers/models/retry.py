"""When to ask a server again, how long to wait before, and when to stop asking at all."""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Event, Lock
from typing import TypeVar
from urllib.parse import urlsplit

from helpers.models.response import NoAnswer, message, read_failure, reason

__all__ = ["GaveUp", "Line", "NoAnswer", "wait"]

T = TypeVar("T")

FIRST_WAIT = 0.5
LONGEST_WAIT = 120.0  # seconds; doubled after each try. Who asks us to wait longer than the longest is left alone
REFUSALS = 3  # so many refused connections in a row, and nobody is there
AGAIN = {408, 409, 425, 429}  # with 5xx: worth another try
HOPELESS = {401, 402, 403, 404, 405}  # wrong key, no money, forbidden, no such model or route: no other request will fare better
ALIKE = 4  # at least so many first requests that all failed for the same reason speak for the rest


class GaveUp(Exception):
    """A request that got no answer, however often it was tried; says why."""


class Line:
    """The state that the requests of one call share: whether there is still a point in asking."""

    def __init__(self, url: str, retries: int, *, at_once: int = 1) -> None:
        self.url = url
        self.retries = retries
        self.reason = ""
        self.patience = max(ALIKE, at_once)
        self._refused = 0
        self._answered = False
        self._cut = Event()
        self._lock = Lock()
        self._failures: Counter[str] = Counter()

    @property
    def open(self) -> bool:
        return not self._cut.is_set()

    def answered(self) -> None:
        with self._lock:
            self._refused = 0
            self._answered = True

    def failed(self, error: Exception) -> None:
        """Notes a failure; cuts the line if nobody listens there, or if the server will take no request like these."""
        failure = read_failure(error)
        if failure.status in HOPELESS or failure.code == "insufficient_quota":
            self.cut(self._why(error))
        elif _refused(error):
            with self._lock:
                self._refused += 1
            if self._refused >= REFUSALS * (self.retries + 1 if self._answered else 1):
                self.cut(self._nobody(error))

    def cut(self, why: str) -> None:
        self.reason = self.reason or why
        self._cut.set()

    def ask(self, once: Callable[[], T]) -> T:
        """What `once` returns, tried again while that may help. GaveUp, whatever went wrong: it never does, or the line is cut."""
        tries = 0
        why = ""
        while self.open:
            tries += 1
            try:
                reply = once()
                self.answered()
                return reply
            except Exception as error:
                self.failed(error)
                why = self._why(error)
                pause = wait(error, tries)
            if pause is None or tries > self.retries:
                break
            self.wait(pause)
        raise GaveUp(self.reason or self._given_up(f"{why} (tried {tries} times)" if tries > 1 else why))

    def wait(self, seconds: float) -> None:
        """Sleeps, but wakes up when the line is cut."""
        self._cut.wait(seconds)

    def _given_up(self, why: str) -> str:
        """Cuts the line once the first requests, as many as go out at once, all failed alike: the rest would as well."""
        with self._lock:
            self._failures[why] += 1
            hopeless = not self._answered and self._failures[why] >= self.patience
        if hopeless:
            self.cut(f"{why}; the first {self.patience} requests all failed so, and the rest were not sent")
        return why

    def _nobody(self, error: Exception) -> str:
        if "SSL" in str(error.__cause__):
            return f"cannot connect to {self.url} ({error.__cause__}): does it speak http:// only, or is its certificate not trusted?"
        return f"cannot connect to {self.url}: is the server running, and is the URL right?"

    def _why(self, error: Exception) -> str:
        """The reason, and a better base URL where that may be what is wrong."""
        foreign = isinstance(error, NoAnswer) and error.foreign
        nowhere = foreign or (read_failure(error).status in (404, 405) and "model" not in message(error).lower())
        lacks = nowhere and not re.search(r"/v\d", urlsplit(self.url).path)
        return reason(error) + (f"; does the base URL lack /v1? Try {self.url}/v1" if lacks else "")


def wait(error: Exception, tries: int) -> float | None:
    """Seconds to wait before the next try; None if another try is pointless.

    Exponential backoff with jitter, or what the server's Retry-After says. Tried again: 408, 409, 425, 429, 5xx, time-outs,
    connections refused or dropped, and responses without an answer.
    """
    failure = read_failure(error)
    status = failure.status or 0
    if not (failure.lost or status in AGAIN or status >= 500):
        return None
    seconds = _seconds(failure.retry_after)
    if seconds is not None:
        return seconds if seconds <= LONGEST_WAIT else None
    return min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT) * random.uniform(0.5, 1.0)


def _seconds(text: str) -> float | None:
    """What a Retry-After header says: seconds, or a date."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _refused(error: Exception) -> bool:
    return type(error.__cause__).__name__ in ("ConnectError", "ConnectTimeout")
