"""Recordings against the models that made them: what a lesson asks is recorded, nothing else is, and a sample of it is asked again."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
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

    A hosted model costs money: it is asked only where `hosted` says so. A model is loaded once, and what several lessons ask of it with the
    same settings goes into the same batches.
    """
    noted: dict[str, dict[str, list[dict]]] = {}
    for file in sorted(notes.glob("*.jsonl")):
        for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            noted.setdefault(row["spec"], {}).setdefault(row["lesson"], []).append(row)
    found = [result for spec, lessons in sorted(noted.items()) for result in _of_model(spec, lessons, hosted)]
    return sorted(found, key=lambda result: result.name)


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


def _of_model(spec: str, lessons: dict[str, list[dict]], hosted: bool) -> list[Again]:
    """The recordings of one model, by lesson."""
    recordings = [read(lesson, spec) for lesson in sorted(lessons)]
    broken = {recording.lesson: _unasked(recording, spec, lessons[recording.lesson]) for recording in recordings}
    model, skipped = _at_hand(spec, hosted)
    if model is None:
        return [Again(_name(recording, spec), broken=broken[recording.lesson], skipped=skipped) for recording in recordings]
    same = {recording.lesson: recording for recording in recordings if recording.about["fingerprint"] == weights(model)}
    samples = {lesson: {row["key"]: row for row in lessons[lesson] if "messages" in row} for lesson in same}
    differing = _differing(same, model, [row for sample in samples.values() for row in sample.values()])
    results = []
    for recording in recordings:
        lesson, name = recording.lesson, _name(recording, spec)
        if lesson in same:
            results.append(Again(name, len(samples[lesson]), tuple(differing[lesson]), broken[lesson]))
        else:
            why = f"{name}: made with other weights than those that are here; {_remedy(recording, spec)} --fresh"
            results.append(Again(name, broken=(*broken[lesson], why)))
    return results


def _name(recording: Recording, spec: str) -> str:
    return f"recording of {recording.lesson} with {spec}"


def _remedy(recording: Recording, spec: str) -> str:
    return f"ladder record {recording.lesson} --model {spec}"


def _unasked(recording: Recording, spec: str, rows: list[dict]) -> tuple[str, ...]:
    """What the recording holds in vain, as a line to print."""
    unasked = recording.replies.keys() - {row["key"] for row in rows}
    said = f"{_name(recording, spec)}: the lesson asks no more for {len(unasked)} of its {len(recording.replies)} replies"
    return (f"{said}; {_remedy(recording, spec)}",) if unasked else ()


def _at_hand(spec: str, hosted: bool) -> tuple[models.Model | None, str]:
    """The model itself; or None, and why it is not asked."""
    if spec.startswith("openai:") and not hosted:
        return None, "a hosted model costs money; ladder check --recordings asks it"
    try:
        model = models.load(spec, cache=False)
        weights(model)  # a damaged file shows here
    except ModelError as error:
        return None, str(error)
    return model, ""


def _differing(recordings: dict[str, Recording], model: models.Model, rows: list[dict]) -> dict[str, list[str]]:
    """By lesson, the replies that are not what they were, each with both texts; what has the same settings and weights is one batch."""
    batches: dict[str, list[dict]] = {}
    for row in rows:
        batches.setdefault(json.dumps([row["settings"], row["change"]], sort_keys=True), []).append(row)
    lines: dict[str, list[str]] = {lesson: [] for lesson in recordings}
    for how, batch in batches.items():
        settings, change = json.loads(how)
        asked = shrink.rounded(model, **change) if change else model
        replies = asked.ask_many([row["messages"] for row in batch], **settings)
        for row, now in zip(batch, replies, strict=True):
            then = recordings[row["lesson"]].replies[row["key"]]
            if _said(now) != _said(then):
                said = f"recorded {_said(then)!r}, now {_said(now)!r}"
                lines[row["lesson"]].append(f"lesson {row['lesson']}, {row['spec']}, {row['key']}: {said}")
    return lines


def _said(reply: Reply) -> str:
    """All that the model wrote."""
    calls = json.dumps(reply.tool_calls, ensure_ascii=False) if reply.tool_calls else ""
    return "\n".join(filter(None, [reply.thought, reply.text, calls, reply.error]))


def settings(notes: Path, sample: int | None) -> dict[str, str]:
    """The environment in which lessons note what they ask: `sample` replies of each recording are to be asked again, or all (None)."""
    size = sample if sample is not None else sys.maxsize
    return {NOTES: json.dumps({"folder": str(notes), "sample": size}), STRICT: "1"}
