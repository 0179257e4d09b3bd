"""Which column is what: the reader's word first, else a guess by name, else by content; where two fit, an error lists both."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from helpers.files.dates import share_of_dates
from helpers.files.names import NAMES, ROLES
from helpers.files.opening import split_named
from helpers.files.table import Cell, Table
from helpers.spelling import did_you_mean

__all__ = ["Choice", "choose", "plain", "ROLES"]

_SHOWN = 8
Wish = str | Sequence[str] | bool | None  # what the reader says of a role
MANY = 50  # a label column has at most so many labels


@dataclass(frozen=True)
class Choice:
    """The column (or template of columns) that plays a role, None if there is none; why; and whether the reader said so."""

    role: str
    column: str | None
    why: str
    stated: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns it reads."""
        if self.column is None or "{" not in self.column:
            return () if self.column is None else (self.column,)
        return tuple(dict.fromkeys(field for _, field, _, _ in string.Formatter().parse(self.column) if field is not None))


def choose(table: Table, wishes: Mapping[str, Wish]) -> dict[str, Choice]:
    """A choice for each of ROLES. `wishes[role]`: a column (for input and context also a template or a list); None: guess; False: none.

    ValueError: a column that is not there or holds nothing; an input or target that several columns, or none, could be.
    """
    if len(table.columns) < 2:
        only = next(iter(table.columns), "none")
        cure = "; if the fields are there, give delimiter=" if table.kind == "CSV" else ""
        raise ValueError(f"{table.name} has one column ({only}): it needs two, an input and a target{cure}")
    chosen = {role: _named(table, role, wish) for role, wish in wishes.items() if wish is not None}
    chosen |= {role: replace(_named(table, role, wish), why="as files of this shape have it", stated=False)
               for role, wish in table.roles.items() if role not in chosen}  # fmt: skip
    for role in ("split", "id", "date", "group", "target", "context", "input"):
        if role not in chosen:
            chosen[role] = _guessed(table, role, chosen)
    if chosen["target"].column is None:  # by content, and only among what the input leaves
        chosen["target"] = _by_content(table, "target", _free(table, chosen))
    if chosen["input"].column is None:
        chosen["input"] = _by_content(table, "input", _free(table, chosen))
    if same := set(chosen["input"].fields) & set(chosen["target"].fields):
        raise ValueError(
            f"{table.name}: input and target are both {same.pop()!r}, so the answer would be in the question: give another target="
        )
    return {role: chosen[role] for role in ROLES}


def _named(table: Table, role: str, value: Wish) -> Choice:
    if value is False:
        if role in ("input", "target"):
            raise ValueError(f"{table.name}: {role}=False is not possible: name the column, one of {_listed(table.columns)}")
        return Choice(role, None, "as you said", True)
    if isinstance(value, list | tuple):
        value = "\n\n".join("{" + _column(table, role, name) + "}" for name in value)
    elif not isinstance(value, str):
        raise ValueError(f"{table.name}: {role}= must be a column's name (for input also a list or a template), got {value!r}")
    several = "{" in value and value not in table.columns
    if several and role not in ("input", "context"):
        raise ValueError(f"{table.name}: {role}={value!r} must be one column; only input and context can be a template")
    choice = Choice(role, value if several else _column(table, role, value), "as you said", True)
    try:
        fields = choice.fields
    except ValueError as error:
        raise ValueError(f'{table.name}: {role}={value!r} is no template ({error}): write "{{name}}" for a column') from None
    for name in fields:
        _column(table, role, name)
    if not fields or all(cell is None for name in fields for cell in table.columns[name]):
        raise ValueError(f"{table.name}: {role}={value!r} holds nothing in any of {len(table)} rows; there are {_listed(table.columns)}")
    return choice


def _column(table: Table, role: str, name: str) -> str:
    """The column of that name, in whatever case."""
    if name in table.columns:
        return name
    alike = [column for column in table.columns if isinstance(name, str) and column.lower() == name.strip().lower()]
    if len(alike) == 1:
        return alike[0]
    raise ValueError(
        f"{table.name} has no column {name!r} for {role}={did_you_mean(name, table.columns)}; there are {_listed(table.columns)}"
    )


def _guessed(table: Table, role: str, chosen: Mapping[str, Choice]) -> Choice:
    """By name: the very word, then one of its synonyms, then a name that holds one. Which of two equals is not guessed."""
    free = _free(table, chosen)
    names = [role, *NAMES[role].split()]
    empty = [column for column, cells in table.columns.items() if plain(column) in names and all(cell is None for cell in cells)]
    first = min((names.index(plain(column)) for column in free if plain(column) in names), default=len(names))
    empty = [column for column in empty if names.index(plain(column)) < first]
    if empty and role in ("input", "target"):
        raise ValueError(f"{table.name}: the column {empty[0]!r} holds nothing in any of {len(table)} rows: fill it, or give {role}=")
    tiers = [[c for c in free if plain(c) == role], [c for c in free if plain(c) in names]]
    if role in ("input", "target"):
        tiers.append([c for c in free if set(plain(c).split("_")) & set(names)])
    columns = [column for column in next(filter(None, tiers), []) if _fits(table, role, column)]
    if role == "id":
        columns = columns[:1]
    if role == "input" and any(plain(column) in ("question", "query") for column in columns):
        columns = [column for column in columns if plain(column) != "title"]  # that of the passage it is about
    if len(columns) > 1:
        raise ValueError(_ambiguous(table, role, columns))
    return Choice(role, columns[0], f"by its name, {columns[0]!r}") if columns else Choice(role, None, "no column looks like one")


def _by_content(table: Table, role: str, free: list[str]) -> Choice:
    """The one column that looks like it: texts for the input, few short values (or all that is left) for the target."""
    looks = _texts if role == "input" else _few
    candidates = [column for column in free if looks(table.columns[column])]
    why = "the only column of texts" if role == "input" else "the only column of few short values"
    if len(candidates) == 1:
        return Choice(role, candidates[0], why)
    if not candidates and len(free) == 1:
        return Choice(role, free[0], "the only column left")
    raise ValueError(_ambiguous(table, role, candidates or free))


def _free(table: Table, chosen: Mapping[str, Choice]) -> list[str]:
    """The columns without a role that hold something."""
    used = {name for choice in chosen.values() for name in choice.fields}
    return [column for column, cells in table.columns.items() if column not in used and any(cell is not None for cell in cells)]


def _fits(table: Table, role: str, column: str) -> bool:
    """Whether the content bears the name out, where the name alone is weak."""
    cells = table.columns[column]
    distinct = len({str(cell) for cell in cells if cell is not None})
    if role == "id" and plain(column) != "id":
        return distinct == len(cells)
    if role == "split":
        return distinct > 1 and all(split_named(str(cell)) for cell in cells)
    if role == "group":
        return 1 < distinct < len(cells)
    return role != "date" or "date" in plain(column) or share_of_dates(cells) > 0.5


def _texts(cells: list[Cell]) -> bool:
    some = [cell for cell in cells[:2000] if cell is not None]
    words = sum(len(str(cell).split()) for cell in some if isinstance(cell, str))
    return words > 3 * len(some) and len(set(map(str, some))) > len(some) / 2


def _few(cells: list[Cell]) -> bool:
    some = [str(cell) for cell in cells if cell is not None]
    return 2 <= len(set(some)) <= min(MANY, len(some) / 2) and max(map(len, some)) <= 40


def _ambiguous(table: Table, role: str, candidates: list[str]) -> str:
    """The candidates, each with a value, and the words that choose one."""
    if not candidates:
        empty = [column for column, cells in table.columns.items() if all(cell is None for cell in cells)]
        none = f"; {_listed(empty)} hold nothing in any of {len(table)} rows" if empty else ""
        return f"{table.name}: no column is left for the {role}{none}. There are {_listed(table.columns)}: give {role}="
    flags = role == "target" and all(_is_flag(table.columns[column]) for column in candidates)
    likely = candidates[-1] if role == "target" and not flags else candidates[0]  # answers stand last
    cure = f'give {role}="{likely}"'
    if role == "input" and len(candidates) > 1:
        cure += ', or several as input="' + "\\n".join("{" + column + "}" for column in candidates[:2]) + '"'
    if flags and len(candidates) > 1:
        cure += f', or all of them, as a set of labels, with target="{",".join(candidates)}"'
    cure += f", or {role}=False for none" if role not in ("input", "target") else ""
    shown = ", ".join(f"{column} ({_sample(table.columns[column])})" for column in candidates[:_SHOWN])
    return f"{table.name}: which column is the {role}? It could be {shown}: {cure}"


def _is_flag(cells: list[Cell]) -> bool:
    return {str(cell).lower() for cell in cells if cell is not None} <= {"0", "1", "0.0", "1.0", "true", "false"}


def _sample(cells: list[Cell]) -> str:
    text = str(next(cell for cell in cells if cell is not None))
    return repr(text if len(text) <= 24 else text[:24] + "...")


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(repr(column) for column in columns)


def plain(column: str) -> str:
    """A name in small letters with _ between words: "Review Text" and "reviewText" are review_text."""
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column).lower()).strip("_")
