"""The air table and its questions are what their card says: a row for each day, some of them empty, and targets that follow."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import combinations
from statistics import mean

import pytest

from helpers import places
from helpers.metrics.registry import score

FOLDER = places.data("air")
SIZES = {"dev": 30, "test": 30}
KINDS = {"one value": 5, "change": 7, "average of three days": 5, "which of two": 7, "no answer": 6}
TODAY = date(2026, 3, 31)
CLEANER = r"cleaner|lower|fewer|better|kinder"


@pytest.fixture(scope="module")
def table() -> list[dict]:
    with (FOLDER / "table.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def index(table: list[dict]) -> dict[tuple[str, str], int]:
    return {(row["place"], row["date"]): int(row["aqi"]) for row in table if row["aqi"]}


def worked_out(row: dict, index: dict[tuple[str, str], int]) -> str:
    """The answer from what must be looked up; what is asked follows from the kind and from the words for clean."""
    if any(tuple(need) not in index for need in row["needs"]):
        return "unknown"
    values = [index[tuple(need)] for need in row["needs"]]
    if row["kind"] == "which of two":
        choose = min if re.search(CLEANER, row["input"]) else max
        return row["needs"][values.index(choose(values))][0]
    if row["kind"] == "change":
        return str(abs(values[1] - values[0]))
    return str(sum(values) // len(values)) if sum(values) % len(values) == 0 else "no whole number"


def test_every_place_has_a_row_for_each_of_ninety_days(table: list[dict]) -> None:
    assert list(table[0]) == ["place", "date", "aqi"]
    names = sorted({row["place"] for row in table})
    days = [(date(2026, 1, 1) + timedelta(number)).isoformat() for number in range(90)]
    assert (len(names), days[-1]) == (30, TODAY.isoformat())
    assert [(row["place"], row["date"]) for row in table] == [(name, day) for name in names for day in days]


def test_values_are_whole_numbers_in_range_and_three_in_a_hundred_are_missing(table: list[dict]) -> None:
    values = [row["aqi"] for row in table]
    assert [value for value in values if value and not (value.isdigit() and 8 <= int(value) <= 240)] == []
    assert 0.025 <= values.count("") / len(values) <= 0.035


def test_the_index_falls_toward_spring_and_neighboring_days_are_alike(index: dict[tuple[str, str], int]) -> None:
    months = [mean(value for (_, day), value in index.items() if day[:7] == f"2026-0{month}") for month in (1, 2, 3)]
    assert months[0] > months[1] > months[2]
    steps = [(value, index.get((place, (date.fromisoformat(day) + timedelta(1)).isoformat()))) for (place, day), value in index.items()]
    near = mean(abs(after - value) for value, after in steps if after)
    level = {place: mean(value for (name, _), value in index.items() if name == place) for place, _ in index}
    assert near < mean(abs(value - level[place]) for (place, _), value in index.items())


def test_every_split_has_its_size_the_columns_in_order_and_the_mix_of_kinds(splits: dict[str, list[dict]]) -> None:
    assert {name: len(part) for name, part in splits.items()} == SIZES
    for part in splits.values():
        assert [row["id"] for row in part if list(row) != ["id", "input", "target", "kind", "needs"]] == []
        assert Counter(row["kind"] for row in part) == Counter(KINDS)


def test_the_targets_are_worked_out_from_the_table(rows: list[dict], index: dict[tuple[str, str], int]) -> None:
    assert [(row["id"], row["target"]) for row in rows if worked_out(row, index) != row["target"]] == []
    assert [row["id"] for row in rows if (row["target"] == "unknown") != (row["kind"] == "no answer")] == []
    assert [row["id"] for row in rows if score("exact", row["target"], row["target"]) != 1.0] == []


def test_a_rise_rose_and_a_fall_fell(rows: list[dict], index: dict[tuple[str, str], int]) -> None:
    ways = {r"\b(rise|worse|higher)\b": 1, r"\b(fall|lower|drop|go down)\b": -1}
    for row in (row for row in rows if row["kind"] == "change"):
        before, after = (index[tuple(need)] for need in sorted(row["needs"], key=lambda need: need[1]))
        said = [sign for words, sign in ways.items() if re.search(words, row["input"])]
        assert [sign for sign in said if sign * (after - before) < 3] == [], row["id"]


@pytest.mark.parametrize("name", SIZES)
def test_half_of_the_unanswerable_questions_lack_a_value_and_half_a_place(
    splits: dict[str, list[dict]], table: list[dict], name: str
) -> None:
    names = {row["place"] for row in table}
    unknown = [row for row in splits[name] if row["kind"] == "no answer"]
    assert sorted(all(place in names for place, _ in row["needs"]) for row in unknown) == [False] * 3 + [True] * 3


def test_no_two_questions_need_the_same_values(rows: list[dict]) -> None:
    assert len({frozenset(map(tuple, row["needs"])) for row in rows}) == len(rows)


def test_the_needs_fit_the_words_of_the_question(rows: list[dict]) -> None:
    ago = {"yesterday": 1, "day before": 2, "two days": 2, "three days ago": 3, "four days": 4, "five days": 5, "a week": 7}
    for row in rows:
        assert [place for place, _ in row["needs"] if place not in row["input"]] == [], row["id"]
        assert TODAY.isoformat() in row["input"], row["id"]
        named = set(re.findall(r"2026-\d\d-\d\d", row["input"])) - {TODAY.isoformat()}
        needed = {day for _, day in row["needs"]}
        relative = {(TODAY - timedelta(number)).isoformat() for words, number in ago.items() if words in row["input"].lower()}
        assert named <= needed or (re.search("from|lasted|went", row["input"]) and needed >= {min(named), max(named)}), row["id"]
        assert relative <= needed or re.search("before|two days", row["input"]), row["id"]


def test_the_place_that_is_named_first_is_right_as_often_as_the_other(splits: dict[str, list[dict]]) -> None:
    for part in splits.values():
        pairs = [row for row in part if row["kind"] == "which of two"]
        assert abs(2 * sum(row["target"] == row["needs"][0][0] for row in pairs) - len(pairs)) <= 1


def test_ids_and_texts_are_unique_and_no_two_questions_are_near_duplicates(rows: list[dict]) -> None:
    assert [row["id"] for row in rows] == [f"air-{i:04d}" for i in range(1, 61)]
    sets = {row["id"]: frozenset(re.findall(r"[a-z0-9']+", row["input"].lower())) for row in rows}
    assert [pair for pair in combinations(sets, 2) if len(sets[pair[0]] & sets[pair[1]]) > 0.75 * len(sets[pair[0]] | sets[pair[1]])] == []


def test_texts_are_clean(rows: list[dict]) -> None:
    for text in (row["input"] for row in rows):
        assert text == unicodedata.normalize("NFC", text).strip(), text
        assert re.search(r"  |[{}]", text) is None, text


def test_no_question_and_no_place_is_in_the_corpus(rows: list[dict], table: list[dict], leaked: Callable[..., list[str]]) -> None:
    names = {row["place"] for row in table} | {place for row in rows for place, _ in row["needs"]}
    assert leaked([row["input"] for row in rows], names) == []


def test_the_card_gives_the_counts_of_the_files(rows: list[dict], table: list[dict], index: dict[tuple[str, str], int]) -> None:
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    for kind, count in KINDS.items():
        assert f"| {kind} | {2 * count} | {count} | {count} |" in card
    gaps = [row["place"] for row in table if not row["aqi"]]
    assert f"{len(gaps)} are empty, {len(gaps) / len(table):.1%}, and {len(set(gaps))} of the 30 places" in card
    assert f"from {min(index.values())} to {max(index.values())}," in card
    january, february, march = (round(mean(v for (_, day), v in index.items() if day[6] == month)) for month in "123")
    assert f"The mean is {january} in January, {february} in\nFebruary and {march} in March." in card
    sizes = [len(row["input"].split()) for row in rows]
    assert f"{min(sizes)} to {max(sizes)} words" in card
