"""Columns of another shape under our names: `columns={"input": "sentence", "target": "label"}`, ours to theirs."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

__all__ = ["check_columns", "check_roles", "renamed"]


def check_columns(task: str, there: Iterable[str], columns: Mapping[str, str]) -> None:
    """ValueError: `columns` names one that is not there.

    >>> check_columns("reviews", ["id", "text"], {"input": "txt"})
    Traceback (most recent call last):
    ValueError: task 'reviews' has no column 'txt' for columns={'input': 'txt'} (did you mean 'text'?); there are 'id', 'text'
    """
    names = list(dict.fromkeys(there))
    for ours, theirs in columns.items():
        if theirs not in names:
            given, listed = {ours: theirs}, ", ".join(map(repr, names))
            raise ValueError(f"task {task!r} has no column {theirs!r} for columns={given}{_meant(theirs, names)}; there are {listed}")


def check_roles(file: str, roles: Iterable[str], columns: Mapping[str, object]) -> None:
    """ValueError: `columns` gives a column to something that is no role of `from_file`."""
    names = list(roles)
    for ours in columns:
        if ours not in names:
            raise ValueError(f"{file}: columns= has {ours!r}{_meant(ours, names)}; a file's columns are {', '.join(names)}")


def renamed(row: Mapping[str, object], columns: Mapping[str, str]) -> dict:
    """The row with our names; a column that it lacks is left out, and one that has our name already gives way.

    >>> renamed({"sentence": "Fine.", "input": 3, "n": 1}, {"input": "sentence"})
    {'n': 1, 'input': 'Fine.'}
    """
    rest = {name: value for name, value in row.items() if name not in columns.values() and name not in columns}
    return rest | {ours: row[theirs] for ours, theirs in columns.items() if theirs in row}


def _meant(name: object, names: list[str]) -> str:
    near = difflib.get_close_matches(str(name), names, 1)
    return f" (did you mean {near[0]!r}?)" if near else ""
