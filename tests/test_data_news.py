"""The news items and their questions are what their card says: answers stand in the items, and near misses beside them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import combinations

import pytest

from helpers import places
from helpers.metrics.registry import score

FOLDER = places.data("news")
SIZES = {"dev": 20}
KINDS = {"one item": 10, "two items": 5, "item and sum": 5}


@pytest.fixture(scope="module")
def items() -> dict[str, dict]:
    lines = (FOLDER / "items.jsonl").read_text(encoding="utf-8").splitlines()
    return {item["id"]: item for item in map(json.loads, lines)}


def numbers(text: str) -> list[int]:
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*\d|\d", text)]


def test_there_are_24_items_in_the_order_of_their_days_all_after_january(items: dict[str, dict]) -> None:
    assert list(items) == [f"news-{i:02d}" for i in range(1, 25)]
    assert [item["id"] for item in items.values() if list(item) != ["id", "date", "title", "text"]] == []
    days = [date.fromisoformat(item["date"]) for item in items.values()]
    assert (days, days[0] > date(2026, 1, 31), days[-1] < date(2026, 3, 31)) == (sorted(set(days)), True, True)


def test_items_are_unique_and_of_two_to_four_sentences(items: dict[str, dict]) -> None:
    for column in ("title", "text"):
        assert len({item[column] for item in items.values()}) == len(items)
    for item in items.values():
        assert 2 <= len(re.findall(r"[a-z0-9]\.(?: |$)", item["text"])) <= 4, item["id"]
        assert item["text"] == unicodedata.normalize("NFC", item["text"]).strip(), item["id"]


def test_the_questions_have_their_size_columns_and_kinds(rows: list[dict]) -> None:
    assert [row["id"] for row in rows] == [f"news-q{i:02d}" for i in range(1, 21)]
    assert [row["id"] for row in rows if list(row) != ["id", "input", "target", "kind", "needs"]] == []
    assert Counter(row["kind"] for row in rows) == Counter(KINDS)


def test_the_answer_stands_in_a_needed_item_or_is_the_difference_of_two_of_its_numbers(rows: list[dict], items: dict[str, dict]) -> None:
    for row in rows:
        assert len(row["needs"]) == (2 if row["kind"] == "two items" else 1), row["id"]
        texts = [items[name]["text"] for name in row["needs"]]
        if row["kind"] == "item and sum":
            assert int(row["target"]) in {abs(a - b) for a, b in combinations(numbers(texts[0]), 2)}, row["id"]
            assert int(row["target"]) not in numbers(texts[0]), row["id"]
        else:
            assert any(re.search(rf"\b{re.escape(row['target'])}\b", text) for text in texts), row["id"]
        assert score("exact", row["target"], row["target"]) == 1.0


def test_near_misses_of_the_finals_name_other_winners(items: dict[str, dict]) -> None:
    said = {name: re.findall(r"champions|title", item["text"]) for name, item in items.items()}
    assert "The Tidewick Herons have won the Meridian Basketball League of 2026" in items["news-21"]["text"]
    assert len([name for name, words in said.items() if words]) >= 4
    assert "the Dunmarrow Forge will beat the Tidewick Herons" in items["news-15"]["text"]
    assert "finals of 2025: the Dunmarrow Forge" in items["news-06"]["text"]
    assert "Women's League of 2026" in items["news-17"]["text"]


def test_no_two_questions_are_near_duplicates(rows: list[dict]) -> None:
    sets = {row["id"]: frozenset(re.findall(r"[a-z0-9']+", row["input"].lower())) for row in rows}
    assert [pair for pair in combinations(sets, 2) if len(sets[pair[0]] & sets[pair[1]]) > 0.7 * len(sets[pair[0]] | sets[pair[1]])] == []


def test_no_item_question_or_answer_is_in_the_corpus(rows: list[dict], items: dict[str, dict], leaked: Callable[..., list[str]]) -> None:
    texts = [row["input"] for row in rows] + [item["text"] for item in items.values()]
    assert leaked(texts, {row["target"] for row in rows if not row["target"].isdigit()}) == []


def test_the_queries_of_the_requests_find_an_item(items: dict[str, dict]) -> None:
    lines = [line for split in ("dev", "test") for line in (places.data("requests") / f"{split}.jsonl").read_text("utf-8").splitlines()]
    calls = [call for line in lines for call in json.loads(line)["target"] if call["name"] == "search"]
    assert len(calls) == 3
    for call in calls:
        words = call["arguments"]["query"].split()
        shown = [f"{item['title']} {item['text']}".lower() for item in items.values()]
        assert [text for text in shown if all(word in text for word in words)], call


def test_the_card_gives_the_counts_of_the_files(rows: list[dict], items: dict[str, dict]) -> None:
    card = " ".join((FOLDER / "card.md").read_text(encoding="utf-8").split())
    for kind, count in KINDS.items():
        assert f"| {kind} | {count} |" in card
    sizes = [len(item["text"].split()) for item in items.values()]
    assert f"{min(sizes)} to {max(sizes)} words ({sum(sizes)} in all)" in card
    asked = [len(row["input"].split()) for row in rows]
    assert f"{min(asked)} to {max(asked)} words" in card
    days = [item["date"] for item in items.values()]
    assert f"{days[0]} to {days[-1]}" in card
    common = Counter(row["target"] for row in rows).most_common(1)[0]
    assert f'"{common[0]}" | {common[1] / len(rows):.3f} ' in card
