"""What is behind the page: a function from a question to an answer with its route, its sources and its trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.desk import Desk
    from helpers.models import Model

__all__ = ["Application", "Shown", "behind"]


@dataclass(frozen=True)
class Shown:
    """What the page shows of an answer. Of a source of several lines the first stands there, and a click shows the rest.

    `trace` holds things with a `part`, its `seconds` and a `note`, as the spans of a desk's trace have them.
    """

    text: str
    route: str
    sources: Sequence[str] = ()
    trace: Sequence[Any] = ()


Application = Callable[[str, str], Shown]  # from a question and who asks; called in one thread, never twice at once


def behind(desk: Desk, model: Model | None) -> Application:
    """A desk, with the model that it asks, as an application for a page."""

    def answer(question: str, asker: str) -> Shown:
        reply, trace = desk.ask(question, model, asker=asker)
        route = next((span.note for span in trace.spans if span.part == "router"), "none: it was answered before the router")
        sources = [f"what the model was shown, {turn['role']} turn\n{turn['content']}" for turn in reply.messages]
        return Shown(reply.text or f"No answer: {reply.error or 'the reply was empty'}", route, sources, trace.spans)

    return answer
