"""Structured text: records to JSON, invoices to a due date, values in tables, JSON read and edited."""

from __future__ import annotations

import json

from pocket_maker.corpus.dress import ask, reply
from pocket_maker.corpus.families.naming import NAMES
from pocket_maker.corpus.families.values import SUBJECTS, VALUES, options
from pocket_maker.corpus.world import World, phrasings

__all__ = ["FAMILIES", "invoice", "json_edit", "record", "table_lookup"]

RECORD_ASK = phrasings("records", "record_ask")
DUE_ASK = phrasings("records", "due_ask")
TABLE_ASK = phrasings("records", "table_ask")
READ_JSON_ASK = phrasings("records", "read_json_ask")
EDIT_JSON_ASK = phrasings("records", "edit_json_ask")
_BACK = phrasings("records", "back")
_FIELDS = {
    "name": "person", "manager": "person", "city": "city", "email": "email", "phone": "phone", "company": "company", "department": "department", "job": "job", "room": "room", "date": "date",
    "code": "code", "amount": "money", "product": "product", "weekday": "weekday", "color": "color", "time": "clock", "address": "address", "software": "camel", "weight": "weight", "year": "year",
}
_FIELD_KEYS = tuple(_FIELDS)
_SAID = ("{k}: {v}", "The {k} is {v}.", "{k} = {v}", "- {k}: {v}", "{k} {v}")
_ITEMS = phrasings("records", "items")


def _make(w: World, field: str) -> str:
    kind = _FIELDS[field]
    return (VALUES.get(kind) or NAMES.get(kind) or SUBJECTS[kind])(w)


def record(w: World) -> list[dict]:
    """A form or a note turned into a JSON object with the keys asked for, in that order; what is missing is null.

    "Name: Ada Roe. City: Lima. ... Return a JSON object with the keys name, city." -> '{"name": "Ada Roe", "city": "Lima"}'
    """
    fields = w.rng.sample(_FIELD_KEYS, w.number(2, 6))
    row = {field: _make(w, field) for field in fields}
    said, gap = w.pick(_SAID), w.pick(("\n", "\n", "; ", " "))
    gap = "\n" if said in (_SAID[3], _SAID[4]) else " " if said == _SAID[1] else gap if gap != " " else "; "
    lines = [said.format(k=field.capitalize() if "The" not in said and w.chance(0.7) else field, v=value) for field, value in row.items()]
    asked = w.rng.sample(fields, w.number(1, len(fields)))
    note = ""
    if w.chance(0.12):
        asked.append(w.pick([k for k in _FIELD_KEYS if k not in fields]))
        note = w.pick((" Use null for what is missing.", " A missing value is null.", " Write null if something is not given."))
    keys = w.pick((", ", ", ", " and ")).join(f'"{k}"' if w.chance(0.3) else k for k in asked)
    answer = json.dumps({k: row.get(k) for k in asked}, ensure_ascii=False)
    return [*ask(w, w.say(RECORD_ASK, k=keys) + note, gap.join(lines), label="Form", noise=0.04), reply(answer)]


def _day(w: World, year: int, month: int, day: int, style: int) -> str:
    name = options("month")[month - 1]
    return (f"{day} {name} {year}", f"{name} {day}, {year}", f"{year}-{month:02}-{day:02}", f"{day:02}.{month:02}.{year}")[style]


def invoice(w: World, *, stated: bool | None = None) -> list[dict]:
    """An invoice up to 2023: the due date as stated, or the invoice date plus a few days of the same month.

    "Invoice of 3 May 2021. Net 10 days. ... Give the due date as YYYY-MM-DD." -> "2021-05-13"
    """
    stated = w.chance(0.7) if stated is None else stated
    year, month, style = w.number(2009, 2023), w.number(1, 12), w.number(0, 3)
    if stated:
        day, later = w.number(1, 28), w.number(0, 1) if month < 12 else 0
        due = (year, month + later, w.number(1, 28) if later else w.number(day, 28))
        when = _day(w, *due, style)
        terms = w.pick(("Due date: {d}", "Payable by {d}.", "Please pay by {d}.", "Payment due: {d}", "The amount is due on {d}.", "Pay no later than {d}.", "Payment is expected on {d}.", "Due {d}")).format(d=when)
    else:
        days = w.pick((5, 7, 10, 10, 14, 14, 20, 21))
        day = w.number(1, 28 - days)
        due = (year, month, day + days)
        terms = w.pick(("Terms: net {n} days", "Payable within {n} days of the invoice date.", "Net {n}", "Payment is due {n} days after the invoice date.", "Please pay within {n} days.")).format(n=days)
    head = w.pick(("Invoice date: {d}", "Date: {d}", "Invoice of {d}", "Issued on {d}")).format(d=_day(w, year, month, day, style))
    lines = [f"{w.pick(('Invoice', 'Invoice no.', 'No.'))} {w.code()}", f"{w.pick(('From', 'Seller', 'Supplier'))}: {VALUES['company'](w)}", f"{w.entity(_ITEMS)}: {VALUES['money'](w)}", terms]
    if w.chance(0.5):
        lines.insert(w.number(0, 3), w.pick((f"Customer: {w.person()}", f"Delivered to {w.entity('cities')}", f"Total {VALUES['money'](w)}", f"Questions: {VALUES['email'](w)}")))
    lines.insert(w.number(0, 2), head)
    text = w.pick(("\n", "\n", "; ")).join(lines)
    return [*ask(w, w.say(DUE_ASK), text, label="Invoice", noise=0.05), reply(f"{due[0]}-{due[1]:02}-{due[2]:02}")]


def table_lookup(w: World, *, rows: int | None = None) -> list[dict]:
    """One cell of a small text table, by row and column.

    "name | city | code ... What is the city of Ada Roe?" -> "Lima"
    """
    key = w.pick(("name", "product", "code", "city", "company", "software"))
    columns = w.rng.sample([k for k in _FIELD_KEYS if _FIELDS[k] != _FIELDS[key]], w.number(1, 4))
    names = list(dict.fromkeys(_make(w, key) for _ in range(rows or w.number(2, 6))))
    table = {name: {c: _make(w, c) for c in columns} for name in names}
    bar = w.pick((" | ", " | ", "\t", ", ", "; "))
    if bar == ", " and any("," in cell for row in table.values() for cell in row.values()):
        bar = " | "
    lines = [bar.join((key, *columns)), *(bar.join((name, *row.values())) for name, row in table.items())]
    if bar == " | " and w.chance(0.4):
        lines = [f"| {line} |" for line in lines]
        lines.insert(1, "|" + " --- |" * (len(columns) + 1))
    r, c = w.pick(names), w.pick(columns)
    return [*ask(w, w.say(TABLE_ASK, c=c, r=r), "\n" + "\n".join(lines), label="Table", noise=0), reply(table[r][c])]


def json_edit(w: World, *, kind: str | None = None) -> list[dict]:
    """A JSON object read or changed; kind "read", "add", "set" or "drop".

    '{"city": "Lima"} Add the key "code" with the value "B7".' -> '{"city": "Lima", "code": "B7"}'
    """
    kind = kind or w.pick(("read", "read", "add", "set", "drop"))
    fields = w.rng.sample(_FIELD_KEYS, w.number(3, 6))
    row: dict[str, str | int] = {k: w.number(0, 999) if w.chance(0.2) else _make(w, k) for k in fields[:-1]}
    if kind == "read":
        key = w.pick(fields[:-1])
        asked = w.say(READ_JSON_ASK, k=w.pick((f'"{key}"', key)))
        return [*ask(w, asked, json.dumps(row, ensure_ascii=False), label="JSON", noise=0), reply(str(row[key]))]
    key = fields[-1] if kind == "add" else w.pick(fields[:-1])
    value = w.number(0, 999) if w.chance(0.3) else _make(w, key)
    asked = f"{w.say(EDIT_JSON_ASK[kind], k=key, v=json.dumps(value, ensure_ascii=False))} {w.pick(_BACK)}".strip()
    after = {k: v for k, v in row.items() if k != key} if kind == "drop" else {**row, key: value}
    return [*ask(w, asked, json.dumps(row, ensure_ascii=False), label="JSON", noise=0), reply(json.dumps(after, ensure_ascii=False))]


FAMILIES = {record: 1.0, invoice: 0.6, table_lookup: 0.8, json_edit: 0.6}
