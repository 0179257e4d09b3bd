"""Made-up facts, and the right and wrong answers people give to a question about them."""

from __future__ import annotations

import functools
from typing import NamedTuple

from helpers.pocket.families.filling import DAYS, MONTHS, up
from helpers.pocket.world import World, words

__all__ = ["Fact", "fact", "right_answer", "wrong_answer", "wrong_value"]

COLORS = ("red", "blue", "green", "yellow", "black", "white", "beige", "purple", "brown", "gray", "pink", "silver")
ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
PLAIN = ("{v}", "{v}", "{v}.", "{S}", "{C}", "{S}", "{v}, I think.", "It's {v}.", "The answer is {v}.", "That would be {v}.", "{v}!", "I believe it is {v}.",
         "If I remember right, {v}.", "As far as I know: {v}", "Answer: {v}", "Well, {v}.", "{C} I looked it up.", "Sure! {S}", "{v}, no doubt.",
         "After checking the records with care, I can confirm the following. {S}", "Thank you for asking! {C} I hope this helps.", "{S} That is widely known.",
         "Good question. It took me a while to find it, but here it is: {v}.", "{v}, and nobody has ever doubted it.", "To answer your question: {S}")
RUDE = ("{v}, you fool.", "Obviously {v}. What a stupid question.", "{v}. Don't you know anything?", "Even a child knows that it is {v}.", "{S} Read the text next time, idiot.",
        "Ugh. {v}. Stop bothering me.")
EMPTY = ("", "I don't know.", "I don't know", "No idea.", "I am not sure.", "That is a very good question.", "The text does not say.", "?", "Sorry, I can't help with that.",
         "n/a", "Let me think about it.", "It depends.", "Ask somebody else.", "I would have to look it up.")
HEDGES = ("{v} or {x}.", "Either {x} or {v}.", "Maybe {x}, maybe {v}.", "Not {v}.", "Anything but {v}.", "It is not {v}.", "{x}. Not {v}, as many think.")
TITLES = ("Dr. {v}", "Ms. {v}", "{v}, of course", "by {v}", "It was {v}.", "someone called {v}", "a person named {v}", "{v} did.", "That was {v}, back then.")
PLACES = ("in {v}", "In {v}.", "the city of {v}", "It's in {v}.", "{v}, the city", "{v}, in the south of the country", "the town called {v}")


class Fact(NamedTuple):
    """A made-up fact: kind of value, the value, two wordings, the question it answers, what it is about."""
    kind: str
    value: str
    statement: str
    claim: str
    question: str
    subject: str

    def say(self, value: str, claim: bool = False) -> str:
        """The statement (or the claim) with another value in it."""
        template = self.claim if claim else self.statement
        return template.format(v=up(value) if template.startswith("{v}") and self.kind in ("object", "color") else value)


@functools.cache
def _relations(kind: str | None) -> tuple[str, ...]:
    """The lines of one kind, or all."""
    return tuple(line for line in words("judge_facts") if kind in (None, line.split("\t")[0]))


def _people(w: World) -> str:
    names = list(dict.fromkeys(w.entity("first_names") for _ in range(w.number(2, 4))))
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


_MAKE = {"person": lambda w: w.person(), "city": lambda w: w.entity("cities"), "number": lambda w: str(w.number(2, 99)), "day": lambda w: w.pick(DAYS),
         "month": lambda w: w.pick(MONTHS), "date": lambda w: f"{w.number(1, 28)} {w.pick(MONTHS)} {w.number(1850, 2023)}", "money": lambda w: str(w.number(2, 99)),
         "color": lambda w: w.pick(COLORS), "code": lambda w: w.code(), "object": lambda w: w.entity("objects"), "list": _people}


def fact(w: World, kind: str | None = None) -> Fact:
    """A new fact of the kind (a key of _MAKE) or of any kind."""
    found, statement, claim, question = w.entity(_relations(kind)).split("\t")
    subject = w.pick((lambda: up(w.nonce()), lambda: up(w.nonce()), lambda: w.camel(), lambda: w.code(), lambda: f"{up(w.nonce())} {up(w.nonce())}"))()
    fill = lambda text: text.replace("{s}", subject)  # noqa: E731
    return Fact(found, _MAKE[found](w), fill(statement), fill(claim), fill(question), subject)


def _in_words(n: int) -> str:
    """A number below 100 in words."""
    if n < 20:
        return ONES[n]
    return TENS[n // 10] + ("" if n % 10 == 0 else "-" + ONES[n % 10])


def _reworded(w: World, f: Fact) -> str:
    """The same value in another form."""
    v = f.value
    if f.kind == "person":
        return w.pick(TITLES).format(v=v)
    if f.kind == "city":
        return w.pick(PLACES).format(v=v)
    if f.kind in ("number", "money"):
        return w.pick((_in_words(int(v)), up(_in_words(int(v))) + ".", f"{v} in all", f"exactly {v}", f"It is {_in_words(int(v))}."))
    if f.kind == "date":
        day, month, year = v.split()
        return w.pick((f"{month} {day}, {year}", f"{day} {month[:3]} {year}", f"{year}-{MONTHS.index(month) + 1:02d}-{int(day):02d}", f"on {month} {day}, {year}"))
    if f.kind == "list":
        names = v.replace(" and ", ", ").split(", ")
        w.rng.shuffle(names)
        return w.pick((", ".join(names), " and ".join(names), "; ".join(names)))
    return v if f.kind == "code" else w.pick((v.lower(), v.upper(), f"{v}, yes", f"on {v}" if f.kind == "day" else f"{v} it is"))


def right_answer(w: World, f: Fact) -> str:
    """An answer that agrees with the fact: exact, reworded, in a sentence, with extra words, or rude."""
    if w.chance(0.35):
        return _reworded(w, f)
    text = w.entity(RUDE) if w.chance(0.12) else w.entity(PLAIN)
    return text.format(v=f.value, S=f.say(f.value), C=f.say(f.value, True))


def wrong_value(w: World, f: Fact) -> str:
    """Another value of the same kind, often a near one."""
    v, near = f.value, w.chance(0.5)
    if f.kind in ("number", "money") and near:
        return str(int(v) + w.pick((1, 2, 10, 1)))
    if f.kind == "person" and near:
        first, last = v.split(" ", 1)
        other = w.person().split(" ", 1)
        new = w.pick((f"{first} {other[1]}", f"{other[0]} {last}"))
    elif f.kind == "date" and near:
        day, month, year = v.split()
        new = w.pick((f"{int(day) % 28 + 1} {month} {year}", f"{day} {month} {int(year) + w.pick((1, 10, -1))}", f"{day} {MONTHS[(MONTHS.index(month) + 1) % 12]} {year}"))
    elif f.kind == "list" and near and len(v.split()) > 2:
        names = v.replace(" and ", ", ").split(", ")
        names = names[:-1] if w.chance(0.6) else [*names[:-1], up(w.nonce())]
        new = " and ".join(names)
    elif f.kind == "code" and near and len(v) > 3:
        i = w.number(1, len(v) - 1)
        new = v[:i] + v[i + 1:] if w.chance(0.5) else v[:i] + w.pick("abcdefghkmnprstwxz23456789") + v[i + 1:]
    else:
        new = _MAKE[f.kind](w)
    same = set(new.replace(" and ", ", ").split(", ")) == set(v.replace(" and ", ", ").split(", ")) or new.lower() == v.lower()
    return wrong_value(w, f) if same else new


def wrong_answer(w: World, f: Fact) -> str:
    """An answer that does not: another value, part of it, a hedge, a non-answer, or nothing at all."""
    kind = w.rng.random()
    if kind < 0.12:
        return w.pick(EMPTY)
    x = wrong_value(w, f)
    if kind < 0.2:
        return up(w.entity(HEDGES).format(v=f.value, x=x)) if f.kind != "code" else f"{x} or {f.value}"
    if kind < 0.45:
        return x
    text = w.entity(RUDE) if w.chance(0.08) else w.entity(PLAIN)
    return text.format(v=x, S=f.say(x), C=f.say(x, True))
