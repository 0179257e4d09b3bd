"""Rewriting formats: dates, clock times, names, and records as lines, CSV or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

from pocket_maker.corpus.dress import reply
from pocket_maker.corpus.families.language import items_of, show
from pocket_maker.corpus.families.language_formats_ask import CLOCK_ASK, DATE_ASK, LIST_JSON_ASK, NAME_ASK, RECORD_ASK
from pocket_maker.corpus.world import World

__all__ = ["FAMILIES", "date_format", "name_format", "record_format"]

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
DATES: dict[str, Callable[[int, int, int], str]] = {
    "iso": lambda y, m, d: f"{y}-{m:02}-{d:02}",
    "slash_dmy": lambda y, m, d: f"{d:02}/{m:02}/{y}",
    "slash_mdy": lambda y, m, d: f"{m:02}/{d:02}/{y}",
    "dots": lambda y, m, d: f"{d:02}.{m:02}.{y}",
    "long_dmy": lambda y, m, d: f"{d} {MONTHS[m - 1]} {y}",
    "long_mdy": lambda y, m, d: f"{MONTHS[m - 1]} {d}, {y}",
    "short": lambda y, m, d: f"{d} {MONTHS[m - 1][:3]} {y}",
    "compact": lambda y, m, d: f"{y}{m:02}{d:02}",
    "year": lambda y, m, d: str(y),
    "month": lambda y, m, d: MONTHS[m - 1],
    "day": lambda y, m, d: str(d),
}
_CLEAR = ("iso", "long_dmy", "long_mdy", "short", "iso", "long_dmy", "long_mdy")  # forms that can be read in one way only
NAMES: dict[str, Callable[[str, str], str]] = {
    "last_first": lambda first, last: f"{last}, {first}",
    "initial_last": lambda first, last: f"{first[0]}. {last}",
    "last_initial": lambda first, last: f"{last} {first[0]}.",
    "first_last": lambda first, last: f"{first} {last}",
    "first": lambda first, last: first,
    "last": lambda first, last: last,
    "upper_last": lambda first, last: f"{first} {last.upper()}",
    "handle": lambda first, last: f"{first.lower()}.{last.lower()}",
    "initials": lambda first, last: f"{first[0]}.{last[0]}.",
    "greeting": lambda first, last: f"Dear {first},",
}
_DATE_OPS = tuple(DATES)
_NAME_OPS = tuple(NAMES)
FIELDS: dict[str, Callable[[World], str | int]] = {
    "name": World.person, "city": lambda w: w.entity("cities"), "age": lambda w: w.number(18, 90), "code": World.code, "team": lambda w: w.entity("departments"),
    "color": lambda w: w.pick(("red", "blue", "green", "black", "white", "gray")), "price": lambda w: w.number(1, 990), "item": lambda w: w.entity("objects"),
    "status": lambda w: w.pick(("open", "closed", "waiting", "paid", "late", "new")), "count": lambda w: w.number(0, 99), "room": lambda w: w.number(1, 420),
    "date": lambda w: DATES["iso"](*_date(w)), "owner": lambda w: w.entity("first_names"), "product": World.camel, "topic": lambda w: w.entity("topics"),
    "floor": lambda w: w.number(0, 12), "manager": World.person, "order": World.code, "word": World.nonce, "year": lambda w: w.number(1950, 2023),
    "author": World.person, "title": lambda w: f"{w.nonce().capitalize()} {w.entity('common_words')}", "weight": lambda w: w.number(1, 500), "place": lambda w: w.entity("cities"),
}
_FIELDS = tuple(FIELDS)


def _date(w: World) -> tuple[int, int, int]:
    month = w.number(1, 12)
    return w.number(1950, 2035), month, w.number(1, _DAYS[month - 1])


def date_format(w: World, *, to: str | None = None) -> list[dict]:
    """A date or a clock time in another form.

    to: a key of `DATES`, "24h" or "12h".
    Example: Write the date as YYYY-MM-DD: 4 March 2021 -> 2021-03-04
    """
    to = to or (w.pick(("24h", "12h")) if w.chance(0.2) else w.pick(_DATE_OPS))
    if to in CLOCK_ASK:
        hour, minute = w.number(0, 23), w.number(0, 59)
        forms = {"24h": f"{hour:02}:{minute:02}", "12h": f"{hour % 12 or 12}:{minute:02} {'am' if hour < 12 else 'pm'}"}
        given = forms["12h" if to == "24h" else "24h"]
        return [*show(w, w.entity(CLOCK_ASK[to]), given, labels=("Time", "Input", "The time")), reply(forms[to])]
    date, source = _date(w), w.pick(_CLEAR)
    while source == to:
        source = w.pick(_CLEAR)
    several = w.number(2, 3) if w.chance(0.15) else 1
    dates = [date, *(_date(w) for _ in range(several - 1))]
    given, answer = ("\n".join(DATES[form](*d) for d in dates) for form in (source, to))
    return [*show(w, w.entity(DATE_ASK[to]), given, labels=("Date", "Input", "The date", "Text")), reply(answer)]


def _name(w: World) -> tuple[str, str]:
    return (w.entity("first_names") if w.chance(0.8) else w.nonce().capitalize()), (w.entity("last_names") if w.chance(0.6) else w.nonce().capitalize())


def name_format(w: World, *, to: str | None = None) -> list[dict]:
    """One or more names in another form.

    to: a key of `NAMES`.
    Example: Write it as last name, comma, first name: Ana Tesk -> Tesk, Ana
    """
    to = to or w.pick(_NAME_OPS)
    people = [_name(w) for _ in range(w.number(2, 5) if w.chance(0.3) else 1)]
    source = NAMES["last_first" if to == "first_last" or (to != "last_first" and w.chance(0.15)) else "first_last"]
    given, answer = "\n".join(source(*p) for p in people), "\n".join(NAMES[to](*p) for p in people)
    labels = ("Name", "Input", "Person") if len(people) == 1 else ("Names", "Input", "People")
    return [*show(w, w.entity(NAME_ASK[to]), given, labels=labels, noise=0), reply(answer)]  # noise could turn LAST into last


def _lines(record: dict) -> str:
    return "\n".join(f"{key}: {value}" for key, value in record.items())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


RECORDS: dict[str, tuple[Callable[[dict], str], Callable[[dict], str]]] = {
    "lines_json": (_lines, _json),
    "json_lines": (_json, _lines),
    "csv_json": (lambda r: f"{','.join(r)}\n{','.join(map(str, r.values()))}", _json),
    "json_csv": (_json, lambda r: f"{','.join(r)}\n{','.join(map(str, r.values()))}"),
    "csv_lines": (lambda r: f"{','.join(r)}\n{','.join(map(str, r.values()))}", _lines),
    "values_lines": (lambda r: ",".join(map(str, r.values())), lambda r: "\n".join(map(str, r.values()))),
    "lines_table": (_lines, lambda r: "| key | value |\n| --- | --- |\n" + "\n".join(f"| {k} | {v} |" for k, v in r.items())),
    "keys": (_json, lambda r: ", ".join(r)),
    "lines_csv": (_lines, lambda r: f"{','.join(r)}\n{','.join(map(str, r.values()))}"),
}
_RECORD_OPS = tuple(RECORDS)


def record_format(w: World, *, kind: str | None = None) -> list[dict]:
    """A small record in another layout: lines of key: value, CSV with a header, JSON, a table.

    kind: a key of `RECORDS`, "list_json" or "value".
    Example: Convert to JSON. city: Oslo / floor: 3 -> {"city": "Oslo", "floor": 3}
    """
    kind = kind or w.pick((*_RECORD_OPS, "lines_json", "csv_json", "list_json", "value"))
    if kind == "list_json":
        items = items_of(w, w.number(1, 6))
        return [*show(w, w.entity(LIST_JSON_ASK), w.pick((", ", "\n")).join(items), labels=("List", "Items", "Input")), reply(_json(items))]
    record = {key: FIELDS[key](w) for key in w.rng.sample(_FIELDS, w.number(2, 5))}
    if kind == "value":
        key = w.pick(tuple(record))
        text = w.pick((_lines, _json))(record)
        return [*show(w, w.say(RECORD_ASK[kind], k=key), text, labels=("Record", "Input", "Data"), noise=0), reply(str(record[key]))]
    before, after = RECORDS[kind]
    return [*show(w, w.entity(RECORD_ASK[kind]), before(record), labels=("Record", "Input", "Data", "Text")), reply(after(record))]


FAMILIES = {date_format: 1.0, name_format: 0.8, record_format: 1.6}
