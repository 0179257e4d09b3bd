"""Labels of a teacher: how a reply is read, the filters, and the recordings of lesson 14."""

from __future__ import annotations

import math
from dataclasses import asdict

import pytest
import torch

from helpers import models, places, tuning
from helpers.shrink.measuring import module_bytes
from helpers.storage import read_json, read_rows, write_rows
from helpers.tasks import load_task
from helpers.tuning import distilling
from helpers.tuning.bases import open_base, prepare
from helpers.tuning.settings import settings_for
from helpers.workbook import confidences, distillations, footprints, repacking, trainings

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


def test_the_first_steps_of_a_recorded_training_made_again_watch_the_losses_that_are_recorded(tmp_path) -> None:
    training = distillations.Taught("abstracts", "lora", 150, 0, {"epochs": 4}, labels="gold")
    kept = next(
        row for row in read_json(places.data("recordings", "14", "pocket.json"))["trainings"] if row["training"] == asdict(training)
    )
    seen = []

    def watch(row: dict) -> None:
        seen.extend([] if math.isnan(row["dev_loss"]) else [[row["step"], row["dev_loss"]]])
        if len(seen) == 2:
            raise InterruptedError("enough")

    with pytest.raises(InterruptedError, match="enough"):
        tuning.fit(
            "pocket", training.rows, method="lora", template=training.ask, dev=training.watch, dev_limit=None, folder=tmp_path,
            live=watch, progress=False, **training.settings,
        )  # fmt: skip
    assert [step for step, _ in seen] == [step for step, _ in kept["watched"][:2]] == [0, 7]
    assert [loss for _, loss in seen] == pytest.approx([loss for _, loss in kept["watched"][:2]], abs=0.01)


def test_the_memory_that_the_lesson_shows_is_of_weights_in_4_bits_and_in_32_and_of_a_training() -> None:
    kept = read_json(footprints.KEPT)
    assert kept["qlora"]["weights"] < kept["lora"]["weights"] / 3
    assert all(min(each["peaks"]) > each["weights"] for each in kept.values())
    nets = {way: prepare(open_base("pocket"), way, settings_for(way), []) for way in ("lora", "qlora")}
    apart = {way: sum(t.numel() * t.element_size() for t in (*net.parameters(), *net.buffers())) for way, net in nets.items()}
    assert module_bytes(nets["lora"]) == apart["lora"]
    states = [weight.quant_state for weight in nets["qlora"].parameters() if getattr(weight, "quant_state", None) is not None]
    tables = {table.data_ptr(): 4 * table.numel() for state in states for table in (state.code, state.state2.code)}
    scales = module_bytes(nets["qlora"]) - apart["qlora"] - sum(tables.values())
    bits = sum(p.numel() for p in nets["qlora"].parameters() if p.dtype == torch.uint8) * 2  # two weights a byte
    assert 8 / 64 * 0.9 < scales * 8 / bits < 0.2  # bits of scale a weight


def test_without_the_fault_an_evaluation_leaves_the_gradients_as_they_are_and_the_recording_shows_the_fault() -> None:
    found = repacking.compared(2, safe=True)
    assert min(found["cosine"].values()) > 0.999
    shipped = read_json(places.data("recordings", "14", "repack.json"))
    assert max(shipped["cosine"].values()) < 0.95
    assert abs(shipped["loss"][1] / shipped["loss"][0] - 1) < 0.01
