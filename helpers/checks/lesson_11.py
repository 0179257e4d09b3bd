"""Checks of lesson 11."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Hashable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.desk.larkfield import TEAM
from helpers.desk.lookup import Lookup
from helpers.exercises import Miss

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["warmup", "core", "stretch"]

TRIPS = {"E1": 801, "E2": 802, "E3": 803, "E4": 804}  # E1 leads E2, who leads E3; E4 is led by E1
ALARM = 5  # what an honest question turned away costs
MISS = 1


def warmup(view: str) -> str:
    """The SELECT of a view of trips: one's own and those of one's reports, at any depth."""
    if not isinstance(view, str) or not view.strip().lower().startswith("select"):
        raise Miss(view, "a text that begins with SELECT", "a view is a stored query")
    with tempfile.TemporaryDirectory() as folder:
        lookup = _trips(Path(folder), view)
        seen = {asker: _costs(lookup, asker) for asker in ("E2", "E3", "E1")}
    if seen["E3"] - {803}:
        raise Miss(f"E3, who leads nobody, reads {len(seen['E3'])} of 4 trips", "their own alone", "the view lets through rows of others")
    if not seen["E3"]:
        raise Miss("E3 reads no trip, not even their own", "one trip", "each asker's permitted ids are in {permitted}")
    if seen["E2"] != {802, 803} or seen["E1"] != set(TRIPS.values()):
        why = "{permitted} holds the asker and all below; one id written into the view is right for one asker"
        raise Miss(f"E2, who leads E3, reads {len(seen['E2'])} trips, and E1, who leads all, {len(seen['E1'])}", "2 and 4", why)
    return "Everybody reads their own trips and those of their people, whatever query is run on the view."


def _trips(folder: Path, view: str) -> Lookup:
    """A small database with the learner's view over its trips."""
    path = folder / "trips.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE people (id TEXT, manager TEXT)")
        database.execute("CREATE TABLE trips (person TEXT, cost INTEGER)")
        database.executemany("INSERT INTO people VALUES (?, ?)", [("E1", None), ("E2", "E1"), ("E3", "E2"), ("E4", "E1")])
        database.executemany("INSERT INTO trips VALUES (?, ?)", TRIPS.items())
    return Lookup(path, {"trips": view}, TEAM)


def _costs(lookup: Lookup, asker: str) -> set[int]:
    rows = lookup.query("SELECT cost FROM trips", asker=asker)
    if rows.refused:
        why = "the file's tables stand as {file}.name, the permitted ids as {permitted}; a view holds no :asker, and keeps the column cost"
        raise Miss(f"SQLite refuses the view: {rows.why}", "a view like that of leave", why)
    return {cost for (cost,) in rows.rows}


def core(cut: float, costs: DataFrame) -> str:
    """The cut with the lowest cost, where a false alarm costs five times a miss; `costs` has both numbers for each cut."""
    if isinstance(cut, bool) or not isinstance(cut, (int, float)) or cut not in list(costs.index):
        got = cut if isinstance(cut, (int, float, str)) else type(cut).__name__
        raise Miss(got, f"one of the cuts {', '.join(f'{value:g}' for value in costs.index)}", "choose a row that was measured")
    total = ALARM * costs["false alarms"] + MISS * costs["misses"]
    if total[cut] > total.min():
        swapped = MISS * costs["false alarms"] + ALARM * costs["misses"]
        why = "a false alarm is the honest question that was turned away: it costs 5, a miss 1"
        if swapped[cut] > swapped.min():
            why = "add up both columns with their prices for every row, and compare the sums"
        raise Miss(f"{cut:g}, which costs {total[cut]:g}", "a cut whose total no other undercuts", why)
    without = " At these prices the desk does better without the distance." if cut == 0 else ""
    return f"At {cut:g} the errors cost {total[cut]:g}.{without} Which cut is best depends on the prices, and those are not in the data."


def stretch(key: Callable[[str, str, str], Hashable]) -> str:
    """The key of a cache: the asker counts where the answer depends on them, and nowhere else; case and blanks never."""
    if not callable(key):
        raise Miss(type(key).__name__, "a function my_key(asker, question, route)", "a key is made anew for each request")
    days = "How many days have I left?"
    for route, text in (("leave", days), ("people", "Who is my boss?")):
        if key("E1", text, route) == key("E2", text, route):
            raise Miss(f"E1 and E2 share an answer on the route {route!r}", "a key each", f"{text!r} has another answer for each asker")
    park = "Where do I park?"
    if key("E1", park, "handbook") != key("E2", park, "handbook"):
        raise Miss("E1 and E2 have a key each for the handbook", "one key", "the same page answers all, and every miss costs a model call")
    if key("E1", days, "leave") != key("E1", " how many  days have I LEFT?", "leave"):
        raise Miss("other capitals or blanks give another key", "the same key", "the question is the same")
    if key("E1", days, "leave") == key("E1", "How many days have I planned?", "leave"):
        raise Miss("two questions of one asker share a key", "a key each", "the words of the question belong in the key")
    _told_apart(key)
    return "Nobody gets somebody else's answer, and the handbook is read once for all."


def _told_apart(key: Callable[[str, str, str], Hashable]) -> None:
    """Miss for a key that takes two questions for one, or one for two, on any route; or that no dictionary takes."""
    park = "Where do I park?"
    pairs = (
        ("handbook", park, "Where do I eat?"),
        ("people", "Is Ada above Bo or not?", "Is Bo above Ada or not?"),
        ("leave", "What have I left?", "What have I used?"),
    )
    for route, one, other in pairs:
        if key("E1", one, route) == key("E1", other, route):
            raise Miss(f"two questions share a key on the route {route!r}", "a key each", f"{one!r} and {other!r} have other answers")
    if key("E1", park, "handbook") != key("E1", " where do i  PARK?", "handbook"):
        raise Miss("other capitals or blanks give another key for the handbook", "the same key", "the question is the same")
    if not isinstance(key("E1", park, "handbook"), Hashable):
        raise Miss(type(key("E1", park, "handbook")).__name__, "a text, a number or a tuple", "a dictionary takes no lists as keys")
