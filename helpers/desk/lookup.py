"""Looking rows up in a SQLite file for one person: read only, permitted rows only, for a limited time."""

from __future__ import annotations

import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Lookup", "Rows"]

Value = str | int | float | bytes | None
Values = Sequence[Value] | Mapping[str, Value]

FUNCTIONS = frozenset({
    "abs", "avg", "coalesce", "count", "date", "ifnull", "instr", "julianday", "length", "like", "lower", "ltrim", "max", "min", "nullif",
    "round", "rtrim", "strftime", "substr", "sum", "total", "trim", "upper",
})  # fmt: skip
NOTES = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 1_000_000,  # bytes of one value
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 10_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 20,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
}
REFUSALS = {sqlite3.SQLITE_INTERRUPT: "time", sqlite3.SQLITE_AUTH: "not permitted", sqlite3.SQLITE_READONLY: "not permitted"}
STEPS = 1_000  # of SQLite's machine, between two looks at the clock


@dataclass(frozen=True)
class Rows:
    """What a query gave: its rows, at most so many (`cut` says that there were more), or why it was refused.

    `refused` is "" or "not a query" (something else than one SELECT), "not permitted", "time", or "error"; `why` is SQLite's sentence.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Value, ...], ...] = ()
    cut: bool = False
    refused: str = ""
    why: str = ""

    @property
    def value(self) -> Value:
        """The first cell; None where there is no row."""
        return self.rows[0][0] if self.rows else None


@dataclass(frozen=True)
class Lookup:
    """Queries of a SQLite file on behalf of an asker, who sees each table as a view: `views` maps its name to the SELECT that makes it.

    In such a SELECT, {file} stands for the file and {permitted} for the ids that `permitted` gives, a SELECT with :asker. Nothing else
    of the file can be read, whatever a query says, and nothing can be written: the file is opened with mode=ro, an authorizer
    allows reading the views and a list of functions, and a query ends after `seconds` or `most` rows. FileNotFoundError: no such file.

    SQLite tells its authorizer which view reads a table, but not whether that "view" is a WITH clause of the same name. So each view
    stands on a second one, and the file has a name in the query; both names are drawn anew for every query, and cannot be imitated.

    >>> Lookup(Path("desk.db"), {"leave": "SELECT * FROM {file}.leave WHERE person IN {permitted}"})  # doctest: +SKIP
    """

    path: Path
    views: Mapping[str, str]
    permitted: str = "SELECT :asker"
    seconds: float = 1.0
    most: int = 100

    def __post_init__(self) -> None:
        if not Path(self.path).is_file():
            raise FileNotFoundError(f"no database at {str(self.path)!r}: make it first, as with desk.build(folder, path)")
        odd = [name for name in self.views if not re.fullmatch(r"[a-z][a-z_]*", name)]
        if odd:
            raise ValueError(f"{odd[0]!r} is no name of a view: use small letters and _, as in 'leave'")

    def query(self, sql: str, values: Values = (), *, asker: Value) -> Rows:
        """Run one SELECT; `values` fill its ? or :names. Never raises on what a query says."""
        if not re.match(r"(?i)\s*(select|with)\b", NOTES.sub(" ", str(sql))):
            return Rows(refused="not a query", why="a query begins with SELECT or WITH")
        try:
            with closing(self._open(asker)) as database:
                return self._rows(database.execute(str(sql), values))
        except sqlite3.Warning as error:  # Python's word for a second statement, before 3.12
            return Rows(refused="not a query", why=str(error))
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", None)
            second = isinstance(error, sqlite3.ProgrammingError) and code is None and ";" in sql
            return Rows(refused="not a query" if second else REFUSALS.get(code, "error"), why=str(error))
        except (ValueError, OverflowError, TypeError) as error:  # a null character, a number of more than 64 bits
            return Rows(refused="error", why=str(error))

    def _rows(self, cursor: sqlite3.Cursor) -> Rows:
        rows = cursor.fetchmany(self.most + 1)
        columns = tuple(column[0] for column in cursor.description or ())
        return Rows(columns, tuple(rows[: self.most]), len(rows) > self.most)

    def _open(self, asker: Value) -> sqlite3.Connection:
        """A connection that is set up for this asker and then locked."""
        database = sqlite3.connect(":memory:", uri=True, isolation_level=None)
        try:
            self._prepare(database, asker)
        except BaseException:
            database.close()
            raise
        return database

    def _prepare(self, database: sqlite3.Connection, asker: Value) -> None:
        """The asker's ids and views; then limits, and the authorizer as the last thing."""
        end = time.monotonic() + self.seconds
        database.set_progress_handler(lambda: time.monotonic() > end, STEPS)
        drawn = secrets.token_hex(16)
        names = {"{file}": f"file_{drawn}", "{permitted}": f"temp.permitted_{drawn}"}
        database.execute(f"ATTACH ? AS {names['{file}']}", [f"{Path(self.path).resolve().as_uri()}?mode=ro"])
        tables = {row[0].lower() for row in database.execute(f"SELECT name FROM {names['{file}']}.sqlite_master")}
        database.execute(f"CREATE TEMP TABLE permitted_{drawn} (id PRIMARY KEY)")
        database.execute(f"INSERT OR IGNORE INTO {names['{permitted}']} {_filled(self.permitted, names)}", {"asker": asker})
        for name, select in self.views.items():
            database.execute(f"CREATE TEMP VIEW gate_{drawn}_{name} AS {_filled(select, names)}")
            database.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM gate_{drawn}_{name}")
        database.execute("PRAGMA query_only = 1")
        for limit, value in LIMITS.items():
            database.setlimit(limit, value)
        database.set_authorizer(_authorizer(frozenset(self.views), frozenset(tables), drawn))


def _filled(select: str, names: Mapping[str, str]) -> str:
    for field, name in names.items():
        select = select.replace(field, name)
    return select


def _authorizer(views: frozenset[str], tables: frozenset[str], drawn: str) -> Callable[..., int]:
    """What SQLite asks about each thing that a statement would do, before it runs."""
    gates = frozenset(f"gate_{drawn}_{name}" for name in views)

    def allow(action: int, first: str | None, second: str | None, database: str | None, source: str | None) -> int:
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION:
            return sqlite3.SQLITE_OK if (second or "").lower() in FUNCTIONS else sqlite3.SQLITE_DENY
        readable = source in gates or (database == "temp" and first in views | gates) or (second == "" and counted(first, database))
        return sqlite3.SQLITE_OK if action == sqlite3.SQLITE_READ and readable else sqlite3.SQLITE_DENY

    def counted(table: str, database: str | None) -> bool:
        """Rows of which no column is read: of the file by its drawn name, of a view, or of a WITH clause."""
        return database == f"file_{drawn}" or (database is None and table.lower() not in tables - views)

    return allow
