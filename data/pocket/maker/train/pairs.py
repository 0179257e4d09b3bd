"""Pairs for the pocket embedder: a question and a passage that answers it, in as different words as the corpus has."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from pocket_maker.corpus.families.grammar import Fact, domains, fact, subjects
from pocket_maker.corpus.families.passages import passage
from pocket_maker.corpus.families.posing import sloppy
from pocket_maker.corpus.world import World, words

__all__ = ["Pair", "batch", "groups", "reworded", "shared", "written"]

Pair = tuple[str, str]
# words that say nothing about what a text is about; a question and a passage may share them and still differ in wording
_SMALL = """
a about after all an and any are as at be been before but by can could did do does for from get had has have he her his how i if
in into is it its may me must my no not of off on one or our out she should so than that the their them then there they this to up
us was we were what when where which who whom whose why will with would you your
"""
SMALL = frozenset(_SMALL.split())


@functools.cache
def written(split: str, *, apart: bool = True) -> list[tuple[str, tuple[str, ...]]]:
    """The written passages of a split, each with questions that it answers (words/question_pairs.txt).

    apart: True for questions that avoid the passage's words, False for those that people would ask.

    >>> len(written("train")) > len(written("held"))
    True
    """
    from pocket_maker.corpus.world import held_out

    rows = [line.split("\t") for line in words("question_pairs")]
    return [(row[0], tuple(row[1 if apart else 2].split(" | "))) for row in rows if held_out(row[0]) == (split == "held")]


def shared(question: str, text: str) -> set[str]:
    """The content words that both have, cut to six letters so that 'request' and 'requests' are one.

    >>> shared("How long may I park?", "Parking is free for two hours.")
    set()
    """
    mine, theirs = ({word[:6] for word in re.findall(r"[a-z0-9]+", part.lower()) if word not in SMALL} for part in (question, text))
    return mine & theirs


def _facts(w: World, n: int) -> Iterator[Pair]:
    """Questions on n passages of one domain, about the same few subjects: only the kind of fact tells them apart."""
    domain = w.pick(domains())
    names = subjects(w, domain, max(1, n // 4))
    for _ in range(n):
        if w.chance(0.5):
            kind, name = w.pick(domain.kinds), w.pick(names)
            f = fact(w, domain, kind, name)
            yield sloppy(w, f.question(w)), f.sentence()
        else:
            p = passage(w, domain=domain, layout=w.pick(("prose", "prose", "list")), size=w.number(1, 5))
            f = w.pick(p.facts)
            yield sloppy(w, f.question(w)), p.text


def _wordings(w: World) -> Pair:
    """Two sentences that state the same fact."""
    domain = w.pick(domains())
    kind = w.pick([k for k in domain.kinds if k.value != "bool"])
    f = fact(w, domain, kind, subjects(w, domain, 1)[0])
    return f.sentence(), Fact(f.kind, f.domain, f.subject, f.value, w.entity(kind.sentences)).sentence()


def _synonyms(w: World) -> Pair:
    return tuple(w.entity("synonyms").split("\t")[:2])


@functools.cache
def groups() -> tuple[tuple[str, ...], ...]:
    """The rows of words/thesaurus.txt: words and phrases for about the same thing."""
    return tuple(tuple(line.split(", ")) for line in words("thesaurus"))


@functools.cache
def _near() -> dict[str, list[tuple[str, ...]]]:
    """Each term of the thesaurus, and its plain plural, with the groups that it is in."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for group in groups():
        for term in group:
            for form in {term.lower(), term.lower() + "s"}:
                found.setdefault(form, []).append(group)
    return found


def reworded(w: World, text: str, chance: float = 0.7) -> str:
    """The text with most of the words and phrases that the thesaurus has put in others of their group."""
    found, out, rest = _near(), [], text.split()
    while rest:
        size, term, end = next(_terms(rest, found), (1, "", ""))
        new = w.pick([other for other in w.pick(found[term]) if other.lower() != term]) + end if term and w.chance(chance) else None
        out.append(new or " ".join(rest[:size]))
        rest = rest[size:]
    return " ".join(out)


def _terms(rest: list[str], found: dict[str, list[tuple[str, ...]]]) -> Iterator[tuple[int, str, str]]:
    """The terms that `rest` begins with, the longest first: how many words, the term, the sign that follows it."""
    for size in (4, 3, 2, 1):
        written = " ".join(rest[:size])
        term = written.rstrip(".,:;!?").lower()
        if len(rest) >= size and term in found:
            yield size, term, written[len(term) :]


def _concepts(w: World) -> Pair:
    """Two to five things, named twice in different words."""
    left, right = [], []
    for group in w.rng.sample(groups(), w.number(1, 4)):
        half = w.rng.sample(group, len(group))
        cut = w.number(1, len(half) - 1)
        left.append(half[0] if w.chance(0.6) else ", ".join(half[:cut][:3]))
        right.append(w.pick(half[cut:]) if w.chance(0.6) else " ".join(half[cut:][:3]))
    return " ".join(left), " ".join(w.rng.sample(right, len(right)))


def _excerpt(w: World, text: str) -> str:
    """Some of a text's words, in any order or as a run: what somebody types into a search box."""
    own = text.split()
    if w.chance(0.5):
        begin = w.number(0, max(0, len(own) - 6))
        return " ".join(own[begin : begin + w.number(4, 9)])
    content = [word for word in own if word.strip(".,:;!?").lower() not in SMALL]
    return " ".join(w.rng.sample(content, min(len(content), w.number(2, 6))))


def _text(w: World) -> str:
    own = written(w.split)
    return w.pick(own)[0] if own and w.chance(0.5) else passage(w, layout="prose", size=w.number(1, 5)).text


def batch(w: World, size: int) -> list[Pair]:
    """`size` pairs, no text twice and one question a written passage: each text is a wrong answer to every other question."""
    rows, seen, used, own = [], set(), set(), (written(w.split), written(w.split, apart=False))
    while len(rows) < size:
        kind = w.rng.random()
        if kind < 0.35:
            text, asked = w.pick(own[w.chance(0.3)])
            if text in used:
                continue
            used.add(text)
            question = sloppy(w, w.pick(asked))
            new = [(reworded(w, question, 0.5), reworded(w, text, 0.3)) if w.chance(0.7) else (question, text)]
        elif kind < 0.5:
            new = [_concepts(w)]
        elif kind < 0.65:
            text = _text(w)
            new = [(reworded(w, _excerpt(w, text)), text)]
        elif kind < 0.72:
            text = _text(w)
            new = [(_excerpt(w, text), text)]
        elif kind < 0.75:
            new = [_synonyms(w)]
        elif kind < 0.79:
            new = [_wordings(w)]
        else:
            new = list(_facts(w, 4))
        for pair in new:
            if pair[1] not in seen and pair[0] not in seen and pair[0] != pair[1]:
                seen.update(pair)
                rows.append(pair)
    return rows[:size]
