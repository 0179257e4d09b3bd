"""Pairs for the pocket embedder: a question and a passage that answers it, in as different words as the corpus has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from helpers.pocket.families.grammar import Fact, domains, fact, subjects
from helpers.pocket.families.passages import passage
from helpers.pocket.families.posing import sloppy
from helpers.pocket.world import World, words

__all__ = ["Pair", "batch", "written", "shared"]

Pair = tuple[str, str]
# words that say nothing about what a text is about; a question and a passage may share them and still differ in wording
_SMALL = """
a about after all an and any are as at be been before but by can could did do does for from get had has have he her his how i if
in into is it its may me must my no not of off on one or our out she should so than that the their them then there they this to up
us was we were what when where which who whom whose why will with would you your
"""
SMALL = frozenset(_SMALL.split())


def written(split: str) -> list[tuple[str, tuple[str, ...]]]:
    """The written passages of a split, each with questions that it answers (words/question_pairs.txt).

    >>> len(written("train")) > len(written("held"))
    True
    """
    from helpers.pocket.world import held_out

    rows = [line.split("\t") for line in words("question_pairs")]
    return [(text, tuple(asked.split(" | "))) for text, asked in rows if held_out(text) == (split == "held")]


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


def batch(w: World, size: int) -> list[Pair]:
    """`size` pairs, no passage twice: each passage is a wrong one for every other question."""
    rows, seen, own = [], set(), written(w.split)
    while len(rows) < size:
        kind = w.rng.random()
        if kind < 0.45 and own:
            text, asked = w.pick(own)
            new = [(sloppy(w, w.pick(asked)), text)] if w.chance(0.8) else [tuple(w.rng.sample(asked, 2))]
        elif kind < 0.5:
            new = [_synonyms(w)]
        elif kind < 0.56:
            new = [_wordings(w)]
        else:
            new = list(_facts(w, 6))
        for pair in new:
            if pair[1] not in seen and pair[0] not in seen and pair[0] != pair[1]:
                seen.update(pair)
                rows.append(pair)
    return rows[:size]
