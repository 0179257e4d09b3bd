"""From a question to a query: a few templates for the help desk's tables, and rules that fill their slots."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["LEAVE", "ORDER", "Query", "leave_query", "order_query", "slot"]

YEAR = 2025  # "today" is 30 June of it
WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
NUMBERS = {word: n for n, word in enumerate(WORDS, 1)}

# A column, and the words that ask for it; the first that fits counts.
LEAVE = {
    "entitled - taken - planned": r"\bleft\b|\bremain|still (?:book|open|has|have)|unplanned|neither|planned yet|spoken for",
    "entitled - taken": r"never t(?:ake|ook)|not taken",
    "planned": r"planned|into the plan|booked|entered for",
    "taken": r"\btaken\b|\btook\b|used up|\bused\b",
    "entitled": r"entitle|first year|full amount|in all|altogether",
}
ORDER = {
    "carrier": r"carrier|courier|\bcarr(?:y|ies)\b|\bbringing\b|who (?:brings|delivers)|handed to",
    "ordered": r"day did|when did .*(?:order|place|buy)|date of (?:the|my) order|placed",
    "item": r"what did|what was in|which item|what is in",
    "expected": r"\bwhen\b|new date|expected|arriv",
    "quantity": r"how many|quantity|number of pieces",
    "customer": r"which customer|\bwho\b|whose",
    "article": r"article number|which article",
}
SHIPPED = "CASE WHEN state IN ('shipped', 'delivered', 'returned') THEN 'yes' ELSE 'no' END"
STATES = ("received", "packed", "shipped", "delayed", "delivered", "returned", "canceled", "on hold")


@dataclass(frozen=True)
class Query:
    """One SELECT and the values of its :names."""

    sql: str
    values: Mapping[str, str | int] = field(default_factory=dict)


def slot(question: str, words: Mapping[str, str], otherwise: str) -> str:
    """The first choice whose words stand in the question.

    >>> slot("When will it arrive?", ORDER, "state")
    'expected'
    """
    return next((choice for choice, pattern in words.items() if re.search(pattern, question, re.IGNORECASE)), otherwise)


def leave_query(question: str, person: str, column: str = "") -> Query:
    """The query for one person's days; where the question names a number of days, whether so many are left.

    >>> leave_query("How many days did I take last year?", "E101", "taken")
    Query(sql='SELECT taken FROM leave WHERE person = :person AND year = :year', values={'person': 'E101', 'year': 2024})
    """
    values = {"person": person, "year": _year(question)}
    column = column or slot(question, LEAVE, "entitled - taken - planned")
    wanted = re.search(rf"\b({'|'.join(NUMBERS)}|\d+)[- ]days?\b", question, re.IGNORECASE)
    if wanted and re.search(r"\bfit\b|that many|enough|\bcan i take\b", question, re.IGNORECASE):
        word = wanted[1].lower()
        return Query(
            "SELECT CASE WHEN entitled - taken - planned >= :days THEN 'yes' ELSE 'no' END FROM leave "
            "WHERE person = :person AND year = :year",
            values | {"days": NUMBERS.get(word) or int(word)},
        )
    return Query(f"SELECT {_known(column, LEAVE)} FROM leave WHERE person = :person AND year = :year", values)


def order_query(question: str, column: str = "") -> Query | None:
    """The query for one order by its number, or a count of orders by article and state; None where the question has neither.

    `column` counts for an order by its number only, and must be one of the list: ValueError.

    >>> order_query("Where is LF-20691?")
    Query(sql='SELECT state FROM orders WHERE id = :id', values={'id': 'LF-20691'})
    """
    number = re.search(r"\bLF[- ]?(\d{5})\b", question, re.IGNORECASE)
    if number:
        shipped = re.search(r"left your house|been shipped\?|on its way", question, re.IGNORECASE)
        if shipped and not column:
            return Query(f"SELECT {SHIPPED} FROM orders WHERE id = :id", {"id": f"LF-{number[1]}"})
        column = column or slot(question, ORDER, "state")
        return Query(f"SELECT {_known(column, [*ORDER, 'state'])} FROM orders WHERE id = :id", {"id": f"LF-{number[1]}"})
    articles = re.findall(r"\b[A-Z]{2}-\d{3}\b", question)
    states = [state for state in STATES if re.search(rf"\b{state[:6]}", question, re.IGNORECASE)]
    wheres = [f"article IN ({', '.join(f':a{i}' for i in range(len(articles)))})"] * bool(articles) + ["state = :state"] * bool(states)
    values = {f"a{i}": article for i, article in enumerate(articles)} | ({"state": states[0]} if states else {})
    return Query(f"SELECT count(*) FROM orders WHERE {' AND '.join(wheres)}", values) if wheres else None


def _year(question: str) -> int:
    written = re.search(r"\b20\d\d\b", question)
    return int(written[0]) if written else YEAR - bool(re.search(r"last year", question, re.IGNORECASE))


def _known(column: str, columns: Sequence[str] | Mapping[str, str]) -> str:
    """The column, if it is one of them: a name cannot be a value, so it must come from a list."""
    if column not in columns:
        raise ValueError(f"no column {column!r} in the templates; there are: {', '.join(columns)}")
    return column
