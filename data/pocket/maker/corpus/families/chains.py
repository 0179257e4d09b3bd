"""Prompt chains: read a request into JSON, pick the row of a small table that fits, recommend it in a sentence."""

from __future__ import annotations

import json

from pocket_maker.corpus.dress import ask, reply
from pocket_maker.corpus.world import World, phrasings

__all__ = ["FAMILIES", "THINGS"]

THINGS = {  # noun -> columns, each (name, choices or (low, high, step), how a request says it)
    "movie": (("genre", ("comedy", "drama", "western", "thriller", "romance", "horror", "musical", "documentary"), "a {v}"),
              ("year", (1960, 2024, 1), "from {v}"), ("minutes", (70, 190, 5), "that lasts {v} minutes"), ("language", ("English", "French", "Korean", "Spanish", "Hindi", "Italian"), "in {v}")),
    "laptop": (("color", ("black", "silver", "white", "blue", "red", "gray"), "a {v} laptop"), ("screen", (11, 18, 1), "with a {v} inch screen"),
               ("price", (300, 2500, 50), "for {v} dollars"), ("memory", ("8 GB", "16 GB", "32 GB", "64 GB"), "with {v} of memory")),
    "trip": (("kind", ("beach", "hiking", "city", "skiing", "sailing", "cycling"), "a {v} trip"), ("days", (2, 21, 1), "of {v} days"),
             ("price", (100, 3000, 50), "for {v} dollars"), ("month", ("May", "June", "July", "August", "October", "March"), "in {v}")),
    "book": (("topic", ("history", "cooking", "travel", "poetry", "gardening", "chess"), "a {v} book"), ("pages", (80, 700, 20), "with {v} pages"),
             ("year", (1970, 2024, 1), "from {v}"), ("format", ("paperback", "hardcover", "audio"), "in {v}")),
    "restaurant": (("cuisine", ("Thai", "Greek", "Mexican", "Turkish", "Polish", "Vegan"), "a {v} restaurant"), ("stars", (2, 5, 1), "with {v} stars"),
                   ("price", (10, 90, 5), "for about {v} dollars"), ("area", ("center", "harbor", "station", "old town", "park"), "near the {v}")),
    "flat": (("rooms", (2, 7, 1), "a flat with {v} rooms"), ("rent", (400, 2600, 50), "for {v} dollars"), ("floor", (1, 12, 1), "on floor {v}"),
             ("heating", ("gas", "electric", "wood"), "with {v} heating")),
    "course": (("subject", ("drawing", "piano", "yoga", "pottery", "coding", "dance"), "a {v} course"), ("weeks", (2, 16, 1), "of {v} weeks"),
               ("day", ("Monday", "Tuesday", "Wednesday", "Thursday", "Saturday"), "on {v}"), ("fee", (40, 600, 20), "for {v} dollars")),
    "plant": (("color", ("red", "white", "yellow", "purple", "orange"), "a {v} plant"), ("height", (10, 200, 10), "{v} cm high"),
              ("light", ("sun", "shade"), "for {v}"), ("price", (3, 60, 1), "for {v} dollars")),
}
NOUNS = tuple(THINGS)
SHORT = phrasings("chains", "short")
WISH = phrasings("chains", "wish")
READ_ASK = phrasings("chains", "read_ask")
PICK_ASK = phrasings("chains", "pick_ask")
SAY_ASK = phrasings("chains", "say_ask")


def _title(w: World) -> str:
    """A made-up title such as 'The Harbor of Winter'."""
    a, b = w.entities("plots", 2)
    return w.pick(SHORT).format(a=a, b=b, c=w.entity("first_names"), x=w.camel(), n=w.number(2, 99))


def _value(w: World, of: tuple) -> str | int:
    """A choice, or a number of a range with its step."""
    if isinstance(of[0], str):
        return w.pick(of)
    return of[0] + of[2] * w.number(0, (of[1] - of[0]) // of[2])


def _row(w: World, noun: str) -> dict:
    """One row of a table: title and attributes."""
    return {"title": _title(w), **{name: _value(w, of) for name, of, _ in THINGS[noun]}}


def _wish(w: World, noun: str, row: dict) -> tuple[str, dict]:
    """A request in a sentence, and the attributes that it names."""
    columns = THINGS[noun]
    named = [columns[0], *w.rng.sample(columns[1:], w.number(1, 3))]
    parts = [say.format(v=row[name]) for name, _, say in named]
    if noun == "movie" and w.chance(0.3):
        parts[0] = f"a {row['genre']} movie"
    return w.say(WISH, w=" ".join(parts)), {name: row[name] for name, _, _ in named}


def _table(w: World, rows: list[dict]) -> str:
    """The rows as a Markdown table, CSV, a list or JSON lines."""
    keys, kind = list(rows[0]), w.number(0, 3)
    if kind == 0:
        return "\n".join([f"| {' | '.join(keys)} |", f"|{' --- |' * len(keys)}", *(f"| {' | '.join(map(str, r.values()))} |" for r in rows)])
    if kind == 1:
        return "\n".join([", ".join(keys), *(", ".join(map(str, r.values())) for r in rows)])
    if kind == 2:
        return "\n".join(f"- {r['title']}: " + ", ".join(f"{k} {v}" for k, v in r.items() if k != "title") for r in rows)
    return "\n".join(json.dumps(r, ensure_ascii=False) for r in rows)


def _pick(w: World, noun: str) -> list[dict]:
    """The second prompt of the chain: the row that fits."""
    rows = [_row(w, noun) for _ in range(w.number(2, 5))]
    wanted = w.pick(rows)
    text, named = _wish(w, noun, wanted)
    others = [r for r in rows if r is not wanted and any(r[k] != v for k, v in named.items()) and r["title"] != wanted["title"]]
    rows = w.rng.sample([wanted, *others], len(others) + 1)
    request = text if w.chance(0.5) else json.dumps(named, ensure_ascii=False)
    none = w.chance(0.15) and others
    shown = _table(w, [r for r in rows if r is not wanted] if none else rows)
    how = w.say(PICK_ASK, n=noun) + (" If none fits, answer none." if none or w.chance(0.15) else "")
    return [*ask(w, how, f"Request: {request}\n{w.pick(('Table:', 'Rows:', noun.capitalize() + 's:'))}\n{shown}", label="Data", noise=0), reply("none" if none else wanted["title"])]


def _say(w: World, noun: str) -> list[dict]:
    """The third prompt of the chain: the recommendation."""
    row = _row(w, noun)
    parts = [say.format(v=row[name]) for name, _, say in THINGS[noun]]
    shown = w.pick((json.dumps(row, ensure_ascii=False), ", ".join(f"{k}: {v}" for k, v in row.items()), "\n".join(f"{k}: {v}" for k, v in row.items())))
    return [*ask(w, w.say(SAY_ASK, n=noun), shown, label=noun.capitalize()), reply(f"I recommend {row['title']}, {' '.join(parts[:3])}.")]


def chain(w: World, *, stage: str | None = None) -> list[dict]:
    """One link of a chain, stage "read", "pick" or "say".

    "Read the request and return JSON with the keys genre, year. I want a comedy from 1987." -> {"genre": "comedy", "year": 1987}
    """
    noun, stage = w.pick(NOUNS), stage or w.pick(("read", "pick", "pick", "say"))
    if stage == "say":
        return _say(w, noun)
    if stage == "pick":
        return _pick(w, noun)
    text, named = _wish(w, noun, _row(w, noun))
    order = w.rng.sample(list(named), len(named)) if w.chance(0.5) else list(named)
    if w.chance(0.25):
        order.insert(w.number(0, len(order)), w.pick([c[0] for c in THINGS[noun] if c[0] not in named] or order[:1]))
    order = list(dict.fromkeys(order))
    how = w.say(READ_ASK, n=noun, k=", ".join(order)) + (" Use null for what is not said." if any(k not in named for k in order) or w.chance(0.2) else "")
    return [*ask(w, how, text, label="Request", noise=0), reply(json.dumps({k: named.get(k) for k in order}, ensure_ascii=False))]


FAMILIES = {chain: 1.0}
