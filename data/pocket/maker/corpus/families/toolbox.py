"""The tools of the corpus: words/tools.txt read into schemas, requests, results and answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from string import Formatter

from pocket_maker.corpus.world import World, phrasings, words

__all__ = ["Tool", "TOOLS", "NAMES", "Offer", "offer", "request", "result", "called"]

CURRENCIES = phrasings("toolbox", "currencies")
FOODS = phrasings("toolbox", "foods")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "tomorrow", "today", "next Friday", "next Monday")
TITLE = phrasings("toolbox", "title")


@dataclass(frozen=True)
class Tool:
    """One tool of the list: what it may be called, asked and answered."""

    names: tuple[str, ...]
    about: tuple[str, ...]
    slots: dict[str, tuple[tuple[str, ...], bool, str]]  # slot -> name variants, needed?, kind
    asks: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Offer:
    """A tool as one conversation shows it: its schema, and the names its slots have there."""

    tool: Tool
    schema: dict
    names: dict[str, str]

    @property
    def name(self) -> str:
        """The name of the function in this conversation."""
        return self.schema["function"]["name"]


def _read() -> dict[str, Tool]:
    """The tools of words/tools.txt by their first name."""
    out: dict[str, Tool] = {}
    block: list[str] = []
    for line in (*words("tools"), "end of file"):
        if line[1] != " " and block:
            kinds = {k: tuple(x[2:] for x in block[1:] if x[0] == k) for k in "dp>r<"}
            slots = {}
            for spec in kinds["p"][0].split(" "):
                left, _, kind = spec.partition("=")
                names = tuple(n.rstrip("?") for n in left.split("/"))
                slots[names[0]] = (names, "?" not in left, kind)
            fields = tuple(tuple(f.split("=")) for f in kinds["r"][0].split(" "))
            out[block[0].split()[0]] = Tool(tuple(block[0].split()), tuple(kinds["d"][0].split(" ;; ")), slots, kinds[">"], fields, kinds["<"])
            block = []
        block.append(line)
    return out


def title(w: World) -> str:
    """A made-up short title such as 'budget for Mina'."""
    return w.pick(TITLE).format(a=w.pick((w.nonce, lambda: w.entity("objects")))(), b=w.entity("topics"), p=w.entity("first_names"), n=w.number(2, 40))


def date(w: World) -> str:
    """A day as people write it."""
    kind = w.number(0, 4)
    if kind == 0:
        return w.pick(DAYS)
    day, month = w.number(1, 28), w.number(1, 12)
    if kind < 3:
        return f"{w.number(2019, 2031)}-{month:02d}-{day:02d}"
    return f"{MONTHS[month - 1]} {day}" if kind == 3 else f"{day} {MONTHS[month - 1]}"


KINDS = {
    "@city": lambda w: w.entity("cities") if w.chance(0.6) else w.nonce().capitalize(),
    "@person": lambda w: w.person(), "@code": lambda w: w.code(), "@camel": lambda w: w.camel(), "@word": lambda w: w.nonce(),
    "@topic": lambda w: w.entity("topics") if w.chance(0.6) else w.code(), "@object": lambda w: w.entity("objects"), "@title": title, "@date": date,
    "@department": lambda w: w.entity("departments"), "@food": lambda w: w.pick(FOODS), "@currency": lambda w: w.pick(CURRENCIES),
    "@time": lambda w: f"{w.number(0, 23):02d}:{w.pick(('00', '15', '30', '45', '05', '20'))}",
    "@email": lambda w: f"{w.entity('first_names').lower()}.{w.nonce()}@{w.nonce()}.{w.pick(('com', 'org', 'net', 'io', 'de'))}",
    "@ticker": lambda w: w.nonce().upper()[: w.number(3, 4)], "@price": lambda w: round(w.number(100, 90000) / 100, 2),
    "@street": lambda w: f"{w.number(1, 199)} {w.nonce().capitalize()} {w.pick(('Street', 'Road', 'Lane', 'Avenue'))}",
    "@file": lambda w: f"{w.nonce()}{w.pick(('', '_' + w.nonce(), '-' + str(w.number(1, 99))))}.{w.pick(('txt', 'csv', 'md', 'json', 'log'))}",
    "bool": lambda w: w.chance(0.5),
}


@cache
def _schema(kind: str) -> dict:
    """The JSON schema of a kind of value."""
    if kind == "bool":
        return {"type": "boolean"}
    if kind == "@price":
        return {"type": "number"}
    if "|" in kind:
        return {"type": "string", "enum": kind.split("|")}
    return {"type": "integer"} if ".." in kind else {"type": "string"}


@cache
def _range(kind: str) -> tuple[int, int]:
    low, _, high = kind.partition("..")
    return int(low), int(high)


@cache
def _choices(kind: str) -> tuple[str, ...]:
    return tuple(kind.split("|"))


def value(w: World, kind: str) -> object:
    """A value of a kind: '@city', '2..9' or 'on|off'."""
    if kind in KINDS:
        return KINDS[kind](w)
    return w.number(*_range(kind)) if ".." in kind else w.pick(_choices(kind))


@cache
def parsed(text: str) -> tuple[tuple[str, str | None], ...]:
    """A template's parts: its literal text and the slot after it; {x=true} sets x and shows nothing."""
    return tuple((literal, slot) for literal, slot, _, _ in Formatter().parse(text))


def _made_up(w: World) -> str:
    """A name that no list has, such as 'velto_cabinet': whoever calls it must copy it from the schema."""
    return "_".join(w.nonce() if w.chance(0.5) else w.entity("common_words") for _ in range(w.pick((1, 2, 2))))


def _shown(w: World, tool: Tool) -> tuple[str, dict[str, str]]:
    """What a tool and its slots are called here; in training many names are made up, or the few real ones would be learned by heart."""
    name, slots = w.pick(tool.names), {slot: w.pick(names) for slot, (names, _, _) in tool.slots.items()}
    if w.split == "train" and w.chance(0.4):
        name = _made_up(w)
    if w.split == "train" and w.chance(0.3):
        slots = {slot: _made_up(w) if w.chance(0.6) else shown for slot, shown in slots.items()}
    parts = name.split("_")
    return name if w.chance(0.8) else parts[0] + "".join(p.capitalize() for p in parts[1:]), slots


def offer(w: World, name: str) -> Offer:
    """A tool under one of its names, with one wording of its description and its parameters."""
    tool = TOOLS[name]
    own, shown = _shown(w, tool)
    while len(set(shown.values())) < len(shown):
        own, shown = _shown(w, tool)
    parameters = {"type": "object", "properties": {shown[s]: _schema(kind) for s, (_, _, kind) in tool.slots.items()},
                  "required": [shown[s] for s, (_, needed, _) in tool.slots.items() if needed]}
    return Offer(tool, {"type": "function", "function": {"name": own, "description": w.pick(tool.about), "parameters": parameters}}, shown)


def request(w: World, o: Offer) -> tuple[str, dict]:
    """What the user asks, and the slots and values that it gives."""
    text, given = [], {}
    for literal, slot in parsed(w.entity(o.tool.asks)):
        text.append(literal)
        if slot and "=" in slot:
            key, _, fixed = slot.partition("=")
            given[key] = {"true": True, "false": False}.get(fixed, fixed)
        elif slot:
            given[slot] = value(w, o.tool.slots[slot][2])
            while given[slot] in [v for k, v in given.items() if k != slot]:
                given[slot] = value(w, o.tool.slots[slot][2])
            text.append(str(given[slot]))
    asked = "".join(text)
    return asked, {s: given[s] for s in o.tool.slots if s in given}


def called(o: Offer, given: dict) -> dict:
    """The assistant's turn that calls the tool."""
    arguments = {o.names[s]: v for s, v in given.items()}
    return {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": {"name": o.name, "arguments": arguments}}]}


def result(w: World, o: Offer, given: dict) -> tuple[dict, str]:
    """The tool's turn with its JSON, and the sentence that answers the user with it."""
    values = {field: value(w, kind) for field, kind in o.tool.fields}
    options = tuple(a for a in o.tool.answers if all(s in values or s in given for _, s in parsed(a) if s))
    return {"role": "tool", "content": json.dumps(values, ensure_ascii=False)}, w.pick(options).format(**{**given, **values})


TOOLS = _read()
NAMES = tuple(TOOLS)
