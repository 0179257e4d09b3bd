"""Style and role: the same content formal, casual, for a child, as a pirate; and an instruction in other words."""

from __future__ import annotations

from pocket_maker.corpus.dress import ask, reply
from pocket_maker.corpus.families.language import show
from pocket_maker.corpus.families.language_summary import DAYS, MONTHS
from pocket_maker.corpus.world import World, phrasings

__all__ = ["FAMILIES", "style", "paraphrase", "STYLES", "INSTRUCTIONS"]

CLAUSES = phrasings("language_style", "clauses")
STYLES: dict[str, tuple[str, tuple[str, ...]]] = {  # style -> how it is named, sentences with the clause c (C: first letter capital)
    "formal": ("formal", ("We would like to inform you that {c}.", "Please be advised that {c}.", "We hereby inform you that {c}.")),
    "casual": ("casual", ("Hey, just so you know, {c}!", "Hey, heads up: {c}!", "Hi there, {c}, okay?")),
    "child": ("for a child", ("Guess what? {C}! Isn't that something?", "Listen, little friend: {c}!")),
    "pirate": ("like a pirate", ("Arr, matey, {c}!", "Ahoy! {C}, arr!")),
    "polite": ("very polite", ("Excuse me, may I kindly mention that {c}? Thank you.", "If I may, I would like to mention that {c}. Thank you.")),
    "telegram": ("like a telegram", ("{U} STOP",)),
    "headline": ("like a headline", ("NEWS: {U}",)),
    "robot": ("like a robot", ("Beep. Information: {c}. Beep.", "Beep boop. {C}. Beep.")),
    "poet": ("like an old poet", ("O hear, dear friend, that {c}!", "O listen, gentle reader: {c}!")),
    "excited": ("excited", ("Wow, {c}!!!", "Amazing news: {c}!!!")),
    "sad": ("sad", ("Sigh. {C}. How sad.", "Alas, {c}. How sad.")),
    "question": ("as a question", ("Did you know that {c}?", "Have you heard that {c}?")),
}
STYLE_ASK = phrasings("language_style", "style_ask")
ROLE_ASK = phrasings("language_style", "role_ask")
ROLES = phrasings("language_style", "roles")
# instructions with the same meaning: as a command, as a question, politely, in few words
INSTRUCTIONS = phrasings("language_style", "instructions")
LABELS = phrasings("language_style", "labels")
KINDS = phrasings("language_style", "kinds")
LANGUAGES = ("French", "German", "Spanish", "Italian", "Polish", "Greek", "Turkish", "Japanese", "Dutch", "Danish", "Korean", "Hindi")
FORMATS = ("JSON", "CSV", "a table", "a list", "capital letters", "one sentence", "bullet points", "lower case", "Markdown", "plain text")
PARAPHRASE_ASK = phrasings("language_style", "paraphrase_ask")
TEXTS = phrasings("language_style", "texts")


def _clause(w: World) -> str:
    return w.entity(CLAUSES).format(t=w.entity("topics"), w=w.pick(DAYS), o=w.entity("objects"), n=w.number(2, 40), p=w.entity("first_names"), q=w.person(), c=w.entity("cities"),
                                    d=w.entity("departments"), k=w.code(), m=w.pick(MONTHS))


def style(w: World, *, kind: str | None = None, role: bool | None = None) -> list[dict]:
    """A short message in another style, asked for in the user turn or set by the system turn.

    kind: a key of `STYLES`; role: the system turn sets the style.
    Example: Make this sound formal: The keys are with Ana. -> We would like to inform you that the keys are with Ana.
    """
    kind, clause = kind or w.pick(tuple(STYLES)), _clause(w)
    named, forms = STYLES[kind]
    big = clause[0].upper() + clause[1:]
    answer = w.pick(forms).format(c=clause, C=big, U=clause.upper())
    if role or (role is None and w.chance(0.35)):
        return [*ask(w, w.entity(ROLE_ASK), big + ".", system=w.entity(ROLES[kind])), reply(answer)]
    return [*show(w, w.say(STYLE_ASK, s=named), big + ".", labels=("Sentence", "Message", "Text", "Input")), reply(answer)]


def paraphrase(w: World, *, form: int | None = None) -> list[dict]:
    """An instruction in other words: as a command, a question, politely, in few words, or any other way.

    form: 0 command, 1 question, 2 polite, 3 terse, 4 any.
    Example: Turn this into a question: List the cities named in the note. -> Which cities are named in the note?
    """
    form = w.number(0, 4) if form is None else form
    first, second = w.pick(LABELS) if w.chance(0.6) else (w.nonce(), w.nonce())
    a, b = (w.pick(KINDS), w.entity("objects")) if w.chance(0.5) else w.entities("objects", 2)
    slots = {"x": w.entity(TEXTS), "a": a, "b": b, "n": w.number(2, 9), "p": w.entity("first_names"), "c": w.entity("cities"), "l": first, "k": second,
             "t": w.entity("topics"), "g": w.pick(LANGUAGES), "f": w.pick(FORMATS), "h": w.pick(("name", "price", "size", "date", "age", "weight", "color"))}
    versions = w.entity(INSTRUCTIONS)
    target = w.number(0, 2) if form == 4 else form
    source = w.pick([i for i in range(3) if i != target])
    given, answer = (text[0].upper() + text[1:] for text in (versions[source].format(**slots), versions[target].format(**slots)))
    return [*ask(w, w.entity(PARAPHRASE_ASK[form]), given, label=w.pick(("Instruction", "Prompt", "Request"))), reply(answer)]


FAMILIES = {style: 1.0, paraphrase: 0.8}
