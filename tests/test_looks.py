"""The ledger of looks at a test split."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from helpers import places
from helpers.decide.catalog import ENTRIES
from helpers.runs.looks import data_fingerprint, look, used
from helpers.tasks.task import LOOKS

ROWS = [{"id": "a", "input": "x", "target": "p"}, {"id": "b", "input": "y", "target": ["q"]}]


def test_looks_are_numbered_by_task():
    assert [look("t", m, "pocket", "d", budget=2).number for m in ("m1", "m2", "m3")] == [1, 2, 3]
    assert look("other", "m1", "pocket", "d", budget=2).number == 1
    assert (used("t"), used("other"), used("none")) == (3, 1, 0)


def test_the_same_look_again_keeps_its_number():
    first, _, again = (look("t", m, "pocket", "d", budget=5) for m in ("m1", "m2", "m1"))
    assert (first.again, again.again, again.number, used("t")) == (False, True, 1, 2)
    assert str(again) == "look 1 of 5, had before"


def test_another_model_or_other_data_is_a_new_look():
    asked = [("m", "pocket", "d"), ("m", "big", "d"), ("m", "pocket", "e")]
    assert [look("t", *parts, budget=5).number for parts in asked] == [1, 2, 3]


def test_two_data_sets_under_one_name_are_counted_apart():
    asked = [("m", "d", "whole d"), ("m", "e", "whole e"), ("m", "some of d", "whole d"), ("n", "e", "whole e")]
    assert [look("t", m, "pocket", data, split=whole, budget=5).number for m, data, whole in asked] == [1, 1, 2, 2]
    assert (used("t", "whole d"), used("t", "whole f"), used("t")) == (2, 0, 4)


def test_a_look_from_before_data_sets_were_told_apart_still_counts():
    look("t", "m1", "pocket", "d", budget=5)
    assert look("t", "m2", "pocket", "d", split="whole d", budget=5).number == 2
    assert look("t", "m1", "pocket", "d", split="whole d", budget=5).again


def test_a_look_past_the_budget_is_over():
    assert [look("t", m, "pocket", "d", budget=1).over for m in "ab"] == [False, True]


def test_a_line_torn_by_a_kill_is_neither_counted_nor_lost_to_the_next():
    look("t", "m1", "pocket", "d", budget=5)
    with places.outputs("looks.jsonl").open("a", encoding="utf-8") as ledger:
        ledger.write('{"key": "abc", "ta')
    assert look("t", "m2", "pocket", "d", budget=5).number == 2
    assert used("t") == 2


def test_looks_side_by_side_are_all_kept():
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda m: look("t", f"m{m % 20}", "pocket", "d", budget=5), range(100)))
    assert used("t") == 20


def test_the_data_fingerprint_follows_every_target():
    changed = [ROWS[0], {**ROWS[1], "target": ["r"]}]
    assert data_fingerprint(ROWS) == data_fingerprint([dict(row, extra=1) for row in ROWS])
    assert len({data_fingerprint(rows) for rows in (ROWS, changed, ROWS[:1], ROWS[::-1])}) == 4


@pytest.mark.parametrize("documents", [False, True])
def test_the_usual_budget_is_enough_for_a_first_climb_and_a_second(documents):
    longest = [entry for entry in ENTRIES if entry.documents is documents]
    assert 2 * len(longest) <= LOOKS


def test_a_line_that_never_said_which_data_set_still_counts():
    look("t", "m1", "pocket", "d", budget=5)
    ledger = places.outputs("looks.jsonl")
    ledger.write_text(ledger.read_text(encoding="utf-8").replace(', "whole": ""', ""), encoding="utf-8")
    assert "whole" not in ledger.read_text(encoding="utf-8")
    assert used("t", "whole d") == 1
