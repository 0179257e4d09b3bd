"""How a question about a text is put: instructions, ways to tell the model to decline, order and delimiters."""

from __future__ import annotations

from pocket_maker.corpus.dress import SYSTEMS, noisy
from pocket_maker.corpus.world import World, phrasings, words

__all__ = ["DECLINE", "READ_ASK", "TELL", "pose", "sloppy"]

DECLINE = "I don't know."
READ_ASK = words("posing_read")
TELL = words("posing_tell")
_LABELS = phrasings("posing", "labels")
_FENCES = phrasings("posing", "fences")
_ASKED = phrasings("posing", "asked")
_CUES = phrasings("posing", "cues")


def sloppy(w: World, question: str) -> str:
    """Now and then a question in lower case or without its mark; its names are never misspelled."""
    if not w.chance(0.1):
        return question
    return w.pick((question.rstrip("?"), question[0].lower() + question[1:], question.lower(), question + " "))


def _fenced(w: World, text: str) -> str:
    kind = w.number(0, 9)
    if kind < 3:
        return f"{w.pick(_LABELS)}: {text}"
    if kind < 5:
        return f"{w.pick(_LABELS)}:\n{text}"
    before, after = w.pick(_FENCES) if kind < 8 else ("", "")
    return before + text + after


def pose(w: World, text: str, question: str, *, tell: str = "", extra: str = "", instruction: str | None = None) -> list[dict]:
    """A system turn or none, then a user turn with a text and a question in one of many orders.

    tell: how to decline; extra: an asked-for format; instruction: None for one of READ_ASK or none at all.
    """
    if instruction is None:
        instruction = noisy(w, w.say(READ_ASK)) if w.chance(0.6) else ""
    question = sloppy(w, question)
    if w.chance(0.4):
        question = w.pick(_ASKED) + question
    system = w.pick(SYSTEMS) if w.chance(0.15) else ""
    if tell and w.chance(0.25):
        system, tell = f"{system} {tell}".strip(), ""
    if system and instruction and w.chance(0.3):
        system, instruction = f"{system} {instruction}", ""
    gap = w.pick(("\n\n", "\n\n", "\n"))
    head = [" ".join(p for p in (instruction, tell) if p)] if w.chance(0.6) else [instruction]
    tail = [tell] if tell and not (head and head[0].endswith(tell)) else []
    asked = w.pick((" ", "\n")).join(p for p in (question, extra, *tail) if p)
    order = (asked, _fenced(w, text)) if w.chance(0.25) else (_fenced(w, text), asked)
    content = gap.join(p for p in (*head, *order) if p)
    if order[1] == asked and not extra and not tail and w.chance(0.15):
        content += w.pick(_CUES)
    opening = [{"role": "system", "content": system}] if system else []
    return [*opening, {"role": "user", "content": content}]
