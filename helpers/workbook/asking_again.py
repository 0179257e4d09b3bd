"""Recordings against the models that made them: what a lesson asks is recorded, nothing else is, and a sample of it is asked again."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers import models, places, shrink
from helpers.models import ModelError, Reply
from helpers.models.recordings import Recording, read, weights
from helpers.models.replay import NOTES, STRICT

__all__ = ["LEAST", "MOST_WRONG", "SAMPLE", "Again", "again", "recorded_lessons", "settings", "verdict"]

SAMPLE = 20  # replies of a recording
LEAST = 0.95  # of the replies that are asked again, all lessons together, letter for letter
MOST_WRONG = 3  # in one lesson: another processor flips a near tie


@dataclass(frozen=True)
class Again:
    """One recording, asked again. `asked` replies were compared; each of `differing` says what was recorded and what came now.

    `broken` says what is wrong with the recording itself; `skipped` why nothing was asked.
    """

    name: str
    asked: int = 0
    differing: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    skipped: str = ""


def recorded_lessons() -> list[str]:
    """The numbers of the lessons that have a recording."""
    return sorted({path.parent.name for path in places.recordings().glob("*/*.jsonl")})


def again(notes: Path, *, hosted: bool = False) -> list[Again]:
    """Each recording that the executed lessons read, against what they noted in the folder `notes` (`replay.NOTES`).

    A hosted model costs money: it is asked only where `hosted` says so.
    """
    rows = [json.loads(line) for file in sorted(notes.glob("*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines()]
    recordings = sorted({(row["lesson"], row["spec"]) for row in rows})
    return [
        _one(lesson, spec, [row for row in rows if (row["lesson"], row["spec"]) == (lesson, spec)], hosted) for lesson, spec in recordings
    ]


def verdict(results: Sequence[Again]) -> list[str]:
    """What is wrong, in the words to print; empty where all recordings hold."""
    lines = [line for result in results for line in result.broken]
    asked = sum(result.asked for result in results)
    differing = sum(len(result.differing) for result in results)
    too_many = [result for result in results if len(result.differing) > MOST_WRONG]
    if too_many or differing > (1 - LEAST) * asked:
        lines += [line for result in results for line in result.differing]
        rule = f"at least {LEAST:.0%} must be, and in each lesson all but {MOST_WRONG}"
        lines.append(f"{asked - differing} of {asked} replies asked again are as recorded; {rule}")
    return lines


def _one(lesson: str, spec: str, rows: list[dict], hosted: bool) -> Again:
    recording = read(lesson, spec)
    name = f"recording of {lesson} with {spec}"
    remedy = f"ladder record {lesson} --model {spec}"
    unasked = recording.replies.keys() - {row["key"] for row in rows}
    broken = [f"{name}: the lesson asks no more for {len(unasked)} of its {len(recording.replies)} replies; {remedy}"] if unasked else []
    if spec.startswith("openai:") and not hosted:
        return Again(name, broken=tuple(broken), skipped="a hosted model costs money; ladder check --recordings asks it")
    try:
        model = models.load(spec, cache=False)
        fingerprint = weights(model)
    except ModelError as error:
        return Again(name, broken=tuple(broken), skipped=str(error))
    if fingerprint != recording.about["fingerprint"]:
        return Again(name, broken=(*broken, f"{name}: made with other weights than those that are here; {remedy} --fresh"))
    sample = {row["key"]: row for row in rows if "messages" in row}
    return Again(name, len(sample), tuple(_differing(recording, model, list(sample.values()))), tuple(broken))


def _differing(recording: Recording, model: models.Model, rows: list[dict]) -> Iterator[str]:
    """The replies that are not what they were, each with both texts; those with the same settings and weights are asked in one batch."""
    batches: dict[str, list[dict]] = {}
    for row in rows:
        batches.setdefault(json.dumps([row["settings"], row["change"]], sort_keys=True), []).append(row)
    for how, batch in batches.items():
        settings, change = json.loads(how)
        asked = shrink.rounded(model, **change) if change else model
        replies = asked.ask_many([row["messages"] for row in batch], **settings)
        for row, now in zip(batch, replies, strict=True):
            then = recording.replies[row["key"]]
            if _said(now) != _said(then):
                yield f"lesson {recording.lesson}, {row['spec']}, {row['key']}: recorded {_said(then)!r}, now {_said(now)!r}"


def _said(reply: Reply) -> str:
    """All that the model wrote."""
    calls = json.dumps(reply.tool_calls, ensure_ascii=False) if reply.tool_calls else ""
    return "\n".join(filter(None, [reply.thought, reply.text, calls, reply.error]))


def settings(notes: Path, sample: int | None) -> dict[str, str]:
    """The environment in which lessons note what they ask: `sample` replies of each recording are to be asked again, or all (None)."""
    size = sample if sample is not None else sys.maxsize
    return {NOTES: json.dumps({"folder": str(notes), "sample": size}), STRICT: "1"}
