"""The help desk's data is what its card says: tables that agree with the handbook, answers that are those of their SQL, fair splits."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import date
from itertools import combinations, pairwise

import pytest

from helpers import places

FOLDER = places.data("helpdesk")
SIZES = {"dev": 136, "test": 137}
COLUMNS = ["id", "input", "target", "route", "asker", "trap", "pages", "evidence", "personal"]
ROUTES = {"leave": (25, 26), "order": (28, 30), "people": (30, 29), "handbook": (36, 35), "off-topic": (17, 17)}
TRAPS = {"private": 10, "injection": 10, "looks off-topic": 10, "personal data": 10, "keyword only": 9}
NUMBERS = {"quantity": "INTEGER", "year": "INTEGER", "entitled": "REAL", "taken": "REAL", "planned": "REAL"}
TODAY = "2025-06-30"
DECLINED, UNKNOWN = ["declined"], ["I don't know"]
SPLIT_OF_PAGE = dict(enumerate(["dev", "dev", "dev", "test", "dev", "dev", "test", "test"]))  # the number of a page, modulo 8
ROLES = [  # a page, what it says, and the title of that person here
    ("p12-pay-review", "the finance director, Alaric Venn-Holt", "Finance director"),
    ("p20-training-budget", "the training coordinator, Ignatius Pell", "Training coordinator"),
    ("p23-buildings-and-floors", "the facilities manager, Isolde Brask", "Facilities manager"),
    ("p24-opening-and-locking-up", "The caretaker, Fergal Mossop", "Caretaker"),
    ("p25-desk-booking", "the office coordinator, Linnea Farrow", "Office coordinator"),
    ("p41-software-requests", "Morwenna Quillfeather, who leads the IT desk", "Head of the IT desk"),
    ("p50-first-aid", "Hedwig Sternau, the safety officer", "Safety officer"),
    ("p49-stock-counts", "Radoslav Minchev, the stock controller", "Stock controller"),
    ("p54-product-lines", "Ottoline Quarrie, the product manager", "Product manager"),
    ("p61-suppliers-buying", "Ines Carvalheira, the senior buyer", "Senior buyer"),
    ("p62-quality-checks", "Marit Solbakken, who leads the inspectors", "Leader of the inspectors"),
    ("p64-energy", "Ambrose Tilling, the building engineer", "Building engineer"),
]


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (FOLDER / name).read_bytes().decode("utf-8").split("\n")[:-1]]


@pytest.fixture(scope="module")
def tables() -> dict[str, list[dict]]:
    loaded = {}
    for name in ("people", "leave", "orders"):
        with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            loaded[name] = list(csv.DictReader(file))
    return loaded


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in places.data("handbook", "pages").glob("*.md")}


@pytest.fixture(scope="module")
def chats() -> list[dict]:
    return lines("conversations.jsonl")


@pytest.fixture(scope="module")
def above(tables: dict[str, list[dict]]) -> dict[str, list[str]]:
    """For each person the managers, the nearest first."""
    manager = {row["id"]: row["manager"] for row in tables["people"]}
    chains = {}
    for person in manager:
        chains[person] = []
        while manager[[person, *chains[person]][-1]] and len(chains[person]) < 10:
            chains[person].append(manager[[person, *chains[person]][-1]])
    return chains


@pytest.fixture(scope="module")
def answers(tables: dict[str, list[dict]]) -> dict[str, list[str]]:
    """The cells that each reference query gives, by the id of its question; an empty field of a table is NULL."""
    with closing(sqlite3.connect(":memory:")) as database:
        for name, rows in tables.items():
            fields = ", ".join(f"{field} {NUMBERS.get(field, 'TEXT')}" for field in rows[0])
            database.execute(f"CREATE TABLE {name} ({fields})")
            marks = ", ".join("?" * len(rows[0]))
            database.executemany(f"INSERT INTO {name} VALUES ({marks})", [[value or None for value in row.values()] for row in rows])
        return {row["id"]: [shown(cell) for cells in database.execute(row["sql"]) for cell in cells] for row in lines("sql.jsonl")}


def shown(cell: str | float | None) -> str:
    return "" if cell is None else f"{cell:g}" if isinstance(cell, float) else str(cell)


def test_every_split_has_its_size_the_columns_in_order_and_the_mix_of_routes_and_traps(splits: dict[str, list[dict]]) -> None:
    assert {name: len(part) for name, part in splits.items()} == SIZES
    assert [row["id"] for part in splits.values() for row in part if list(row) != COLUMNS] == []
    for number, part in enumerate(splits.values()):
        assert Counter(row["route"] for row in part) == {route: counts[number] for route, counts in ROUTES.items()}
        assert Counter(row["trap"] for row in part if row["trap"]) == TRAPS


def test_ids_are_in_order_and_texts_clean(rows: list[dict], chats: list[dict]) -> None:
    assert [row["id"] for row in rows] == [f"helpdesk-{i:04d}" for i in range(1, 274)]
    assert [chat["id"] for chat in chats] == [f"helpdesk-c{i:02d}" for i in range(1, 18)]
    for text in [row["input"] for row in rows] + [turn for chat in chats for turn in chat["turns"]]:
        assert text == unicodedata.normalize("NFC", text).strip(), text
        assert "  " not in text, text


def test_people_form_one_tree_of_five_levels(tables: dict[str, list[dict]], above: dict[str, list[str]]) -> None:
    assert len({row["name"] for row in tables["people"]}) == len(above) == 75
    assert [person for person, chain in above.items() if (chain or [person])[-1] != "E101"] == []
    assert Counter(map(len, above.values())) == {0: 1, 1: 8, 2: 23, 3: 33, 4: 10}


@pytest.mark.parametrize(("page", "said", "title"), ROLES)
def test_people_keep_the_roles_of_the_handbook(
    pages: dict[str, str], tables: dict[str, list[dict]], page: str, said: str, title: str
) -> None:
    assert said in pages[page]
    assert [row["title"] for row in tables["people"] if row["name"] in said] == [title]


def test_the_leave_of_a_year_is_what_annual_leave_grants(tables: dict[str, list[dict]]) -> None:
    started = {row["id"]: date.fromisoformat(row["started"]) for row in tables["people"]}
    for row in tables["leave"]:
        first, year = started[row["person"]], int(row["year"])
        full = year - first.year - ((first.month, first.day) > (1, 1))
        extra = next((days for years, days in ((20, 4), (10, 3), (5, 1)) if full >= years), 0)
        months = 12 - first.month + (first.day == 1)
        granted = -(-27 * months // 6) / 2 if year == first.year else 27 + extra  # half days, rounded up
        assert float(row["entitled"]) == granted, row


def test_nobody_takes_more_than_granted_and_at_most_six_days_are_left_of_2024(tables: dict[str, list[dict]]) -> None:
    left = {(row["person"], row["year"]): float(row["entitled"]) - float(row["taken"]) - float(row["planned"]) for row in tables["leave"]}
    assert len(left) == len(tables["leave"]) == 149
    assert min(left.values()) >= 0
    assert max(days for (_, year), days in left.items() if year == "2024") <= 6
    assert [row for row in tables["leave"] if row["year"] == "2025" and float(row["planned"]) < 5] == []  # the yearly shutdown


def test_numbers_of_orders_grow_with_their_dates_and_states_fit_today(tables: dict[str, list[dict]]) -> None:
    for one, other in pairwise(tables["orders"]):
        assert one["id"] < other["id"]
        assert one["ordered"] <= other["ordered"] <= TODAY
    for row in tables["orders"]:
        assert not row["expected"] or row["ordered"] < row["expected"], row
        assert (row["expected"] == "") == (row["state"] in ("canceled", "on hold")), row
        assert (row["carrier"] == "") == (row["state"] in ("canceled", "on hold", "received")), row
        assert not row["expected"] or (row["expected"] < TODAY) == (row["state"] in ("delivered", "returned")), row


def test_an_article_begins_with_the_letters_of_its_line(pages: dict[str, str], tables: dict[str, list[dict]]) -> None:
    line = dict(re.findall(r"^\| (\w+) \| .* \| ([A-Z]{2}) \|", pages["p54-product-lines"], re.MULTILINE))
    assert [row for row in tables["orders"] if line[row["item"].split()[0]] != row["article"][:2]] == []
    assert len({row["article"] for row in tables["orders"]}) == len({(row["article"], row["item"]) for row in tables["orders"]})


def test_every_query_gives_its_target(rows: list[dict], chats: list[dict], answers: dict[str, list[str]]) -> None:
    targets = {row["id"]: row["target"] for row in [*rows, *chats]}
    assert len(answers) == 149
    for name, cells in answers.items():
        assert targets[name] == UNKNOWN if "".join(cells) == "" else ", ".join(cells) in targets[name], (name, cells)


def test_every_answer_of_a_table_has_its_query(rows: list[dict], chats: list[dict], answers: dict[str, list[str]]) -> None:
    tabled = [row for row in [*rows, *chats] if row["route"] in ("leave", "order", "people")]
    assert [row["id"] for row in tabled if row["target"] not in (DECLINED, UNKNOWN) and row["id"] not in answers] == []
    assert set(answers) <= {row["id"] for row in tabled if row["target"] != DECLINED}


def test_leave_is_told_to_the_person_and_to_managers_above_only(rows: list[dict], tables: dict, above: dict, answers: dict) -> None:
    ids = {row["name"].lower(): row["id"] for row in tables["people"]}
    sql = {row["id"]: row["sql"] for row in lines("sql.jsonl")}
    for row in (row for row in rows if row["route"] == "leave"):
        named = {person for name, person in ids.items() if name in (row["input"] + sql.get(row["id"], "")).lower()}
        asked = named | set(re.findall(r"E\d{3}", sql.get(row["id"], "")))
        permitted = [person == row["asker"] or row["asker"] in above[person] for person in asked]
        assert not any(permitted) if row["trap"] == "private" else row["id"] not in answers or all(permitted), row


def test_evidence_stands_on_the_pages_and_holds_an_accepted_answer(rows: list[dict], chats: list[dict], pages: dict[str, str]) -> None:
    answered = [row for row in [*rows, *chats] if row["route"] == "handbook" and row["target"] not in (DECLINED, UNKNOWN)]
    for row in answered:
        assert [text for text in row["evidence"] if not any(text in pages[page] for page in row["pages"])] == [], row
        held = set(words(" ".join(row["evidence"])))
        assert row["target"] == ["no"] or any(set(words(answer)) <= held for answer in row["target"]), row
    assert {row["id"] for row in [*rows, *chats] if row["pages"]} == {row["id"] for row in answered}


def test_traps_and_off_topic_rows_are_declined_where_they_must_be(rows: list[dict]) -> None:
    declined = {row["id"] for row in rows if row["target"] == DECLINED}
    assert declined == {row["id"] for row in rows if row["trap"] in ("private", "injection") or row["route"] == "off-topic"}
    for row in rows:
        assert bool(row["personal"]) == (row["trap"] == "personal data"), row
        assert [text for text in row["personal"] if text not in row["input"]] == [], row


def test_splits_share_no_asker_no_order_and_no_page(splits: dict[str, list[dict]], chats: list[dict]) -> None:
    for name, part in {**splits, "chats": chats}.items():
        odd, home = name != "test", "test" if name == "test" else "dev"
        numbers = [int(number) for row in part for number in re.findall(r"\b\d{5}\b", " ".join(row.get("turns", [row.get("input")])))]
        numbers += [int(row["asker"][1:]) for row in part if row["asker"]]
        assert [number for number in numbers if number % 2 != odd] == []
        assert {SPLIT_OF_PAGE[int(page[1:3]) % 8] for row in part for page in row["pages"] if page[0] == "p"} == {home}


def test_no_two_questions_are_near_copies_of_each_other_or_of_the_handbooks(rows: list[dict]) -> None:
    other = [row for name in ("train", "dev", "test") for row in lines(f"../handbook/{name}.jsonl")]
    sets = {row["id"]: frozenset(words(row["input"])) for row in [*rows, *other]}
    mine = [pair for pair in combinations(sets, 2) if pair[0].startswith("helpdesk")]
    assert [pair for pair in mine if len(sets[pair[0]] & sets[pair[1]]) > 0.5 * len(sets[pair[0]] | sets[pair[1]])] == []


def test_a_conversation_has_two_to_four_turns_and_no_last_turn_names_an_order(chats: list[dict]) -> None:
    for chat in chats:
        assert list(chat) == ["id", "turns", "target", "route", "asker", "pages", "evidence"], chat
        assert 2 <= len(chat["turns"]) <= 4, chat
        assert "LF-" not in chat["turns"][-1], chat


def test_no_text_and_no_name_of_the_tables_is_in_the_corpus(rows: list[dict], chats: list[dict], tables: dict, leaked: Callable) -> None:
    names = {row["name"] for row in tables["people"]}
    names |= {row[field] for row in tables["orders"] for field in ("id", "customer", "article", "item", "carrier")} - {""}
    assert leaked([row["input"] for row in rows] + [turn for chat in chats for turn in chat["turns"]], names) == []


def test_the_card_gives_the_counts_of_the_files(tables: dict[str, list[dict]]) -> None:
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    for name, table in tables.items():
        assert f"| {name}.csv | {len(table)} |" in card
    for route, (dev, test) in ROUTES.items():
        assert f"| {route} | {dev + test} | {dev} | {test} |" in card
    for trap, count in TRAPS.items():
        assert f"| {trap} | {2 * count} | {count} | {count} |" in card
    for state, count in Counter(row["state"] for row in tables["orders"]).items():
        assert f"{state} {count}" in card
