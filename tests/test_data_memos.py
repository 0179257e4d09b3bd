"""The frozen memos are what their card says: two summaries each, worded apart, and no number that the memo does not hold."""

from __future__ import annotations

import re
import unicodedata
from calendar import month_name
from collections import Counter
from itertools import combinations

from helpers import places
from helpers.metrics.overlap import rouge_l

FOLDER = places.data("memos")
SIZES = {"train": 20, "dev": 50, "test": 50}


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def test_every_split_has_its_size_and_every_memo_two_summaries(splits: dict[str, list[dict]]) -> None:
    assert {name: len(part) for name, part in splits.items()} == SIZES
    for row in (row for part in splits.values() for row in part):
        assert list(row) == ["id", "input", "target"]
        assert len(row["target"]) == 2, row["id"]


def test_ids_run_over_all_splits(rows: list[dict]) -> None:
    assert [row["id"] for row in rows] == [f"memos-{i:04d}" for i in range(1, 121)]


def test_memos_and_summaries_are_clean_and_of_the_promised_length(rows: list[dict]) -> None:
    texts = [(row["input"], 70, 110) for row in rows] + [(text, 12, 25) for row in rows for text in row["target"]]
    for text, least, most in texts:
        assert text == unicodedata.normalize("NFC", text).strip(), text
        assert not any(unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cn"} for letter in text), text
        assert "  " not in text, text
        assert least <= len(text.split()) <= most, text


def test_a_summary_is_one_sentence(rows: list[dict]) -> None:
    assert [
        text for row in rows for text in row["target"] if re.search(r"(?<!Mr)(?<!Mrs)(?<!Dr)[.?!] ", text) or text[-1] not in ".?"
    ] == []


def test_every_number_of_a_summary_stands_in_its_memo(rows: list[dict]) -> None:
    for row in rows:
        missing = {number for text in row["target"] for number in re.findall(r"\d[\d.,:]*\d|\d", text) if number not in row["input"]}
        assert missing == set(), row["id"]


def test_every_name_of_a_summary_stands_in_its_memo(rows: list[dict]) -> None:
    for row in rows:
        names = {name for text in row["target"] for name in re.findall(r"(?<!^)\b[A-Z]\w+", text) if name not in month_name}
        assert {name for name in names if name.removesuffix("s") not in row["input"]} == set(), row["id"]


def test_the_two_summaries_are_worded_apart_and_not_copied_from_the_memo(rows: list[dict]) -> None:
    assert [row["id"] for row in rows if rouge_l(*row["target"]) > 0.3] == []
    assert [row["id"] for row in rows for text in row["target"] if " ".join(words(text)) in " ".join(words(row["input"]))] == []


def test_no_two_memos_are_near_duplicates_or_open_alike(rows: list[dict]) -> None:
    sets = [frozenset(words(row["input"])) for row in rows]
    assert [(rows[i]["id"], rows[j]["id"]) for (i, a), (j, b) in combinations(enumerate(sets), 2) if len(a & b) > 0.23 * len(a | b)] == []
    assert max(Counter(tuple(words(row["input"])[:3]) for row in rows).values()) == 1


def test_the_card_gives_the_counts_of_the_files(splits: dict[str, list[dict]]) -> None:
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    for name, part in splits.items():
        memo = sum(len(row["input"].split()) for row in part) / len(part)
        summary = sum(len(text.split()) for row in part for text in row["target"]) / (2 * len(part))
        assert f"| {name} | {len(part)} | {memo:.1f} | {summary:.1f} |" in card
