"""The help desk of Larkfield, the made-up company: its database, who may read what, and a part for each route."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.desk.graph import people_query, persons
from helpers.desk.lookup import Lookup, Rows
from helpers.desk.parts import REFUSAL, Part
from helpers.desk.templates import Query, leave_query, order_query
from helpers.methods.method import Answer
from helpers.tasks import Task

if TYPE_CHECKING:
    from helpers.methods import Rag
    from helpers.models import Model

__all__ = ["RULES", "TEAM", "VIEWS", "build", "decline", "handbook", "looked_up", "questions", "said"]

UNKNOWN = "I don't know"
TABLES = {
    "people": "id TEXT PRIMARY KEY, name TEXT, email TEXT, title TEXT, department TEXT, manager TEXT, started TEXT",
    "leave": "person TEXT, year INTEGER, entitled REAL, taken REAL, planned REAL, PRIMARY KEY (person, year)",
    "orders": "id TEXT PRIMARY KEY, customer TEXT, article TEXT, item TEXT, quantity INTEGER, ordered TEXT, state TEXT, expected TEXT, "
    "carrier TEXT",
}
INDEXES = ("people (manager)", "orders (article)", "orders (customer)", "orders (state)")
VIEWS = {
    "people": "SELECT * FROM {file}.people",
    "orders": "SELECT * FROM {file}.orders",
    "leave": "SELECT * FROM {file}.leave WHERE person IN {permitted}",
}
TEAM = """WITH RECURSIVE team(id) AS (
  SELECT :asker UNION SELECT p.id FROM {file}.people p JOIN team t ON p.manager = t.id)
SELECT id FROM team"""
COUNTED = r"left|unplanned|remain\w*|taken|took|planned|used|still book|have i|do i have|entitle\w*"
RULES = {  # the router's: a question is of the first kind whose words it has
    "order": r"\bLF[- ]?\d{5}\b|\b[A-Z]{2}-\d{3}\b|\borders?\b(?!.*\bkept?\b)",
    "leave": rf"\b(?:leave|vacation|holidays?|days?(?: off)?)\b.*\b(?:{COUNTED})\b|\b(?:{COUNTED})\b.*\b(?:leave|vacation|days)\b",
    "people": r"\b(?:boss|manager|superior|reports? (?:to|straight)|managed? by|manages|leads|department|title|e-?mail|adress|hired)\b"
    r"|chain of command|\b(?:under|below) (?:him|her|me)\b|\bE1\d\d\b",
}


def build(folder: Path, path: Path) -> Path:
    """Make the SQLite file from people.csv, leave.csv and orders.csv; empty cells are NULL. A file that is there is replaced.

    ValueError: a file with other columns than the tables have.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        for table, columns in TABLES.items():
            with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
                names, *rows = csv.reader(file)
            wanted = [column.split()[0] for column in columns.split(", PRIMARY")[0].split(", ")]
            if names != wanted:
                raise ValueError(f"{table}.csv has the columns {', '.join(names)}; it needs {', '.join(wanted)}")
            database.execute(f"CREATE TABLE {table} ({columns})")
            marks = ", ".join("?" * len(names))
            database.executemany(f"INSERT INTO {table} VALUES ({marks})", [[cell or None for cell in row] for row in rows])
        for index in INDEXES:
            database.execute(f"CREATE INDEX by_{index.split(' ')[1].strip('()')} ON {index}")
    return path


def questions(folder: Path) -> Task:
    """The desk's questions as a task with the splits dev and test; nothing is trained on, so there is no train.

    FileNotFoundError: the folder holds no dev.jsonl.
    """
    from datasets import Dataset, DatasetDict

    lines = {split: (folder / f"{split}.jsonl").read_text(encoding="utf-8").splitlines() for split in ("dev", "test")}
    splits = DatasetDict({split: Dataset.from_list([json.loads(line) for line in some]) for split, some in lines.items()})
    return Task("helpdesk", "exact", (), "", splits, None, looks=20, license="CC0-1.0")


def said(rows: Rows) -> str:
    """The first column as an answer: 6.0 is "6", several rows are a list, no row or an empty cell is "I don't know"."""
    if rows.refused:
        return REFUSAL if rows.refused == "not permitted" else UNKNOWN
    cells = [f"{row[0]:g}" if isinstance(row[0], float) else str(row[0]) for row in rows.rows if row[0] is not None]
    return ", ".join(cells) or UNKNOWN


def looked_up(lookup: Lookup, route: str) -> Part:
    """The part of one route of the tables, "leave", "order" or "people": a template, its slots filled by rules, and the lookup.

    Somebody else's days that the asker may not read are no rows; where such a person is named, the answer is a refusal.
    """

    @cache
    def people() -> tuple:
        return lookup.query("SELECT id, name, title, email FROM people", asker=None).rows

    def answer(example: Mapping) -> Answer:
        question, asker = example["input"], example.get("asker", "")
        named = persons(question, people()) if route == "leave" else []
        query = _query(route, question, named[0] if named else asker, people())
        rows = lookup.query(query.sql, query.values, asker=asker or None) if query else Rows()
        hidden = route == "leave" and named and not rows.rows
        return Answer(REFUSAL if hidden else said(rows))

    def solve(examples: Sequence[Mapping], model: Model | None) -> list[Answer]:
        return [answer(example) for example in examples]

    return Part(f"lookup: {route}", solve, sent=("question", "asker"))


def _query(route: str, question: str, person: str, people: Sequence) -> Query | None:
    if route == "leave":
        return leave_query(question, person)
    return order_query(question) if route == "order" else people_query(question, person, people)


def handbook(rag: Rag, endpoint: str = "", *, clean: Callable[[str], str] = str) -> Part:
    """The part that reads the handbook: retrieval-augmented, the only one that asks the model. `clean` sees each question before it."""

    def solve(examples: Sequence[Mapping], model: Model | None) -> list[Answer]:
        return rag.solve([{**example, "input": clean(example["input"])} for example in examples], model)

    return Part("handbook", solve, endpoint, ("question", "passages"))


def decline() -> Part:
    """The part for what is off topic: it declines."""

    def solve(examples: Sequence[Mapping], model: Model | None) -> list[Answer]:
        return [Answer(REFUSAL)] * len(examples)

    return Part("decline", solve, sent=())
