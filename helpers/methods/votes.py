"""More than one reply to an example: a vote over samples (self-consistency), and a second turn that asks for a critique."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpers.methods.method import Answer, Method, OnAnswer
from helpers.storage import short

if TYPE_CHECKING:
    from helpers.models import Model, Reply
    from helpers.prompts import Template

__all__ = ["critique", "most_common", "vote"]


def most_common(answers: Sequence[str]) -> str:
    """The answer given most often; of several, the one that came first. An empty answer, a reply that could not be read, has no vote.

    >>> most_common(["", "18", "20", "20", "18", ""])
    '18'
    """
    counts = Counter(answer for answer in answers if answer)
    return max(counts, key=counts.get) if counts else ""


@dataclass(frozen=True)
class Vote:
    """Asks `samples` times with other seeds, and answers what most replies say."""

    name: str
    method: Method
    samples: int

    @property
    def template(self) -> Template:
        return self.method.template

    @property
    def settings(self) -> Mapping:
        return {**self.method.settings, "samples": self.samples}

    @property
    def fingerprint(self) -> str:
        return short(f"vote {self.samples} {self.method.fingerprint}")

    def solve(self, examples: Sequence[Mapping], model: Model, on_answer: OnAnswer | None = None) -> list[Answer]:
        """One answer an example, with all its replies; an example of which a reply never came has failed, and is asked again."""
        rounds: list[list[Answer]] = []
        for seed in range(self.samples):
            rounds.append(replace(self.method, settings={**self.method.settings, "seed": seed}).solve(examples, model))
            if all(answer.failed for answer in rounds[-1]):
                break
        answers = [self._counted(given) for given in zip(*rounds, strict=True)]
        for i, answer in enumerate(answers):
            if on_answer:
                on_answer(i, answer)
        return answers

    def _counted(self, given: Sequence[Answer]) -> Answer:
        text = most_common([answer.text for answer in given])
        replies = tuple(reply for answer in given for reply in answer.replies)
        error = None if text else next((answer.error for answer in given if answer.error), "no reply could be read, so nobody voted")
        return Answer(text, replies, given[0].messages, error)


def vote(method: Method, *, samples: int = 9, temperature: float = 0.7, name: str = "") -> Vote:
    """Self-consistency: ask for several samples, and let them vote. Wang et al. 2022, arXiv:2203.11171.

    ValueError: a vote of one, or samples without chance (temperature 0), which are all the same reply.
    """
    if samples < 2:
        raise ValueError(f"samples={samples}: one reply is no vote; use the method itself, or samples=3 or more")
    if not temperature > 0:
        raise ValueError(f"temperature={temperature}: the samples would all be the same reply; use more than 0, 0.7 is usual")
    sampled = replace(method, settings={**method.settings, "temperature": temperature})
    return Vote(name or f"vote of {samples}", sampled, samples)


@dataclass(frozen=True)
class Critique:
    """Asks twice: the method, then a second turn about the first reply; the second reply counts."""

    name: str
    method: Method
    text: str

    @property
    def settings(self) -> Mapping:
        return {**self.method.settings, "critique": self.text}

    @property
    def fingerprint(self) -> str:
        return short(json.dumps(["critique", self.text, self.method.fingerprint]))

    def solve(self, examples: Sequence[Mapping], model: Model, on_answer: OnAnswer | None = None) -> list[Answer]:
        """One answer an example, with both replies; where the first never came there is no second."""
        first = self.method.solve(examples, model)
        asked = [i for i, answer in enumerate(first) if not answer.replies[0].error]
        second = model.ask_many([self._conversation(first[i]) for i in asked], **self.method.settings) if asked else []
        later = dict(zip(asked, second, strict=True))
        answers = [self._read(answer, later.get(i)) for i, answer in enumerate(first)]
        for i, answer in enumerate(answers):
            if on_answer:
                on_answer(i, answer)
        return answers

    def _conversation(self, answer: Answer) -> list[dict]:
        said = {"role": "assistant", "content": answer.replies[0].text}
        return [*answer.messages, said, {"role": "user", "content": self.text}]

    def _read(self, first: Answer, reply: Reply | None) -> Answer:
        if reply is None:
            return first
        messages = self._conversation(first)
        if reply.error:
            return Answer("", (*first.replies, reply), messages, reply.error)
        try:
            return Answer(str(self.method.answer(reply.text)), (*first.replies, reply), messages)
        except Exception as error:  # the reader's own function, on whatever the model wrote
            return Answer("", (*first.replies, reply), messages, f"the reply could not be read: {type(error).__name__}: {error}")


def critique(method: Method, text: str = "Check your answer. If it is wrong, correct it.", *, name: str = "self-critique") -> Critique:
    """Self-critique: ask, show the model its reply, ask for a better one. Madaan et al. 2023, "Self-Refine", arXiv:2303.17651."""
    return Critique(name, method, text)
