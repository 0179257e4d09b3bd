"""Labels of a teacher: how a reply is read, the filters, what a student repeats, and the recordings of lesson 14."""

from __future__ import annotations

import math
from dataclasses import asdict
from types import SimpleNamespace

import pandas as pd
import pytest

from helpers import models, places, tuning
from helpers.storage import read_json, read_rows, write_json, write_rows
from helpers.tasks import load_task
from helpers.tuning import distilling, students
from helpers.workbook import confidences, distillations, repacking, trainings

ROW = {"input": "We compare BERT with T5-base.", "target": ["BERT", "T5-base"], "logprob": -0.2, "tokens_out": 10}
ROW |= {"again": ["t5-base", "BERT"], "judge": 2.0}
EVERY = set(distilling.FILTERS)


@pytest.fixture(autouse=True)
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LADDER_RECORDINGS", str(places.data("recordings")))


@pytest.mark.parametrize(
    ("reply", "listed"),
    [('["BERT", "T5", "BERT"]', ["BERT", "T5"]), ("[]", []), ('["BERT", "T5', None), ("no models", None), ("[1, 2]", None)],
)  # fmt: skip
def test_a_reply_is_read_as_a_list_of_texts_or_not_at_all(reply: str, listed: list[str] | None) -> None:
    assert distilling.names(reply) == listed


@pytest.mark.parametrize(
    ("change", "passes"),
    [
        ({}, EVERY),
        ({"target": ["BERT"]}, EVERY - {"agreed", "two prompts"}),
        ({"target": ["BERT", "T5-large"]}, EVERY - {"stands", "agreed", "two prompts"}),
        ({"logprob": -0.7}, EVERY - {"sure"}),
        ({"logprob": None}, EVERY - {"sure"}),
        ({"again": ["BERT"]}, EVERY - {"two prompts"}),
        ({"again": None}, EVERY - {"two prompts"}),
        ({"judge": 0.1}, EVERY - {"judge"}),
    ],
)
def test_each_filter_looks_at_one_thing(change: dict, passes: set[str]) -> None:
    assert {name for name, keep in distilling.FILTERS.items() if keep(ROW | change)} == passes


def test_the_pool_is_the_texts_with_the_teachers_lists_without_replies_that_are_no_list(tmp_path) -> None:
    first, second = read_rows(places.recordings("14", "teacher", "pool.jsonl"))[:2]
    file = write_rows(tmp_path / "some.jsonl", [first, second | {"reply": "none"}])
    (row,) = distilling.read_pool(file)
    assert (row["id"], row["target"], row["gold"], row["kind"]) == ("pool-001", ["Dewcatcher", "GAT"], ["Dewcatcher", "GAT"], "twice")
    assert row["input"].startswith("Leaf wetness")


def test_grades_say_f1_and_whether_all_names_are_right() -> None:
    table = distilling.graded([{"target": ["A"], "gold": ["a", "b"], "kind": "plain"}, {"target": [], "gold": [], "kind": "none"}])
    assert table["f1"].tolist() == pytest.approx([2 / 3, 1])
    assert (table["right"].tolist(), table["says_none"].tolist()) == ([False, True], [False, True])


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
    runs = {"a": [scored(0.9, 0.9), scored(0.5, 0.5)], "b": [scored(0.4, 0.4), scored(0.4, 0.4)]}
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


def test_students_are_known_by_what_they_learned_from() -> None:
    found = students.by_labels(tuning.read_trainings("13/pocket"), tuning.read_trainings("14/pocket"))
    assert {name for name in found if name.startswith("train")} >= {"train, 25", "train, 180", "train, 180 + gold, 100"}
    assert {name for name in found if name.startswith(("gold", "teacher"))} == {
        f"{labels}, {n}" for labels in ("gold", "teacher") for n in (150, 300, 600)
    }
    assert [len(found[name]) for name in ("untuned", "sure", "train, 180 + teacher, 600")] == [1, 3, 3]


def test_the_plan_takes_the_first_rows_that_a_filter_keeps() -> None:
    pool = {row["id"]: row for row in distilling.read_pool()}
    sure = distillations.Taught("abstracts", "lora", 10, 0, keep="sure").rows
    assert [distilling.FILTERS["sure"](pool[row["id"]]) for row in sure] == [True] * 10
    assert all(row["target"] == pool[row["id"]]["target"] for row in sure)
    gold = distillations.Taught("abstracts", "lora", 600, 0, labels="gold").rows
    assert [row["target"] for row in gold[:2]] == [["Dewcatcher", "GAT"], []]
    both = distillations.Taught("abstracts", "lora", 600, 0, labels="both").rows
    assert [row["id"] for row in both] == [row["id"] for row in (*load_task("abstracts")["train"].to_list()[:180], *pool.values())]
    assert both[181]["target"] == ["Impulse Response"]


def test_the_audited_labels_are_gold_as_those_of_train() -> None:
    rows = distillations.Taught("abstracts", "lora", 100, 0, labels="audited").rows
    assert [row["id"] for row in rows[179:181]] == [load_task("abstracts")["train"].to_list()[179]["id"], "pool-001"]
    assert (len(rows), rows[181]["target"]) == (280, [])


def test_untuned_pocket_asked_again_lists_what_is_recorded() -> None:
    kept = tuning.recorded_run(confidences.UNTUNED, "dev").table["answer"].tolist()
    again = confidences.untuned(limit=10).table["answer"].tolist()
    assert sum(a == b for a, b in zip(again, kept, strict=False)) >= 9  # another processor may flip a near tie
    scored_again = confidences.logprobs(models.load("pocket", cache=False), kept[:5])
    assert scored_again == pytest.approx(read_json(confidences.KEPT)["untuned"][0][:5], abs=0.05)


def test_the_shipped_scores_of_reviews_are_log_probabilities_of_both_labels_for_each_review_of_dev() -> None:
    rows = read_rows(places.recordings("14", "teacher", "reviews.jsonl"))
    assert [row["id"] for row in rows] == [row["id"] for row in load_task("reviews")["dev"].to_list()]
    assert all(len(row["scores"]) == 2 and max(row["scores"]) < 0 for row in rows)


def test_the_shipped_trainings_are_those_of_the_plan_and_score_as_recorded() -> None:
    file = places.data("recordings", "14", "pocket.json")
    kept = read_json(file)["trainings"]
    assert trainings.missing(file, (*distillations.QUANTIZED, *distillations.TAUGHT)) == []
    assert len(kept) == len({str(asdict(each)) for each in (*distillations.QUANTIZED, *distillations.TAUGHT)})
    for row, each in zip(tuning.read_trainings("14/pocket").to_dict("records"), kept, strict=True):
        for task, recorded in each["runs"].items():
            assert row[task].table["score"].tolist() == pytest.approx(recorded["scores"], abs=1e-6)


def test_without_the_fault_an_evaluation_leaves_the_gradients_as_they_are_and_the_recording_shows_the_fault() -> None:
    found = repacking.compared(2, safe=True)
    assert min(found["cosine"].values()) > 0.999
    shipped = read_json(places.data("recordings", "14", "repack.json"))
    assert max(shipped["cosine"].values()) < 0.95
    assert abs(shipped["loss"][1] / shipped["loss"][0] - 1) < 0.01
