"""Labels of a teacher: how a reply is read, the filters, what a student repeats, and the recordings of lesson 14."""

from __future__ import annotations

from dataclasses import asdict
from types import SimpleNamespace

import pandas as pd
import pytest

from helpers import places, tuning
from helpers.storage import read_json, read_rows, write_rows
from helpers.tasks import load_task
from helpers.tuning import distilling
from helpers.workbook import distillations, repacking, trainings

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
    table = distilling.inherited(teacher, own, control=[run('["A"]', "broken", "[]")])
    wrong, missed = table.loc["lists a wrong name"], table.loc["misses a right name"]
    assert (wrong["abstracts"], wrong["names"], wrong["own"], wrong["control"]) == (2, 3, (1 + 0.25) / 2, 0)
    assert (missed["abstracts"], missed["names"], missed["own"], missed["control"]) == (1, 1, 0.5, 1)


def test_empty_lists_are_counted_where_they_are_right_and_where_not() -> None:
    counted = distilling.empty_lists([run('["A"]', "[]", "[]"), run("[]", '["B"]', "[]")])
    assert counted == {"right": 2, "on abstracts": 1, "of": 2, "false": 2, "of others": 4}


def scored(*scores: float) -> SimpleNamespace:
    return SimpleNamespace(table=pd.DataFrame({"score": scores}), score=SimpleNamespace(value=sum(scores) / len(scores)))


def test_a_difference_is_over_examples_in_pairs_and_over_seeds_by_welch() -> None:
    runs = {"a": [scored(1.0, 0.8), scored(0.8, 0.8)], "b": [scored(0.6, 0.4), scored(0.4, 0.4)], "one": [scored(0.5, 0.5)]}
    found = distilling.compared("a", "b", runs)
    assert found["over dev"].value == pytest.approx(0.4)
    assert found["over seeds"] == "[0.10, 0.70]"  # 0.4 ± 4.303 · sqrt(2 · 0.005 / 2), 2 degrees of freedom
    assert distilling.compared("a", "one", runs)["over seeds"] == ""


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
