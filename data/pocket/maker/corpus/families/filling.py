"""Word lists read as tables, and templates filled with days, months, numbers, names and places."""

from __future__ import annotations

import functools

from pocket_maker.corpus.world import World, words

__all__ = ["table", "fill", "up", "an", "sentence", "DAYS", "MONTHS"]

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "2", "3", "4", "5", "6", "8")


@functools.cache
def table(name: str, column: int = 0, *, several: bool = True) -> dict[str, tuple[str, ...]]:
    """The lines of a tab-separated word list grouped by their first column; a | separates several entries, if there may be any."""
    rows: dict[str, list[str]] = {}
    for line in words(name):
        key, *rest = line.split("\t")
        rows.setdefault(key, []).extend(rest[column].split("|") if several else rest[column : column + 1])
    return {key: tuple(values) for key, values in rows.items()}


def fill(w: World, text: str, **slots: str) -> str:
    """The text with {n}, {d}, {m}, {o}, {p}, {c} filled: a number, weekday, month, ordinal, first name, city."""
    if "{" not in text:
        return text
    return text.format(n=w.pick(NUMBERS), d=w.pick(DAYS), m=w.pick(MONTHS), o=w.pick(("second", "third", "fourth", "fifth", "first")),
                       p=w.entity("first_names") if "{p}" in text else "", c=w.entity("cities") if "{c}" in text else "", **slots)


def up(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def an(noun: str) -> str:
    """The noun with a or an before it.

    >>> an("honest used umbrella")
    'an honest used umbrella'
    """
    return ("an " if noun.startswith(("a", "e", "i", "o", "um", "un", "ug", "up", "honest")) else "a ") + noun


def sentence(text: str) -> str:
    """The clause with a capital and a full stop."""
    text = up(text)
    return text if text[-1] in ".!?" else text + "."
