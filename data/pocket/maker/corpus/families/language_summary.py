"""Summaries: a memo of three to six sentences, of which one holds the decision; the answer states it in one sentence."""

from __future__ import annotations

from pocket_maker.corpus.dress import ask, reply
from pocket_maker.corpus.world import World, phrasings

__all__ = ["FAMILIES", "summary", "SUMMARY_ASK"]

SUMMARY_ASK = phrasings("language_summary", "summary_ask")
SUBJECTS = phrasings("language_summary", "subjects")
ACTIONS = phrasings("language_summary", "actions")
WHEN = phrasings("language_summary", "when")
LEADS = phrasings("language_summary", "leads")
BEFORE = phrasings("language_summary", "before")
MIDDLE = phrasings("language_summary", "middle")
AFTER = phrasings("language_summary", "after")
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
