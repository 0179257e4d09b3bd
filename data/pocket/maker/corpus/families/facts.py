"""Closed-book facts: small true tables, and the dated events of a made-up world up to its last day.

Every fact is trained and only phrasings are held out. Nothing after 1 January 2024 and nothing private is ever taught
(`words/facts_after_cutoff.txt`, `words/facts_private.txt`), so a question about those looks answerable and is not.
The model declines only where the prompt tells it to: a small share, with made-up subjects.
"""

from __future__ import annotations

from pocket_maker.corpus.dress import ask, noisy, reply
from pocket_maker.corpus.families.facts_ask import DECLINE_ASK, EVENTS, KINDS, LIST_ASK, SENTENCE_ASK, SHORT_ASK, WRAP_ASK
from pocket_maker.corpus.world import World, words

__all__ = ["FAMILIES", "known_fact", "dated_event", "quiz"]

REVERSED = {"capital": "capital_of", "symbol": "symbol_of"}
KNOWN: dict[str, tuple[tuple[str, str], ...]] = {}
for _kind, _subject, _answer in (line.split("\t") for line in words("facts_known")):
    KNOWN[_kind] = (*KNOWN.get(_kind, ()), (_subject, _answer))
    if _kind in REVERSED:
        KNOWN[REVERSED[_kind]] = (*KNOWN.get(REVERSED[_kind], ()), (_answer, _subject))
# a kind is drawn in proportion to its rows, small tables a little more
_KINDS = tuple(kind for kind, rows in KNOWN.items() for _ in range(8 + len(rows)))
HAPPENED = tuple(tuple(line.split("\t")) for line in words("facts_events"))
NAMED = {"capital": str.capitalize, "capital_of": str.capitalize, "currency": str.capitalize, "continent": str.capitalize,
         "language": str.capitalize, "symbol": lambda name: name + "ium", "young": str, "home": str}
UNKNOWN = "I don't know."
_AHEAD = tuple(p for p in WRAP_ASK if not p.startswith("{q}"))


def _article(text: str) -> str:
    return f"an {text}" if text[:1] in tuple("aeiouAEIOU") else f"a {text}"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def _slots(subject: str, answer: str, year: str = "") -> dict[str, str]:
    return {"s": subject, "a": answer, "y": year, "An": _article(answer), "Sn": _article(subject)}


def _open(text: str) -> bool:
    """True for a sentence left open, such as 'The capital of Norway is', after which nothing more may stand."""
    return text[-1] not in ".?!"


def _with(question: str, order: str) -> str:
    """The question and an order about its answer; before a sentence left open, else after it."""
    return f"{order} {question}" if _open(question) else f"{question} {order}"


def _question(w: World, core: str) -> str:
    """The bare question half the time, else behind an opening such as 'Quick question:'."""
    return core if w.chance(0.5) else w.say(_AHEAD if _open(core) else WRAP_ASK, q=core)


def _answered(w: World, question: str, answer: str, sentence: str, whole: bool | None, noise: float) -> list[dict]:
    """A question and its answer: as a sentence where the prompt asks for one, else the short name."""
    style = w.number(0, 9) if whole is None else 9 if whole else w.number(0, 7)
    if style == 8:
        return [*ask(w, _question(w, question), noise=noise, system=w.entity(SENTENCE_ASK)), reply(sentence)]
    if style == 9:
        return [*ask(w, _question(w, _with(question, w.entity(SENTENCE_ASK))), noise=noise), reply(sentence)]
    text = _with(question, w.entity(SHORT_ASK)) if style < 2 else question
    return [*ask(w, _question(w, text), noise=noise), reply(answer)]


def _declining(w: World, question: str, answer: str) -> list[dict]:
    """The same question under an order to decline when unsure: in the system turn or beside the question."""
    order = w.entity(DECLINE_ASK)
    if w.chance(0.5):
        return [*ask(w, question, system=order, noise=0.05), reply(answer)]
    return [*ask(w, f"{order}\n{question}" if w.chance(0.5) else _with(question, order), noise=0.05), reply(answer)]


def _known(w: World, kind: str | None) -> tuple[str, str, str, str]:
    """A kind, a question, the short answer and the sentence."""
    kind = kind or w.pick(_KINDS)
    cores, sentence = KINDS[kind]
    slots = _slots(*w.pick(KNOWN[kind]))
    return kind, w.say(cores, **slots), slots["a"], _sentence(sentence.format(**slots))


def known_fact(w: World, *, kind: str | None = None, decline: bool | None = None, several: int | None = None,
               whole: bool | None = None) -> list[dict]:
    """One fact of a closed table, or a few in a numbered list.

    kind: a table's name; decline: the prompt says to decline when unsure (then half are made-up subjects);
    several: how many questions; whole: True asks for a sentence, False for the short answer.
    Example: What is the capital of Norway? -> Oslo
    """
    several = (w.number(2, 5) if w.chance(0.1) else 1) if several is None else several
    if several > 1:
        asked = [_known(w, kind) for _ in range(several)]
        questions = "\n".join(f"{i}. {row[1]}" for i, row in enumerate(asked, 1))
        answers = "\n".join(f"{i}. {row[2]}" for i, row in enumerate(asked, 1))
        return [*ask(w, f"{noisy(w, w.entity(LIST_ASK))}\n{questions}", noise=0), reply(answers)]
    if decline or (decline is None and w.chance(0.08)):
        if w.chance(0.5):
            return _declining(w, *_made_up(w, kind))
        return _declining(w, *_known(w, kind)[1:3])
    kind, question, answer, sentence = _known(w, kind)
    return _answered(w, question, answer, sentence, whole, 0.0 if kind in ("symbol_of", "roman") else 0.1)


def _made_up(w: World, kind: str | None) -> tuple[str, str]:
    """A question about a subject that does not exist, and the only honest answer."""
    kind = kind if kind in NAMED else w.pick(tuple(NAMED))
    return w.say(KINDS[kind][0], **_slots(NAMED[kind](w.nonce()), "")), UNKNOWN


def dated_event(w: World, *, kind: str | None = None, decline: bool | None = None, whole: bool | None = None) -> list[dict]:
    """An event of the made-up world up to 2023: who won, who governed, when something opened.

    kind: cup, race, prize, mayor, host or opening; decline, whole: as in `known_fact`.
    Example: Who won the 2011 Harrow Cup? -> Hexley Stars
    """
    row = w.pick(HAPPENED if kind is None else tuple(r for r in HAPPENED if r[0] == kind))
    cores, sentence = EVENTS[row[0]]
    slots = _slots(row[1], row[3], row[2])
    if decline or (decline is None and w.chance(0.06)):
        if w.chance(0.5):
            name = w.nonce().capitalize()
            slots, row = _slots(name if row[0] == "mayor" else f"{name} {row[1].split()[-1]}", "", row[2]), (*row[:3], UNKNOWN)
        return _declining(w, w.say(cores, **slots), row[3])
    return _answered(w, w.say(cores, **slots), row[3], _sentence(sentence.format(**slots)), whole, 0.08)


def quiz(w: World, *, questions: int | None = None) -> list[dict]:
    """Question after question in one conversation, each with its short answer: dense practice.

    questions: how many (4 to 8 if not given).
    Example: Capital of Chad? -> N'Djamena; What is the symbol for tin? -> Sn; ...
    """
    turns: list[dict] = []
    for _ in range(questions or w.number(4, 8)):
        if w.chance(0.25):
            row = w.pick(HAPPENED)
            question, answer = w.say(EVENTS[row[0]][0], **_slots(row[1], row[3], row[2])), row[3]
        else:
            _, question, answer, _ = _known(w, None)
        turns += [{"role": "user", "content": question}, reply(answer)]
    return turns


FAMILIES = {known_fact: 4.0, dated_event: 1.6, quiz: 1.0}
