"""The hidden rules that few-shot prompts show by example: labels, string jobs, relations, look-ups.

A mapping is a function that gives one more (input, output) pair each time it is called.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from pocket_maker.corpus.families.filling import DAYS, fill, up
from pocket_maker.corpus.families.messages import EMOTIONS, TOPICS, emotion_text, offensive_text, topic_line
from pocket_maker.corpus.families.reviews import review
from pocket_maker.corpus.world import World, phrasings, words

__all__ = ["Mapping", "mapping", "KINDS", "CLASSES"]

CLASSES = ("sentiment", "emotion", "topic", "offensive", "category")
KINDS = {"sentiment": 14, "emotion": 3, "topic": 2, "offensive": 2, "category": 2, "string": 4, "words": 2, "relation": 3, "lookup": 4, "extract": 4, "name": 2}
_DRAW = tuple(k for k, n in KINDS.items() for _ in range(n))
LABEL_SETS = phrasings("mappings", "label_sets")
_CATEGORY = {"city": "cities", "first name": "first_names", "object": "objects", "surname": "last_names", "quality": "adjectives_positive", "fault": "adjectives_negative"}
_CARRIERS = phrasings("mappings", "carriers")
_PEOPLE = phrasings("mappings", "people")
_WHERE = phrasings("mappings", "where")


@dataclass(frozen=True)
class Mapping:
    """kind of rule; draw(label or None) gives an (input, output) pair; labels: all outputs of a classification, else (); task: the rule in words."""
    kind: str
    draw: Callable[..., tuple[str, str]]
    labels: tuple[str, ...] = ()
    task: str = ""


def mapping(w: World, kind: str | None = None, labels: str | None = None) -> Mapping:
    """A rule of the kind, with "arbitrary", "real" or "swapped" labels where it is a classification."""
    kind = kind or w.pick(_DRAW)
    if kind in CLASSES:
        return _classes(w, kind, labels or w.pick(("arbitrary", "arbitrary", "arbitrary", "real", "swapped")))
    return {"string": _string, "words": _words, "relation": _relation, "lookup": _lookup, "extract": _extract, "name": _name}[kind](w)


def _short_review(w: World, side: str) -> str:
    return review(w, side, size=w.pick((1, 1, 1, 2, 2, 3))).text


def _thing(w: World, name: str) -> str:
    return w.entity(_CATEGORY[name])


_WRITERS = {"sentiment": _short_review, "emotion": emotion_text, "topic": topic_line, "offensive": lambda w, s: offensive_text(w, s == "offensive"), "category": _thing}
_NAMES = {"sentiment": ("positive", "negative"), "emotion": EMOTIONS, "topic": TOPICS, "offensive": ("offensive", "fine"), "category": tuple(_CATEGORY)}
_TASKS = {"sentiment": "Classify the sentiment.", "emotion": "Name the emotion.", "topic": "Name the topic.", "offensive": "Say whether the message is offensive.",
          "category": "Say what kind of word it is."}


def _classes(w: World, kind: str, mode: str) -> Mapping:
    """Two to four classes of texts under real, swapped or arbitrary labels."""
    names = list(_NAMES[kind])
    if len(names) > 2:
        names = w.rng.sample(names, w.pick((2, 2, 3, 4)))
    w.rng.shuffle(names)
    shown = list(names)
    if mode == "swapped":
        shown = names[1:] + names[:1]
    elif mode == "arbitrary":
        shown = _arbitrary(w, len(names))
    label = dict(zip(names, shown))
    write = _WRITERS[kind]

    def draw(out: str | None = None) -> tuple[str, str]:
        name = w.pick(names) if out is None else names[shown.index(out)]
        return write(w, name), label[name]
    return Mapping(kind, draw, tuple(shown), _TASKS[kind] if mode == "real" else "")


def _arbitrary(w: World, n: int) -> list[str]:
    """n different labels that mean nothing."""
    if n == 2 and w.chance(0.5):
        return list(w.entity(LABEL_SETS))
    make = w.pick((w.nonce, w.nonce, lambda: w.nonce().upper(), lambda: str(w.number(0, 99)), lambda: w.pick("ABCDEFGHJKLMNPQRSTUVWXYZ"), lambda: w.entity("common_words"),
                   w.code, lambda: w.entity("objects")))
    found: list[str] = []
    while len(found) < n:
        label = make()
        if label not in found:
            found.append(label)
    return found


def _token(w: World) -> str:
    return w.nonce() if w.chance(0.4) else w.entity(w.pick(("common_words", "first_names", "objects", "thing_nouns", "cities")))


def _string(w: World) -> Mapping:
    """A job on one string."""
    tail, head = w.nonce(), w.nonce()
    rule, task = w.pick((
        (str.upper, "Write it in capitals."), (str.upper, "Write it in capitals."), (str.lower, "Write it in small letters."), (lambda s: s[0], "Give the first letter."),
        (lambda s: s[-1], "Give the last letter."), (lambda s: f"{s} {s}", "Write it twice."), (lambda s: f"{s}-{s}", "Write it twice with a hyphen."),
        (lambda s: f"{s}-{tail}", ""), (lambda s: f"{head} {s}", ""), (lambda s: f"{s} {tail}", ""), (lambda s: f"[{s}]", "Put it in square brackets."),
        (lambda s: f'"{s}"', "Put it in quotation marks."), (lambda s: f"the {s}", "Put 'the' before it."), (lambda s: f"<{s}>", ""), (lambda s: f"{s}!", "Add an exclamation mark."),
        (lambda s: f"{head}({s})", ""), (lambda s: f"{s} {s} {s}", "Write it three times."), (up, "Start it with a capital."), (lambda s: s, "Repeat it."), (lambda s: f"{s}.{tail}", "")))

    prepare = {str.upper: str.lower, up: str.lower, str.lower: str.upper}.get(rule, str)

    def draw() -> tuple[str, str]:
        token = prepare(_token(w))
        return token, rule(token)
    return Mapping("string", draw, (), task)


def _words(w: World) -> Mapping:
    """A job on a list of words."""
    size, glue, k = w.number(2, 5), w.pick((" ", " ", ", ", " - ", "/")), w.number(0, 1)
    rule, task = w.pick((
        (lambda x: glue.join(reversed(x)), "Reverse the list."), (lambda x: x[0], "Give the first word."), (lambda x: x[-1], "Give the last word."),
        (lambda x: x[k], f"Give word number {k + 1}."), (lambda x: glue.join([x[-1], *x[1:-1], x[0]]), "Swap the first and the last word."),
        (lambda x: " ".join(x).upper(), ""), (lambda x: glue.join(x[1:]), "Drop the first word."), (lambda x: glue.join(x[:-1]), "Drop the last word."),
        (lambda x: str(len(x)), "Count the words."), (lambda x: " and ".join(x), "Join the words with 'and'."), (lambda x: glue.join(sorted(x, key=str.lower)), "Sort the words."),
        (lambda x: x[-1].upper(), "Give the last word in capitals.")))

    def draw() -> tuple[str, str]:
        n = w.number(2, 5) if task == "Count the words." else size
        found = w.entities("common_words", n) if w.chance(0.7) else [w.nonce() for _ in range(n)]
        return glue.join(found), rule(found)
    return Mapping("words", draw, (), task)


@functools.cache
def _pairs(name: str) -> tuple[tuple[str, str], ...]:
    """The pairs of a table; a relation of facts is its first column."""
    lines = [tuple(line.split("\t")) for line in words(name.split(":")[0])]
    return tuple((b, c) for a, b, c in lines if a == name.split(":")[1]) if ":" in name else tuple((line[0], line[1]) for line in lines)


def _relation(w: World) -> Mapping:
    """Known relations, either way round where that is a function."""
    name, task = w.pick((("synonyms", "Give a synonym."), ("antonyms", "Give the opposite."), ("nouns_irregular", "Give the plural."), ("facts_known:capital", "Name the capital."),
                         ("antonyms", "Give the opposite."), ("synonyms", "Give a synonym.")))
    return Mapping("relation", lambda: w.pick(_pairs(name)), (), task)


def _lookup(w: World) -> Mapping:
    """A made-up dictionary of a few entries: what is asked was shown before."""
    key = w.pick((w.nonce, w.code, w.person, lambda: w.entity("cities")))
    value = w.pick((w.nonce, w.code, lambda: str(w.number(1, 999)), lambda: w.entity("objects"), w.camel))
    entries = [(key(), value()) for _ in range(w.number(2, 5))]
    entries = list(dict(entries).items())  # one value a key
    return Mapping("lookup", lambda: w.pick(entries), ())


def _extract(w: World) -> Mapping:
    """What to take out of a sentence: a code, a name, a place, a day or a number."""
    what = w.pick(("code", "code", "person", "city", "day", "number", "nonce"))
    carriers = {"person": _PEOPLE, "city": _WHERE}.get(what, _CARRIERS)
    make = {"code": w.code, "person": w.person, "city": lambda: w.entity("cities"), "number": lambda: str(w.number(0, 9999)), "nonce": w.nonce, "day": lambda: w.pick(DAYS)}[what]
    if what == "day":
        carriers = ("We meet on {x}.", "{p} comes back on {x}.", "The shop in {c} is closed on {x}.", "On {x} I have a test.", "Is {x} fine for you, {p}?", "The train leaves on {x}.",
                    "{x} is my day off.", "The parcel came on {x}.", "I'll call {p} on {x}.", "Until {x} we are in {c}.")

    def draw() -> tuple[str, str]:
        x = make()
        return fill(w, w.entity(carriers), x=x), x
    return Mapping("extract", draw, (), {"code": "Copy the code.", "person": "Who is named?", "city": "Name the city.", "day": "Which day?", "number": "Copy the number."}.get(what, ""))


def _name(w: World) -> Mapping:
    """A first and a last name, rewritten."""
    rule, task = w.pick(((lambda a, b: f"{b}, {a}", "Last name first, with a comma."), (lambda a, b: f"{a[0]}. {b}", "Shorten the first name."), (lambda a, b: a, "Give the first name."),
                         (lambda a, b: b, "Give the last name."), (lambda a, b: a[0] + b[0], "Give the initials."), (lambda a, b: f"{b} {a}", "Swap the names."),
                         (lambda a, b: f"{a.lower()}.{b.lower()}@mail.com", ""), (lambda a, b: f"Dear {a},", ""), (lambda a, b: b.upper(), "Give the last name in capitals.")))

    def draw() -> tuple[str, str]:
        first, last = w.person().split(" ", 1)
        return f"{first} {last}", rule(first, last)
    return Mapping("name", draw, (), task)
