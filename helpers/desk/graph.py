"""Who leads whom: a small graph of people, asked by recursive SQL."""

from __future__ import annotations

import re
from collections.abc import Sequence

from helpers.desk.templates import Query, slot

__all__ = ["ABOVE", "BELOW", "people_query", "persons"]

Person = tuple[str, str, str, str]  # id, name, title, email

ABOVE = """WITH RECURSIVE above(id, name, manager, level) AS (SELECT id, name, manager, 0 FROM people WHERE id = :person
UNION SELECT p.id, p.name, p.manager, level + 1 FROM people p JOIN above a ON p.id = a.manager WHERE level < 30) """
BELOW = """WITH RECURSIVE below(id, name, started, level) AS (SELECT id, name, started, 0 FROM people WHERE id = :person
UNION SELECT p.id, p.name, p.started, level + 1 FROM people p JOIN below b ON p.manager = b.id WHERE level < 30) """
COMMON = """WITH RECURSIVE up(id, manager, level) AS (SELECT id, manager, 0 FROM people WHERE id = :person
UNION SELECT p.id, p.manager, level + 1 FROM people p JOIN up ON p.id = up.manager WHERE level < 30),
other(id, manager) AS (SELECT id, manager FROM people WHERE id = :second
UNION SELECT p.id, p.manager FROM people p JOIN other ON p.id = other.manager)
SELECT name FROM up JOIN other USING (id) JOIN people USING (id) ORDER BY level LIMIT 1"""

LEADER = r"(?:boss|manager|superior|cheese|head|leader)"
RELATIONS = {
    "common": r"in common",
    "same": rf"same {LEADER}",
    "first": r"(?:first|longer|earlier),? .* or ",
    "steps": r"how many (?:steps|levels)",
    "above": r"\b(?:above|over) ",
    "two up": rf"{LEADER}(?:'s| of .*?) ?{LEADER}|two (?:steps|levels) up",
    "count below": r"(?:below|under) (?:me|him|her|them)\b.*level|every level|in (?:all|total) under",
    "oldest below": r"longest",
    "count reports": r"how many .*(?:directly|reports?|under)",
    "reports": r"\breports? (?:straight |directly )?to\b(?!\?)",
    "leader": rf"\b{LEADER}\b|manage[sd]|\bleads?\b|report to",
    "email": r"e-?mail|adress",
    "title": r"title|job\b|position",
    "department": r"department",
    "started": r"since when|start(?:ed)?\b|hired|joined",
}
QUERIES = {
    "common": COMMON,
    "same": "SELECT CASE WHEN count(DISTINCT manager) = 1 THEN 'yes' ELSE 'no' END FROM people WHERE id IN (:person, :second)",
    "first": "SELECT name FROM people WHERE id IN (:person, :second) ORDER BY started LIMIT 1",
    "steps": ABOVE + "SELECT max(level) FROM above",
    "above": ABOVE.replace(":person", ":second")
    + "SELECT CASE WHEN count(*) THEN 'yes' ELSE 'no' END FROM above WHERE id = :person AND level",
    "two up": ABOVE + "SELECT name FROM above WHERE level = 2",
    "count below": BELOW + "SELECT count(*) FROM below WHERE level",
    "oldest below": BELOW + "SELECT name FROM below WHERE level ORDER BY started LIMIT 1",
    "count reports": "SELECT count(id) FROM people WHERE manager = :person",
    "reports": "SELECT name FROM people WHERE manager = :person",
    "leader": "SELECT m.name FROM people p JOIN people m ON m.id = p.manager WHERE p.id = :person",
} | {column: f"SELECT {column} FROM people WHERE id = :person" for column in ("email", "title", "department", "started", "name")}
PAIRS = ("common", "same", "first", "above")


def persons(question: str, people: Sequence[Person]) -> list[str]:
    """The ids of the people that a question names, in its order: by id, e-mail, name, title, or a first or last name that one has.

    >>> persons("Who is above Ada Lo?", [("E1", "Ada Lo", "Smith", "ada@x.example"), ("E2", "Bo Li", "Clerk", "bo@x.example")])
    ['E1']
    """
    text = question.lower()
    parts = [name.lower().split() for _, name, _, _ in people]
    single = [part for name in parts for part in name]
    places: dict[str, int] = {}
    for (number, name, title, email), words in zip(people, parts, strict=True):
        keys = [number, email, name, title, *(word for word in words if single.count(word) == 1)]
        found = [match.start() for key in keys if (match := re.search(rf"(?<![\w-]){re.escape(key.lower())}(?![\w-]|@)", text))]
        if found:
            places[number] = min(found)
    return sorted(places, key=places.get)


def people_query(question: str, asker: str, people: Sequence[Person]) -> Query | None:
    """The query for what a question wants to know of the people it names, else of the asker; None where it names a stranger.

    >>> people_query("Who is my boss?", "E2", []).values
    {'person': 'E2'}
    """
    named = persons(question, people)
    relation = slot(question, RELATIONS, "name")
    stranger = re.search(r"\b[A-Z][a-z]+ [A-Z][a-z]+\b", question[1:])
    if (relation in PAIRS and len(named) < 2) or (not named and (stranger or not asker)):
        return None
    values = {"person": named[0] if named else asker}
    return Query(QUERIES[relation], values | ({"second": named[1]} if relation in PAIRS else {}))
