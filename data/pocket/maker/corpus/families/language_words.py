"""Jobs on single words and simple sentences: synonyms, antonyms, plurals, tenses, active and passive voice.

Synonyms, antonyms and irregular forms are closed tables to be known, so only their phrasings are held out; the regular
rules are asked of held-out words too.
"""

from __future__ import annotations

from pocket_maker.corpus.dress import ask, reply
from pocket_maker.corpus.families.language import show
from pocket_maker.corpus.world import World, phrasings, words

__all__ = ["FAMILIES", "synonym_antonym", "inflect", "voice"]


def _table(name: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(line.split("\t")) for line in words(name))


SYNONYMS, ANTONYMS = _table("synonyms"), _table("antonyms")
REGULAR, IRREGULAR, PLURALS = _table("verbs_regular"), _table("verbs_irregular"), _table("nouns_irregular")
_DOERS = (*IRREGULAR[:31],)  # the transitive irregular verbs: break ... write
PEOPLE, THINGS = words("people_nouns"), words("thing_nouns")

SYNONYM_ASK = phrasings("language_words", "synonym_ask")
ANTONYM_ASK = phrasings("language_words", "antonym_ask")
INFLECT_ASK = phrasings("language_words", "inflect_ask")
PASSIVE_ASK = phrasings("language_words", "passive_ask")
ACTIVE_ASK = phrasings("language_words", "active_ask")
WHEN = ("", "", "", "", " in {c}", " in {c}", " again", " with care", " at home")
WHEN_PAST = (*WHEN, " on Monday", " on Friday", " this morning", " last week", " yesterday", " before noon", " in June", " at night")


def synonym_antonym(w: World, *, kind: str | None = None) -> list[dict]:
    """A word of the same or of the opposite meaning, from a closed table.

    kind: "synonym" or "antonym".
    Example: Which word could I use instead of brave? -> courageous
    """
    same = w.chance(0.5) if kind is None else kind == "synonym"
    word, answer = w.pick(SYNONYMS if same else ANTONYMS)
    return [*ask(w, w.say(SYNONYM_ASK if same else ANTONYM_ASK, x=word), noise=0), reply(answer)]


def _plural(noun: str) -> str:
    """The plural of a regular noun.

    >>> _plural("box"), _plural("battery"), _plural("key")
    ('boxes', 'batteries', 'keys')
    """
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return noun + "es"
    return noun[:-1] + "ies" if noun[-1] == "y" and noun[-2] not in "aeiou" else noun + "s"


_NOUN_PAIRS = {p[0]: p[1] for p in PLURALS}
_COUNTED = tuple(noun for noun in (*THINGS, *PEOPLE) if not noun.endswith(("man", "f", "fe")) and noun not in _NOUN_PAIRS and noun != "child")


def _noun(w: World) -> tuple[str, str]:
    """A noun and its plural; irregular ones a third of the time."""
    if w.chance(0.35):
        return w.pick(PLURALS)
    noun = w.entity(_COUNTED)
    return noun, _plural(noun)


def inflect(w: World, *, form: str | None = None) -> list[dict]:
    """Another form of a noun or verb.

    form: plural, singular, past, participle, third or base.
    Example: One battery, two ...? -> batteries
    """
    form = form or w.pick(tuple(INFLECT_ASK))
    if form in ("plural", "singular"):
        one, many = _noun(w)
        given, answer = (one, many) if form == "plural" else (many, one)
    else:
        base, third, past, participle = w.pick(IRREGULAR) if w.chance(0.45) else w.entity(REGULAR)
        given, answer = (past, base) if form == "base" else (base, {"past": past, "participle": participle, "third": third}[form])
    return [*ask(w, w.say(INFLECT_ASK[form], x=given), noise=0), reply(answer)]


def _party(w: World, doer: bool) -> tuple[str, bool]:
    """A person or thing with its article, and whether it is plural."""
    if doer and w.chance(0.3):
        return (w.entity("first_names") if w.chance(0.6) else w.person()), False
    many = w.chance(0.25)
    noun = w.entity(_COUNTED_PEOPLE if doer else _COUNTED_THINGS)
    if many:
        return f"the {_plural(noun)}", True
    return (f"the {noun}" if w.chance(0.75) else f"{'an' if noun[0] in 'aeiou' and noun[:3] != 'uni' else 'a'} {noun}"), False


_COUNTED_PEOPLE = tuple(noun for noun in _COUNTED if noun in PEOPLE)
_COUNTED_THINGS = tuple(noun for noun in _COUNTED if noun in THINGS)


def _big(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def voice(w: World, *, passive: bool | None = None) -> list[dict]:
    """Active to passive voice, or back.

    passive: the answer is the passive one.
    Example: Make this sentence passive. The nurse opened a window. -> A window was opened by the nurse.
    """
    passive = w.chance(0.6) if passive is None else passive
    base, third, past, participle = w.pick(_DOERS) if w.chance(0.35) else w.entity(REGULAR)
    (doer, several), (thing, many) = _party(w, True), _party(w, False)
    tense = w.number(0, 5)
    when = w.pick(WHEN_PAST if tense < 3 else WHEN).format(c=w.entity("cities"))
    if tense < 3:
        verb, be = past, "were" if many else "was"
    elif tense == 3:
        verb, be = base if several else third, "are" if many else "is"
    else:
        verb, be = (f"will {base}", "will be") if tense == 4 else (f"{'have' if several else 'has'} {participle}", f"{'have' if many else 'has'} been")
    active, turned = _big(f"{doer} {verb} {thing}{when}"), _big(f"{thing} {be} {participle} by {doer}{when}")
    given, answer = (active, turned) if passive else (turned, active)
    return [*show(w, w.entity(PASSIVE_ASK if passive else ACTIVE_ASK), given, labels=("Sentence", "Text", "Input", "The sentence")), reply(answer)]


FAMILIES = {synonym_antonym: 1.0, inflect: 0.7, voice: 1.2}
