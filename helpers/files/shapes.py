"""Rows as tools write them: chat fine-tuning, Alpaca, Label Studio, Argilla, doccano, promptfoo. Each becomes plain columns."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from helpers.files import promptfoo, spans
from helpers.files.chats import is_chat, of_chats
from helpers.files.table import Cell, Table, table_of
from helpers.prompts import as_text

__all__ = ["reshaped"]

Fits, Shape = Callable[[Table], bool], Callable[[Table], Table]


def reshaped(table: Table, target: str | Sequence[str] | None = None) -> Table:
    """The table with plain columns in place of what some tool writes; others stay as they are. A sentence on it is in its notes.

    target: the reader's word; what promptfoo expects does not count where it names a column.
    """
    for fits, shape in SHAPES:
        if fits(table) and not (shape is promptfoo.shape and target in list(table.columns)):
            table = shape(table)
    return table


def _has(*columns: str) -> Fits:
    return lambda table: set(columns) <= table.columns.keys()


def _is_label_studio(table: Table) -> bool:
    return {"data", "annotations"} <= table.columns.keys() and all(isinstance(cell, dict) for cell in table.columns["data"])


def _label_studio(table: Table) -> Table:
    """`data` has the fields of a task; of its annotations, the value that most annotators gave, none where two are equal."""
    records: list[dict[str, Cell]] = []
    for row in table.records():
        annotations = row["annotations"] if isinstance(row["annotations"], list) else []
        valid = [annotation.get("result", []) for annotation in annotations if not annotation.get("was_cancelled")]
        values = [_label_studio_values(result, row["data"]) for result in valid]
        names = dict.fromkeys(name for value in values for name in value)
        records.append({**row["data"], **{name: _majority([value[name] for value in values if name in value]) for name in names}})
    shaped = table_of(table.name, table.kind, records, table.rows)
    note = f"Label Studio's fields and annotations became columns: {', '.join(shaped.columns)}; {_AGREED}"
    names = {name for record in records for name in record} - {name for row in table.columns["data"] for name in row}
    roles = {"target": names.pop()} if len(names) == 1 else {}
    return replace(shaped, notes=[*table.notes, note], roles=roles)


_AGREED = "of several answers to a row the most frequent was taken, and none where two are equally frequent"


def _label_studio_values(result: Sequence[Mapping], data: Mapping) -> dict[str, Cell]:
    """One annotation by the names of its controls: a choice, several, a text, a number, or marked pieces as "LABEL: text"."""
    values: dict[str, list] = {}
    for item in result:
        value = item.get("value", {})
        text = next((as_text(cell) for cell in (data.get(item.get("to_name")), *data.values()) if isinstance(cell, str)), "")
        values.setdefault(str(item.get("from_name", "label")), []).extend(_pieces(value, text))
    return {name: items[0] if len(items) == 1 and ": " not in items[0] else items for name, items in values.items()}


def _pieces(value: Mapping, text: str) -> list[str]:
    if "start" in value:
        return spans.span_texts([value], text)
    items = next((value[key] for key in ("choices", "text", "rating", "number", "taxonomy") if key in value), [])
    return [as_text(item) for item in (items if isinstance(items, list) else [items])]


def _majority(cells: Sequence[Cell]) -> Cell:
    """The most frequent of some answers; None where two are equally frequent."""
    counts = Counter(json.dumps(cell, ensure_ascii=False) for cell in cells).most_common(2)
    return None if not counts or (len(counts) == 2 and counts[0][1] == counts[1][1]) else json.loads(counts[0][0])


def _responses(table: Table) -> list[str]:
    """The questions that Argilla has answers to: columns such as "label.responses"."""
    return [column.removesuffix(".responses") for column in table.columns if column.endswith(".responses")]


def _argilla(table: Table) -> Table:
    questions = _responses(table)
    columns = {column: cells for column, cells in table.columns.items() if not any(column.startswith(f"{name}.") for name in questions)}
    for name in questions:
        answers = table.columns[f"{name}.responses"]
        columns[name] = [_majority(cell) if isinstance(cell, list) else cell for cell in answers]
    note = f"Argilla's responses became the columns {', '.join(questions)}; {_AGREED}"
    roles = {"target": questions[0]} if len(questions) == 1 else {}
    return replace(table, columns=columns, notes=[*table.notes, note], roles=roles)


def _is_argilla_records(table: Table) -> bool:
    """What `records.to_json` of Argilla 2 writes: the fields and the responses of a record are objects."""
    return {"fields", "responses"} <= table.columns.keys() and all(isinstance(cell, dict) for cell in table.columns["fields"])


def _argilla_records(table: Table) -> Table:
    records: list[dict[str, Cell]] = []
    questions: dict[str, None] = {}
    for row in table.records():
        given = row["responses"] if isinstance(row["responses"], dict) else {}
        answers = {name: [one.get("value") for one in all_given if one.get("status") != "discarded"] for name, all_given in given.items()}
        questions |= dict.fromkeys(answers)
        records.append({**row["fields"], **{name: _majority(values) for name, values in answers.items()}})
    shaped = table_of(table.name, table.kind, records, table.rows)
    note = f"Argilla's fields and responses became columns: {', '.join(shaped.columns)}; {_AGREED}"
    return replace(shaped, notes=[*table.notes, note], roles={"target": next(iter(questions))} if len(questions) == 1 else {})


def _alpaca(table: Table) -> Table:
    """One instruction for all rows is the task's; else it stands before the row's input."""
    answer = next((column for column in ("output", "response", "completion", "answer") if column in table.columns), None)
    if answer is None:
        return table
    instructions = {cell for cell in table.columns["instruction"] if cell is not None}
    has_input = any(cell is not None for cell in table.columns.get("input", []))
    if len(instructions) == 1 and has_input:
        note = "the one instruction of all rows became that of the task (instruction=)"
        columns = {column: cells for column, cells in table.columns.items() if column != "instruction"}
        roles = {"input": "input", "target": answer}
        return replace(table, columns=columns, notes=[*table.notes, note], roles=roles, instruction=as_text(instructions.pop()))
    both = "{instruction}\n\n{input}" if has_input else "instruction"
    note = "the instruction and the input of a row became one text, as in Alpaca (input=)"
    return replace(table, notes=[*table.notes, *[note] * has_input], roles={"input": both, "target": answer})


SHAPES: tuple[tuple[Fits, Shape], ...] = (
    (_is_label_studio, _label_studio),
    (lambda table: bool(_responses(table)), _argilla),
    (_is_argilla_records, _argilla_records),
    (promptfoo.fits, promptfoo.shape),
    (lambda table: any(is_chat(cells) for cells in table.columns.values()), of_chats),
    (spans.fits, spans.shape),
    (_has("instruction"), _alpaca),
)
