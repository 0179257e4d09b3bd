"""Methods: what turns an example into messages, and a reply into an answer.

Anything with a `.name` and a `.solve(examples, model, on_answer)` is a method; these are the first few.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helpers.fingerprints import code
from helpers.prompts import Template, as_text
from helpers.storage import short

if TYPE_CHECKING:
    from helpers.models import Model, Reply

__all__ = ["Answer", "Method", "prompt", "few_shot", "majority"]


@dataclass(frozen=True)
class Answer:
    """What a method makes of one example: the text to score, and every reply it took to get there.

    `error` says why there is no text: a reply never came, or it could not be read.
    """

    text: str
    replies: tuple[Reply, ...] = ()
    messages: list[dict] = field(default_factory=list)
    error: str | None = None

    @property
    def failed(self) -> str:
        """Why a reply never came, so that asking again may help; "" if all came, whether they could be read or not."""
        lost = next((reply.error for reply in self.replies if reply.error and not reply.final), "")
        return lost or ("" if self.replies else self.error or "")


OnAnswer = Callable[[int, Answer], None]


@dataclass(frozen=True)
class Method:
    """One prompt, one reply: the template makes the messages, `answer` reads the reply.

    `settings` go to `model.ask_many` (max_tokens, temperature, seed, tools); `shots` are solved examples
    that come first, as turns of their own (`in_turns`) or all inside the one user turn.
    """

    name: str
    template: Template
    answer: Callable[[str], str] = str.strip
    settings: Mapping = field(default_factory=dict)
    shots: tuple[Mapping, ...] = ()
    in_turns: bool = True

    def messages(self, example: Mapping) -> list[dict]:
        """The whole conversation that the model is shown for one example."""
        *system, user = self.template.render(example)
        solved = [(self.template.render(shot)[-1]["content"], as_text(shot["target"])) for shot in self.shots]
        if self.in_turns:
            turns = [turn for ask, reply in solved for turn in (_turn("user", ask), _turn("assistant", reply))]
            return [*system, *turns, user]
        blocks = [f"{ask}\n{reply}" for ask, reply in solved] + [user["content"]]
        return [*system, _turn("user", "\n\n".join(blocks))]

    def solve(self, examples: Sequence[Mapping], model: Model, on_answer: OnAnswer | None = None) -> list[Answer]:
        """One answer an example, in order. Every message is made before the first call, so a bad example costs nothing.

        ValueError: an example that lacks a field, or that is itself one of the shots.
        """
        if model is None:
            raise TypeError(f"method {self.name!r} asks a model, got None: runs.run(method, task, load('pocket'))")
        conversations, answers = [self._messages_or_name(example) for example in examples], {}

        def tell(i: int, reply: Reply) -> None:
            answers[i] = self._read(reply, conversations[i])
            if on_answer:
                on_answer(i, answers[i])

        replies = model.ask_many(conversations, on_reply=tell, **self.settings)
        return [answers.get(i) or self._read(reply, conversations[i]) for i, reply in enumerate(replies)]

    @property
    def fingerprint(self) -> str:
        """Twelve characters that change with anything that can change an answer; the name and version do not count."""
        parts = [self.template.fingerprint, sorted(self.settings.items()), [dict(shot) for shot in self.shots], self.in_turns]
        return short(json.dumps(parts, default=repr) + code(self.answer))

    def _messages_or_name(self, example: Mapping) -> list[dict]:
        name = example.get("id", "without an id")
        if any(self._same(shot, example) for shot in self.shots):
            raise ValueError(
                f"example {name!r} is one of the shots of method {self.name!r}, so its answer would be in its own prompt: "
                "draw the shots from the train split."
            )
        try:
            return self.messages(example)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"method {self.name!r} cannot ask about example {name!r} (no model was called): {error.args[0]}") from error

    def _same(self, shot: Mapping, example: Mapping) -> bool:
        """Whether both ask the same: the same input or, where there is none to ask about, the same in every field of the template."""
        fields = self.template.fields
        if "input" in fields and shot.get("input") and example.get("input"):
            return shot["input"] == example["input"]
        return bool(fields) and all(shot.get(name) is not None and shot.get(name) == example.get(name) for name in fields)

    def _read(self, reply: Reply, messages: list[dict]) -> Answer:
        if reply.error:
            return Answer("", (reply,), messages, reply.error)
        try:
            return Answer(str(self.answer(reply.text)), (reply,), messages)
        except Exception as error:  # the reader's own function, on whatever the model wrote
            return Answer("", (reply,), messages, f"the reply could not be read: {type(error).__name__}: {error}")


def prompt(
    template: str | Template, *, name: str = "", system: str = "", answer: Callable[[str], str] = str.strip, **settings: object
) -> Method:
    """The plainest method: one prompt.

    >>> prompt("Sentiment of: {input}", name="bare", max_tokens=8).name
    'bare'
    """
    template = _template(template, name, system)
    return Method(name or template.name, template, answer, settings)


def few_shot(
    template: str | Template,
    shots: Iterable[Mapping],
    *,
    name: str = "",
    system: str = "",
    answer: Callable[[str], str] = str.strip,
    in_turns: bool = True,
    **settings: object,
) -> Method:
    """A prompt with solved examples before it: turns of the conversation, or blocks of one turn. Brown et al. 2020, arXiv:2005.14165.

    >>> shots = [{"input": "Lovely.", "target": "positive"}]
    >>> [m["content"] for m in few_shot("{input}", shots).messages({"input": "Dull."})]
    ['Lovely.', 'positive', 'Dull.']
    """
    shots = tuple(dict(shot) for shot in shots)
    template = _template(template, name, system)
    for i, shot in enumerate(shots):
        if shot.get("target") is None:
            raise ValueError(f"shot {i + 1} of {len(shots)} has no target: it must show the answer, as in {{'input': ..., 'target': ...}}")
    return Method(name or f"{len(shots)} shots", template, answer, settings, shots, in_turns)


@dataclass(frozen=True)
class _Constant:
    """Answers every example alike, and asks no model."""

    name: str
    text: str

    @property
    def fingerprint(self) -> str:
        return short("constant" + self.text)

    def solve(self, examples: Sequence[Mapping], model: Model | None = None, on_answer: OnAnswer | None = None) -> list[Answer]:
        answers = [Answer(self.text) for _ in examples]
        for i, answer in enumerate(answers):
            if on_answer:
                on_answer(i, answer)
        return answers


def majority(train: Iterable[Mapping], *, name: str = "majority") -> _Constant:
    """The trivial baseline: always the most frequent target of `train` (of equals, the first seen). It asks no model.

    >>> majority([{"target": "b"}, {"target": "a"}, {"target": "a"}]).text
    'a'
    """
    counts = Counter(as_text(example["target"]) for example in train)
    if not counts:
        raise ValueError("majority needs at least one example to count, got none: majority(task['train'])")
    return _Constant(name, counts.most_common(1)[0][0])


def _turn(role: str, content: str) -> dict:
    return {"role": role, "content": content}


def _template(template: str | Template, name: str, system: str) -> Template:
    if isinstance(template, str):
        return Template(name or "prompt", template, system)
    if system:
        raise ValueError(f"template {template.name!r} has its own system turn: Template(name, text, system=...) instead of system=...")
    return template
