"""Examples from JSON lines, and everything that can be wrong with them: each problem names file, line and field.

`helpers.tasks` calls this; a problem is one sentence, so that a file's problems can be told all at once.
"""

from __future__ import annotations

import codecs
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from helpers.metrics.registry import score
from helpers.prompts import Json
from helpers.spelling import did_you_mean

__all__ = ["read_rows", "check_rows", "check_splits", "normal", "check_columns", "check_roles", "renamed"]

Rows = list[tuple[int, dict]]  # each with the number of its line, from 1


def read_rows(file: Path) -> tuple[Rows, list[str]]:
    """The objects of a JSONL file (UTF-8, with or without BOM; blank lines do not count), and what is wrong with the other lines."""
    data = file.read_bytes()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return [], [f"{file.name}, line 1: the file is UTF-16; save it as UTF-8"]
    rows: Rows = []
    problems: list[str] = []
    for number, line in enumerate(data.removeprefix(codecs.BOM_UTF8).split(b"\n"), 1):
        if line.strip():
            row, problem = json_row(line)
            problems += [f"{file.name}, line {number}{problem}"] if problem else []
            rows += [] if problem else [(number, row)]
    if not rows and not problems:
        problems.append(f'{file.name}: the file is empty; each line is an example: {{"id": "a1", "input": "...", "target": "..."}}')
    return rows, problems


def check_rows(place: str, rows: Rows, metric: str, labels: Sequence[str]) -> list[str]:
    """What is wrong with the fields of one split; `place` is the file's name."""
    problems: list[str] = []
    kinds: dict[str, tuple[str, int]] = {}
    for number, row in rows:
        for field, problem in _fields(row, metric, labels):
            problems.append(f"{place}, line {number}, field {field!r}: {problem}")
        for field, value in row.items():
            kind, first = kinds.setdefault(field, (_kind(value), number)) if value is not None else (None, 0)
            if kind not in (None, _kind(value)) and field not in ("id", "input"):
                problems.append(f"{place}, line {number}, field {field!r}: is {_kind(value)} here and {kind} on line {first}; use one type")
    return problems


def check_splits(splits: Mapping[str, Rows]) -> list[str]:
    """Ids given twice in a task, and inputs that stand in two splits (leakage), by the files' names."""
    ids: dict[str, str] = {}
    inputs: dict[str, tuple[str, int]] = {}
    problems = []
    for place, rows in splits.items():
        for number, row in rows:
            if not isinstance(row.get("id"), str) or not isinstance(row.get("input"), str):
                continue
            if row["id"] in ids:
                problems.append(f"{place}, line {number}, field 'id': {row['id']!r} is taken by {ids[row['id']]}; ids are unique in a task")
            ids.setdefault(row["id"], f"{place}, line {number}")
            other, line = inputs.setdefault(normal(row["input"]), (place, number))
            if other != place:
                problems.append(
                    f"{place}, line {number}, field 'input': leakage: the same as {other}, line {line}, "
                    f"but for case, spacing and punctuation: {row['input'][:60]!r}; keep it in one split"
                )
    return problems


def normal(text: str) -> str:
    """A text without case, spacing and punctuation, to find copies; marks between or before digits stay, as they mean something there.

    >>> normal("  Don't  panic!") == normal("don’t panic"), normal("9 - 3") == normal("9 / 3")
    (True, False)
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"(?<=\d)\s*([^\w\s])\s*(?=\d)", r"\1", re.sub(r"['’`]", "", text))
    words = re.sub(r"(?<!\d)[^\w\s]|[^\w\s](?!\d)|_", lambda mark: mark[0] if _means(mark) else " ", text)
    return " ".join(words.split()) or " ".join(text.split())


def _means(mark: re.Match) -> bool:
    """Whether a mark is more than punctuation: a symbol such as + or an emoji, or the sign of a number."""
    after = mark.string[mark.end() : mark.end() + 1]
    return not unicodedata.category(mark[0]).startswith("P") or (mark[0] == "-" and after.isdigit())


def json_row(line: bytes) -> tuple[dict, str]:
    """One line as an object, or what is wrong with it, beginning with the field where it can be told."""
    try:
        row = json.loads(line.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        return {}, f"{_field_of_bad_byte(line)}: byte {line[error.start]:#x} is not UTF-8; save the file as UTF-8 (it may be Windows-1252)"
    except json.JSONDecodeError as error:
        return {}, f": broken JSON at character {error.pos + 1}: {error.msg}; got {line.decode('utf-8').strip()[:60]!r}"
    except ValueError as error:
        return {}, f", {error}"
    except RecursionError:
        return {}, ": the JSON is nested too deep"
    if not isinstance(row, dict):
        return {}, f": must be an object with id, input and target, got {_kind(row)}"
    for field, value in row.items():
        if re.search("[\ud800-\udfff]", json.dumps([field, value], ensure_ascii=False)):
            return {}, f", field {field!r}: holds half a character (a lone \\ud8xx escape)"
    return row, ""


def _field_of_bad_byte(line: bytes) -> str:
    try:
        row = json.loads(line.decode("utf-8", "replace"))
        return next((f", field {field!r}" for field, value in row.items() if "\ufffd" in str(value)), "")
    except (ValueError, AttributeError):
        return ""


def _once(pairs: list[tuple[str, Json]]) -> dict:
    row = dict(pairs)
    if len(row) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"field {next(n for n in names if names.count(n) > 1)!r}: is given twice on the line")
    return row


def _no_constant(name: str) -> None:
    raise ValueError(f"value {name}: is not JSON; leave the field out, or use null")


def _fields(row: dict, metric: str, labels: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The problems of id, input and target in one row, each with its field."""
    for field in ("id", "input", "target"):
        value = row.get(field)
        texts = value if field == "target" and isinstance(value, list) else [value]
        if value is None:
            yield field, f"is {'null' if field in row else 'missing'}; the line has {', '.join(row) or 'no fields'}"
        elif not all(isinstance(text, str) for text in texts):
            yield field, f"must be a text{' or a list of texts' if field == 'target' else ''}, got {_kind(value)}: {str(value)[:60]}"
        elif field != "target" and not value.strip():
            yield field, "is empty"
        elif field == "target":
            try:
                score(metric, "", value, labels)
            except ValueError as error:
                yield field, str(error)


def _kind(value: Json) -> str:
    """A JSON value's type in words; whole and other numbers are one."""
    kinds = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list", dict: "an object"}
    return kinds.get(type(value), "null")


def check_columns(task: str, present: Iterable[str], columns: Mapping[str, str]) -> None:
    """ValueError: `columns` names one that is not there.

    >>> check_columns("reviews", ["id", "text"], {"input": "txt"})
    Traceback (most recent call last):
    ValueError: task 'reviews' has no column 'txt' for columns={'input': 'txt'} (did you mean 'text'?); there are 'id', 'text'
    """
    names = list(dict.fromkeys(present))
    for ours, theirs in columns.items():
        if theirs not in names:
            listed = ", ".join(map(repr, names))
            raise ValueError(
                f"task {task!r} has no column {theirs!r} for columns={ {ours: theirs} }{did_you_mean(theirs, names)}; there are {listed}"
            )


def check_roles(file: str, roles: Iterable[str], columns: Mapping[str, str]) -> None:
    """ValueError: `columns` gives a column to something that is no role of `from_file`."""
    names = list(roles)
    for ours in columns:
        if ours not in names:
            raise ValueError(f"{file}: columns= has {ours!r}{did_you_mean(ours, names)}; a file's columns are {', '.join(names)}")


def renamed(row: Mapping[str, Json], columns: Mapping[str, str]) -> dict:
    """The row with our names; a column that it lacks is left out, and one that has our name already gives way.

    >>> renamed({"sentence": "Fine.", "input": 3, "n": 1}, {"input": "sentence"})
    {'n': 1, 'input': 'Fine.'}
    """
    rest = {name: value for name, value in row.items() if name not in columns.values() and name not in columns}
    return rest | {ours: row[theirs] for ours, theirs in columns.items() if theirs in row}
