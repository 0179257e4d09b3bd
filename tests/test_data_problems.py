"""The frozen problems are what their card says: the steps compute, the distractor does not matter, and no frame is in two splits."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import combinations

import pytest

from helpers import places
from helpers.methods import calculate
from helpers.metrics.registry import score

FOLDER = places.data("problems")
SIZES = {"train": 100, "dev": 200, "test": 150}
COLUMNS = ["id", "input", "target", "kind", "steps", "distractor", "situation", "worked"]
SIMPLE = "simple story"
STORIES = ["gains and losses", "groups", "shares"]
SUMS = ["sum", "spelled sum"]
STEP = r"(\d+) ([-+x/]) (\d+) = (\d+)"


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def test_every_split_has_its_size_and_the_columns_in_order(splits: dict[str, list[dict]]) -> None:
    assert {name: len(part) for name, part in splits.items()} == SIZES
    assert [row["id"] for part in splits.values() for row in part if list(row) != COLUMNS] == []


@pytest.mark.parametrize("name", SIZES)
def test_every_number_of_steps_stands_equally_often(splits: dict[str, list[dict]], name: str) -> None:
    assert Counter(row["steps"] for row in splits[name]) == dict.fromkeys(range(1, 6), SIZES[name] // 5)
    assert {row["kind"] for row in splits[name]} == {*STORIES, SIMPLE, *SUMS}


def test_each_worked_step_is_true_and_the_last_result_is_the_target(rows: list[dict]) -> None:
    for row in rows:
        assert len(row["worked"]) == row["steps"], row["id"]
        for step in row["worked"]:
            expression, result = step.split(" = ")
            assert calculate(expression.replace("x", "*")) == int(result), step
        assert row["worked"][-1].split(" = ")[1] == row["target"], row["id"]


def test_every_result_is_used_by_a_later_step(rows: list[dict]) -> None:
    for row in rows:
        steps = [re.fullmatch(STEP, step).groups() for step in row["worked"]]
        used = {number for first, _, second, _ in steps for number in (first, second)}
        assert {result for *_, result in steps[:-1]} <= used, row["id"]


def test_a_story_holds_every_number_that_its_steps_start_from(rows: list[dict]) -> None:
    for row in (row for row in rows if row["kind"] != "spelled sum"):
        steps = [re.fullmatch(STEP, step).groups() for step in row["worked"]]
        given = [number for first, _, second, _ in steps for number in (first, second) if number not in {s[3] for s in steps}]
        assert set(given) - {"2"} <= set(numbers(row["input"])), row["id"]  # 2: "half", "twice"


def test_a_distractor_is_in_the_text_and_in_no_step(rows: list[dict]) -> None:
    marked = [row for row in rows if row["distractor"]]
    assert {row["kind"] for row in marked} == {*STORIES, SIMPLE}
    for row in marked:
        assert numbers(row["input"]).count(row["distractor"]) == 1, row["id"]
        assert row["distractor"] not in numbers(" ".join(row["worked"])), row["id"]


def test_a_spelled_sum_holds_no_digit(rows: list[dict]) -> None:
    assert [row["id"] for row in rows if row["kind"] == "spelled sum" and numbers(row["input"])] == []


def test_kinds_follow_from_the_operations(rows: list[dict]) -> None:
    for row in rows:
        signs = {step.split()[1] for step in row["worked"]}
        kind = "shares" if "/" in signs else "groups" if "x" in signs else "gains and losses"
        assert row["kind"] == kind or (row["kind"] in (SIMPLE, *SUMS) and signs <= {"+", "-"}), row["id"]


def test_no_situation_and_no_person_is_in_two_splits(splits: dict[str, list[dict]]) -> None:
    for first, second in combinations(splits.values(), 2):
        assert {row["situation"] for row in first} & {row["situation"] for row in second} == set()
        names = [{name for row in part for name in re.findall(r"(?<![.?] )(?<!^)\b[A-Z][a-z]+", row["input"])} for part in (first, second)]
        days = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "June"}
        assert names[0] & names[1] <= days


def test_texts_and_steps_are_unique(rows: list[dict]) -> None:
    assert [row["id"] for row in rows] == [f"problems-{i:04d}" for i in range(1, 451)]
    assert len({" ".join(words(row["input"])) for row in rows}) == len(rows)
    assert len({tuple(row["worked"]) for row in rows}) == len(rows)


def test_no_two_problems_of_different_splits_are_alike(splits: dict[str, list[dict]]) -> None:
    sets = {name: [frozenset(w for w in words(row["input"]) if not w.isdigit()) for row in part] for name, part in splits.items()}
    pairs = ((a, b) for one, two in combinations(sets.values(), 2) for a in one for b in two)
    assert [sorted(a & b) for a, b in pairs if len(a & b) > 0.4 * len(a | b)] == []


def test_texts_are_clean_and_their_targets_can_be_scored(rows: list[dict]) -> None:
    for row in rows:
        text = row["input"]
        assert text == unicodedata.normalize("NFC", text).strip(), text
        assert re.search(r"  |[{}]", text) is None, text
        assert 5 <= len(text.split()) <= 70, text
        assert score("exact", row["target"], row["target"]) == 1.0
        assert score("exact", f"The answer is {int(row['target']) + 1}.", row["target"]) == 0.0


def test_the_card_gives_the_counts_of_the_files(splits: dict[str, list[dict]], rows: list[dict]) -> None:
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    for name, part in splits.items():
        parts = [[row for row in part if row["kind"] in kinds] for kinds in ((SIMPLE,), STORIES, SUMS)]
        counts = " | ".join(f"{len(some)} | {len({row['situation'] for row in some})}" for some in parts)
        assert f"| {name} | {len(part)} | {counts} | {sum(row['distractor'] != '' for row in part)} |" in card
    for kind in (SIMPLE, *STORIES, *SUMS):
        per = " | ".join(str(sum(row["kind"] == kind for row in part)) for part in splits.values())
        assert f"| {kind} | {sum(row['kind'] == kind for row in rows)} | {per} |" in card
