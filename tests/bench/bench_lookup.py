"""Claim: a look-up by index takes under 50 ms at 10,000, 1 million and 10 million rows, and a query without end is stopped.

A file with so many rows of leave, two for each person; everybody leads up to 20 others, so a small tree of them is permitted. `own`: one's
days of one year. `team`: the days of all who report to one. `scan`: a query that no index helps, as a model may write it; from some size
on it ends at the limit. `endless`: a recursive query without an end. Medians, in seconds; the connection, its views and its locks included.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median

from measure import report

from helpers.desk import TEAM, VIEWS, Lookup

LIMIT = 1.0  # seconds a query
GRACE = 0.5  # seconds more until a stopped query has returned
QUICK = 0.05
LEADS = 20
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
QUERIES = {
    "own": "SELECT entitled - taken - planned FROM leave WHERE person = :asker AND year = 2025",
    "team": "SELECT person, taken FROM leave WHERE year = 2025",
    "scan": "SELECT count(*) FROM people a WHERE a.name LIKE '%nobody%'",
    "endless": ENDLESS,
}


def main() -> int:
    """Measure each size; the exit code is 1 if a claim fails."""
    options = _options()
    rows = []
    for size in options.sizes:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            rows += _measured(_made(Path(folder) / "leave.db", size), size, options.times)
        print(f"{size:,} rows: done", file=sys.stderr)
    claims = {}
    for row in rows:
        what = f"{row['query']} at {row['rows']:,} rows"
        if row["query"] in ("own", "team"):
            claims[f"{what} under {QUICK:g} s: {row['seconds']:.4f}"] = row["seconds"] < QUICK and not row["refused"]
        if row["query"] == "endless":
            claims[f"{what} is stopped within {LIMIT + GRACE:g} s: {row['slowest']:.2f}"] = (
                row["refused"] == "time" and row["slowest"] < LIMIT + GRACE
            )
        if row["query"] == "scan":
            claims[f"{what} ends within {LIMIT + GRACE:g} s: {row['slowest']:.2f}"] = row["slowest"] < LIMIT + GRACE
    return report("lookup", rows, claims, limit=LIMIT)


def _made(path: Path, rows: int) -> Path:
    """The file: people in a tree, each leading up to 20, and two rows of leave for each."""
    people = rows // 2
    count = f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {people})"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT, manager TEXT) WITHOUT ROWID")
        database.execute("CREATE TABLE orders (id TEXT)")
        leave = "person TEXT, year INTEGER, entitled REAL, taken REAL, planned REAL, PRIMARY KEY (person, year)"
        database.execute(f"CREATE TABLE leave ({leave}) WITHOUT ROWID")
        name = "printf('P%08d', {})"
        leader = f"CASE WHEN i THEN {name.format(f'(i - 1) / {LEADS}')} END"
        database.execute(f"{count} INSERT INTO people SELECT {name.format('i')}, 'person ' || i, {leader} FROM n")
        days = f"{name.format('i / 2')}, 2024 + i % 2, 28, i % 20, i % 5"
        database.execute(f"{count.replace(str(people), str(2 * people))} INSERT INTO leave SELECT {days} FROM n")
        database.execute("CREATE INDEX by_manager ON people (manager)")
    return path


def _measured(path: Path, rows: int, times: int) -> list[dict]:
    lookup = Lookup(path, VIEWS, TEAM, seconds=LIMIT, most=1000)
    asker = f"P{rows // 2 // LEADS - 5:08d}"  # leads twenty who lead nobody
    return [
        _row(name, lambda sql=sql: lookup.query(sql, {"asker": asker} if ":asker" in sql else (), asker=asker), rows, times)
        for name, sql in QUERIES.items()
    ]


def _row(name: str, ask: Callable, rows: int, times: int) -> dict:
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        last = ask()
        seconds.append(time.perf_counter() - started)
    return {
        "rows": rows,
        "query": name,
        "seconds": median(seconds),
        "slowest": max(seconds),
        "found": len(last.rows),
        "refused": last.refused,
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 1_000_000, 10_000_000], help="rows of leave")
    parser.add_argument("--times", type=int, default=5, help="how often each query")
    parser.add_argument("--folder", help="where the files are made and removed (10 million rows: about 0.8 GB)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
