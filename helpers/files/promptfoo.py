"""Test cases of promptfoo: variables, and what is expected of the answer as an assertion."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from helpers.files.table import Cell, Table, table_of
from helpers.prompts import as_text

__all__ = ["fits", "shape"]

EXPECTED = "__expected"
_EXACT = ("equals", "iequals", "contains", "icontains", "starts-with")  # assertions that name the right answer
_KINDS = r"not-[\w-]+|i?equals|i?contains[\w-]*|starts-with|regex|is-[\w-]+|llm-rubric|javascript|fn|python|similar|levenshtein|rouge-n|" \
         r"bleu|factuality|model-graded-[\w-]+|cost|latency|perplexity|grade|answer-relevance|context-[\w-]+"  # fmt: skip
_ASSERTION = re.compile(rf"\s*({_KINDS})(?:\([^)]*\))?:\s*(.*)", re.DOTALL)


def fits(table: Table) -> bool:
    """Whether the rows are promptfoo's: a CSV with `__expected`, or objects with `vars` and `assert`."""
    return any(column.startswith(EXPECTED) for column in table.columns) or {"vars", "assert"} <= table.columns.keys()


def shape(table: Table) -> Table:
    """The variables as columns, and what an answer must equal or contain as the target; other columns that begin with __ are left out.

    ValueError: expectations that name no right answer, such as a rubric.
    """
    if "vars" in table.columns:
        rows = [{**(row["vars"] if isinstance(row["vars"], dict) else {}), EXPECTED: _first(row["assert"])} for row in table.records()]
        table = replace(table_of(table.name, table.kind, rows, table.rows), notes=table.notes)
    name = next(column for column in table.columns if column.startswith(EXPECTED))
    answers = [_answer(table.name, number, cell) for number, cell in zip(table.rows, table.columns[name])]
    columns = {column: cells for column, cells in table.columns.items() if not column.startswith("__")}
    note = f"the target is what {name} says after equals: or contains:, as in promptfoo (target=)"
    return replace(table, columns={**columns, "expected": answers}, notes=[*table.notes, note], roles={"target": "expected"})


def _first(assertions: Cell) -> str | None:
    """The first assertion as the CSV writes it."""
    first = assertions[0] if isinstance(assertions, list) and assertions else None
    if not isinstance(first, Mapping):
        return None
    value = first.get("value")
    return f"{first.get('type')}: {as_text(value[0] if isinstance(value, list) and len(value) == 1 else value)}"


def _answer(place: str, number: int, cell: Cell) -> str | None:
    match = _ASSERTION.fullmatch(as_text(cell)) if cell is not None else None
    if match is None or match[1] in _EXACT:
        return match[2].strip() if match else None if cell is None else as_text(cell)
    raise ValueError(
        f"{place}, row {number}: the assertion {as_text(cell)[:60]!r} names no right answer ({', '.join(_EXACT)} do): put the right answer "
        "into a column of its own, and name that as target="
    )
