"""Recall, reciprocal rank and nDCG, by hand and against ir-measures (trec_eval)."""

from __future__ import annotations

import math
import random

import pytest

from helpers.retrieval import evaluate, mrr, ndcg_at, recall_at
from helpers.stats import bootstrap

KS = (1, 3, 5, 10, 100)


def test_by_hand() -> None:
    ranking = ["a", "b", "c", "d"]
    assert recall_at(ranking, {"b", "d", "x"}, 3) == pytest.approx(1 / 3)
    assert (mrr(ranking, ["c", "d"]), mrr(ranking, ["c"], 2), mrr(ranking, ["x"]), mrr([], ["x"])) == (pytest.approx(1 / 3), 0, 0, 0)
    dcg, ideal = 3 / math.log2(3) + 1 / math.log2(5), 3 + 1 / math.log2(3)
    assert ndcg_at(ranking, {"b": 3, "d": 1, "c": 0}, 4) == pytest.approx(dcg / ideal)


def made_up(seed: int) -> tuple[dict, dict]:
    """200 questions with rankings of any length, and one to eight relevant ids with gains from 1 to 3."""
    rng, names = random.Random(seed), [f"d{i}" for i in range(60)]
    rankings = {f"q{i}": rng.sample(names, rng.randint(1, 60)) for i in range(200)}
    relevant = {name: {found: rng.randint(1, 3) for found in rng.sample(names, rng.randint(1, 8))} for name in rankings}
    return rankings, relevant


@pytest.mark.parametrize("seed", range(3))
def test_each_question_scores_as_in_ir_measures(seed: int) -> None:
    ir = pytest.importorskip("ir_measures")
    rankings, relevant = made_up(seed)
    frame = evaluate(rankings, relevant, KS)
    run = {q: {name: float(-rank) for rank, name in enumerate(ranking)} for q, ranking in rankings.items()}
    columns = {**{ir.R @ k: f"recall@{k}" for k in KS}, **{ir.nDCG @ k: f"ndcg@{k}" for k in KS}, ir.RR: "mrr"}
    found = [(one.query_id, columns[one.measure], one.value) for one in ir.iter_calc(list(columns), relevant, run)]
    assert len(found) == 200 * len(columns)
    assert max(abs(frame.loc[question, column] - value) for question, column, value in found) <= 1e-9


def test_the_rows_are_ready_for_an_interval() -> None:
    frame = evaluate({"q1": ["a"], "q2": ["b", "a"]}, {"q1": ["a"], "q2": {"a"}})
    assert (frame.index.name, list(frame["mrr"])) == ("question", [1.0, 0.5])
    assert bootstrap(frame["mrr"]).value == 0.75


@pytest.mark.parametrize(("rankings", "relevant", "message"), [
    ({"q1": ["a"]}, {"q1": ["a"], "q2": ["b"]}, "1 stand on one side only, the first is 'q2'"), ({}, {}, "there are none"),
    ({"q1": ["a"]}, {"q1": []}, "question 'q1': nothing is relevant"), ({"q1": ["a"]}, {"q1": {"a": 0}}, "nothing is relevant"),
    ({"q1": ["a", "a"]}, {"q1": ["a"]}, "names an id twice"), ({"q1": "a"}, {"q1": ["a"]}, "ranking must hold ids"),
    ({"q1": ["a"]}, {"q1": "a"}, "relevant must hold ids"),
])  # fmt: skip
def test_what_cannot_be_measured_is_refused(rankings: dict, relevant: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate(rankings, relevant)


def test_no_place_at_all_is_refused() -> None:
    for measure in (recall_at, mrr, ndcg_at):
        with pytest.raises(ValueError, match="k=0: look at 1 place or more"):
            measure(["a"], ["a"], 0)
