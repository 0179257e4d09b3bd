"""Parts of an application, and the desk that puts them together: guards in, cache, router, the part for the route, guards out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helpers.desk.caches import AnswerCache
from helpers.desk.router import Router
from helpers.desk.trace import Trace
from helpers.methods.method import Answer

if TYPE_CHECKING:
    import pandas

    from helpers.methods.method import OnAnswer
    from helpers.models import Model

__all__ = ["REFUSAL", "Desk", "Part", "exposure"]

REFUSAL = "declined"  # what the desk says where it may not, or will not, answer
Solve = Callable[[Sequence[Mapping], "Model | None"], list[Answer]]


@dataclass(frozen=True)
class Part:
    """One part: its name, what it answers examples with, where it runs ("" is this process, else a URL), and what is sent there."""

    name: str
    solve: Solve
    endpoint: str = ""
    sent: tuple[str, ...] = ("question",)


@dataclass(frozen=True)
class Desk:
    """An application as a method: `solve` answers many examples, `ask` one question with its trace. Examples have an input and an asker.

    `parts` has a part for every route that `router` gives. A guard of `before` sees the question, one of `after` the answer and the
    texts that the part had; each says why it stops, or "". ValueError: a route without a part.
    """

    name: str
    router: Router
    parts: Mapping[str, Part]
    before: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    after: Mapping[str, Callable[[Answer, Mapping], str]] = field(default_factory=dict)
    cache: AnswerCache | None = None

    def ask(self, question: str, model: Model | None = None, *, asker: str = "") -> tuple[Answer, Trace]:
        """The answer to one question, and the trace of how it came about."""
        trace = Trace()
        return self._work([{"input": question, "asker": asker}], model, trace)[0], trace

    def solve(self, examples: Sequence[Mapping], model: Model | None, on_answer: OnAnswer | None = None) -> list[Answer]:
        """One answer an example, in order."""
        answers = self._work(examples, model, Trace())
        for i, answer in enumerate(answers):
            if on_answer:
                on_answer(i, answer)
        return answers

    def _work(self, examples: Sequence[Mapping], model: Model | None, trace: Trace) -> list[Answer]:
        answers: dict[int, Answer] = {}
        with trace.span("guards in") as span:
            reasons = {i: self._stopped(example["input"]) for i, example in enumerate(examples)}
            answers |= {i: Answer(REFUSAL, error=None) for i, reason in reasons.items() if reason}
            span.note = next(filter(None, reasons.values()), "passed")
        if self.cache:
            with trace.span("cache") as span:
                kept = {i: self.cache.get(e.get("asker", ""), e["input"]) for i, e in enumerate(examples) if i not in answers}
                answers |= {i: Answer(text) for i, text in kept.items() if text is not None}
                span.note = "hit" if any(text is not None for text in kept.values()) else "miss"
        rest = [i for i in range(len(examples)) if i not in answers]
        new = self._answered([examples[i] for i in rest], model, trace) if rest else []
        for i, answer in zip(rest, new, strict=True):
            answers[i] = answer
            if self.cache and not answer.error:
                self.cache.put(examples[i].get("asker", ""), examples[i]["input"], answer.text)
        return [answers[i] for i in range(len(examples))]

    def _stopped(self, question: str) -> str:
        return next((f"{name}: {why}" for name, guard in self.before.items() if (why := guard(question))), "")

    def _answered(self, examples: list[Mapping], model: Model | None, trace: Trace) -> list[Answer]:
        """Route, answer part by part, and look at what goes out."""
        with trace.span("router") as span:
            routes = self.router([example["input"] for example in examples])
            span.note = ", ".join(dict.fromkeys(routes))
        if strange := sorted(set(routes) - set(self.parts)):
            raise ValueError(f"no part for the route {strange[0]!r}; the parts are for: {', '.join(self.parts)}")
        answers: dict[int, Answer] = {}
        for route in dict.fromkeys(routes):
            at = [i for i, other in enumerate(routes) if other == route]
            with trace.span(self.parts[route].name) as span:
                answers |= zip(at, self.parts[route].solve([examples[i] for i in at], model), strict=True)
                span.note = answers[at[0]].text[:60]
        with trace.span("guards out") as span:
            held = {i: self._held(answer, examples[i]) for i, answer in answers.items()}
            span.note = next(filter(None, held.values()), "passed")
        return [_refused(answers[i], held[i]) for i in range(len(examples))]

    def _held(self, answer: Answer, example: Mapping) -> str:
        return next((f"{name}: {why}" for name, guard in self.after.items() if (why := guard(answer, example))), "")


def _refused(answer: Answer, why: str) -> Answer:
    """The answer, or in its place "I don't know" where a guard holds it back; its replies still count as asked for."""
    return Answer("I don't know", answer.replies, answer.messages) if why and not answer.error else answer


def exposure(parts: Sequence[Part], deployments: Mapping[str, Mapping[str, str]]) -> pandas.DataFrame:
    """What leaves the building: a row a part, a column a deployment, which maps names of parts to other endpoints than they declare.

    An endpoint on this machine (none, or a loopback address) sends nothing out; for any other, the cell says what goes there.
    ValueError: a deployment names a part that is not there, or an endpoint has no scheme such as https://.

    >>> exposure([Part("model", None, sent=("question",))], {"hosted": {"model": "https://api.example"}}).loc["model", "hosted"]
    'question to api.example'
    """
    import pandas as pd

    names = [part.name for part in parts]
    if odd := sorted({name for other in deployments.values() for name in other} - set(names)):
        raise ValueError(f"no part is called {odd[0]!r}; the parts are: {', '.join(names)}")
    columns = {name: [_leaves(part, other.get(part.name, part.endpoint)) for part in parts] for name, other in deployments.items()}
    return pd.DataFrame(columns, names)


def _leaves(part: Part, endpoint: str) -> str:
    from ipaddress import ip_address
    from urllib.parse import urlsplit

    if endpoint and "://" not in endpoint:
        raise ValueError(f"endpoint {endpoint!r} of {part.name}: write it with its scheme, as in 'https://api.example/v1'")
    host = urlsplit(endpoint).hostname or ""
    try:
        local = ip_address(host).is_loopback
    except ValueError:
        local = host in ("", "localhost")
    return "nothing" if local else f"{' and '.join(part.sent)} to {host}"
