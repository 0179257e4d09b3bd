"""The frozen messages are what their card says: half offensive, unique, clean, and no single word that gives the answer away."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import combinations

import pytest

from helpers import places
from helpers.tasks import load_task

FOLDER = places.data("offensive")
SIZES = {"train": 24, "dev": 120, "test": 80}
OFFENSIVE = ["insult", "veiled insult", "polite form"]
FINE = ["respectful disagreement", "criticism of a thing", "about oneself or quoted", "small talk"]


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def test_every_split_has_its_size_and_the_columns_in_order(splits: dict[str, list[dict]]) -> None:
    assert {name: len(part) for name, part in splits.items()} == SIZES
    assert [row["id"] for part in splits.values() for row in part if list(row) != ["id", "input", "target", "kind"]] == []


def test_the_instruction_names_both_labels() -> None:
    task = load_task("offensive")
    assert (task.metric, task.labels, task.looks) == ("label", ("offensive", "not offensive"), 5)
    assert task.instruction.endswith(": offensive, not offensive.")


@pytest.mark.parametrize("name", SIZES)
def test_half_of_a_split_is_offensive_and_every_kind_has_one_label(splits: dict[str, list[dict]], name: str) -> None:
    part = splits[name]
    assert Counter(row["target"] for row in part) == {"offensive": SIZES[name] // 2, "not offensive": SIZES[name] // 2}
    assert {row["kind"] for row in part if row["target"] == "offensive"} == set(OFFENSIVE)
    assert {row["kind"] for row in part if row["target"] == "not offensive"} == set(FINE)


def test_dev_and_test_have_the_same_mix_of_kinds(splits: dict[str, list[dict]]) -> None:
    counts = {name: Counter(row["kind"] for row in splits[name]) for name in ("dev", "test")}
    assert {kind: count * 2 for kind, count in counts["dev"].items()} == {kind: count * 3 for kind, count in counts["test"].items()}


@pytest.mark.parametrize("name", ["dev", "test"])
def test_polite_words_and_the_word_you_do_not_give_the_answer_away(splits: dict[str, list[dict]], name: str) -> None:
    polite = {row["target"] for row in splits[name] if "respectfully disagree" in row["input"]}
    assert polite == {"offensive", "not offensive"}
    said = [row["target"] == "offensive" for row in splits[name] if re.search(r"\byou\b|\byour", row["input"], re.IGNORECASE)]
    assert sum(said) / len(said) <= 2 / 3


def test_ids_and_texts_are_unique_across_splits(rows: list[dict]) -> None:
    assert [row["id"] for row in rows] == [f"offensive-{i:04d}" for i in range(1, 225)]
    assert len({" ".join(words(row["input"])) for row in rows}) == len(rows)


def test_no_two_messages_are_near_duplicates(rows: list[dict]) -> None:
    sets = [frozenset(words(row["input"])) for row in rows]
    close = [(rows[i]["id"], rows[j]["id"]) for (i, a), (j, b) in combinations(enumerate(sets), 2) if len(a & b) > 0.45 * len(a | b)]
    assert close == []


def test_texts_are_clean_and_of_the_promised_length(rows: list[dict]) -> None:
    for text in (row["input"] for row in rows):
        assert text == unicodedata.normalize("NFC", text).strip(), text
        assert "  " not in text, text
        assert 4 <= len(text.split()) <= 30, text


def test_the_card_gives_the_counts_of_the_files(splits: dict[str, list[dict]], rows: list[dict]) -> None:
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    for name, part in splits.items():
        disagree = sum(row["kind"] == "respectful disagreement" for row in part)
        assert f"| {name} | {len(part)} | {len(part) // 2} | {len(part) // 2} | {disagree} |" in card
    for kind in (*OFFENSIVE, *FINE):
        target = "offensive" if kind in OFFENSIVE else "not offensive"
        per = " | ".join(str(sum(row["kind"] == kind for row in part)) for part in splits.values())
        assert f"| {kind} | {target} | {sum(row['kind'] == kind for row in rows)} | {per} |" in card
