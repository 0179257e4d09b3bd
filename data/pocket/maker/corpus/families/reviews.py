"""A small grammar of reviews: aspects, events, negation, contrast, sarcasm, understatement, a verdict.

It writes the texts behind the label, few-shot and judging families. The side (positive or negative)
is chosen first, so the label is right by construction; a mixed review always states its verdict.
Adjectives are vocabulary, shared by both splits; things, aspects, events and sentences are held out.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

from pocket_maker.corpus.families.filling import an, fill, sentence, table, up
from pocket_maker.corpus.world import World, words

__all__ = ["Review", "review", "neutral", "SIDES"]

SIDES = ("positive", "negative")
MAIN = {"hotel": "place", "restaurant": "food", "gadget": "thing", "home": "thing", "clothes": "thing", "app": "thing", "film": "story", "book": "story",
            "course": "info", "delivery": "process", "repair": "process", "health": "person", "travel": "process", "show": "story", "beauty": "place", "service": "process", "any": "any"}


BE = (("was", "was", "was", "is"), ("were", "were", "were", "are"))
SHORT = tuple((long + " ", short + " ") for long, short in (
    ("did not", "didn't"), ("was not", "wasn't"), ("were not", "weren't"), ("is not", "isn't"), ("does not", "doesn't"), ("do not", "don't"), ("could not", "couldn't"),
    ("would not", "wouldn't"), ("It is", "It's"), ("it is", "it's"), ("I have been", "I've been"), ("had not", "hadn't"), ("There is", "There's"), ("I have never", "I've never"),
    ("have not", "haven't"), ("has not", "hasn't"), ("I would", "I'd"), ("I am", "I'm"), ("I had never", "I'd never"), ("that is", "that's"), ("I will", "I'll")))


class Review(NamedTuple):
    """A review: its text, its side ("positive", "negative" or "neutral"), what it is about and one thing it mentions."""
    text: str
    side: str
    thing: str
    focus: str


def _grammar(part: str) -> tuple[str, ...]:
    """The templates of one kind of sentence."""
    return table("review_grammar")[part]


@functools.cache
def _things(domain: str) -> tuple[str, ...]:
    """What a domain's reviews are about."""
    return words("products_services") if domain == "any" else table("review_things")[domain]


@functools.cache
def _aspects(domain: str, parts: bool = False) -> tuple[tuple[str, str], ...]:
    """(aspect, category of adjective) of one domain, with the price; parts: never the whole thing."""
    lines = [line.split("\t") for line in words("review_aspects") if line.split("\t")[0] in (domain, "any")]
    return tuple((aspect, kind) for _, kind, aspects in lines for aspect in aspects.split("|") if not parts or kind != "any")


@functools.cache
def _adjectives(kind: str, side: str, single: bool = False) -> tuple[str, ...]:
    """Adjectives that suit a category; single: one plain word only."""
    column = SIDES.index(side)
    found = table("review_adjectives", column)[kind] + (() if kind == "price" else table("review_adjectives", column)["any"])
    return tuple(a for a in found if not single or (" " not in a and "-" not in a))


@functools.cache
def _events(domain: str, side: str) -> tuple[str, ...]:
    """What happened, in clauses."""
    events = table("review_events_" + side)
    return events[domain] + (events["any"] if domain != "any" else ())


@functools.cache
def _clauses(side: str) -> tuple[str, ...]:
    """Verdicts that can follow 'but'."""
    return tuple(v for v in words("review_verdicts_" + side) if v.split()[0] in {"I", "I'd", "I'll", "I'm", "I've", "we", "we'll", "it", "they", "nobody", "there", "you"})


def _aspect(w: World, domain: str, side: str, thing: str) -> tuple[str, str, str]:
    """An aspect (now and then the thing itself), its verb and an adjective of the side."""
    aspect, kind = ("the " + thing, "any") if w.chance(0.15) else w.entity(_aspects(domain))
    adjective = w.pick(_adjectives(kind, side))
    if " " not in adjective and w.chance(0.2):
        adjective = w.pick(("really ", "so ", "truly ", "just ", "simply ")) + adjective
    return aspect.rstrip("*"), w.pick(BE[aspect.endswith("*")]), adjective


def _state(w: World, domain: str, side: str, thing: str) -> tuple[str, str]:
    """A sentence about one or two aspects; the first aspect."""
    (x, be, a), (y, be2, b) = _aspect(w, domain, side, thing), _aspect(w, domain, side, thing)
    if x == y:
        return f"{up(x)} {be} {a}.", x
    if w.chance(0.15) and x.startswith("the ") and " " not in a + b and y.startswith("the "):
        return f"{up(a)} {x[4:]}, {b} {y[4:]}.", x
    kind = _adjectives("any", side, True)
    text = w.entity(_grammar("state")).format(x=x, X=up(x), be=be, a=a, A=up(a), y=y, Y=up(y), be2=be2, b=b, a2=w.pick(kind))
    return text, x


def _part(w: World, domain: str, side: str, thing: str) -> tuple[str, str]:
    """One sentence that carries the side; what it mentions or ''."""
    kind = w.rng.random()
    if kind < 0.30:
        return _state(w, domain, side, thing)
    if kind < 0.58:
        return sentence(fill(w, w.entity(_events(domain, side)))), ""
    if kind < 0.66:
        x = w.entity(_aspects(domain))[0].rstrip("*")
        return w.entity(_grammar("liking" if side == "positive" else "disliking")).format(x=x, X=up(x)), x
    if kind < 0.76:
        other = w.pick(_adjectives(MAIN[domain], SIDES[side == "positive"], True))
        return w.entity(table("review_negation")[side]).format(b=other, t=thing), ""
    if kind < 0.84:
        return fill(w, w.entity(table("review_stances")[side]), t=thing, at=an(thing)), ""
    if kind < 0.91:
        return _bare(w, domain, side, thing), ""
    if kind < 0.94 and side == "negative":
        return _mock(w, domain), ""
    return sentence(w.entity("review_verdicts_" + side)), ""


def _bare(w: World, domain: str, side: str, thing: str) -> str:
    """Adjectives with a noun or without, as people jot them down."""
    part = w.pick(("snippet", "snippet", "experience", "phrase", "phrase", "phrase"))
    if part == "phrase":
        (x, kind), (y, kind2) = w.entity(_aspects(domain, True)), w.entity(_aspects(domain, True))
        a, b, c = w.pick(_adjectives(kind, side, True)), w.pick(_adjectives(kind2, side, True)), w.pick(words("adjectives_" + side))
        x, y = x.rstrip("*").removeprefix("the "), y.rstrip("*").removeprefix("the ")
        noun = w.pick(_adjectives("any", side, True)) if w.chance(0.5) else c
    else:
        x = y = ""
        a, b, c = w.rng.sample(words("adjectives_" + side), 3)
        noun = a
    return up(w.entity(_grammar(part)).format(a=a, A=up(a), b=b, c=c, C=up(c), An=an(noun), x=x, y=y, t=thing))


def _mock(w: World, domain: str) -> str:
    """Praise that gives itself away."""
    s = w.entity(table("review_sarcasm")[domain])
    return w.entity(_grammar("mockery")).format(s=s, S=up(s))


def _contrast(w: World, domain: str, side: str) -> tuple[str, str]:
    """An aspect of the other side and a verdict of this one."""
    x, kind = w.entity(_aspects(domain, True))
    a, be = w.pick(_adjectives(kind, SIDES[side == "positive"])), "were" if x.endswith("*") else "was"
    x = x.rstrip("*")
    v = w.entity(_clauses(side))
    return w.entity(_grammar("contrast") + _grammar("contrast " + side)).format(x=x, X=up(x), be=be, a=a, v=v, V=up(v)), x


def review(w: World, side: str | None = None, *, kind: str | None = None, size: int | None = None, domain: str | None = None) -> Review:
    """A review of the side; kind: "mixed", "sarcasm", "negation" or None for any; size: sentences, 1 to 6.

    >>> review(World(2), "negative").side
    'negative'
    """
    side, domain = side or w.pick(SIDES), domain or w.pick(tuple(MAIN))
    thing, size = w.entity(_things(domain)), size or w.pick((1, 1, 2, 2, 3, 4, 5, 6))
    if kind is None and w.chance(0.15):
        kind = "mixed" if side == "positive" or w.chance(0.6) else "sarcasm"
    parts, focus = [], ""
    if kind == "mixed":
        text, focus = _contrast(w, domain, side)
        parts.append(text)
    elif kind == "sarcasm":
        parts.append(_mock(w, domain))
    elif kind == "negation":
        other = w.pick(_adjectives(MAIN[domain], SIDES[side == "positive"], True))
        parts.append(w.entity(table("review_negation")[side]).format(b=other, t=thing))
    while len(parts) < size:
        text, said = _part(w, domain, side, thing)
        if text.lower().rstrip(".") not in " ".join(parts).lower():
            parts.append(text)
            focus = focus or said
    return _finish(w, domain, parts, Review("", side, thing, focus))


def _finish(w: World, domain: str, parts: list[str], found: Review) -> Review:
    """Order, an opening line, links between sentences, a careless hand."""
    if len(parts) > 1 and w.chance(0.5):
        w.rng.shuffle(parts)
    if w.chance(0.4 if len(parts) > 1 else 0.15):
        parts.insert(0, fill(w, w.entity(table("review_openers")[domain])))
    if w.chance(0.1):
        parts.insert(0, up(w.pick(("{t}: ", "Review of the {t}. ", "About the {t}: ", "My {t} review. ")).format(t=found.thing).strip()))
    text = " ".join(parts)
    if w.chance(0.5):
        for long, short in SHORT:
            text = text.replace(long, short)
    if w.chance(0.06):
        text = text.lower()
    if w.chance(0.06):
        text = text.rstrip(".")
    return found._replace(text=text.replace(".", "!") if w.chance(0.02) else text)


def neutral(w: World) -> Review:
    """A text that states facts and takes no side."""
    domain = w.pick(tuple(MAIN))
    thing, lines = w.entity(_things(domain)), table("review_openers")[domain]
    return Review(" ".join(fill(w, line) for line in w.entities(lines, w.number(1, min(2, len(lines) // 5 or 1)))), "neutral", thing, "")
