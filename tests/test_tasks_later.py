"""More splits of a task: read, checked against the others, or named as missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.tasks import Task, load_task, with_splits

ROW = {"id": "a", "input": "Two and two?", "target": "4"}
LATER = {"id": "b", "input": "Two and three?", "target": "5"}


@pytest.fixture
def task(tmp_path: Path) -> Task:
    folder = tmp_path / "sums"
    folder.mkdir()
    (folder / "task.toml").write_text('metric = "exact"\n')
    for name, row in {"dev": ROW, "later": LATER, "again": {**ROW, "id": "c"}, "broken": {"id": "d"}}.items():
        (folder / f"{name}.jsonl").write_text(json.dumps(row) + "\n")
    return load_task(folder)


def test_a_later_split_comes_beside_those_that_are_there(task: Task) -> None:
    more = with_splits(task, "later")
    assert (list(more.splits), more["later"].to_list(), list(task.splits)) == (["dev", "later"], [LATER], ["dev"])


@pytest.mark.parametrize(("name", "why"), [("again", "leakage"), ("broken", "'target': is missing"), ("none", "there are: again, broken")])
def test_a_split_that_is_at_fault_is_refused(task: Task, name: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        with_splits(task, name)
