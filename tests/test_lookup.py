"""The lookup: what one asker may read, whatever the query says; that nothing is ever written; and that a query without end is stopped."""

from __future__ import annotations

import re
import sqlite3
import time
from pathlib import Path

import pytest

from helpers.desk import Lookup, Rows
from helpers.storage import file_digest

PEOPLE = [(1, "Ada", None), (2, "Bo", 1), (3, "Cy", 2), (4, "Di", 1), (5, "Eve", 4)]
DAYS = {1: 7001, 2: 7002, 3: 7003, 4: 7004, 5: 7005}  # numbers that stand nowhere else
VIEWS = {"people": "SELECT * FROM {file}.people", "leave": "SELECT * FROM {file}.leave WHERE person IN {permitted}"}
TEAM = """WITH RECURSIVE team(id) AS (SELECT :asker UNION SELECT p.id FROM {file}.people p JOIN team ON p.manager = team.id)
SELECT id FROM team"""
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

# What somebody types where a name belongs, and what a model could be talked into writing.
VALUES = [
    "' OR 1=1 --", "' OR 'a'='a", "Bo' --", "'; DROP TABLE leave; --", "'; UPDATE leave SET days = 0; --", "'; DELETE FROM leave; --",
    "' UNION SELECT days, 1 FROM main.leave --", "' UNION ALL SELECT person, days FROM main.leave --", "x' OR person = 5 OR name = 'x",
    "'; INSERT INTO leave VALUES (2, 9999); --", "'; ATTACH DATABASE '/tmp/x.db' AS x; --", "' AND 1=(SELECT count(*) FROM main.leave) --",
    "'; PRAGMA query_only = 0; --", "'/**/OR/**/1=1--", "%' OR name LIKE '%", "\\'; DROP TABLE people; --", "' OR EXISTS(SELECT 1) --",
    "' UNION SELECT sql, 1 FROM sqlite_master --", "Robert'); DROP TABLE leave;--", "\x00' OR 1=1 --", "' OR 1=1 LIMIT 1 OFFSET 4 --",
]  # fmt: skip
QUERIES = [
    "SELECT * FROM main.leave", "SELECT days FROM main.leave WHERE person = 5", "SELECT max(days) FROM main.leave",
    "WITH leave AS (SELECT * FROM main.leave) SELECT * FROM leave", "WITH gate AS (SELECT * FROM main.leave) SELECT * FROM gate",
    "WITH permitted(id) AS (SELECT 5) SELECT * FROM leave", "WITH people AS (SELECT 5 AS id) SELECT * FROM leave",
    "SELECT * FROM (SELECT * FROM main.leave) AS leave", "SELECT (SELECT max(days) FROM main.leave)", "SELECT * FROM temp.permitted",
    "SELECT * FROM leave UNION SELECT * FROM main.leave", "SELECT name FROM people ORDER BY (SELECT days FROM main.leave WHERE person = 5)",
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM main.leave WHERE days = 7005)", "SELECT * FROM leave JOIN main.leave AS other ON 1",
    "SELECT * FROM people WHERE id IN (SELECT person FROM main.leave WHERE days > 7004)", "SELECT * FROM sqlite_master",
    "SELECT * FROM sqlite_temp_master", "SELECT * FROM pragma_table_info('leave')", "SELECT * FROM pragma_database_list",
    "SELECT load_extension('evil')", "SELECT writefile('x', 'y')", "SELECT readfile('/etc/passwd')", "SELECT randomblob(900000000)",
    "SELECT group_concat(days) FROM main.leave", "PRAGMA writable_schema = 1", "PRAGMA query_only = 0", "ATTACH DATABASE ':memory:' AS x",
    "VACUUM INTO 'copy.db'", "DROP TABLE leave", "DELETE FROM leave", "UPDATE leave SET days = 0", "INSERT INTO leave VALUES (2, 9999)",
    "INSERT INTO temp.permitted VALUES (5)", "DROP VIEW temp.leave", "CREATE TEMP VIEW leave AS SELECT * FROM main.leave",
    "WITH x AS (SELECT 5 AS id) INSERT INTO temp.permitted SELECT id FROM x", "WITH x AS (SELECT 1) DELETE FROM leave",
    "SELECT 1; SELECT * FROM main.leave", "SELECT * FROM leave; DROP TABLE leave", "/* SELECT */ DROP TABLE leave",
    "EXPLAIN SELECT * FROM leave",
    "SELECT * FROM audit", "SELECT count(*) FROM audit", "SELECT count(*) FROM AUDIT", "SELECT count(*) FROM main.leave",
    "WITH leave AS (SELECT * FROM audit) SELECT * FROM leave", "WITH people AS (SELECT days FROM audit) SELECT * FROM people",
    "BEGIN IMMEDIATE", "ALTER TABLE leave ADD COLUMN x", "REINDEX", "ANALYZE", "REPLACE INTO leave VALUES (2, 1)", "", ";", "--", "\x00",
]  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    database = sqlite3.connect(tmp_path / "desk.db")
    database.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, manager INTEGER)")
    database.execute("CREATE TABLE leave (person INTEGER, days INTEGER)")
    database.executemany("INSERT INTO people VALUES (?, ?, ?)", PEOPLE)
    database.executemany("INSERT INTO leave VALUES (?, ?)", DAYS.items())
    database.execute("CREATE TABLE audit AS SELECT * FROM leave")  # no view shows it
    database.commit()
    database.close()
    return tmp_path / "desk.db"


@pytest.fixture
def lookup(path: Path) -> Lookup:
    return Lookup(path, VIEWS, TEAM, seconds=0.5)


def days(rows: Rows) -> set[int]:
    """Whose days came back, read out of any cell."""
    text = repr(rows.rows)
    return {person for person, value in DAYS.items() if str(value) in text}


@pytest.mark.parametrize(("asker", "team"), [(1, {1, 2, 3, 4, 5}), (2, {2, 3}), (3, {3}), (4, {4, 5}), (9, set()), (None, set())])
def test_everybody_reads_the_days_of_themselves_and_of_who_reports_to_them(lookup: Lookup, asker: int | None, team: set[int]) -> None:
    assert days(lookup.query("SELECT * FROM leave", asker=asker)) == team
    assert len(lookup.query("SELECT name FROM people", asker=asker).rows) == 5


def test_two_who_lead_each_other_end_the_search_for_reports(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("UPDATE people SET manager = 3 WHERE id = 2")
    assert days(Lookup(path, VIEWS, TEAM).query("SELECT days FROM leave", asker=3)) == {2, 3}


def test_the_attacks_are_many() -> None:
    assert len(VALUES) + len(QUERIES) > 60


@pytest.mark.parametrize("attack", VALUES)
def test_a_value_never_becomes_a_part_of_the_query(lookup: Lookup, attack: str) -> None:
    rows = lookup.query("SELECT days FROM leave JOIN people ON id = person WHERE name = ?", [attack], asker=2)
    assert rows.rows == ()


@pytest.mark.parametrize("attack", VALUES)
def test_even_a_query_glued_together_gives_permitted_rows_only_and_writes_nothing(lookup: Lookup, attack: str) -> None:
    before = file_digest(lookup.path)
    rows = lookup.query(f"SELECT person, days FROM leave JOIN people ON id = person WHERE name = '{attack}'", asker=2)
    assert days(rows) <= {2, 3}
    assert file_digest(lookup.path) == before


@pytest.mark.parametrize("attack", QUERIES)
def test_a_query_of_any_kind_gives_permitted_rows_only_and_writes_nothing(lookup: Lookup, attack: str) -> None:
    before = sorted((file.name, file_digest(file)) for file in lookup.path.parent.iterdir())
    rows = lookup.query(attack, asker=2)
    assert days(rows) <= {2, 3}
    assert rows.refused or re.search(r"permitted\(id\)|WITH people AS \(SELECT 5", attack)
    assert sorted((file.name, file_digest(file)) for file in lookup.path.parent.iterdir()) == before


def test_an_imitated_view_would_open_a_gate_whose_name_is_known(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason for the drawn names: SQLite's authorizer cannot tell a WITH clause from a view of the same name."""
    monkeypatch.setattr("helpers.desk.lookup.secrets.token_hex", lambda size: "known")
    imitation = "WITH gate_known_leave AS (SELECT * FROM file_known.leave) SELECT * FROM gate_known_leave"
    assert days(Lookup(path, VIEWS, TEAM).query(imitation, asker=2)) == {1, 2, 3, 4, 5}
    monkeypatch.undo()
    assert days(Lookup(path, VIEWS, TEAM).query(imitation, asker=2)) == set()


@pytest.mark.parametrize(("query", "count"), [
    ("SELECT count(*) FROM people", 5), ("SELECT count(*) FROM leave", 2), ("SELECT count(*) FROM (SELECT 1 FROM PEOPLE LIMIT 3)", 3),
    ("SELECT count(*) FROM people a, leave b", 10), ("WITH few AS (SELECT 1 FROM leave) SELECT count(*) FROM few", 2),
])  # fmt: skip
def test_permitted_rows_can_be_counted(lookup: Lookup, query: str, count: int) -> None:
    assert lookup.query(query, asker=2).rows == ((count,),)


def test_no_name_that_an_error_tells_is_of_use_in_the_next_query(lookup: Lookup) -> None:
    told = {lookup.query("SELECT * FROM sqlite_temp_master, leave", asker=2).why, lookup.query("SELECT x FROM leave", asker=2).why}
    drawn = {match for text in told for match in re.findall(r"[0-9a-f]{32}", text)}
    again = [lookup.query(f"SELECT * FROM file_{name}.leave", asker=2).refused for name in [*drawn, "0" * 32]]
    assert set(again) == {"error"}


@pytest.mark.parametrize(
    "query", [ENDLESS, "SELECT count(*) FROM people a, people b, people c, people d, people e, people f, people g, people h"]
)
def test_a_runaway_query_is_stopped(path: Path, query: str) -> None:
    with sqlite3.connect(path) as database:
        database.executemany("INSERT INTO people (name) VALUES (?)", [("x",)] * 200)
    started = time.monotonic()
    assert Lookup(path, VIEWS, TEAM, seconds=0.2).query(query, asker=1).refused == "time"
    assert time.monotonic() - started < 5


def test_a_leader_of_too_many_is_stopped_like_any_other_query(path: Path) -> None:
    rows = Lookup(path, VIEWS, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n", seconds=0.2)
    assert rows.query("SELECT name FROM people", asker=1).refused == "time"


def test_a_view_that_sqlite_does_not_take_is_an_error_of_the_query(path: Path) -> None:
    assert Lookup(path, {"leave": "SELECT * FROM {file}.holidays"}).query("SELECT * FROM leave", asker=1).refused == "error"


def test_more_rows_than_the_most_are_cut_and_it_is_said(path: Path) -> None:
    rows = Lookup(path, VIEWS, TEAM, most=3).query("SELECT name FROM people", asker=1)
    assert (len(rows.rows), rows.cut, Lookup(path, VIEWS, TEAM, most=5).query("SELECT name FROM people", asker=1).cut) == (3, True, False)


@pytest.mark.parametrize(("query", "refused"), [
    ("SELECT nothing FROM leave", "error"), ("SELEC 1", "not a query"), ("SELECT 1; SELECT 2", "not a query"),
    ("SELECT * FROM sqlite_temp_master", "not permitted"), ("SELECT ?", "error"), ("SELECT 1 -- ; a remark", ""), ("  select 1;", ""),
])  # fmt: skip
def test_a_refusal_says_of_which_kind_it_is(lookup: Lookup, query: str, refused: str) -> None:
    assert lookup.query(query, asker=2).refused == refused


def test_values_fill_marks_and_names_and_the_first_cell_is_the_value(lookup: Lookup) -> None:
    assert lookup.query("SELECT days FROM leave WHERE person = ?", [3], asker=2).value == 7003
    assert lookup.query("SELECT days FROM leave WHERE person = :who", {"who": 3}, asker=2).value == 7003
    assert lookup.query("SELECT days FROM leave WHERE person = ?", [5], asker=2).value is None


def test_the_chain_of_leaders_is_one_recursive_query(lookup: Lookup) -> None:
    chain = """WITH RECURSIVE above(id, step) AS (SELECT manager, 1 FROM people WHERE name = ?
    UNION SELECT manager, step + 1 FROM people JOIN above USING (id)) SELECT name FROM above JOIN people USING (id) ORDER BY step"""
    assert lookup.query(chain, ["Cy"], asker=5).rows == (("Bo",), ("Ada",))


def test_a_file_that_is_missing_and_a_view_with_a_bad_name_are_said(tmp_path: Path, path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no database at .*nowhere\.db"):
        Lookup(tmp_path / "nowhere.db", VIEWS)
    with pytest.raises(ValueError, match="'Leave; DROP' is no name of a view"):
        Lookup(path, {"Leave; DROP": "SELECT 1"})
