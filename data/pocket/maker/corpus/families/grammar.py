"""Facts about made-up things: each has a subject, a value, several wordings and several questions."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

from pocket_maker.corpus.families.values import SUBJECTS, VALUES, options
from pocket_maker.corpus.world import World, phrasings, words

__all__ = ["Domain", "Fact", "Kind", "domains", "fact"]

_CASED = {"code", "camel", "company", "email", "host", "venue"}  # values that keep their first letter at a sentence's start
_PLAIN = {"leave", "topic", "benefit", "event", "club", "line", "species"}  # subjects that take a capital there
_LISTED = {"leave", "topic", "benefit", "dish", "course", "meeting", "venue", "species"}  # short lists: mixed with made-up ones
_OPENERS = phrasings("grammar", "openers")


@dataclass(frozen=True)
class Kind:
    """One attribute of a domain; facts of the same group answer each other's questions, so never share a subject."""

    domain: str
    name: str
    value: str
    label: str
    group: str
    sentences: tuple[str, ...] = ()
    negatives: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    colored: tuple[str, ...] = ()  # sentences that say a little more than the fact

    @functools.cached_property
    def wordings(self) -> tuple[str, ...]:
        """All sentences that a passage may use."""
        return self.sentences + self.colored


@dataclass(frozen=True)
class Domain:
    """A thing to write about: the kinds of facts it has, and sentences that state none of them."""

    name: str
    subject: str
    pronoun: str
    kinds: tuple[Kind, ...] = ()
    fillers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fact:
    """A value of one kind for one subject, with the template of its sentence."""

    kind: Kind
    domain: Domain
    subject: str
    value: str
    template: str

    @property
    def answer(self) -> str:
        """The value as its sentence shows it: 'a nurse', '12 days'; of a yes/no fact 'Yes.' or 'No.'."""
        if self.template.startswith("{v") and self.kind.value not in _CASED:
            return _capital(self.value)
        return _article(self.value) if "{v:a}" in self.template else self.value

    def sentence(self, *, short: bool = False, opener: str = "") -> str:
        """The sentence; short: the subject as 'It' or a surname; opener: words set before it."""
        text = self.template
        if short and self.domain.pronoun == "it" and text.startswith(("{x} ", "The {x} ")):
            text = "It " + text.partition("{x} ")[2]
        subject = self.subject.split()[-1] if short and self.domain.pronoun == "name" else self.subject
        capital = (text.startswith("{x}") and self.domain.subject in _PLAIN) or (text.startswith("{v") and self.kind.value not in _CASED)
        if opener and text[0] != "{":
            text = text[0].lower() + text[1:]
        text = text.replace("{x}", subject).replace("{v:a}", _article(self.value)).replace("{v}", self.value)
        return opener + text if opener else _capital(text) if capital else text

    def question(self, w: World) -> str:
        """One of the kind's questions about the subject."""
        text = w.entity(self.kind.questions).replace("{x}", self.subject)
        return _capital(text)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _article(noun: str) -> str:
    vowel = noun[0].lower() in "aeiou" and not noun.startswith(("us", "uk", "uni"))
    return f"{'an' if vowel else 'a'} {noun}"


@functools.cache
def domains() -> tuple[Domain, ...]:
    """Every domain of words/passage_facts.txt (its first lines explain the format)."""
    found: list[Domain] = []
    kinds: list[Kind] = []
    for line in words("passage_facts"):
        mark, text = line[0], line[2:]
        if mark == "=":
            found.append(Domain(*(part.strip() for part in text.split("|"))))
            kinds = []
        elif mark == "@":
            name, value, label, *group = (part.strip() for part in text.split("|"))
            kinds.append(Kind(found[-1].name, name, value, label, group[0] if group else name))
        elif mark == "~":
            found[-1] = replace(found[-1], fillers=(*found[-1].fillers, text))
        else:
            field = {">": "sentences", "<": "colored", "+": "sentences", "-": "negatives", "?": "questions"}[mark]
            kinds[-1] = replace(kinds[-1], **{field: (*getattr(kinds[-1], field), text)})
        found[-1] = replace(found[-1], kinds=tuple(kinds))
    return tuple(found)


def fact(w: World, domain: Domain, kind: Kind, subject: str) -> Fact:
    """A fact of one kind about a subject, its value drawn anew."""
    if kind.value == "bool":
        yes = w.chance(0.5)
        return Fact(kind, domain, subject, "Yes." if yes else "No.", w.entity(kind.sentences if yes else kind.negatives))
    return Fact(kind, domain, subject, VALUES[kind.value](w), w.entity(kind.wordings))


def another(w: World, f: Fact) -> Fact:
    """The same fact with a clearly different value, in any of the plain wordings."""
    for _ in range(30):
        new = VALUES[f.kind.value](w)
        if new not in f.value and f.value not in new:
            return replace(f, value=new, template=w.entity(f.kind.sentences))
    rest = [v for v in options(f.kind.value) if v not in f.value and f.value not in v]  # a short list of this split has no other
    return replace(f, value=w.pick(rest), template=w.entity(f.kind.sentences))


def opener(w: World, template: str) -> str:
    """Now and then a few words before a sentence ('In addition, '); none before a value."""
    return w.pick(_OPENERS) if w.chance(0.08) and not template.startswith("{v") else ""


def _invented(w: World, listed: str) -> str:
    """A listed thing with a made-up word before its last one: 'a gym membership' -> 'a nurol membership'."""
    article = "a " if listed.startswith(("a ", "an ")) else ""
    return f"{article}{w.nonce()} {listed.split()[-1]}"


def subjects(w: World, domain: Domain, n: int, *, apart: str = "") -> list[str]:
    """n subjects of a domain, none inside another one or inside the text `apart`."""
    found: list[str] = []
    make, tries = SUBJECTS[domain.subject], 0
    while len(found) < n:
        tries += 1
        new = make(w)
        if domain.subject in _LISTED and (tries > 12 or w.chance(0.12)):
            new = _invented(w, new)
        low = new.lower()
        if low not in apart.lower() and not any(low in old.lower() or old.lower() in low for old in found):
            found.append(new)
    return found
