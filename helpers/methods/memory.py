"""Memory of a conversation: which earlier turns a model is shown again. Whatever is left out is counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Recall", "full", "retrieval", "summary", "window"]

Count = Callable[[list[dict]], int]  # tokens of a conversation, such as model.count_tokens


@dataclass(frozen=True, repr=False)
class Recall:
    """What the model is shown, ending in the question; of `turns` earlier turns, `dropped` are not shown word for word.

    A turn is a message of the user's and what followed it. `ask(recalled.messages)` asks.
    """

    messages: list[dict]
    turns: int
    dropped: int

    def __repr__(self) -> str:
        return f"{len(self.messages)} messages; {self.dropped} of {self.turns} earlier turns are not shown"


def full(history: Sequence[dict], question: str, *, count: Count | None = None, budget: int | None = None) -> Recall:
    """Every turn. With a budget of tokens, counted by `count`, the oldest turns are dropped until the rest fits.

    ValueError: the system text and the question alone are longer than the budget, or there is a budget and nothing that counts.
    """
    opening, turns = _split(history)
    if budget is None:
        return _shown(opening, turns, question, len(turns))
    if count is None:
        raise ValueError("a budget is in tokens: say what counts them, as in full(history, question, count=model.count_tokens, budget=900)")
    alone = count(_shown(opening, [], question, 0).messages)
    if alone > budget:
        raise ValueError(f"the question alone has {alone:,} tokens, the budget is {budget:,}: shorten it, or raise the budget")
    low, high = 0, len(turns)  # so many of the last turns fit
    while low < high:
        middle = (low + high + 1) // 2
        fits = count(_shown(opening, turns[-middle:], question, len(turns)).messages) <= budget
        low, high = (middle, high) if fits else (low, middle - 1)
    return _shown(opening, turns[len(turns) - low :], question, len(turns))


def window(history: Sequence[dict], question: str, *, last: int = 2) -> Recall:
    """The last so many turns."""
    opening, turns = _split(history)
    return _shown(opening, turns[len(turns) - _at_least(0, last=last) :], question, len(turns))


def summary(history: Sequence[dict], question: str, summarize: Callable[[list[dict]], str], *, last: int = 2) -> Recall:
    """The last so many turns, and before them a system turn with what `summarize` makes of the older messages; "" adds none."""
    opening, turns = _split(history)
    at = max(0, len(turns) - _at_least(0, last=last))
    older = [message for turn in turns[:at] for message in turn]
    text = summarize(older) if older else ""
    notes = [{"role": "system", "content": text}] if text else []
    return _shown([*opening, *notes], turns[at:], question, len(turns))


def retrieval(history: Sequence[dict], question: str, *, most: int = 2) -> Recall:
    """The turns that share most with the question (BM25 over their words), in the order in which they were said; ties go to the newer."""
    opening, turns = _split(history)
    wanted = _best(turns, question, _at_least(1, most=most))
    return _shown(opening, [turns[at] for at in sorted(wanted)], question, len(turns))


def _best(turns: list[list[dict]], question: str, most: int) -> list[int]:
    """The positions of the turns that BM25 finds, newest first among equals."""
    from helpers.retrieval import Bm25, Chunk

    chunks = [Chunk(f"turn#{at}", f"turn-{at}", "", "\n".join(str(m.get("content") or "") for m in turns[at])) for at in range(len(turns))]
    chunks = [chunk for chunk in reversed(chunks) if any(map(str.isalnum, chunk.text))]
    if not chunks or not any(map(str.isalnum, question)):
        return []
    return [int(hit.chunk.page.removeprefix("turn-")) for hit in Bm25(chunks).search([question], k=most)[0]]


def _split(history: Sequence[dict]) -> tuple[list[dict], list[list[dict]]]:
    """The messages before the first of the user's, and the turns."""
    first = next((at for at, message in enumerate(history) if message["role"] == "user"), len(history))
    turns: list[list[dict]] = []
    for message in history[first:]:
        if message["role"] == "user":
            turns.append([])
        turns[-1].append(message)
    return list(history[:first]), turns


def _shown(opening: list[dict], turns: list[list[dict]], question: str, total: int) -> Recall:
    messages = [message for turn in turns for message in turn]
    return Recall([*opening, *messages, {"role": "user", "content": question}], total, total - len(turns))


def _at_least(least: int, **named: int) -> int:
    ((name, value),) = named.items()
    if value < least:
        raise ValueError(f"{name}={value}: it is a number of turns, {least} or more")
    return value
