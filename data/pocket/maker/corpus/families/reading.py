"""Questions on one or several passages: a short answer, a full sentence, a citation, or 'I don't know.'"""

from __future__ import annotations

from pocket_maker.corpus.dress import ask, reply
from pocket_maker.corpus.families.grammar import Fact, domains, fact, subjects
from pocket_maker.corpus.families.passages import Passage, claim, near_miss, passage
from pocket_maker.corpus.families.posing import DECLINE, TELL, pose, sloppy
from pocket_maker.corpus.world import World, phrasings

__all__ = ["FAMILIES", "closed_book", "multi_passage", "reading", "yes_no"]

SENTENCE_ASK = phrasings("reading", "sentence_ask")
OTHER_TELL = phrasings("reading", "other_tell")
_BARE_TELL = tuple(t for t in TELL if not any(word in t for word in ("text", "passage", "page", "given", "stated", "missing", "there is", "there,")))  # no text is spoken of
_OTHER = phrasings("reading", "other")
CITE_ASK = phrasings("reading", "cite_ask")
WHICH_ASK = phrasings("reading", "which_ask")
YES_NO_ASK = phrasings("reading", "yes_no_ask")
CLAIM_ASK = phrasings("reading", "claim_ask")


def _several(w: World, n: int, *, layout: str | None = None) -> list[Passage]:
    """n passages about different subjects, often of one domain."""
    same, found, text = w.pick(domains()) if w.chance(0.6) else None, [], ""
    for _ in range(n):
        found.append(passage(w, domain=same, size=None if n == 1 else w.number(1, 3), layout=layout, apart=text))
        text += found[-1].text + "\n"
    return found


def _joined(w: World, parts: list[Passage]) -> Passage:
    """Several passages as one text."""
    gap = w.pick(("\n\n", "\n\n", "\n\n---\n\n", "\n"))
    return Passage(gap.join(p.text for p in parts), tuple(f for p in parts for f in p.facts), all(p.prose for p in parts))


def _more(w: World, p: Passage, decline: str, asked: Fact) -> list[dict]:
    """One to three further questions on the same passage; unanswerable ones only if `decline` is agreed on."""
    turns: list[dict] = []
    for _ in range(w.number(1, 3)):
        missing = bool(decline) and w.chance(0.4)
        f = near_miss(w, p) if missing else w.pick(p.facts)
        if f != asked:
            turns += [{"role": "user", "content": sloppy(w, f.question(w))}, reply(decline if missing else f.answer)]
        asked = f
    return turns


def reading(w: World, *, answerable: bool | None = None, passages: int | None = None, told: bool | None = None) -> list[dict]:
    """A question on one to four passages; with told=True the prompt asks to decline what they do not answer.

    "Milo Tan sits in room B12. ... Where does Milo Tan sit?" -> "room B12"
    """
    drill = answerable is None and told is None
    told = answerable is False or w.chance(0.68) if told is None else told
    answerable = not told or w.chance(0.5) if answerable is None else answerable
    p = _joined(w, _several(w, passages or w.pick((1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4))))
    f = w.pick(p.facts) if answerable else near_miss(w, p)
    decline, tell = (DECLINE, w.say(TELL)) if told else ("", "")
    if told and drill and w.chance(0.1):
        decline = w.pick((w.pick(_OTHER), w.nonce().upper()))
        tell = w.say(OTHER_TELL, d=decline)
    sentence = p.prose and w.chance(0.12)
    answer = decline if not answerable else f.sentence() if sentence else f.answer
    opening = pose(w, p.text, f.question(w), tell=tell, extra=w.say(SENTENCE_ASK) if sentence else "")
    more = _more(w, p, decline, f) if drill and not sentence and w.chance(0.3) else []
    return [*opening, reply(answer), *more]


def closed_book(w: World, *, told: bool | None = None) -> list[dict]:
    """A question on a made-up thing with no passage: an invention of the right kind, or a decline if told to.

    "How much does the Brivo lamp cost?" -> "45 dollars"
    """
    domain = w.pick(domains())
    kind = w.pick(domain.kinds)
    f = fact(w, domain, kind, subjects(w, domain, 1)[0])
    told = w.chance(0.5) if told is None else told
    question = sloppy(w, f.question(w))
    if not told:
        return [*ask(w, question, noise=0), reply(f.answer)]
    tell = w.say(_BARE_TELL)
    return [*ask(w, w.pick((f"{question} {tell}", f"{question}\n{tell}", f"{tell}\n\n{question}", f"{tell} {question}")), noise=0), reply(DECLINE)]


def multi_passage(w: World, *, passages: int | None = None, cite: bool | None = None) -> list[dict]:
    """Numbered passages: the answer, the answer with its source, or the number of the source alone.

    "[1] ... [2] The Zelto costs $40. ... Cite. What does the Zelto cost?" -> "$40 [2]"
    """
    parts = _several(w, passages or w.number(2, 4), layout=w.pick(("prose", "prose", None)))
    at = w.number(0, len(parts) - 1)
    f = w.pick(parts[at].facts)
    text = w.pick(("\n", "\n\n")).join(f"[{i}] {p.text}" for i, p in enumerate(parts, 1))
    kind = w.pick(("plain", "cite", "cite", "which")) if cite is None else "cite" if cite else "plain"
    answer = {"plain": f.answer, "cite": f"{f.answer} [{at + 1}]", "which": f"[{at + 1}]"}[kind]
    extra = {"plain": "", "cite": w.say(CITE_ASK), "which": w.say(WHICH_ASK)}[kind]
    return [*pose(w, text, f.question(w), extra=extra, instruction="" if kind == "which" else None), reply(answer)]


def yes_no(w: World, *, yes: bool | None = None) -> list[dict]:
    """A yes/no question on a passage: a rule that allows or forbids, or a value to check.

    "Dogs are allowed at the Tan Chess Club. ... May I bring my dog? Answer yes or no." -> "yes"
    """
    p = passage(w)
    f = w.pick(p.facts)
    boolean = [g for g in p.facts if g.kind.value == "bool" and (yes is None or (g.value == "Yes.") == yes)]
    if boolean and w.chance(0.7):
        f = w.pick(boolean)
        yes, question = f.value == "Yes.", f.question(w)
    else:
        yes = w.chance(0.5) if yes is None else yes
        question = w.say(CLAIM_ASK, c=claim(w, f, yes))
    bare = w.chance(0.25)
    answer = ("Yes." if yes else "No.") if bare else "yes" if yes else "no"
    return [*pose(w, p.text, question, extra="" if bare else w.say(YES_NO_ASK)), reply(answer)]


FAMILIES = {reading: 7.0, closed_book: 0.3, multi_passage: 1.0, yes_no: 0.8}
