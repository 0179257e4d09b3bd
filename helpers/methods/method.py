"""Methods: what turns an example into messages, and a reply into an answer; and what it means that a model gives no reply at all.

Anything with a `.name` and a `.solve(examples, model, on_answer)` is a method; the usual one is a prompt.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from helpers.fingerprints import code
from helpers.models.reply import ModelError
from helpers.prompts import Template, as_text
from helpers.storage import short

if TYPE_CHECKING:
    from helpers.models import Model, Reply

__all__ = ["Answer", "Method", "Solver", "answers", "prompt"]

FIRST = 8  # requests that a server is sent at once; if the first so many replies all failed, the rest will too


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
Setting = str | int | float | bool | Sequence | None  # max_tokens, temperature, seed, tools, and what else a model takes


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
        conversations = [self.check(example) for example in examples]
        answers: dict[int, Answer] = {}

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

    def check(self, example: Mapping) -> list[dict]:
        """The messages; a ValueError that names the example if it lacks a field, or is itself one of the shots."""
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
    template: str | Template, *, name: str = "", system: str = "", answer: Callable[[str], str] = str.strip, **settings: Setting
) -> Method:
    """The plainest method: one prompt.

    >>> prompt("Sentiment of: {input}", name="bare", max_tokens=8).name
    'bare'
    """
    template = as_template(template, name, system)
    return Method(name or template.name, template, answer, settings)


def _turn(role: str, content: str) -> dict:
    return {"role": role, "content": content}


def as_template(template: str | Template, name: str, system: str) -> Template:
    """A text as a template of that name. ValueError: a template and a system turn, which it has itself."""
    if isinstance(template, str):
        return Template(name or "prompt", template, system)
    if system:
        raise ValueError(f"template {template.name!r} has its own system turn: Template(name, text, system=...) instead of system=...")
    return template


class Solver(Protocol):
    """A method, as a run needs it; `fingerprint` and `template` are used where it has them."""

    name: str

    def solve(self, examples: Sequence[Mapping], model: Model | None, on_answer: OnAnswer | None = None) -> list[Answer]: ...


def answers(method: Solver, examples: Sequence[Mapping], model: Model | None, on_answer: OnAnswer | None = None) -> list[Answer]:
    """What a method answers, one an example, in order; `on_answer(i, answer)` is called as the answers come.

    ModelError: every reply failed, or the first eight did and may yet come; the others are then not waited for.
    ValueError: the method lost an answer.
    """
    failures: list[str] = []  # "" for a reply that came

    def note(i: int, answer: Answer) -> None:
        failures.append(answer.failed)
        if len(failures) == FIRST and all(failures):
            raise _silence(method, model, failures, "first ")
        if on_answer:
            on_answer(i, answer)

    answered = method.solve(examples, model, note)
    if len(answered) != len(examples):
        raise ValueError(f"method {method.name!r} gave {len(answered)} answers to {len(examples)} examples: solve() gives one each")
    errors = [error for answer in answered if (error := _no_reply(answer))]
    if errors and len(errors) == len(answered):
        raise _silence(method, model, errors)
    return answered


def _no_reply(answer: Answer) -> str:
    """Why an answer has no reply behind it, be it that asking again would help or not; "" if it has one."""
    errors = [reply.error for reply in answer.replies if reply.error]
    return errors[0] if errors and len(errors) == len(answer.replies) else answer.failed


def _silence(method: Solver, model: Model | None, errors: list[str], which: str = "") -> ModelError:
    """The error of a model that gives no reply at all."""
    who = model.name if model else "a method without a model"
    return ModelError(f"no reply from {who}: {errors[0]} (all {which}{len(errors)} requests of {method.name!r} failed; nothing was scored)")
