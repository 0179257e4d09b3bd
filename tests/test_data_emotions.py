"""The frozen messages are what their card says: six emotions in equal parts, unique, clean, and seldom called by name."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import combinations

import pytest

from helpers import places
from helpers.tasks import load_task
from pocket_maker.corpus.families.messages import EMOTIONS

FOLDER = places.data("emotions")
SIZES = {"train": 240, "dev": 120, "test": 120}
KINDS = ["plain", "implicit", "mixed", "negated", "calm wording"]
COLUMNS = ["id", "input", "target", "kind"]
NAMED = {
    "joy": r"joy\w*|happ(?:y|ier|iest|ily|iness)",
    "sadness": r"sad\w*|unhapp\w+",
    "anger": r"anger\w*|angr\w+|furious\w*|fury",
    "fear": r"fear\w*|afraid|scar(?:e|es|ed|y)|frighten\w*|terrif\w+",
    "love": r"lov(?:e|es|ed|ing)|beloved",
    "surprise": r"surpris\w*",
}


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def names(text: str, *labels: str) -> bool:
    return any(re.search(rf"\b(?:{NAMED[label]})\b", text, re.IGNORECASE) for label in labels)


def test_every_split_has_its_size_and_the_columns_in_order(splits: dict[str, list[dict]]) -> None:
    assert {name: len(part) for name, part in splits.items()} == SIZES
    assert all(
        list(row) == COLUMNS and all(isinstance(value, str) and value for value in row.values()) for part in splits.values() for row in part
    )


def test_the_labels_are_those_that_the_pocket_model_knows() -> None:
    task = load_task("emotions")
    assert (task.metric, task.looks, task.license) == ("label", 5, "CC0-1.0")
    assert set(task.labels) == set(EMOTIONS) == set(NAMED)
    assert all(label in task.instruction for label in task.labels)


@pytest.mark.parametrize("name", SIZES)
def test_a_split_has_each_emotion_equally_often_and_is_half_plain(splits: dict[str, list[dict]], name: str) -> None:
    part = splits[name]
    assert Counter(row["target"] for row in part) == dict.fromkeys(EMOTIONS, SIZES[name] // 6)
    assert Counter(row["kind"] for row in part) == {kind: SIZES[name] // (2 if kind == "plain" else 8) for kind in KINDS}


@pytest.mark.parametrize("target", EMOTIONS)
def test_every_emotion_has_every_kind_equally_often(rows: list[dict], target: str) -> None:
    kinds = Counter(row["kind"] for row in rows if row["target"] == target)
    assert kinds == {kind: 40 if kind == "plain" else 10 for kind in KINDS}


def test_ids_and_texts_are_unique_across_splits(rows: list[dict]) -> None:
    assert [row["id"] for row in rows] == [f"emotions-{i:04d}" for i in range(1, 481)]
    assert len({" ".join(words(row["input"])) for row in rows}) == len(rows)


def test_no_two_messages_are_near_duplicates(rows: list[dict]) -> None:
    sets = [frozenset(words(row["input"])) for row in rows]
    close = [(rows[i]["id"], rows[j]["id"]) for (i, a), (j, b) in combinations(enumerate(sets), 2) if len(a & b) > 0.4 * len(a | b)]
    assert close == []


def test_at_most_three_messages_open_with_the_same_three_words(rows: list[dict]) -> None:
    openings = Counter(tuple(words(row["input"])[:3]) for row in rows)
    assert max(openings.values()) <= 3


def test_texts_are_clean_and_of_the_promised_length(rows: list[dict]) -> None:
    for text in (row["input"] for row in rows):
        assert text == unicodedata.normalize("NFC", text).strip(), text
        assert not any(unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cn"} for letter in text), text
        assert "  " not in text, text
        assert 8 <= len(text.split()) <= 35, text


@pytest.mark.parametrize("target", EMOTIONS)
def test_at_most_one_message_in_six_names_its_own_emotion(splits: dict[str, list[dict]], target: str) -> None:
    for part in splits.values():
        mine = [row["input"] for row in part if row["target"] == target]
        assert sum(names(text, target) for text in mine) <= len(mine) / 6


@pytest.mark.parametrize("name", SIZES)
def test_at_most_one_message_in_six_names_any_of_the_emotions(splits: dict[str, list[dict]], name: str) -> None:
    part = splits[name]
    assert sum(names(row["input"], *EMOTIONS) for row in part) <= len(part) / 6


def test_naming_an_emotion_does_not_give_the_answer_away(rows: list[dict]) -> None:
    guesses = [row["target"] == label for row in rows for label in EMOTIONS if names(row["input"], label)]
    assert guesses
    assert sum(guesses) <= len(guesses) / 2


def test_the_card_gives_the_counts_of_the_files(splits: dict[str, list[dict]], rows: list[dict]) -> None:
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    for name, part in splits.items():
        assert f"| {name} | {len(part)} | {len(part) // 6} | {sum(row['kind'] != 'plain' for row in part)} |" in card
    for kind in KINDS:
        per = " | ".join(str(sum(row["kind"] == kind for row in part)) for part in splits.values())
        assert f"| {kind} | {sum(row['kind'] == kind for row in rows)} | {per} |" in card
    own = sum(names(row["input"], row["target"]) for row in rows)
    some = sum(names(row["input"], *EMOTIONS) for row in rows)
    assert f"in {some} of 480 messages, and in {own} it is" in card
