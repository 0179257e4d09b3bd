"""`ladder record`: run a lesson live with a second model, and put that model's replies into the lesson's recording."""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from helpers import models, places
from helpers.models.hosted import price
from helpers.models.recordings import RECORD, Order, Recording, place, read, read_part, weights
from helpers.workbook.execution import Watcher
from helpers.workbook.notebooks import Lesson
from helpers.workbook.parameters import parameters_of
from helpers.workbook.running import run

__all__ = ["Recorded", "estimate", "has_second", "record"]


@dataclass(frozen=True)
class Recorded:
    """What came of it: how many replies the recording holds, how many of them were asked now, and what these cost (dollars)."""

    path: Path
    replies: int
    asked: int
    usd: float


def estimate(lesson: str, spec: str) -> str:
    """What recording a hosted model will cost, in a sentence; "" for a model that costs nothing.

    The number and size of the requests are those of another model's recording of the same lesson.
    """
    if not spec.startswith("openai:"):
        return ""
    others = [_lines(path) for path in sorted(place(lesson, spec).parent.glob("*.jsonl"))]
    name = models.load(spec).name
    if not others:
        return f"lesson {lesson} has no recording yet, so the number of requests to {name} is unknown; it has a progress line"
    replies = max(others, key=len)
    tokens_in = sum(reply["tokens_in"] for reply in replies)
    tokens_out = sum(reply["tokens_out"] for reply in replies)
    known = price(name)
    dollars = f"about ${(tokens_in * known['in'] + tokens_out * known['out']) / 1e6:.2f}" if known else "at a price that prices.toml lacks"
    return f"lesson {lesson} with {name}: {len(replies):,} requests, {tokens_in:,} tokens in and {tokens_out:,} out, {dollars}"


def has_second(lesson: Lesson) -> bool:
    """Whether a lesson measures a second model."""
    return "second" in parameters_of(lesson)


def record(lesson: Lesson, spec: str, *, fresh: bool = False, timeout: float = 3600, watcher: Watcher | None = None) -> Recorded:
    """Run a lesson's solution live with `spec` as its second model, and write the recording whole, or not at all.

    Only what is missing is asked; `fresh` asks for all. Replies are kept as they arrive: after a kill, the rerun asks only for the rest.
    ValueError: the lesson has no second model. RuntimeError: it stopped; the message says where.
    """
    if not has_second(lesson):
        raise ValueError(f"lesson {lesson.number} has no parameter `second`: there is no second model to record")
    part, fresh = _part(lesson.number, spec, fresh)
    before = None if fresh else read(lesson.number, spec)
    paid = {*(before.replies if before else ()), *read_part(part)}
    order = Order(lesson.number, spec, str(part), fresh)
    out = places.cache("recordings", "runs").absolute()
    settings = {RECORD: json.dumps(asdict(order)), "LADDER_TRACKING": "offline"}
    how = {"out": out, "settings": settings, "timeout": timeout, "jobs": 1, "force": True, "fresh_home": True, "watcher": watcher}
    [result] = run([lesson], parameters={"second": spec}, **how)
    replies = read_part(part)
    if not result.ok:
        raise RuntimeError(
            f"{result.name} stopped: {result.error}; {len(replies):,} replies are kept, and the same command asks only for the rest"
        )
    path = Recording(lesson.number, _about(lesson.number, spec), replies).write(place(lesson.number, spec))
    part.unlink(missing_ok=True)
    asked = [reply for key, reply in replies.items() if key not in paid]
    return Recorded(path, len(replies), len(asked), math.fsum(reply.usd for reply in asked))


def _part(lesson: str, spec: str, fresh: bool) -> tuple[Path, bool]:
    """The file of the unfinished recording; one that was begun afresh goes on afresh."""
    name = f"{lesson}-{place(lesson, spec).stem}"
    anew, more = places.cache("recordings", f"{name}.fresh.jsonl"), places.cache("recordings", f"{name}.jsonl")
    return (anew, True) if fresh or anew.exists() else (more, False)


def _about(lesson: str, spec: str) -> dict[str, Any]:
    """The first line of a recording: which model, when, on what. No address of a server, and no path, is in it."""
    model = models.load(spec)
    return {
        "model": place(lesson, spec).stem,
        "name": model.name,
        "about": model.about,
        "fingerprint": weights(model),
        "context": model.context,
        "parameters": model.parameters,
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, no GPU" if model.parameters else "a server",
        "settings": {name: value for name in ("LADDER_THINKING_TOKENS",) if (value := os.environ.get(name))},
        "versions": {name: version(name) for name in _libraries(model)},
    }


def _libraries(model: models.Model) -> tuple[str, ...]:
    return ("torch", "transformers") if model.parameters else ("openai",)


def _lines(path: Path) -> list[Mapping]:
    """The replies in a recording's file, as they stand there."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").rstrip("\n").split("\n")[1:]]
