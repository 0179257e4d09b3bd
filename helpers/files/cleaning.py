"""From columns to examples: the input put together, ids given or made, rows that cannot be used left out and counted."""

from __future__ import annotations

import string
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from helpers.files.columns import Choice
from helpers.files.forms import as_words
from helpers.files.opening import split_named
from helpers.files.table import Cell, Table
from helpers.prompts import as_text
from helpers.storage import short
from helpers.tasks.task import RUN_COLUMNS

__all__ = ["Rows", "usable", "settled", "enough", "with_ids", "fields", "notes"]

_NOTHING = {"nan", "null", "n/a", "#n/a", "<na>", "-", "--", "---", "?", "nil", "#value!", "#ref!"}  # as programs write an empty cell
LEAST = 6  # examples; with fewer, a split would hold one at most
RESERVED = ("context", "group", "date", *RUN_COLUMNS)  # names that a task or a run gives to columns of its own


@dataclass(frozen=True)
class Rows:
    """The rows that are used: `places` in the table, and their texts; `left_out` has the numbers of the others by reason."""

    table: Table
    places: list[int]
    inputs: list[str]
    contexts: list[str]
    left_out: dict[str, list[int]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.places)

    @property
    def numbers(self) -> list[int]:
        """The rows' numbers in the file."""
        return [self.table.rows[place] for place in self.places]

    @property
    def full_texts(self) -> list[str]:
        """Input and context as one text, by which copies are found."""
        return [f"{text}\n{context}" if context else text for text, context in zip(self.inputs, self.contexts)]

    def cells(self, column: str) -> list[Cell]:
        """A column's cells, of these rows."""
        return [self.table.columns[column][place] for place in self.places]

    def only(self, positions: Sequence[int], reason: str) -> Rows:
        """The rows at these positions; the others are left out for `reason`."""
        staying = set(positions)
        lost = [number for position, number in enumerate(self.numbers) if position not in staying]
        left_out = {**self.left_out, reason: lost} if lost else self.left_out
        picked = [picked_from(cells, positions) for cells in (self.places, self.inputs, self.contexts)]
        return Rows(self.table, *picked, left_out=left_out)


def picked_from(cells: Sequence, positions: Sequence[int]) -> list:
    """The cells at these positions; none of a column that holds nothing."""
    return [cells[position] for position in positions] if cells else []


def usable(table: Table, chosen: Mapping[str, Choice], max_chars: int) -> Rows:
    """The rows that have an input (and context) and a target, and are not longer than `max_chars`. ValueError: too few."""
    everything = list(range(len(table)))
    rows = Rows(table, everything, _filled(table, chosen["input"]), _filled(table, chosen["context"]))
    rows = rows.only([p for p in everything if rows.inputs[p]], "no input")
    targets = rows.cells(chosen["target"].column)
    rows = rows.only([p for p in range(len(rows)) if targets[p] is not None], "no target")
    short_enough = [p for p, text in enumerate(rows.full_texts) if len(text) <= max_chars]
    return enough(rows.only(short_enough, f"longer than {max_chars:,} characters (max_chars=)"))


def settled(rows: Rows, chosen: Mapping[str, Choice]) -> dict[str, Choice]:
    """The choices, without a guessed column of splits that leaves train or test without a row."""
    column = chosen["split"].column
    if column is None or chosen["split"].stated:
        return dict(chosen)
    lacking = [name for name in ("train", "test") if name not in map(split_named, map(str, rows.cells(column)))]
    why = f"by {column!r} no row with a target is {' or '.join(lacking)}, so the splits are new ones"
    return {**chosen, "split": Choice("split", None, why)} if lacking else dict(chosen)


def enough(rows: Rows) -> Rows:
    """The rows. ValueError: they are too few for three splits."""
    if len(rows) < LEAST:
        out = "".join(f"; {reason}: rows {', '.join(map(str, numbers[:5]))}" for reason, numbers in rows.left_out.items())
        raise ValueError(
            f"{rows.table.name}: {len(rows)} examples can be used of {len(rows.table)} rows, and {LEAST} are the least{out}: "
            "add rows, fill what is empty, or name other columns with input=, target="
        )
    return rows


def with_ids(rows: Rows, choice: Choice) -> list[str]:
    """An id for each row: that of its column, or a hash of its text, which stays when rows are added or moved.

    ValueError: one id on rows of different content.
    """
    hashes = _numbered([short(text) for text in rows.full_texts])
    if choice.column is None:
        return hashes
    ids = [_words(cell).strip() if cell is not None else hashed for cell, hashed in zip(rows.cells(choice.column), hashes)]
    by_id: dict[str, list[int]] = defaultdict(list)
    for name, number in zip(ids, rows.numbers):
        by_id[name].append(number)
    clashes = {name: numbers for name, numbers in by_id.items() if len(numbers) > 1}
    if clashes:
        shown = "; ".join(f"{name!r} in rows {', '.join(map(str, numbers[:4]))}" for name, numbers in list(clashes.items())[:3])
        raise ValueError(
            f"{rows.table.name}: {len(clashes)} of the ids in column {choice.column!r} stand on rows of different content: {shown}. Make "
            f'them different, or give id=False (ids are made from the text), or group="{choice.column}" if it says what belongs together'
        )
    return ids


def _numbered(names: Sequence[str]) -> list[str]:
    """The names; the second of one name ends in -2, the third in -3."""
    count: Counter[str] = Counter()
    numbered: list[str] = []
    for name in names:
        count[name] += 1
        numbered.append(f"{name}-{count[name]}" if count[name] > 1 else name)
    return numbered


def fields(rows: Rows, chosen: Mapping[str, Choice], ids: Sequence[str], targets: Sequence) -> dict[str, list]:
    """The columns of the task: id, input, target, those with a role, then the file's others under their own names, or `file_...`."""
    columns = {"id": list(ids), "input": rows.inputs, "target": list(targets)}
    if chosen["context"].column:
        columns["context"] = rows.contexts
    for role in ("group", "date"):
        if chosen[role].column:
            columns[role] = [None if cell is None else _words(cell) for cell in rows.cells(chosen[role].column)]
    used = {name for role in ("target", "id", "group", "date", "split") for name in chosen[role].fields}
    used |= {name for role in ("input", "context") for name in chosen[role].fields if chosen[role].column == name}
    for column in rows.table.columns:
        if column not in used:
            columns[_free(column, rows.table.columns)] = _uniform(rows.cells(column))
    return columns


def notes(rows: Rows, targets: Sequence) -> list[str]:
    """Sentences about what else is odd: long inputs, targets that look like nothing."""
    longest = max(range(len(rows)), key=lambda p: len(rows.inputs[p]))
    row = rows.numbers[longest]
    sizes = sorted(map(len, rows.inputs))
    sentences = [f"an input has {sizes[len(sizes) // 2]:,} characters (median), the longest {sizes[-1]:,} (row {row})"]
    empty = [column for column, cells in rows.table.columns.items() if all(cell is None for cell in cells)]
    sentences += [f"columns that hold nothing: {', '.join(empty)}"] if empty else []
    odd = Counter(value for value in targets if isinstance(value, str) and value.lower() in _NOTHING)
    if odd:
        shown = ", ".join(f"{value!r} ({count:,} row{'s' * (count != 1)})" for value, count in odd.most_common())
        sentences.append(f"the targets {shown} may mean that there is no answer: then empty these cells, and their rows are left out")
    return sentences


def _words(cell: Cell) -> str:
    """A cell as text; that of nothing is empty."""
    return "" if cell is None else as_text(as_words(cell))


def _free(column: str, others: Mapping[str, Sequence]) -> str:
    """The column's name, behind as many "file_" as it takes to be neither reserved nor that of another column."""
    name = column
    while name in RESERVED or (name != column and name in others):
        name = f"file_{name}"
    return name


def _filled(table: Table, choice: Choice) -> list[str]:
    """The text of each row: a column's, or a template's; "" where all it reads is empty."""
    if choice.column is None:
        return [""] * len(table)
    texts = {name: [_words(cell) for cell in table.columns[name]] for name in choice.fields}
    if choice.fields == (choice.column,):
        return [text.strip() for text in texts[choice.column]]
    pieces = [(literal, name) for literal, name, _, _ in string.Formatter().parse(choice.column)]
    rows = range(len(table))
    filled = ["".join(literal + ("" if name is None else texts[name][row]) for literal, name in pieces).strip() for row in rows]
    return [text if any(texts[name][row] for name in choice.fields) else "" for row, text in zip(rows, filled)]


def _uniform(cells: Sequence[Cell]) -> list:
    """Cells of one simple type as they are, others (and integers of more than 64 bits) as text, so that they make a column."""
    kinds = {type(cell) for cell in cells if cell is not None}
    large = kinds == {int} and any(cell is not None and not -(2**63) <= cell < 2**63 for cell in cells)
    if len(kinds) <= 1 and kinds <= {str, int, float, bool} and not large:
        return list(cells)
    return [None if cell is None else _words(cell) for cell in cells]
