"""Students of lesson 14: what they repeat of their teacher, how often they say nothing, and when a difference is clear."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pandas as pd
import pytest

from helpers import places, tuning
from helpers.storage import write_json
from helpers.tuning import students


def run(*answers: str) -> SimpleNamespace:
    return SimpleNamespace(table=pd.DataFrame({"target": [["A"], ["B", "C"], []], "answer": answers}))


def test_a_mistake_is_inherited_if_a_student_lists_the_same_wrong_name_or_misses_the_same_right_one() -> None:
    teacher = run('["A", "X"]', '["B"]', '["Y", "Z"]')  # wrong: X; Y and Z; missed: C
    own = [run('["X"]', '["B"]', '["Y"]'), run('["x", "A"]', '["B", "C"]', "[]")]
    table = students.inherited(teacher, own, control=[run('["A"]', "broken", "[]")])
    columns = ["abstracts", "mistakes", "own", "control"]
    assert table.loc["lists a wrong name", columns].tolist() == [2, 3, (1 + 0.25) / 2, 0]
    assert table.loc["misses a right name", columns].tolist() == [1, 1, 0.5, 1]
    assert table.loc["does not say []", columns].tolist() == [1, 1, 0.5, 0]


def test_empty_lists_are_counted_where_they_are_right_and_where_not() -> None:
    counted = students.empty_lists([run('["A"]', "[]", "[]"), run("[]", '["B"]', "[]")])
    assert counted == {"right": 2, "on abstracts": 1, "of": 2, "false": 2, "of others": 4}


def scored(*scores: float) -> SimpleNamespace:
    return SimpleNamespace(table=pd.DataFrame({"score": scores}), score=SimpleNamespace(value=sum(scores) / len(scores)))


def test_a_difference_is_over_examples_in_pairs_and_over_seeds_by_welch() -> None:
    runs = {"a": [scored(1.0, 0.8), scored(0.8, 0.8)], "b": [scored(0.6, 0.4), scored(0.4, 0.4)], "one": [scored(0.5, 0.5)]}
    found = students.compared("a", "b", runs)
    assert found["over dev"].value == pytest.approx(0.4)
    assert repr(found["over seeds"]) == "0.40 [0.10, 0.70], n=2"  # 0.4 ± 4.303 · sqrt(2 · 0.005 / 2), 2 degrees of freedom
    assert (found["clearly"], students.compared("b", "a", runs)["clearly"]) == ("better", "worse")
    alone = students.compared("a", "one", runs)
    assert (alone["over seeds"], alone["clearly"]) == ("", "better")  # dev decides


def test_a_difference_that_one_of_its_intervals_leaves_open_is_not_clear() -> None:
    runs = {"a": [scored(0.9, 0.9), scored(0.5, 0.5)], "b": [scored(0.4, 0.4), scored(0.3, 0.3)]}
    found = students.compared("a", "b", runs)
    assert found["over dev"].low > 0 > found["over seeds"].low
    assert found["clearly"] == "no"


def test_calibration_is_how_likely_a_list_is_to_its_student_less_how_often_it_is_right(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LADDER_RECORDINGS", str(tmp_path))
    (tmp_path / "14").mkdir()
    write_json(tmp_path / "14" / "confidence.json", {"a": [[math.log(0.5), 0.0], [math.log(0.3), 0.0]]})
    line = students.calibration({"a": [scored(1.0, 0.5), scored(0.0, 1.0)]}).loc["a"]
    assert (line["finds its list likely"], line["right"]) == pytest.approx((0.7, 0.5))
    assert line["difference"].value == pytest.approx(0.2)


def test_students_are_known_by_what_they_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LADDER_RECORDINGS", str(places.data("recordings")))
    found = students.by_labels(tuning.read_trainings("13/pocket"), tuning.read_trainings("14/pocket"))
    assert {name for name in found if name.startswith("train")} >= {"train, 25", "train, 180", "train, 180 + gold, 100"}
    assert {name for name in found if name.startswith(("gold", "teacher"))} == {
        f"{labels}, {n}" for labels in ("gold", "teacher") for n in (150, 300, 600)
    }
    assert [len(found[name]) for name in ("untuned", "sure", "train, 180 + teacher, 600")] == [1, 3, 3]
