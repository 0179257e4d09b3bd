"""The targets of the card: what is asked, on entities and phrasings that training never saw, and what was hoped for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from helpers.stats import Interval
from pocket_maker.card import scores as score
from pocket_maker.card.desk import Case, Desk, case
from pocket_maker.card.text import interval, share, table
from pocket_maker.corpus.families.arithmetic import arithmetic
from pocket_maker.corpus.families.extraction import extract
from pocket_maker.corpus.families.facts import known_fact
from pocket_maker.corpus.families.in_context import few_shot
from pocket_maker.corpus.families.judging import judge
from pocket_maker.corpus.families.labels import sentiment
from pocket_maker.corpus.families.reading import reading
from pocket_maker.corpus.families.tools import tool_call

if TYPE_CHECKING:
    from helpers.models import Reply
    from pocket_maker.corpus.world import World

__all__ = ["SOURCES", "LINES", "Result", "measure", "section"]

# what is said where a target is not met
MORE = """
What would help are more varied words in the corpus. `ladder pocket train --preset gpu` makes these weights again, `--preset day` smaller
ones on two CPU cores; both go on after a kill, and with `--install` the finished model is copied to data/pocket.
"""
SIDES = ("positive", "negative")
SHOTS = (0, 1, 2, 4, 6)
TERMS = (2, 3, 4, 5)


@dataclass(frozen=True)
class Source:
    """Questions of one kind: `make(world, i)` writes the i-th; sources of the same `worlds` are about the same things."""

    make: Callable[[World, int], list[dict]]
    worlds: str
    max_tokens: int = 24


@dataclass(frozen=True)
class Line:
    """One line of the table: how the replies to a source are scored. target: the least share hoped for, or None.

    below: the name of a line that this one should lie `target` under.
    """

    name: str
    asked: str
    source: str
    score: Callable[[Reply, Case], float]
    target: float | None = None
    below: str = ""


@dataclass(frozen=True)
class Result:
    """What a line measured: one score an example. `met` is None where nothing was hoped for."""

    line: Line
    scores: list[float]
    met: bool | None

    @property
    def score(self) -> Interval:
        """The mean and its 95% interval."""
        return interval(self.scores)


def _sum(w: World, i: int, *, terms: int, steps: bool) -> list[dict]:
    return arithmetic(w, terms=terms, steps=steps)


def _shown(w: World, i: int, *, shots: int) -> list[dict]:
    return few_shot(w, shots=shots, kind="sentiment", labels="arbitrary")


SOURCES = {
    "facts": Source(lambda w, i: known_fact(w, decline=False, several=1, whole=False), "facts"),
    "sentiment": Source(lambda w, i: sentiment(w, side=SIDES[i % 2], form="exact"), "sentiment", 12),
    **{f"{k} shots": Source(partial(_shown, shots=k), f"{k} shots", 32) for k in SHOTS},
    **{f"sum {k} steps": Source(partial(_sum, terms=k, steps=True), f"sum {k}", 40 + 25 * k) for k in TERMS},
    **{f"sum {k} direct": Source(partial(_sum, terms=k, steps=False), f"sum {k}", 40) for k in TERMS},
    "answerable": Source(lambda w, i: reading(w, answerable=True), "answerable", 64),
    "unanswerable": Source(lambda w, i: reading(w, answerable=False), "unanswerable", 48),
    "json": Source(lambda w, i: extract(w, fmt="json"), "json", 224),
    "call": Source(lambda w, i: tool_call(w, needed=True), "call", 128),
    "no call": Source(lambda w, i: tool_call(w, needed=False), "no call", 48),
    "judge": Source(lambda w, i: judge(w, right=i % 2 == 0), "judge", 24),
}

LINES = (
    Line("known facts", "a fact of the corpus in an unseen phrasing", "facts", score.same, 0.95),
    Line("sentiment", "the label of an unseen review, no examples", "sentiment", score.same, 0.95),
    *(Line(f"made-up labels, {k} shot{'s' * (k != 1)}", "sentiment, the labels mean nothing", f"{k} shots", score.same,
           0.9 if k == 6 else None) for k in SHOTS),
    *(Line(f"sum of {k}, steps", "the sum with steps; the last number counts", f"sum {k} steps", score.last_number, 0.9 if k > 2 else None)
      for k in TERMS),
    *(Line(f"sum of {k}, direct", "the same sums, the number at once", f"sum {k} direct", score.only_number,
           0.2 if k > 2 else None, f"sum of {k}, steps") for k in TERMS),
    Line("reading, answerable", "a question that the text answers", "answerable", score.same, 0.9),
    Line("reading, unanswerable", "one that it does not, told to decline", "unanswerable", score.declines, 0.85),
    Line("JSON extraction, valid", "names in a text as JSON: of the shape asked for", "json", score.valid_json, 0.95),
    Line("JSON extraction, F1", "the same replies: F1 of the names", "json", score.list_f1, 0.9),
    Line("tool call, valid", "a call that fits a schema on offer", "call", score.valid_call, 0.95),
    Line("tool call, right", "the same replies: name and all arguments right", "call", score.right_call, 0.9),
    Line("no tool needed", "a request that no tool on offer fits: no call", "no call", score.no_call),
    Line("judge", "an answer against a reference: agreement", "judge", score.same, 0.85),
)  # fmt: skip


def measure(desk: Desk) -> dict[str, Result]:
    """Every line's result by its name, in the order of LINES; each source is asked once."""
    asked = {name: _ask(desk, name) for name in SOURCES}
    found: dict[str, Result] = {}
    for line in LINES:
        scores = [line.score(reply, one) for reply, one in zip(asked[line.source][1], asked[line.source][0], strict=True)]
        found[line.name] = Result(line, scores, _met(line, scores, found))
    return found


def questions(desk: Desk, name: str, n: int | None = None) -> list[Case]:
    """The first n cases of a source."""
    source = SOURCES[name]
    return [case(source.make(w, i)) for i, w in enumerate(desk.worlds(source.worlds, n))]


def _ask(desk: Desk, name: str) -> tuple[list[Case], list[Reply]]:
    desk.step(name)
    cases = questions(desk, name)
    return cases, desk.ask([one.messages for one in cases], max_tokens=SOURCES[name].max_tokens)


def _met(line: Line, scores: list[float], found: dict[str, Result]) -> bool | None:
    if line.target is None:
        return None
    mean = sum(scores) / len(scores)
    return found[line.below].score.value - mean >= line.target if line.below else mean >= line.target


def section(found: dict[str, Result]) -> str:
    """The table of targets and one line that counts."""
    hoped = [result for result in found.values() if result.met is not None]
    met = sum(result.met for result in hoped)
    rows = [
        (r.line.name, r.line.asked, _target(r.line), share(r.score), r.score.n, {None: "", True: "met", False: "**not met**"}[r.met])
        for r in found.values()
    ]
    missed = "; ".join(r.line.name for r in hoped if not r.met) or "none"
    head = ("line", "asked for", "target", "measured [95%]", "n", "")
    more = "" if met == len(hoped) else MORE
    return f"{met} of {len(hoped)} targets met; not met: {missed}.\n{more}\n{table(head, rows)}"


def _target(line: Line) -> str:
    if line.target is None:
        return ""
    return f"≥ {100 * line.target:.0f} points below steps" if line.below else f"≥ {line.target:.0%}"
