"""The frozen answers are what their card says: each question in one split, every kind in each, two labellings that differ at times."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import combinations

import pytest

from helpers import places
from helpers.metrics.raters import agreement

FOLDER = places.data("judge")
SIZES = {"train": 60, "dev": 130, "test": 140}
COLUMNS = ["id", "input", "reference", "answer", "target", "kind", "second"]
RIGHT = {"same", "variant", "paraphrase", "rude", "wordy"}
WRONG = {"partly right", "fluent but wrong", "close", "declined", "empty talk"}


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def test_every_split_has_its_size_and_the_columns_in_order(splits: dict[str, list[dict]]) -> None:
    assert {name: len(part) for name, part in splits.items()} == SIZES
    assert [row["id"] for part in splits.values() for row in part if list(row) != COLUMNS] == []


@pytest.mark.parametrize("name", SIZES)
def test_about_half_are_right_and_every_kind_stands_in_every_split(splits: dict[str, list[dict]], name: str) -> None:
    part = splits[name]
    assert 0.5 <= sum(row["target"] == "right" for row in part) / len(part) <= 0.54
    assert {row["kind"] for row in part} == RIGHT | WRONG | {"hedged"}


def test_a_kind_says_the_label_except_that_a_hedge_may_be_right_or_wrong(rows: list[dict]) -> None:
    assert [row["id"] for row in rows if row["target"] not in {"right", "wrong"}] == []
    assert [row["id"] for row in rows if row["kind"] in RIGHT and row["target"] == "wrong"] == []
    assert [row["id"] for row in rows if row["kind"] in WRONG and row["target"] == "right"] == []
    hedged = Counter(row["target"] for row in rows if row["kind"] == "hedged")
    assert min(hedged["right"], hedged["wrong"]) >= 10


def test_ids_run_over_all_splits_and_no_row_comes_twice(rows: list[dict]) -> None:
    assert [row["id"] for row in rows] == [f"judge-{i:04d}" for i in range(1, 331)]
    assert len({(" ".join(words(row["input"])), " ".join(words(row["answer"]))) for row in rows}) == len(rows)


def test_a_question_has_one_reference_and_stands_in_one_split_with_at_most_three_answers(splits: dict[str, list[dict]]) -> None:
    found: dict[str, list[tuple[str, str]]] = {}
    for name, part in splits.items():
        for row in part:
            found.setdefault(" ".join(words(row["input"])), []).append((name, row["reference"]))
    assert {question: where for question, where in found.items() if len(set(where)) > 1 or len(where) > 3} == {}


def test_no_two_questions_of_different_splits_are_near_duplicates(splits: dict[str, list[dict]]) -> None:
    for one, other in combinations(splits.values(), 2):
        for a, b in ((set(words(x["input"])), set(words(y["input"]))) for x in one for y in other):
            assert len(a & b) <= 0.6 * len(a | b), (a, b)


def test_texts_are_clean_and_short(rows: list[dict]) -> None:
    for text, most in ((row[field], most) for row in rows for field, most in (("input", 40), ("reference", 20), ("answer", 45))):
        assert text == unicodedata.normalize("NFC", text).strip(), text
        assert not any(unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cn"} for letter in text), text
        assert "  " not in text, text
        assert 1 <= len(text.split()) <= most, text


def test_looking_for_the_reference_in_the_answer_is_no_good_judge(rows: list[dict]) -> None:
    hits = [(row["reference"].lower() in row["answer"].lower()) == (row["target"] == "right") for row in rows]
    assert sum(hits) / len(hits) <= 0.7


def test_the_second_labelling_agrees_mostly_but_not_always(splits: dict[str, list[dict]], rows: list[dict]) -> None:
    assert {row.get("second") for row in rows} == {"right", "wrong"}
    share = {name: sum(row["second"] == row["target"] for row in part) / len(part) for name, part in splits.items()}
    assert min(share.values()) >= 0.85
    assert sum(row["second"] == row["target"] for row in rows) / len(rows) <= 0.99


def test_the_card_gives_the_agreement_of_the_two_labellings(rows: list[dict]) -> None:
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    found = agreement([row["target"] for row in rows], [row.get("second") for row in rows])
    assert f"agrees on {found.tp + found.tn} of 330 (Cohen's kappa {found.kappa.value:.2f})" in card
    assert "SECOND" not in card


def test_the_card_gives_the_counts_of_the_files(splits: dict[str, list[dict]], rows: list[dict]) -> None:
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    assert f"{len({row['input'] for row in rows})} questions" in card
    for name, part in splits.items():
        right, questions = sum(row["target"] == "right" for row in part), len({row["input"] for row in part})
        assert f"| {name} | {len(part)} | {right} | {len(part) - right} | {questions} |" in card
    for kind in RIGHT | WRONG | {"hedged"}:
        yes, no = (sum(row["kind"] == kind and row["target"] == target for row in rows) for target in ("right", "wrong"))
        per = " | ".join(str(sum(row["kind"] == kind for row in part)) for part in splits.values())
        assert f"| {kind} | {yes + no} | {yes} | {no} | {per} |" in card, kind
