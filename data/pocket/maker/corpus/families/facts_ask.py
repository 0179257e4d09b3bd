"""How closed-book questions are asked: the phrasings of each kind of fact, and the sentence that answers it."""

from __future__ import annotations

from pocket_maker.corpus.families.filling import table

__all__ = ["KINDS", "EVENTS", "WRAP_ASK", "SHORT_ASK", "SENTENCE_ASK", "DECLINE_ASK", "LIST_ASK"]

_FRAMES, _QUESTIONS = table("facts_frames"), table("facts_questions")
WRAP_ASK = (*_FRAMES["wrap"], "Answer the question.\n{q}", "Please answer the following question.\n\n{q}", "Question:\n{q}\nAnswer:", "Q: {q}\nA:", "Question: {q}\nAnswer:",
            "Q:\n{q}\n\nA:", "{q}\nAnswer:", "Answer this question.\n\n{q}", "Here is the question:\n{q}", "Reply to this:\n{q}", "General knowledge\n{q}", "Hello,\n{q}")
SHORT_ASK, SENTENCE_ASK, DECLINE_ASK, LIST_ASK = (_FRAMES[place] for place in ("short", "sentence", "decline", "list"))
_KINDS = {
    "capital": "the capital of {s} is {a}",
    "capital_of": "{s} is the capital of {a}",
    "currency": "the currency of {s} is {a}",
    "continent": "{s} is in {a}",
    "young": "a young {s} is called {An}",
    "color": "{s} is {a}",
    "symbol": "the chemical symbol for {s} is {a}",
    "symbol_of": "the symbol {s} stands for {a}",
    "opposite_direction": "the opposite of {s} is {a}",
    "month_after": "the month after {s} is {a}",
    "month_before": "the month before {s} is {a}",
    "month_days": "{s} has {a} days",
    "month_number": "{s} is month number {a}",
    "day_after": "the day after {s} is {a}",
    "day_before": "the day before {s} is {a}",
    "season_after": "{a} comes after {s}",
    "legs": "{s} has {a} legs",
    "sides": "{s} has {a} sides",
    "language": "most people in {s} speak {a}",
    "sound": "{Sn} {a}",
    "home": "the home of {Sn} is called {An}",
    "planet_number": "{s} is the {a} planet from the sun",
    "count": "the number is {a}",
    "roman": "the Roman numeral {s} stands for {a}",
    "tool_for": "{a} can be used for {s}",
    "made_from": "{s} is made from {a}",
}
_EVENTS = {
    "cup": "{a} won the {y} {s}",
    "race": "{a} won the {y} {s}",
    "prize": "the {y} {s} went to {a}",
    "mayor": "{a} was elected mayor of {s} in {y}",
    "host": "the {y} {s} was held in {a}",
    "opening": "the {s} opened in {a}",
}
KINDS: dict[str, tuple[tuple[str, ...], str]] = {kind: (_QUESTIONS[kind], sentence) for kind, sentence in _KINDS.items()}
EVENTS: dict[str, tuple[tuple[str, ...], str]] = {kind: (_QUESTIONS[kind], sentence) for kind, sentence in _EVENTS.items()}
