"""A model that answers from its recording, and asks itself live about what is not in there."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.models.recordings import Recorder, Recording, conversation_key, order, read
from helpers.models.reply import ModelError, Reply, Settings
from helpers.progress import say
from helpers.storage import digest

if TYPE_CHECKING:
    from helpers.models.cache import Cache
    from helpers.models.door import Model
    from helpers.models.spec import Spec

__all__ = ["NOTES", "STRICT", "Replay", "open_recorded", "sample"]

# Environment variables of the commands that check recordings.
NOTES = "LADDER_RECORDINGS_NOTES"  # JSON, {"folder", "sample"}: where to note what a lesson asks; so many conversations whole
STRICT = "LADDER_RECORDINGS_STRICT"  # "1": what is not in the recording is an error, not a question


class Replay:
    """A recording as a provider. `live` opens the model itself, at the first conversation that was not recorded.

    `change` says what was done to the weights, if anything.

    ModelError, in place of rows of empty answers: conversations are missing, and the model is not at hand.
    """

    change: Mapping | None = None

    def __init__(self, recording: Recording, spec: str, live: Callable[[], Model]) -> None:
        self.recording = recording
        self.spec = spec
        self.name = recording.about["name"]
        self.about = recording.about["about"]
        self.recorded = recording.about["date"]
        self.context = recording.about["context"]
        self.parameters = recording.about["parameters"]
        self._live = live

    def identity(self, cache: Cache | None) -> str:
        """The fingerprint of what was recorded."""
        origin = self.recording.about["fingerprint"]
        return digest([origin, dict(self.change)]) if self.change else origin

    def changed(self, change: Mapping, alter: Callable[[Model], Model]) -> Replay:
        """The recording of the same model with changed weights; `alter` changes the live one."""
        other = copy.copy(self)
        other.change = change
        other._live = lambda: alter(self._live())
        return other

    def count(self, messages: list[dict]) -> int:
        """An estimate: a token is about 4 characters. What a recorded reply took stands in the reply."""
        return sum(4 + len(str(message.get("content") or "")) // 4 for message in messages)

    def answer(self, conversations: Sequence[list[dict]], settings: Settings) -> Iterator[list[tuple[int, Reply]]]:
        """First what was recorded, in one batch; then the rest, as it comes."""
        keys = [conversation_key(messages, settings, self.change) for messages in conversations]
        self._note(keys, conversations, settings)
        replies = self.recording.replies
        recorded = [i for i, key in enumerate(keys) if key in replies]
        if recorded:
            yield [(i, replies[keys[i]]) for i in recorded]
        missing = [i for i, key in enumerate(keys) if key not in replies]
        if missing:
            yield from self._ask(missing, [conversations[i] for i in missing], settings)

    def _ask(self, positions: list[int], conversations: list[list[dict]], settings: Settings) -> Iterator[list[tuple[int, Reply]]]:
        model = self._at_hand(conversations)
        seconds = max(1, round(len(conversations) * self.recording.seconds))
        missing = f"{len(conversations)} replies of {self.spec} are not in the recording of lesson {self.recording.lesson}"
        say(f"{missing}: asking it, about {seconds:,} s")
        for n, reply in model.replies(conversations, settings):
            yield [(positions[n], reply)]

    def _at_hand(self, conversations: list[list[dict]]) -> Model:
        """The model itself; ModelError says how many replies are missing, why it cannot be asked, and what records them."""
        lesson = self.recording.lesson
        first = str(conversations[0][-1].get("content"))[:60]
        missing = f"not in the recording of lesson {lesson}: {len(conversations)} replies of {self.spec} (the first to {first!r})"
        remedy = f"`ladder record {lesson} --model {self.spec}` records them"
        if os.environ.get(STRICT) == "1":
            raise ModelError(f"{missing}; {remedy}")
        try:
            return self._live()
        except ModelError as error:
            raise ModelError(f"{missing}, and it cannot be asked: {error}. Where it can, {remedy}") from error

    def _note(self, keys: list[str], conversations: Sequence[list[dict]], settings: Settings) -> None:
        """For whoever checks the recording: what the lesson asks for, and the conversations behind a sample of it."""
        if not os.environ.get(NOTES):
            return
        notes = json.loads(os.environ[NOTES])
        drawn = sample(self.recording, notes["sample"])
        with Path(notes["folder"], f"{self.recording.lesson}-{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
            for key, messages in zip(keys, conversations, strict=True):
                note = {"lesson": self.recording.lesson, "spec": self.spec, "key": key}
                if key in drawn:
                    note |= {"messages": messages, "settings": asdict(settings), "change": self.change}
                file.write(json.dumps(note, ensure_ascii=False) + "\n")


def sample(recording: Recording, size: int) -> set[str]:
    """The keys of so many of its replies, drawn by a hash: the same ones on every machine."""
    return set(sorted(recording.replies, key=lambda key: digest(recording.lesson + key))[:size])


def open_recorded(spec: Spec, lesson: str, load: Callable[..., Model]) -> Recorder | Replay | None:
    """What answers in the place of a model: its recording of a lesson, or, where one is being made, who writes it. None: neither.

    `load(**changes)` opens the model live. ModelError: the recording was made with other weights.
    """
    wanted = order(lesson, spec.text)
    if wanted is not None:
        return Recorder(load(cache=False), wanted)
    recording = read(lesson, spec.text)
    if recording is not None and spec.kind == "hf" and load().fingerprint != recording.about["fingerprint"]:
        raise ModelError(
            f"the recording of lesson {lesson} was made with other weights of {spec.text!r}: "
            f"`ladder record {lesson} --model {spec.text} --fresh` records these"
        )
    return Replay(recording, spec.text, load) if recording is not None else None
