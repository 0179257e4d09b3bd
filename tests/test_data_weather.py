"""The weather table is what its card says: a row for each place and day, conditions that fit, and never 72 degrees."""

from __future__ import annotations

import csv
import datetime
import re
from collections import Counter
from collections.abc import Callable

import pytest

from helpers import places

FOLDER = places.data("weather")
COLUMNS = ["place", "date", "condition", "high_c", "low_c", "wind_kmh"]
CONDITIONS = ["sunny", "cloudy", "rainy", "snowy", "foggy", "stormy"]
DAYS = [f"2026-03-{day:02d}" for day in range(2, 9)]


@pytest.fixture(scope="module")
def table() -> list[dict]:
    with (FOLDER / "table.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_place_has_one_row_for_each_of_seven_days(table: list[dict]) -> None:
    assert list(table[0]) == COLUMNS
    names = sorted({row["place"] for row in table})
    assert len(names) == 20
    assert [(row["place"], row["date"]) for row in table] == [(name, day) for name in names for day in DAYS]
    assert [datetime.date.fromisoformat(day).isoformat() for day in DAYS] == DAYS


def test_the_low_is_below_the_high_and_conditions_fit_the_numbers(table: list[dict]) -> None:
    for row in table:
        assert int(row["low_c"]) < int(row["high_c"]), row
        assert row["condition"] in CONDITIONS, row
        assert row["condition"] != "snowy" or int(row["high_c"]) <= 3, row
        assert row["condition"] != "stormy" or int(row["wind_kmh"]) >= 38, row


def test_a_tool_that_always_says_72_degrees_is_never_right(table: list[dict]) -> None:
    assert [row for row in table if round(int(row["high_c"]) * 9 / 5 + 32) == 72] == []


def test_the_places_are_places_of_the_air_table(table: list[dict]) -> None:
    with (places.data("air") / "table.csv").open(encoding="utf-8", newline="") as file:
        assert {row["place"] for row in table} < {row["place"] for row in csv.DictReader(file)}


def test_no_place_is_in_the_corpus(table: list[dict], leaked: Callable[..., list[str]]) -> None:
    assert leaked((), {row["place"] for row in table}) == []


def test_the_card_gives_the_counts_and_ranges_of_the_file(table: list[dict]) -> None:
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    for condition, count in Counter(row["condition"] for row in table).items():
        assert f"| {condition} | {count} |" in card
    high, low, wind = ([int(row[name]) for row in table] for name in ("high_c", "low_c", "wind_kmh"))
    ranges = rf"{min(high)} to {max(high)} and {min(low)} to {max(low)} \|.*\n.*; {min(wind)} to {max(wind)} \|"
    assert re.search(ranges, card)
