"""Made-up facts, and the right and wrong answers people give to a question about them."""

from __future__ import annotations

import functools
from typing import NamedTuple

from pocket_maker.corpus.families.filling import DAYS, MONTHS, table, up
from pocket_maker.corpus.world import World, words

__all__ = ["Fact", "fact", "right_answer", "wrong_answer", "wrong_value", "another_value"]

COLORS = ("red", "blue", "green", "yellow", "black", "white", "beige", "purple", "brown", "gray", "pink", "silver")
ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


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
    """A number below 200 in words."""
    if n >= 100:
        return "one hundred" + (" " + _in_words(n - 100) if n > 100 else "")
    if n < 20:
        return ONES[n]
    return TENS[n // 10] + ("" if n % 10 == 0 else "-" + ONES[n % 10])


def _slots(w: World, f: Fact) -> dict[str, str]:
    """The value in the forms that the lines of judge_ways.txt ask for."""
    v = f.value
    if f.kind in ("number", "money"):
        return {"v": v, "n": _in_words(int(v)), "N": up(_in_words(int(v)))}
    if f.kind == "date":
        d, m, y = v.split()
        ending = "th" if d in ("11", "12", "13") else {"1": "st", "2": "nd", "3": "rd"}.get(d[-1], "th")
        return {"d": d, "o": d + ending, "m": m, "b": m[:3], "y": y, "iso": f"{y}-{MONTHS.index(m) + 1:02d}-{int(d):02d}"}
    if f.kind == "list":
        names = v.replace(" and ", ", ").split(", ")
        w.rng.shuffle(names)
        return {"l": ", ".join(names[:-1]) + " and " + names[-1] if names[1:] else v, "c": ", ".join(names), "a": " and ".join(names), "s": "; ".join(names)}
    return {"v": v, "lower": v.lower(), "upper": v.upper()}


def _reworded(w: World, f: Fact) -> str:
    """The same value in another form."""
    return w.entity(table("judge_ways")["number" if f.kind == "money" else f.kind]).format(**_slots(w, f))


def _two(w: World, f: Fact, ways: str, v: str, x: str) -> str:
    """One of the ways to speak of two values ("hedge" or "contrast")."""
    way = w.entity(table("judge_ways")[ways])
    text = way.format(v=v, x=x, S=f.say(v))
    return text if f.kind == "code" and way.startswith("{") else up(text)


def _said(w: World, f: Fact, value: str, rude: float) -> str:
    """The value in a plain or rude answer: alone, in a sentence, with extra words."""
    way = w.entity(table("judge_ways")["rude" if w.chance(rude) else "any"])
    return way.format(v=value, S=f.say(value), C=f.say(value, True))


def right_answer(w: World, f: Fact) -> str:
    """An answer that agrees with the fact: exact, reworded, set against a wrong one, in a sentence, with extra words, or rude."""
    kind = w.rng.random()
    if kind < 0.06:
        return _two(w, f, "contrast", f.value, another_value(w, f))
    if kind < 0.14:
        return f.value
    return _reworded(w, f) if kind < 0.44 else _said(w, f, f.value, 0.12)


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
    same = _names(new) == _names(v) or new.lower() == v.lower()
    return wrong_value(w, f) if same else new


def another_value(w: World, f: Fact) -> str:
    """A wrong value that is no part of the right one, as some of the names of a list are."""
    new = wrong_value(w, f)
    return another_value(w, f) if f.kind == "list" and _names(new) < _names(f.value) else new


def _names(value: str) -> set[str]:
    return set(value.replace(" and ", ", ").split(", "))


def wrong_answer(w: World, f: Fact) -> str:
    """An answer that does not: another value, part of it, a hedge, a non-answer, or nothing at all."""
    kind = w.rng.random()
    if kind < 0.11:
        return "" if w.chance(0.08) else w.entity(table("judge_ways")["empty"])
    x = wrong_value(w, f)
    if kind < 0.2:
        return _two(w, f, "hedge", f.value, x)
    if kind < 0.26:
        return _two(w, f, "contrast", another_value(w, f), f.value)
    if kind < 0.4:
        return x
    return _reworded(w, f._replace(value=x)) if kind < 0.62 else _said(w, f, x, 0.1)
