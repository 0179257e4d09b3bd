"""How the card scores a reply: 0 or 1 (or F1) against what the corpus expects."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from helpers.metrics.scores import exact, json_valid, set_f1

if TYPE_CHECKING:
    from helpers.models import Reply
    from pocket_maker.card.desk import Case

__all__ = ["same", "number", "declines", "valid_call", "right_call"]

_NUMBER = re.compile(r"-?\d+(?:,\d{3})*(?:\.\d+)?")


def says(text: str, target: str) -> float:
    """1 if the text is the target: letter for letter, as the same JSON, or by `helpers.metrics.scores.exact` and its variants."""
    if text.strip() == target.strip():
        return 1.0
    if isinstance(wanted := _parsed(target), dict | list):
        return float(_parsed(text) == wanted)
    try:
        return exact(text, target)
    except ValueError:  # a target of punctuation alone, which only equality can find
        return 0.0


def same(reply: Reply, case: Case) -> float:
    """1 if the reply says what is expected."""
    return says(reply.text, case.target)


def number(text: str) -> str | None:
    """The last number of a text, without commas and a final .0; None if there is none.

    >>> number("7 + 5 = 12. 12 - 3 = 9. The answer is 9.")
    '9'
    """
    found = _NUMBER.findall(text)
    if not found:
        return None
    last = found[-1].replace(",", "")
    return last.rstrip("0").rstrip(".") if "." in last else last


def last_number(reply: Reply, case: Case) -> float:
    """1 if the reply ends in the expected number, whatever the steps before it."""
    return float(number(reply.text) == number(case.target))


def only_number(reply: Reply, case: Case) -> float:
    """1 if the reply gives the expected number at once, without steps."""
    return exact(reply.text, number(case.target) or "")


def declined(text: str) -> bool:
    """Whether a text says that the answer is not known."""
    return "don't know" in text.replace("\u2019", "'").lower()


def made_up(text: str, target: str) -> bool:
    """Whether an answer is wrong and confident: something is said, it is not the target, and it does not decline."""
    return bool(text.strip()) and not declined(text) and not says(text, target)


def declines(reply: Reply, case: Case) -> float:
    """1 if the reply declines to answer."""
    return float(declined(reply.text))


def valid_json(reply: Reply, case: Case) -> float:
    """1 if the reply is JSON of the expected shape."""
    return json_valid(reply.text, case.target)


def list_f1(reply: Reply, case: Case) -> float:
    """F1 of the names in the reply's list and the expected ones."""
    return set_f1(reply.text, case.target)


def valid_call(reply: Reply, case: Case) -> float:
    """1 if the reply is one call of a tool on offer, with all required arguments, none unknown, each of its type."""
    schemas = {tool["function"]["name"]: tool["function"]["parameters"] for tool in case.tools}
    if len(reply.tool_calls) != 1 or reply.tool_calls[0]["name"] not in schemas:
        return 0.0
    schema, given = schemas[reply.tool_calls[0]["name"]], reply.tool_calls[0]["arguments"]
    known = set(schema["required"]) <= set(given) <= set(schema["properties"])
    return float(known and all(_fits(value, schema["properties"][name]) for name, value in given.items()))


def right_call(reply: Reply, case: Case) -> float:
    """1 if the reply is the expected call: the tool's name and every argument."""
    return float(reply.tool_calls == ({"name": case.call["name"], "arguments": case.call["arguments"]},))


def no_call(reply: Reply, case: Case) -> float:
    """1 if the reply calls no tool and is not a broken call."""
    return float(not reply.tool_calls and bool(reply.text.strip()) and "<|call|>" not in reply.text)


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _fits(value: object, schema: Mapping) -> bool:
    """Whether a value has the type (and is one of the choices) of its schema."""
    kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict}
    flag = isinstance(value, bool) and schema.get("type") != "boolean"
    return isinstance(value, kinds[schema["type"]]) and not flag and value in schema.get("enum", [value])
