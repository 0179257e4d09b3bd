"""Subjects and values of passages: names, amounts, dates, places and codes, most of them never seen twice."""

from __future__ import annotations

import functools
from collections.abc import Callable

from pocket_maker.corpus.world import World, words

__all__ = ["SUBJECTS", "VALUES", "company", "options", "value"]

_SMALL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve")
_MONEY = ("${n}", "${n}", "{n} dollars", "{n} euros", "€{n}", "£{n}", "{n} pounds", "{n} francs", "{n} crowns")


@functools.cache
def options(name: str) -> tuple[str, ...]:
    """One small closed list of words/passage_values.txt.

    >>> "violin" in options("instrument")
    True
    """
    row = next(line for line in words("passage_values") if line.startswith(name + ":"))
    return tuple(part.strip() for part in row.partition(":")[2].split(","))


def _listed(name: str) -> Callable[[World], str]:
    return lambda w: w.entity(options(name))


def _count(unit: str, low: int, high: int, *, in_words: float = 0.2) -> Callable[[World], str]:
    """'12 days' or 'five days'; never just one."""
    def make(w: World) -> str:
        if w.chance(in_words) and low <= 12:
            return f"{_SMALL[w.number(1, 10)]} {unit}"
        return f"{w.number(max(low, 2), high):,} {unit}"
    return make


def _of(*makers: Callable[[World], str]) -> Callable[[World], str]:
    return lambda w: w.pick(makers)(w)


def _money(w: World) -> str:
    n = w.number(2, 99) if w.chance(0.5) else w.number(1, 60) * 10 if w.chance(0.7) else w.number(100, 2500)
    text = f"{n}.{w.pick(('50', '99', '20', '95'))}" if n < 60 and w.chance(0.15) else f"{n:,}"
    return w.pick(_MONEY).format(n=text)


def _money_big(w: World) -> str:
    n = w.pick((f"{w.number(2, 990)},000", f"{w.number(2, 40)} million", f"{w.number(1, 9)}.{w.number(1, 9)} million"))
    return w.pick(_MONEY[:7]).format(n=n)


def _date(w: World, low: int = 1998, high: int = 2024) -> str:
    day, month, year = w.number(1, 28), w.number(1, 12), w.number(low, high)
    name = options("month")[month - 1]
    return w.pick((f"{day} {name} {year}", f"{name} {day}, {year}", f"{name} {day}", f"{day} {name}", f"{year}-{month:02}-{day:02}"))


def _clock(w: World) -> str:
    hour, minute = w.number(5, 22), w.pick(("00", "00", "15", "30", "30", "45", "20", "10", "40"))
    if w.chance(0.3):
        return f"{hour % 12 or 12}{'' if minute == '00' else ':' + minute} {'am' if hour < 12 else 'pm'}"
    return f"{hour}:{minute}"


def _email(w: World) -> str:
    name = w.pick((w.nonce(), w.entity("first_names").lower(), w.entity("topics").split()[-1].replace("'", "")))
    dot = w.pick(("", "", f".{w.nonce()}", f"-{w.number(1, 99)}", f"_{w.nonce()[:3]}"))
    return f"{name}{dot}@{w.nonce()}.{w.pick(('com', 'org', 'net', 'example', 'co', 'io', 'eu'))}".replace(" ", "")


def _phone(w: World) -> str:
    return w.pick((f"extension {w.number(100, 9999)}", f"0{w.number(10, 999)} {w.number(1000, 99999)}", f"555-{w.number(1000, 9999)}",
                   f"ext. {w.number(10, 999)}"))


def _room(w: World) -> str:
    letter = chr(65 + w.number(0, 15))
    return w.pick((f"room {w.number(1, 999)}", f"room {letter}{w.number(1, 99)}", f"room {w.number(0, 9)}.{w.number(1, 40):02}",
                   f"building {letter}", f"the {w.nonce().capitalize()} room",
                   f"hall {w.number(2, 30)}", f"cabinet {letter}{w.number(1, 20)}", f"office {w.number(10, 480)}"))


def _town(w: World) -> str:
    end = ("", "", "ton", "berg", "ford", "by", "ville", "mouth", " Bay", " Hill")
    return w.nonce().capitalize() + w.pick(end)


def company(w: World) -> str:
    """A made-up company name, half of them never seen before."""
    if w.chance(0.5):
        return w.entity("companies")
    return w.pick((w.camel(), w.nonce().capitalize())) + w.pick(("", "", " Ltd", " Group", " Labs", " Foods", " & Co", " Systems"))


def _product(w: World) -> str:
    kind = w.entity(options("product_kind"))
    name = w.pick((w.entity("product_names"), w.nonce().capitalize(), w.code(), w.camel()))
    return w.pick((name, f"{name} {kind}", f"{name} {kind}"))


def _place(w: World, kind: str) -> str:
    """A named place, event, club or project: a listed or made-up name and what it is."""
    made = w.pick((w.nonce().capitalize(), w.entity("last_names"), w.entity("cities")))
    if kind == "event":
        first = w.pick((w.entity(options("season")), made))
        return f"the {first} {w.entity(options('event_kind'))}"
    if kind == "club":
        return f"the {made} {w.entity(options('club_kind'))}"
    if kind == "project":
        return f"Project {w.pick((w.nonce().capitalize(), w.code(), w.camel()))}"
    return w.entity("venues") if w.chance(0.6) else f"{made} {w.entity('venues').split()[-1]}"


def _title(w: World) -> str:
    noun = w.entity(options("noun")).title()
    name = w.pick((f"{w.entity(options('adjective')).title()} {noun}", f"{noun} of {w.nonce().title()}"))
    return f"The {name}" if w.chance(0.7) else name


SUBJECTS: dict[str, Callable[[World], str]] = {
    "leave": lambda w: w.entity(options("leave")) if w.chance(0.8) else f"{w.nonce()} leave", "topic": lambda w: w.entity("topics"),
    "benefit": _listed("benefit"), "person": World.person, "venue": lambda w: _place(w, "venue"), "product": _product,
    "event": lambda w: _place(w, "event"), "club": lambda w: _place(w, "club"), "project": lambda w: _place(w, "project"),
    "dish": _listed("dish"), "town": _town, "course": _listed("course"), "meeting": _listed("meeting"), "company": company,
    "sample": lambda w: w.code() if w.chance(0.7) else f"{chr(65 + w.number(0, 25))}{w.number(1, 99)}",
    "line": lambda w: w.pick((f"bus {w.number(2, 199)}", f"line {chr(65 + w.number(0, 25))}{w.number(1, 20)}", f"tram {w.number(2, 40)}",
                              f"the {w.nonce().capitalize()} ferry", f"night bus N{w.number(1, 99)}", f"train {w.nonce()[:2].upper()} {w.number(10, 999)}")),
    "system": lambda w: w.pick((w.camel(), w.code(), w.nonce().capitalize())),
    "home": lambda w: f"{w.entity(options('home_kind'))} {w.pick((w.nonce().capitalize(), f'{w.number(1, 99)}{chr(97 + w.number(0, 5))}', w.code()))}",
    "species": lambda w: f"{w.pick((w.entity(options('adverb_animal')), w.nonce()))} {w.entity(options('animal_kind'))}",
}

VALUES: dict[str, Callable[[World], str]] = {
    "money": _money, "money_big": _money_big, "date": _date, "clock": _clock, "email": _email, "phone": _phone, "room": _room,
    "person": World.person, "code": World.code, "camel": World.camel, "company": company, "city": lambda w: w.entity("cities"),
    "venue": SUBJECTS["venue"], "department": lambda w: w.entity("departments"), "job": lambda w: w.entity("job_titles"),
    "time_off": _of(_count("days", 2, 60), _count("weeks", 2, 52), _count("months", 2, 18), _count("working days", 2, 30)),
    "notice": _of(_count("days", 2, 30), _count("weeks", 2, 12), _count("working days", 2, 20), _count("hours", 2, 72)),
    "service_time": _of(_count("months", 2, 36), _count("years", 2, 10), _count("weeks", 2, 40)),
    "percent": lambda w: w.pick((f"{w.number(1, 19) * 5}%", f"{w.number(3, 98)}%", f"{w.number(3, 98)} percent")),
    "section": lambda w: w.pick((f"section {w.number(1, 19)}.{w.number(1, 9)}", f"chapter {w.number(2, 30)}", f"page {w.number(2, 240)}", f"part {chr(65 + w.number(0, 9))}")),
    "year": lambda w: str(w.number(1780, 2024)), "month_year": lambda w: f"{w.pick(options('month'))} {w.number(1990, 2025)}",
    "weight": _of(_count("kg", 2, 80, in_words=0), _count("grams", 20, 950, in_words=0), lambda w: f"{w.number(0, 19)}.{w.number(1, 9)} kg"),
    "hours": _count("hours", 2, 90), "minutes": _count("minutes", 2, 90), "days": _count("days", 2, 90), "years": _count("years", 2, 60),
    "people": _count("people", 4, 900, in_words=0.1), "portions": _count("people", 2, 12), "inhabitants": _count("people", 300, 900_000),
    "employees": _count("people", 20, 40_000), "grams": _count("grams", 15, 900, in_words=0), "meters": _count("meters", 3, 2900, in_words=0),
    "km": _count("kilometers", 3, 400, in_words=0), "cm": _count("centimeters", 3, 190, in_words=0), "degrees": lambda w: f"{w.number(4, 900)} degrees",
    "ph": lambda w: f"{w.number(2, 12)}.{w.number(0, 9)}", "age": lambda w: str(w.number(6, 40)), "gigabytes": _count("GB", 2, 900, in_words=0),
    "version": lambda w: f"{w.number(0, 19)}.{w.number(0, 12)}" + w.pick(("", f".{w.number(0, 9)}", "-beta", f"-rc{w.number(1, 5)}")),
    "port": lambda w: str(w.number(80, 9999)), "host": lambda w: w.pick((f"{w.nonce()}-{w.number(1, 40):02}", f"{w.nonce()}.{w.nonce()}.net", w.code().replace(" ", "-"))),
    "area": _count("square meters", 14, 260, in_words=0), "rooms": _count("rooms", 2, 9, in_words=0.5), "floor": _listed("floor"),
    "money_rent": lambda w: w.pick(_MONEY[:7]).format(n=f"{w.number(30, 290) * 10:,}"), "river": lambda w: w.nonce().capitalize(),
    "address": lambda w: f"{w.number(1, 240)} {w.pick((w.nonce().capitalize(), w.entity(options('street'))))} {w.pick(options('way'))}",
    "prize": lambda w: f"the {w.pick((w.nonce().capitalize(), w.entity('last_names')))} {w.pick(options('prize_kind'))}",
    "platform": lambda w: w.pick((f"platform {w.number(1, 30)}", f"bay {chr(65 + w.number(0, 15))}", f"gate {chr(65 + w.number(0, 5))}{w.number(1, 40)}", f"stop {w.number(2, 30)}")),
    "title": _title, "dish": _listed("dish"),
    **{name: _listed(name) for name in ("document", "subject", "instrument", "pet", "color", "material", "ingredient", "goods", "craft", "eats",
                                        "habitat", "risk", "method", "staff_group", "frequency", "weekday")},
}


def value(w: World, kind: str) -> str:
    """A fresh value of a kind, such as 'money' or 'room'."""
    return VALUES[kind](w)
