"""The pool of lesson 14: 600 abstracts without labels, the labels to grade a teacher by, and no name of dev or test in them."""

from __future__ import annotations

import re
from collections import Counter

from helpers import places
from helpers.storage import read_rows
from helpers.tasks import load_task

POOL = read_rows(places.data("abstracts", "pool.jsonl"))
GOLD = read_rows(places.data("abstracts", "pool_gold.jsonl"))


def stands(name: str, text: str) -> bool:
    """The name as a word of its own: BERT stands in "BERT-based", not in "RoBERTa" or "BERT-XS"."""
    return re.search(rf"(?<![\w-]){re.escape(name)}(?!\w|-(?!(?:based|style|like|type)\b)\w)", text) is not None


def test_the_pool_and_its_gold_labels_have_the_same_rows_and_no_label_stands_in_the_pool() -> None:
    assert [row["id"] for row in POOL] == [row["id"] for row in GOLD] == [f"pool-{n:03d}" for n in range(1, 601)]
    assert {tuple(row) for row in POOL} == {("id", "input")}


def test_every_gold_name_stands_in_its_text_in_order_of_first_mention() -> None:
    for row, gold in zip(POOL, GOLD, strict=True):
        places_ = [row["input"].find(name) for name in gold["target"]]
        assert -1 not in places_, row["id"]
        assert places_ == sorted(places_), row["id"]


def test_the_kinds_are_those_of_the_card() -> None:
    kinds = Counter(row["kind"] for row in GOLD)
    assert kinds.pop("plain") == 240
    assert set(kinds.values()) == {60}
    assert len(kinds) == 6
    assert all((row["kind"] == "none") == (not row["target"]) for row in GOLD)


def test_no_name_of_dev_or_test_stands_in_the_pool() -> None:
    task = load_task("abstracts")
    held_out = {name for split in ("dev", "test") for example in task[split] for name in example["target"]}
    assert len(held_out) > 250
    assert [(row["id"], name) for row in POOL for name in held_out if stands(name, row["input"])] == []


def test_a_held_out_name_in_a_text_would_be_seen() -> None:
    assert stands("BERT", "a BERT-based tagger")
    assert stands("YOLOv5", "YOLOv5, at last")
    assert not stands("BERT", "RoBERTa and BERT-XS")


def test_no_text_of_the_pool_is_one_of_a_split() -> None:
    task = load_task("abstracts")
    seen = {" ".join(example["input"].split()) for split in ("train", "dev", "test") for example in task[split]}
    assert len({row["input"] for row in POOL}) == 600
    assert not seen & {row["input"] for row in POOL}
