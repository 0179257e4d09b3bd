"""Summaries: a memo of three to six sentences, of which one holds the decision; the answer states it in one sentence."""

from __future__ import annotations

from helpers.pocket.dress import ask, reply
from helpers.pocket.world import World

__all__ = ["FAMILIES", "summary", "SUMMARY_ASK"]

SUMMARY_ASK = (
    "Summarize the memo in one sentence that states the decision.", "What was decided? Answer in one sentence.", "State the decision in one sentence.",
    "Write a one-sentence summary of the decision.", "In one sentence, what will happen?", "Give the main point of the memo in one sentence.",
    "Sum up this memo in a single sentence.", "What is the decision in this memo? One sentence.", "Condense the memo to one sentence.",
    "Summarize in one sentence.", "Tell me in one sentence what has been decided.", "Write a one-line summary.", "Please summarize this message in one sentence.",
    "I have no time to read this: what is the decision, in one sentence?", "Boil it down to one sentence.", "What should I remember from this? One sentence.",
    "Give a brief summary, one sentence only.", "Reduce this to the decision, in one sentence.", "Could you summarize the decision in one sentence?",
    "TL;DR in one sentence.", "One sentence: what is the outcome?", "Shorten this to a single sentence with the decision.", "Summarise the decision.",
    "State what changes, in one sentence.", "Extract the decision as one full sentence.",
)
SUBJECTS = (
    "the {d} team", "the {d} team", "the {d} department", "the {c} office", "the {c} office", "{p}", "the company", "all new staff", "the {d} and {e} teams",
    "the night shift", "the {c} warehouse", "every team lead", "the project group for {t}", "the staff in {c}", "the board",
)
ACTIONS = (
    "move to {c}", "move to floor {n}", "pay for {t}", "stop paying for {t}", "use {k} instead of {l}", "switch from {k} to {l}", "hire {n} people", "buy {n} {o}",
    "buy new {o} from {K}", "close on {w}", "meet on {w} instead of {v}", "work from home on {w}", "report to {q}", "send all forms to {q}", "start using {k}",
    "stop using {k}", "get {n} extra days for {t}", "receive {n} {o}", "train {n} volunteers", "test {k} for {n} weeks", "limit {t} to {n} days a year",
    "raise the budget for {t} to {N} euros", "cut the budget for {t} by {n} percent", "publish the rules on {t}", "review the policy on {t}", "share one office with the {e} team",
    "open a second site in {c}", "hand the work on {t} over to {q}", "store the {o} in {c}", "replace the old {o}", "sign the contract with {K}", "end the contract with {K}",
    "keep the current rules on {t}", "drop the plan for new {o}", "finish the work on {t}", "ask for written approval of {t}",
)
WHEN = ("", "", " from {m}", " on {n} {m}", " before the end of {m}", " next month", " from next {w}", " in {m}", " until {m}", " this {w}", " by {n} {m}")
LEADS = (
    "It was decided that", "We have decided that", "The board decided that", "It was agreed that", "After a long talk we agreed that", "The final decision is that",
    "In the end, everyone agreed that", "{q} decided that", "The managers agreed that", "After looking at the costs, {q} decided that", "The vote was clear:",
    "Decision:", "The outcome of the meeting is that", "So, as of today it is settled that", "Therefore", "As a result,", "The conclusion was that",
    "To settle this, it was decided that", "Please note that, after all,", "With {n} votes to two, it was agreed that",
)
BEFORE = (
    "Thank you all for coming to the meeting in {c}.", "On {w} the {d} team met in {c}.", "We talked for {n} minutes about {t}.", "Many of you asked about {t}.",
    "The {d} team sent us {n} comments.", "{q} opened the meeting and showed some figures.", "Last year we spent {N} euros on {t}.", "The old {o} cause trouble every week.",
    "{p} explained why the {o} are late.", "There were {n} people in the room, and {q} joined by phone.", "As you know, we have talked about {t} for months.",
    "Since {m}, {n} people have complained about {t}.", "Hello everyone, here are the notes from {w}.", "This memo is about {t}.", "{K} has raised its prices again.",
    "The survey on {t} closed in {m}, with {n} answers.", "Some wanted more {o}, others fewer.", "We looked at three offers, among them one from {K}.",
    "The lease in {c} runs out in {m}.", "{p} and {q} prepared the figures.", "The talks with {K} took longer than planned.", "Nobody was happy with {k}.",
)
MIDDLE = (
    "{p} would have liked to wait until {m}.", "A proposal to move to {c} found no support.", "The idea of buying {n} {o} was rejected.", "The {d} team had asked for {N} euros, which is too much.",
    "Some of us preferred {k}, but it is too slow.", "Moving to {c} was discussed as well, but dropped.", "{q} warned that the costs may rise.", "No one spoke against it.",
    "The other option, {k}, was too expensive.", "There was some doubt about the dates.", "{p} voted against it.", "A second offer came too late.",
)
AFTER = (
    "Questions go to {q}.", "{q} will write to everyone soon.", "The details will follow by mail.", "Thank you for your patience.", "We will look at the figures again in {m}.",
    "Please tell your teams.", "Nothing else changes.", "The minutes are in folder {k}.", "{p} takes care of the rest.", "The next meeting is on {w}.", "Lunch was excellent, by the way.",
    "If you have doubts, call {p} on extension {N}.", "We know that this is not easy for all of you.", "The talk about {t} was put off.", "Thanks to {p} for the notes.",
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


class _Fill(dict):
    """Slots drawn when first asked for; `new` forgets them, so that each sentence has its own."""

    def __init__(self, w: World):
        super().__init__()
        self.w = w

    def __missing__(self, slot: str) -> object:
        self[slot] = value = _SLOTS[slot](self.w)
        return value

    def new(self, text: str) -> str:
        self.clear()
        return text.format_map(self)


_SLOTS = {
    "c": lambda w: w.entity("cities"), "d": lambda w: w.entity("departments"), "e": lambda w: w.entity("departments"), "p": lambda w: w.entity("first_names"),
    "q": World.person, "t": lambda w: w.entity("topics"), "o": lambda w: w.entity("objects"), "n": lambda w: w.number(3, 28), "N": lambda w: 50 * w.number(2, 180),
    "k": lambda w: w.pick((w.camel, w.nonce, w.code))().capitalize() if w.chance(0.5) else w.camel(), "l": World.camel, "K": lambda w: w.nonce().capitalize(),
    "w": lambda w: w.pick(DAYS[:3]), "v": lambda w: w.pick(DAYS[3:]), "m": lambda w: w.pick(MONTHS),
}


def _decision(w: World, fill: _Fill) -> tuple[str, str]:
    """The sentence as it stands in the memo and the plain sentence of the summary."""
    plain = fill.new(w.entity(SUBJECTS) + " will " + w.entity(ACTIONS) + w.pick(WHEN)) + "."
    big = plain[0].upper() + plain[1:]
    if w.chance(0.15):
        return big, big
    lead = fill.new(w.entity(LEADS))
    told = plain.replace(" will ", " would ", 1) if w.chance(0.4) and lead.split()[-1] == "that" and "is" not in lead.split() else plain
    return f"{lead} {told}", big


def _different(w: World, pool: tuple[str, ...], n: int) -> list[str]:
    """Up to n different sentences (a repeated draw is dropped)."""
    return list(dict.fromkeys(w.entity(pool) for _ in range(n)))


def summary(w: World, *, sentences: int | None = None) -> list[dict]:
    """A memo in which one sentence holds the decision -> that decision in one sentence.

    sentences: the memo's length at most (2 or more).
    Example: On Monday we met in Oslo. It was agreed that the Legal team would move to floor 3. Thanks! -> The Legal team will move to floor 3.
    """
    n, fill = (w.pick((3, 3, 4, 4, 5, 6)) if sentences is None else sentences), _Fill(w)
    told, plain = _decision(w, fill)
    first = w.number(0, n - 1) if w.chance(0.3) else w.number(1, n - 1)
    openings, rest = _different(w, BEFORE, first), n - 1 - first
    middle = [w.entity(MIDDLE)] if rest and w.chance(0.4) else []
    lines = [*(fill.new(x) for x in openings), told, *(fill.new(x) for x in (*middle, *_different(w, AFTER, rest - len(middle))))]
    memo = w.pick((" ", " ", " ", "\n")).join(x[0].upper() + x[1:] for x in lines)
    return [*ask(w, w.entity(SUMMARY_ASK), memo, label=w.pick(("Memo", "Memo", "Text", "Message", "Notes"))), reply(plain)]


FAMILIES = {summary: 1.2}
