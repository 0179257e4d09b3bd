"""Several columns of 0 and 1, one for each label: together they are a set of labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from helpers.files.table import Cell, Table

__all__ = ["with_flags"]

_YES = {"1", "1.0", "true", "yes", "x"}
_NO = {"", "0", "0.0", "false", "no"}


def with_flags(table: Table, target: str | Sequence[str] | None) -> tuple[Table, str | None]:
    """The table and its target column; where `target` lists several columns ("toxic,insult"), that is a new one, `labels`.

    ValueError: one of several columns is not there, or holds anything else than 0 and 1 (or true, yes, x; false, no, nothing).
    """
    if target is None or (isinstance(target, str) and (target in table.columns or "," not in target)):
        return table, target
    names = [name.strip() for name in target.split(",")] if isinstance(target, str) else list(target)
    missing = [name for name in names if name not in table.columns]
    if missing:
        raise ValueError(f"{table.name} has no column {missing[0]!r} for target=; there are {', '.join(map(repr, table.columns))}")
    flags = {name: [_flag(table, name, number, cell) for number, cell in zip(table.rows, table.columns[name])] for name in names}
    sets = [[name for name, flag in zip(flags, row) if flag] for row in zip(*flags.values())]
    columns = {column: cells for column, cells in table.columns.items() if column not in names}
    note = f"the target is the set of those of {', '.join(names)} that hold 1 (target=)"
    return replace(table, columns={**columns, "labels": sets}, notes=[*table.notes, note], options=tuple(names)), "labels"


def _flag(table: Table, column: str, row: int, cell: Cell) -> bool:
    text = "" if cell is None else str(cell).strip().lower()
    if text not in _YES | _NO:
        raise ValueError(
            f"{table.name}: several columns as target= must hold 0 and 1, and {column!r} holds {text[:40]!r} in row {row}: name one"
        )
    return text in _YES
