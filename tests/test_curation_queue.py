"""The labeling queue: saved as it comes, resumed, taken back, exported; a kill, a second opener and changed rows lose nothing."""

from __future__ import annotations

import csv
import json
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers import places
from helpers.curation import Counts, Queue, queue
from helpers.tasks.examples import check_rows, read_rows

LABELS = ["positive", "negative"]
ROWS = [{"id": f"r{number}", "input": f"Text {number}", "target": "positive", "source": "shop"} for number in range(5)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reviews.queue.jsonl"


@pytest.fixture
def made(path: Path) -> Queue:
    return queue(ROWS, path, labels=LABELS)


def test_decisions_and_notes_stand_when_the_queue_is_opened_again(made, path):
    made.decide("r0", "keep")
    made.note("r1", "ironic")
    made.decide("r1", "change", "negative")
    made.decide("r2", "unsure")
    again = Queue.open(path)
    states = [again.state(row["id"]) for row in ROWS[:3]]
    assert [(state.decision, state.label, state.note) for state in states] == [
        ("keep", "positive", ""), ("change", "negative", "ironic"), ("unsure", "positive", ""),
    ]  # fmt: skip
    assert repr(again) == "3 of 5 reviewed: 1 kept, 1 changed, 1 unsure; goes on at row 4."
    assert again.rows == tuple(ROWS)


def test_making_the_queue_again_from_the_same_rows_goes_on(made, path):
    made.decide("r0", "keep")
    assert queue(ROWS, path, labels=LABELS).next_open() == 1


def test_undo_takes_back_the_last_step_and_leaves_what_stood_before_it(made, path):
    made.decide("r0", "keep")
    made.decide("r0", "change", "negative")
    made.note("r0", "ironic")
    assert [made.undo(), made.state("r0").note, made.state("r0").decision] == ["r0", "", "change"]
    assert [made.undo(), made.state("r0").decision] == ["r0", "keep"]
    assert [made.undo(), Queue.open(path).state("r0").decision, made.undo()] == ["r0", "", None]


def test_undo_takes_back_in_the_order_of_the_steps(made):
    for id in ("r0", "r1", "r0", "r2"):
        made.decide(id, "keep")
    assert [made.undo() for _ in range(5)] == ["r2", "r0", "r1", "r0", None]


def test_the_next_open_row_is_sought_to_the_end_and_then_from_the_beginning(made):
    for id in ("r1", "r3", "r4"):
        made.decide(id, "keep")
    assert [made.next_open(start) for start in (0, 1, 3, 5)] == [0, 2, 0, 0]
    made.decide("r0", "unsure")
    made.decide("r2", "keep")
    assert made.next_open() is None


def test_minutes_not_needed_are_those_of_the_open_rows_at_the_median_pace(made):
    assert made.counts() == Counts(5, 0, 0, 0, None, None)
    for id, seconds in (("r0", 4), ("r1", 6), ("r2", 290)):
        made.decide(id, "keep", seconds=seconds)
    made.note("r2", "a note does not count twice")
    assert made.counts() == Counts(5, 3, 0, 0, 5.0, 2 * 6 / 60)


@pytest.mark.parametrize("cut", [1, 20, 5])
def test_a_last_line_that_was_cut_off_is_dropped_said_and_does_not_swallow_the_next(made, path, cut):
    made.decide("r0", "keep")
    made.decide("r1", "keep")
    path.write_bytes(path.read_bytes()[:-cut])
    again = Queue.open(path)
    assert repr(again) == "1 of 5 reviewed: 1 kept, 0 changed, 0 unsure; goes on at row 2. A save that was cut off was dropped."
    again.decide("r2", "keep")
    assert [Queue.open(path).state(f"r{number}").decision for number in range(3)] == ["keep", "", "keep"]
    assert "cut off" not in repr(Queue.open(path))


def test_a_damaged_line_in_the_middle_is_named_and_the_file_left_alone(made, path):
    made.decide("r0", "keep")
    damaged = path.read_bytes().replace(b'{"id": "r0", "decision"', b'{"id": "r0", "deci\x00ion"') + b'{"undo": "r0"}\n'
    path.write_bytes(damaged)
    with pytest.raises(ValueError, match=r"reviews.queue.jsonl, line 7 is damaged .* Nothing was changed. Copy the file, then mend"):
        Queue.open(path)
    assert path.read_bytes() == damaged


def test_a_second_opener_takes_in_what_the_first_saved(made, path):
    other = Queue.open(path)
    made.decide("r0", "keep")
    other.decide("r1", "unsure")
    made.decide("r2", "keep")
    assert str(made.counts()) == str(Queue.open(path).counts()) == "3 of 5 reviewed: 2 kept, 0 changed, 1 unsure"


def test_what_two_openers_take_back_at_once_is_taken_back_once(made, path):
    made.decide("r0", "keep")
    other = Queue.open(path)
    assert (made.undo(), other.undo()) == ("r0", "r0")
    assert Queue.open(path).next_open() == other.next_open() == 0


LOOP = """
import sys
from helpers.curation import Queue
queue = Queue.open(sys.argv[1])
first, step, most = map(int, sys.argv[2:])
for number in range(first, most, step):
    row = queue.rows[number % len(queue.rows)]
    queue.decide(row["id"], "change", f"label {number}")
    print(number, flush=True)
"""


def saving(path: Path, first: int, step: int, most: int) -> subprocess.Popen:
    command = [sys.executable, "-c", LOOP, str(path), str(first), str(step), str(most)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=places.root())


def test_twenty_kills_in_the_middle_of_saves_lose_nothing_that_was_acknowledged(path):
    queue(ROWS, path)
    first = 0
    for kill in range(20):
        process = saving(path, first, 1, 10**9)
        heard = process.stdout.readline()
        time.sleep(random.Random(kill).uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        last = int((heard + process.communicate()[0]).strip().split("\n")[-1])
        again = Queue.open(path)
        acknowledged = range(max(first, last - 3), last + 1)  # the fifth row may hold the next label: saved, and not yet acknowledged
        assert [again.state(f"r{number % 5}").label for number in acknowledged] == [f"label {number}" for number in acknowledged]
        first = last + 2


def test_two_processes_that_save_at_once_damage_nothing(path):
    queue([{"id": f"r{number}", "input": "", "target": ""} for number in range(200)], path)
    both = [saving(path, first, 2, 200) for first in (0, 1)]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    for process in both:
        process.stdout.close()
    states = [Queue.open(path).state(f"r{number}").label for number in range(200)]
    assert states == [f"label {number}" for number in range(200)]


@pytest.mark.parametrize(
    ("rows", "labels", "said"),
    [
        (ROWS[1:], LABELS, r"1 gone \(r0\)"),
        ([*ROWS, {**ROWS[0], "id": "new"}], LABELS, r"1 new \(new\)"),
        ([{**ROWS[0], "input": "Other"}, *ROWS[1:]], LABELS, r"1 with another text or label \(r0\)"),
        ([{**ROWS[0], "target": "negative"}, *ROWS[1:]], LABELS, r"1 with another text or label \(r0\)"),
        (ROWS, None, r"labels None instead of \('positive', 'negative'\)"),
    ],
)
def test_other_rows_than_the_queue_was_made_from_are_said_and_nothing_is_lost(made, path, rows, labels, said):
    made.decide("r0", "keep")
    before = path.read_bytes()
    with pytest.raises(ValueError, match=f"is a queue of other rows: {said}. Nothing was changed: it has 1 of 5 reviewed"):
        queue(rows, path, labels=labels)
    assert path.read_bytes() == before


def test_new_context_and_another_order_are_no_other_rows(made, path):
    made.decide("r0", "keep")
    assert queue([{**row, "doubt": 0.5} for row in reversed(ROWS)], path, labels=LABELS).next_open() == 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"id": "a", "input": "x"}, "row 1 has the fields id, input; it needs id, input, target"),
        ({"id": "a", "input": "x", "target": "positive", "note": ""}, "and none of old_target, decision, note"),
        ({"id": 3, "input": "x", "target": "positive"}, "row 1: id 3 is no text"),
        ({"id": "a", "input": "x", "target": "bad"}, "row 'a': its target 'bad' is not one of labels: 'positive', 'negative'"),
    ],
)
def test_a_row_that_cannot_be_queued_is_named_before_a_file_is_made(path, row, said):
    with pytest.raises(ValueError, match=said):
        queue([row], path, labels=LABELS)
    assert not path.exists()


def test_two_rows_of_one_id_are_named(path):
    with pytest.raises(ValueError, match="row 6: id 'r0' is no text, or an earlier row has it"):
        queue([*ROWS, ROWS[0]], path)


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (("r9", "keep"), "reviews.queue.jsonl has no row 'r9' among its 5; an id there is like r0, r1, r2"),
        (("r0", "delete"), "decision 'delete' is not one of keep, change, unsure"),
        (("r0", "change"), "label None is not one of 'positive', 'negative'"),
        (("r0", "change", "neutral"), "label 'neutral' is not one of"),
        (("r0", "change", "positive"), "is the proposed one already: decide \"keep\""),
        (("r0", "keep", "negative"), "label='negative' goes with the decision \"change\""),
    ],
)  # fmt: skip
def test_a_decision_that_cannot_be_is_refused_and_not_saved(made, path, decision, said):
    before = path.read_bytes()
    with pytest.raises(ValueError, match=re.escape(said)):
        made.decide(*decision)
    assert path.read_bytes() == before


def test_a_list_is_changed_to_a_list_and_a_row_without_a_proposal_cannot_be_kept(path):
    made = queue([{"id": "a", "input": "We tune T5.", "target": ["BERT"]}, {"id": "b", "input": "", "target": None}], path)
    with pytest.raises(ValueError, match=r"label 'T5' is a str; the proposed label is a list: \['BERT'\]"):
        made.decide("a", "change", "T5")
    with pytest.raises(ValueError, match="no proposed label to keep"):
        made.decide("b", "keep")
    assert made.decide("a", "change", ["T5"]).label == Queue.open(path).state("a").label == ["T5"]
    assert made.decide("b", "change", []).label == []


def test_an_export_holds_the_rows_of_a_task_with_old_label_decision_and_note(made, tmp_path):
    made.decide("r0", "change", "negative")
    made.note("r0", "ironic, “really”")
    file = made.export(tmp_path / "out" / "reviewed.jsonl")
    rows, problems = read_rows(file)
    assert problems + check_rows("reviewed.jsonl", rows, "label", LABELS) == []
    assert rows[0][1] == {**ROWS[0], "target": "negative", "old_target": "positive", "decision": "change", "note": "ironic, “really”"}
    assert rows[1][1] == {**ROWS[1], "old_target": "positive", "decision": "", "note": ""}


def test_an_export_as_csv_quotes_and_writes_lists_as_json(path, tmp_path):
    made = queue([{"id": "a", "input": 'One, "two"\nthree', "target": ["BERT"]}], path)
    made.decide("a", "change", ["BERT", "T5"])
    with made.export(tmp_path / "reviewed.csv").open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["input"], json.loads(row["target"]), json.loads(row["old_target"])) == ('One, "two"\nthree', ["BERT", "T5"], ["BERT"])


def test_an_export_overwrites_only_when_told_and_never_the_queue(made, path, tmp_path):
    file = made.export(tmp_path / "reviewed.csv")
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError, match=r"reviewed.csv is already there: give another name, or overwrite=True"):
        made.export(file)
    assert file.read_text(encoding="utf-8") == "mine"
    assert made.export(file, overwrite=True).read_text(encoding="utf-8").startswith("id,input,target,source,old_target")
    with pytest.raises(ValueError, match="is the queue itself"):
        made.export(path, overwrite=True)
    with pytest.raises(ValueError, match=r"ends in .jsonl or .csv"):
        made.export(tmp_path / "reviewed.xlsx")


def test_a_queue_of_no_rows_is_done(path, tmp_path):
    made = queue([], path, labels=LABELS)
    assert repr(made) == "0 of 0 reviewed: 0 kept, 0 changed, 0 unsure; nothing is open."
    assert (made.undo(), made.export(tmp_path / "none.jsonl").read_text(encoding="utf-8")) == (None, "")


def test_a_queue_that_lost_rows_is_not_taken_for_a_whole_one(made, path):
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:4]))
    with pytest.raises(ValueError, match=r"reviews.queue.jsonl holds 3 of its 5 rows: something cut it off"):
        Queue.open(path)


def test_what_is_no_queue_is_not_taken_for_one(tmp_path):
    other = tmp_path / "train.jsonl"
    other.write_text('{"id": "a"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"train.jsonl is no labeling queue"):
        queue(ROWS, other, labels=LABELS)
    with pytest.raises(FileNotFoundError, match=r"there is no queue absent.jsonl"):
        Queue.open(tmp_path / "absent.jsonl")
