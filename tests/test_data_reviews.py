"""The frozen reviews are what their card says: balanced, unique, clean, and hard enough."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from itertools import combinations

import pytest

from helpers import places

FOLDER = places.data("reviews")
SIZES = {"train": 400, "dev": 200, "test": 300}
KINDS = {"plain", "negation", "sarcasm", "mixed", "contrast", "implicit", "comparison"}
COLUMNS = ["id", "input", "target", "kind", "domain", "second"]
LABELS = {"positive", "negative"}


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def test_every_split_has_its_size_and_the_columns_in_order(splits: dict[str, list[dict]]) -> None:
    assert {name: len(part) for name, part in splits.items()} == SIZES
    assert all(
        list(row) == COLUMNS and all(isinstance(value, str) and value for value in row.values()) for part in splits.values() for row in part
    )


@pytest.mark.parametrize("name", SIZES)
def test_labels_are_balanced_and_hard_kinds_are_a_third_or_more(splits: dict[str, list[dict]], name: str) -> None:
    part = splits[name]
    assert {row["target"] for row in part} | {row["second"] for row in part} == LABELS
    assert {row["kind"] for row in part} == KINDS
    assert abs(sum(row["target"] == "positive" for row in part) / len(part) - 0.5) <= 0.02
    assert sum(row["kind"] != "plain" for row in part) / len(part) >= 0.35


def test_ids_and_texts_are_unique_across_splits(rows: list[dict]) -> None:
    assert [row["id"] for row in rows] == [f"reviews-{i:04d}" for i in range(1, 901)]
    assert len({" ".join(words(row["input"])) for row in rows}) == len(rows)


def test_no_two_reviews_are_near_duplicates(rows: list[dict]) -> None:
    sets = [frozenset(words(row["input"])) for row in rows]
    close = [(rows[i]["id"], rows[j]["id"]) for (i, a), (j, b) in combinations(enumerate(sets), 2) if len(a & b) > 0.6 * len(a | b)]
    assert close == []


def test_at_most_three_reviews_open_with_the_same_three_words(rows: list[dict]) -> None:
    openings = Counter(tuple(words(row["input"])[:3]) for row in rows)
    assert max(openings.values()) <= 3


def test_texts_are_clean_and_of_the_promised_length(rows: list[dict]) -> None:
    for text in (row["input"] for row in rows):
        assert text == unicodedata.normalize("NFC", text).strip(), text
        assert not any(unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cn"} for letter in text), text
        assert "  " not in text, text
        assert 8 <= len(text.split()) <= 60, text


def test_the_card_gives_the_counts_of_the_files(splits: dict[str, list[dict]], rows: list[dict]) -> None:
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    for name, part in splits.items():
        hard = sum(row["kind"] != "plain" for row in part)
        assert f"| {name} | {len(part)} | {len(part) // 2} | {len(part) // 2} | {hard} |" in card
    for kind in KINDS:
        yes, no = (sum(row["kind"] == kind and row["target"] == target for row in rows) for target in ("positive", "negative"))
        per = " | ".join(str(sum(row["kind"] == kind for row in part)) for part in splits.values())
        assert f"| {kind} | {yes + no} | {yes} | {no} | {per} |" in card
    for domain, count in Counter(row["domain"] for row in rows).items():
        assert re.search(rf"\b{domain} {count}[,.]", card), domain
    assert f"agrees on {sum(row['second'] == row['target'] for row in rows)} of 900" in card


def test_the_blind_labeling_covers_the_first_150_rows_and_agrees_as_the_card_says(splits: dict[str, list[dict]]) -> None:
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    again = [json.loads(line) for line in (FOLDER / "second.jsonl").read_text(encoding="utf-8").splitlines()]
    first = splits["train"][:150]
    assert [list(row) for row in again] == [["id", "label", "sure"]] * 150
    assert [row["id"] for row in again] == [row["id"] for row in first]
    agreed = sum(row["label"] == other["target"] for row, other in zip(again, first, strict=True))
    assert f"It agrees on {agreed} of 150" in card
    assert f"unsure of {sum(not row['sure'] for row in again)}." in card
