"""Conversations of several turns that refer back: what the user told, what was asked and answered; see also
`conversation_lists`.

Facts that a user never told are answered with "You have not told me ...": that is about the conversation, not the world.
"""

from __future__ import annotations

from pocket_maker.corpus.dress import SYSTEMS, noisy, reply
from pocket_maker.corpus.families.conversation_ask import (
    ACKNOWLEDGE,
    BYE,
    CHANGED_ASK,
    FIRST_ASK,
    GREET,
    IDENTITY,
    LAST_ASK,
    ONLY_ASK,
    OTHER_ASK,
    REPEAT_ASK,
    SAME_ASK,
    SELF,
    THANKS,
    TOLD,
)
from pocket_maker.corpus.families.facts import KNOWN, known_fact
from pocket_maker.corpus.families.facts_ask import KINDS
from pocket_maker.corpus.families.language import STRING_OPS, show
from pocket_maker.corpus.families.language_ask import STRING_ASK
from pocket_maker.corpus.world import World

__all__ = ["FAMILIES", "remember", "correction", "small_talk", "look_back", "user"]

VALUES = {
    "name": lambda w: w.entity("first_names") if w.chance(0.5) else w.person(), "color": lambda w: w.pick(("red", "blue", "green", "yellow", "purple", "orange", "black", "white", "pink", "teal")),
    "city": lambda w: w.entity("cities"), "job": lambda w: w.entity("people_nouns"), "team": lambda w: w.entity("departments"), "code": World.code,
    "number": lambda w: str(w.number(2, 9999)), "pet": lambda w: w.nonce().capitalize() if w.chance(0.6) else w.entity("first_names"), "room": lambda w: str(w.number(1, 480)),
    "friend": World.person, "hobby": lambda w: f"{w.pick(('painting', 'collecting', 'drawing', 'repairing', 'making'))} {w.entity('objects')}", "company": lambda w: w.nonce().capitalize(),
    "day": lambda w: w.pick(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")), "project": World.camel, "food": lambda w: w.entity("objects_food"),
}
_KEYS = tuple(VALUES)
_PHRASE_JOBS = ("upper", "lower", "title", "quote", "bracket", "ending")
_STABLE = ("upper", "lower", "title", "spell", "spell_hyphen", "first", "last", "letters", "quote", "bracket", "ending")
_CASES = tuple(kind for kind, rows in KNOWN.items() if kind in ("capital", "currency", "continent", "symbol", "language", "month_after", "day_after", "legs", "made_from"))


def user(w: World, text: str, noise: float = 0.0) -> dict:
    """A user turn."""
    return {"role": "user", "content": noisy(w, text, noise)}


def _opening(w: World) -> list[dict]:
    return [{"role": "system", "content": w.pick(SYSTEMS)}] if w.chance(0.2) else []


def _big(text: str) -> str:
    return text[0].upper() + text[1:]


def _tell(w: World, key: str, value: str) -> list[dict]:
    """The user tells one thing about themselves and the model takes note."""
    said = _big(w.say(SELF[key][0], v=value))
    if w.chance(0.15) and not said.startswith("Hello"):
        said = f"{w.entity(GREET)} {said}"
    if w.chance(0.1):
        said = f"{said} Please remember it."
    answer = f"Nice to meet you, {value}." if key == "name" and w.chance(0.6) else w.pick(ACKNOWLEDGE)
    return [user(w, said), reply(answer)]


def _filler(w: World) -> list[dict]:
    """One question about something else, with its answer."""
    return known_fact(w, decline=False, several=1, whole=w.chance(0.15))[-2:] if w.chance(0.5) else _worked(w)[0]


def _worked(w: World) -> tuple[list[dict], str, str]:
    """A job on a word, done: its two messages, the operation, the word."""
    op = w.pick(_STABLE)
    make, change = STRING_OPS[op]
    text = make(w)
    return [show(w, w.entity(STRING_ASK[op]), text, noise=0)[-1], reply(change(text))], op, text


def remember(w: World, *, told: int | None = None, fillers: int | None = None, changed: bool | None = None, known: bool | None = None) -> list[dict]:
    """The user tells things about themselves and asks for one of them later.

    told: how many things; fillers: other questions between; changed: one thing is corrected on the way; known: it was told.
    Example: My cat is called Pelu. -> Noted. / What is the name of my pet? -> Your pet is called Pelu.
    """
    told, fillers = told or w.pick((1, 1, 2, 2, 3)), w.pick((0, 0, 1, 1, 2)) if fillers is None else fillers
    keys = w.rng.sample(_KEYS, told + 1)
    facts = {key: VALUES[key](w) for key in keys[:-1]}
    parts = [_tell(w, key, value) for key, value in facts.items()]
    for _ in range(fillers):
        parts.insert(w.number(0, len(parts)), _filler(w))
    asked = w.pick(keys[:-1])
    if changed or (changed is None and w.chance(0.15)):
        facts[asked] = VALUES[asked](w)
        parts.append([user(w, f"{w.entity(CHANGED_ASK)} {w.say(SELF[asked][0], v=facts[asked])}"), reply(w.pick(ACKNOWLEDGE))])
    if w.chance(0.3):
        parts.append(_filler(w))
    known = not w.chance(0.1) if known is None else known
    key = asked if known else keys[-1]
    question, answer = w.entity(SELF[key][1]), SELF[key][2].format(v=facts[key]) if known else f"You have not told me {SELF[key][3]}."
    if known and w.chance(0.25):
        question, answer = f"{question} {w.entity(ONLY_ASK)}", facts[key]
    return [*_opening(w), *(m for part in parts for m in part), user(w, question, 0.08), reply(answer)]


def correction(w: World, *, kind: str | None = None) -> list[dict]:
    """The user means another text, another job or another subject than at first.

    kind: text, job or fact.
    Example: Spell this word: velk -> v e l k / No, I meant dorpan. -> d o r p a n
    """
    kind = kind or w.pick(("text", "job", "fact"))
    if kind == "fact":
        table = w.pick(_CASES)
        (one, first), (two, second) = w.rng.sample(KNOWN[table], 2)
        return [*_opening(w), user(w, w.say(KINDS[table][0], s=one, Sn=one), 0.08), reply(first), user(w, w.say(SAME_ASK, x=two)), reply(second)]
    done, op, text = _worked(w)
    if kind == "text":
        (make, change), messages = STRING_OPS[op], list(done)
        for _ in range(w.pick((1, 1, 2))):
            text = make(w)
            messages += [user(w, w.say(SAME_ASK, x=text)), reply(change(text))]
        return [*_opening(w), *messages]
    other = w.pick([o for o in (_STABLE if text.isalpha() else _PHRASE_JOBS) if o != op])
    return [*_opening(w), *done, user(w, w.say(OTHER_ASK, q=w.entity(STRING_ASK[other]))), reply(STRING_OPS[other][1](text))]


def look_back(w: World, *, kind: str | None = None) -> list[dict]:
    """A question about the conversation itself: what was asked first, the last answer again.

    kind: first, last or told.
    Example: (after some turns) What was my first question? -> What is the capital of Peru?
    """
    kind = kind or w.pick(("first", "last", "told"))
    turns = [known_fact(w, decline=False, several=1, whole=w.chance(0.2))[-2:] for _ in range(w.number(1, 3))]
    if kind == "first":
        ask, answer = w.entity(FIRST_ASK), turns[0][0]["content"]
    elif kind == "last":
        ask, answer = w.entity(LAST_ASK if w.chance(0.5) else REPEAT_ASK), turns[-1][1]["content"]
    else:
        keys = w.rng.sample(_KEYS, w.number(2, 3))
        facts = {key: VALUES[key](w) for key in keys}
        turns = [*turns[:1], *(_tell(w, key, value) for key, value in facts.items())]
        ask, answer = w.entity(TOLD), "\n".join(SELF[key][2].format(v=value) for key, value in facts.items())
    return [*_opening(w), *(m for turn in turns for m in turn), user(w, ask, 0.05), reply(answer)]


def small_talk(w: World, *, kind: str | None = None) -> list[dict]:
    """Greetings, thanks, good-byes, and what the model is; alone or after a small task.

    kind: greet, thanks, bye or identity.
    Example: (after a task) Thanks a lot! -> You're welcome!
    """
    kind = kind or w.pick(("greet", "thanks", "thanks", "bye", "identity"))
    if kind == "greet":
        return [*_opening(w), user(w, w.entity(GREET), 0.1), reply(w.pick(("Hello! How can I help you?", "Hi! What can I do for you?", "Hello! What would you like to know?")))]
    if kind == "identity":
        asks, answer = w.pick(IDENTITY)
        return [*_opening(w), user(w, w.entity(asks), 0.1), reply(answer)]
    before = [m for _ in range(w.number(1, 2)) for m in _filler(w)] if w.chance(0.8) else []
    if kind == "thanks":
        return [*_opening(w), *before, user(w, w.entity(THANKS), 0.1), reply(w.pick(("You're welcome!", "You are welcome.", "Happy to help!", "Any time!")))]
    return [*_opening(w), *before, user(w, w.entity(BYE), 0.1), reply(w.pick(("Goodbye!", "Bye! Have a good day.", "See you!")))]


FAMILIES = {remember: 2.0, correction: 1.2, look_back: 0.7, small_talk: 0.4}
