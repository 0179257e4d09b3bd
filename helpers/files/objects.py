"""JSON as programs write it: one object a line, a list of them, columns, or objects one after the other."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Sequence

from helpers.files.opening import split_named
from helpers.files.table import Cell, Table, table_of
from helpers.prompts import Json
from helpers.tasks.examples import json_row

__all__ = ["read_json"]

_NAN = re.compile(r"(?<=[:,\[])(\s*)-?(NaN|Infinity)(?=\s*[,}\]])")
Records = list[dict[str, Cell]]


def read_json(name: str, text: str) -> Table:
    """The columns of a JSON file: of its objects, one a line or in a list, or of its columns. A field that an object lacks is None.

    ValueError: a line or text that is no JSON, or holds no objects.
    """
    try:
        value = json.loads(text, parse_constant=_no_number)
    except ValueError as error:
        return _of_lines(name, text, error)
    except RecursionError:
        raise ValueError(f"{name}: the JSON is nested too deep: give one object an example") from None
    if isinstance(value, dict) and all(not isinstance(cell, list | dict) for cell in value.values()):
        return _of_lines(name, text, None)  # a single line
    layout, records = next(((note, read(value)) for fits, read, note in LAYOUTS if fits(value)), ("", []))
    if not records:
        raise ValueError(f"{name} holds {_shape(value)}, and it takes a list of objects, one an example, or an object a line (JSONL)")
    _refuse_halves(name, text, records)
    table = table_of(name, "JSON", records)
    table.notes.extend([layout] if layout else [])
    return table


def _of_lines(name: str, text: str, error: Exception | None) -> Table:
    """One object a line; objects one after the other where they are spread over lines. Splits at "\\n" alone: a text may hold U+2028."""
    rows: list[dict] = []
    numbers: list[int] = []
    problems: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            row, problem = json_row(_NAN.sub(r"\1null", line).encode("utf-8", "surrogatepass"))
            problems += [f"line {number}{problem}"] if problem else []
            rows.append(row)
            numbers.append(number)
    for read, note in OTHERS:
        if problems and (records := read(text)):
            table = table_of(name, "JSON", records)
            table.notes.append(note)
            return table
    if problems:
        raise ValueError(_broken(name, text, problems, error))
    table = table_of(name, "JSONL", rows, numbers)
    table.notes.extend(["NaN and Infinity, which are not JSON, were read as empty"] if _NAN.search(text) else [])
    return table


def _broken(name: str, text: str, problems: Sequence[str], error: Exception | None) -> str:
    """What is wrong: of a file that begins as one value, the place where it breaks; else the first lines."""
    is_one = text.lstrip()[:1] == "[" or name.lower().removesuffix(".gz").endswith(".json")
    if isinstance(error, json.JSONDecodeError) and is_one and error.msg != "Extra data":
        return f"{name}, line {error.lineno}: broken JSON at column {error.colno}: {error.msg}: correct it, or leave it out"
    more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
    return f"{name}, {'; '.join(problems[:3])}{more}: correct it, or leave it out"


def _one_after_the_other(text: str) -> Records:
    """The objects of a text that holds nothing else but commas between them; none if it does."""
    decoder = json.JSONDecoder(parse_constant=_no_number)
    records: Records = []
    place = 0
    while (match := re.compile(r"[\s,]*").match(text, place)) and match.end() < len(text):
        try:
            record, place = decoder.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            return []
        if not isinstance(record, dict):
            return []
        records.append(record)
    return records


def _objects(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _python_lines(text: str) -> Records:
    """The dictionaries of a text that has one a line as Python writes it, in single quotes; none if one is something else."""
    try:
        rows = [ast.literal_eval(line.strip()) for line in text.split("\n") if line.strip()]
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return []
    return rows if all(isinstance(row, dict) for row in rows) else []


OTHERS: tuple[tuple[Callable[[str], Records], str], ...] = (
    (_one_after_the_other, "the objects stand one after the other, spread over lines; each was taken as a row"),
    (_python_lines, "the lines are Python's dictionaries, not JSON; they were read as such"),
)


def _squad(value: Json) -> Records:
    """One row a question, with its passage; a question without an answer has none."""
    return [
        {"id": question.get("id"), "question": question.get("question"), "context": paragraph.get("context"),
         "answers": list(dict.fromkeys(answer["text"] for answer in question.get("answers", []))) or None}
        for article in value["data"] for paragraph in article["paragraphs"] for question in paragraph["qas"]
    ]  # fmt: skip


def _is_squad(value: Json) -> bool:
    return "data" in _inside(value) and all(_objects(article.get("paragraphs")) for article in value["data"])


def _conversations(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_objects, value))


def _inside(value: Json) -> list[str]:
    """The keys of an object that hold lists of objects."""
    return [key for key, rows in value.items() if _objects(rows)] if isinstance(value, dict) else []


def _is_columns(value: Json) -> bool:
    """Whether an object holds columns: lists of one length, or objects with the same keys (`to_json` of pandas)."""
    if not isinstance(value, dict) or len(value) < 2:
        return False
    cells = list(value.values())
    alike = all(isinstance(column, list) and len(column) == len(cells[0]) for column in cells if isinstance(cells[0], list))
    lists = isinstance(cells[0], list) and alike
    return lists or (all(isinstance(column, dict) and column.keys() == cells[0].keys() for column in cells) and "0" in cells[0])


def _from_columns(value: Json) -> Records:
    columns = {name: list(cells.values()) if isinstance(cells, dict) else cells for name, cells in value.items()}
    return [dict(zip(columns, cells)) for cells in zip(*columns.values())]


def _is_split(value: Json) -> bool:
    return isinstance(value, dict) and {"columns", "data"} <= value.keys() and isinstance(value["columns"], list)


def _by_split(value: Json) -> Records:
    return [{**row, "split": split_named(key)} for key in _inside(value) for row in value[key]]


def _all_named(value: Json) -> bool:
    keys = _inside(value)
    return len(keys) > 1 and all(map(split_named, keys))


Fits, Read = Callable[[Json], bool], Callable[[Json], Records]
LAYOUTS: tuple[tuple[Fits, Read, str], ...] = (
    (_objects, list, ""),
    (_conversations, lambda value: [{"messages": turns} for turns in value], "each list of the file is a conversation"),
    (_is_squad, _squad, "each question of SQuAD's articles became a row; those without an answer are left out"),
    (_is_split, lambda value: [dict(zip(value["columns"], row)) for row in value["data"]], "the file has columns and data apart (pandas)"),
    (_all_named, _by_split, "the lists of the file are its splits"),
    (
        lambda value: len(_inside(value)) == 1,
        lambda value: value[_inside(value)[0]],
        "the rows are the one list of objects in the file; what stands beside it was left out",
    ),
    (_is_columns, _from_columns, "the file holds columns, as `to_json` of pandas writes them"),
    (
        lambda value: isinstance(value, dict) and len(value) > 1 and all(isinstance(row, dict) for row in value.values()),
        lambda value: [{"id": key, **row} for key, row in value.items()],
        "each key of the file is a row, and became its id",
    ),
)


def _refuse_halves(name: str, text: str, records: Records) -> None:
    """Half characters (a lone \\ud8xx escape) cannot be written anywhere."""
    if re.search(r"\\u[dD][89a-fA-F]", text):
        problems = [f"row {n}{problem}" for n, row in enumerate(records, 1) if (problem := json_row(json.dumps(row).encode())[1])]
        if problems:
            raise ValueError(f"{name}, {'; '.join(problems[:3])}: correct it, or leave it out")


def _shape(value: Json) -> str:
    if isinstance(value, dict):
        return f"one object ({', '.join(map(str, list(value)[:5])) or 'empty'})"
    return f"a list of {len(value)}, not all objects" if isinstance(value, list) else f"one {type(value).__name__}"


def _no_number(name: str) -> None:
    """NaN and Infinity are no JSON, and mean that there is nothing."""
