"""Questions on one or several passages: a short answer, a full sentence, a citation, or 'I don't know.'"""

from __future__ import annotations

from helpers.pocket.dress import ask, reply
from helpers.pocket.families.grammar import Fact, domains, fact, subjects
from helpers.pocket.families.passages import Passage, claim, near_miss, passage
from helpers.pocket.families.posing import DECLINE, TELL, pose, sloppy
from helpers.pocket.world import World

__all__ = ["FAMILIES", "closed_book", "multi_passage", "reading", "yes_no"]

SENTENCE_ASK = (
    "Answer in a full sentence.", "Give the answer as a complete sentence.", "Reply with a whole sentence.", "Write one full sentence.", "Use a full sentence.",
    "Please answer with a complete sentence.", "Your answer should be a sentence.", "One complete sentence, please.", "Answer with one sentence.",
    "Respond in a full sentence.", "Put the answer into a sentence.", "Full sentence, please.",
    "One sentence, please.",
)
OTHER_TELL = (
    'If the answer is not in the text, write "{d}".', "Answer {d} if the text does not say.", 'Reply "{d}" when there is no answer.', 'If it is not stated, say "{d}".',
    "No answer in the passage? Then write {d}.", 'Where the text is silent, output "{d}".', "Use {d} for anything that cannot be answered.",
    'If the information is missing, respond with "{d}".', "Unanswerable questions get the reply {d}.", 'Write "{d}" if you cannot tell from the text.',
)
_BARE_TELL = tuple(t for t in TELL if not any(word in t for word in ("text", "passage", "page", "given", "stated", "missing", "there is", "there,")))  # no text is spoken of
_OTHER = ("not found", "unknown", "N/A", "Not stated", "NONE", "no answer", "Not in the text", "unanswerable", "NO INFO", "missing", "not mentioned", "???")
CITE_ASK = (
    "Cite the passage by its number.", "Give the number of the passage you used.", "Add the source number in brackets.", "Cite your source, such as [1].",
    "Name the passage like this: [1].", "End your answer with the number of the passage.", "Put the passage number after the answer.", "With citation, please.",
    "Please include the citation.", "Show which passage you used, in square brackets.", "Cite.", "Say where it stands, in brackets.",
    "Answer and cite the number of the source.", "After the answer, write the source number in square brackets.", "Back the answer with a citation.",
    "Mark the source of your answer by its number.", "I want the source number too.", "State the answer, then the source in brackets.",
    "Every answer needs a citation in brackets.", "Include the bracketed number of the source.", "Refer to the source by number.", "Use bracketed citations.",
)
WHICH_ASK = (
    "Which passage answers this question?", "Which text has the answer?", "Give only the number of the passage with the answer.", "Where is the answer? Reply with the number.",
    "Point to the passage that answers it.", "In which passage can I find this?", "Only the number, please: which source answers this?", "Which source should I read?",
    "Name the passage that helps.", "Reply with the number of the right passage.",
)
YES_NO_ASK = (
    "Answer yes or no.", "Yes or no?", "Reply with yes or no.", "Only say yes or no.", "Answer with one word, yes or no.", "Is that so? Answer yes or no.",
    "Respond yes or no.", "Just yes or no, please.", "Write yes or no.", "Your answer must be yes or no.", "Decide: yes or no.", "Say yes or no.",
    "Output yes or no.", "One word: yes or no.", "Please answer yes or no.", "Give a yes or a no.", "Use only yes or no.", "A simple yes or no will do.",
    "Choose yes or no.", "Answer: yes or no?", "Reply yes or no and nothing else.", "Tell me yes or no.",
)
CLAIM_ASK = (
    "Does the text say this: {c}", "Is this right? {c}", "Is it true that the text says: {c}", "According to the text, is this correct? {c}", "True according to the passage? {c}",
    "Someone says: {c} Is that right?", "I heard this: {c} Is it so?", "Check this against the text: {c}", "Would you agree? {c}", "Am I right in thinking this: {c}",
)


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
