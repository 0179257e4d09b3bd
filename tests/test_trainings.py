"""Trainings recorded for lessons 12, 13 and 16: the plan, a rerun after a kill, and scores that the shipped answers still get."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from helpers import methods, places, runs, tuning
from helpers.storage import read_json
from helpers.tasks import load_task, with_splits
from helpers.tuning import fitting
from helpers.tuning.bases import open_base
from helpers.tuning.rows import encode_splits
from helpers.tuning.settings import settings_for
from helpers.workbook import dated_trainings, slow_trainings, trainings
from helpers.workbook.dated_trainings import DATED, NEW, GoneOn
from helpers.workbook.one_training import answered, tuning_name

HOME = places.cache().parent  # the tests have a home of their own, without the converted model
CONVERTED = places.models("smollm2-135m-instruct-fp16-b179c952", "sizes.json")
SHIPPED = places.data("recordings", "13", "pocket.json")


def test_a_rerun_after_a_kill_makes_only_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainings, "_made", lambda training: {"runs": {}})
    file = tmp_path / "pocket.json"
    first = next(trainings.record_all(file))
    assert trainings.missing(file) == [training for training in trainings.PLAN if training != first]
    assert len(list(trainings.record_all(file))) == len(trainings.PLAN) - 1
    assert trainings.missing(file) == []


def test_every_size_of_abstracts_trains_for_as_many_steps() -> None:
    sizes = {training.n: training.settings["epochs"] for training in trainings.PLAN if training.task == "abstracts"}
    batch = trainings.COMMON["batch"]
    assert {-(-n // batch) * epochs for n, epochs in sizes.items()} <= {91, 92}


def test_no_training_learns_from_the_rows_that_say_when_to_stop() -> None:
    assert all(training.n <= trainings.WATCHED[training.task] for training in (*trainings.PLAN, *trainings.DIRTY))


def test_the_shipped_trainings_are_those_of_the_plan() -> None:
    kept = [row["training"] for row in read_json(SHIPPED)["trainings"]]
    assert sorted(map(str, kept)) == sorted(str(asdict(training)) for training in trainings.PLAN)


def test_the_shipped_trainings_on_dirty_labels_are_those_of_their_plan() -> None:
    kept = [row["training"] for row in read_json(places.data("recordings", "12", "pocket.json"))["trainings"]]
    assert sorted(map(str, kept)) == sorted(str(asdict(training)) for training in trainings.DIRTY)
    steps = {-(-training.n // 8) * training.settings["epochs"] for training in trainings.DIRTY}
    assert (min(steps), max(steps)) == (75, 86)  # as the lesson says


def test_a_dirty_training_learns_the_rows_in_order_with_its_share_of_labels_changed() -> None:
    clean = load_task("reviews")["train"].to_list()[:100]
    rows = trainings.Dirty("reviews", "lora", 100, 1, errors=0.3).rows
    other = trainings.Dirty("reviews", "lora", 100, 2, errors=0.3).rows
    assert [row["input"] for row in rows] == [row["input"] for row in clean]
    assert sum(row["target"] != old["target"] for row, old in zip(rows, clean, strict=True)) == 30
    assert [row["target"] for row in rows] != [row["target"] for row in other]
    assert trainings.Dirty("reviews", "lora", 100, 1).rows == clean


def test_the_shipped_trainings_on_dated_invoices_are_those_of_their_plan() -> None:
    kept = [row["training"] for row in read_json(places.data("recordings", "16", "pocket.json"))["trainings"]]
    assert sorted(map(str, kept)) == sorted(str(asdict(training)) for training in DATED)
    steps = {-(-len(training.rows) // 8) * training.settings["epochs"] for training in DATED}
    assert sorted(steps) == [14, 76, 84, 88, 100]
    passes = {(training.rows_of, training.settings["epochs"]) for training in DATED}
    assert passes == {("old", 2), ("all", 2), ("window", 12), ("window", 2), ("old and 2026", 2)}


def test_the_model_that_lesson_16_ships_is_the_first_of_its_trainings() -> None:
    first = read_json(places.data("recordings", "16", "pocket.json"))["trainings"][0]
    shipped = tuning.read_recorded("16/old")
    assert (first["training"]["rows_of"], first["training"]["seed"]) == ("old", 0)
    assert {**shipped.settings} == {**first["settings"]}
    assert shipped.trainable == first["trainable"]


def test_a_dated_training_learns_as_many_rows_as_its_plan_says_and_no_new_one_of_another_half_year() -> None:
    by_rows = {training.rows_of: training for training in DATED}
    assert all(len(training.rows) == training.n for training in by_rows.values())
    year = by_rows["old and 2026"].rows[300:]
    assert {row["issued"][:4] for row in year} == {"2026"}
    assert (len(year), sum(row["layout"] == "new" for row in year)) == (99, 20)  # as the lesson says
    assert {row["issued"] <= "2025-12-31" for row in by_rows["old"].rows} == {True}
    assert {NEW[0] <= row["issued"] <= NEW[1] for row in by_rows["window"].rows} == {True}
    assert by_rows["all"].rows == by_rows["old"].rows + by_rows["window"].rows


def test_going_on_begins_with_the_weights_of_the_old_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dated_trainings, "tuned", lambda training: tuning.read_recorded("16/old"))
    training = next(each for each in DATED if isinstance(each, GoneOn))
    begun = open_base(training.base).local.model.state_dict()
    old = tuning.read_recorded("16/old").model().provider.model.state_dict()
    assert begun.keys() == old.keys()
    assert all(torch.equal(begun[name], old[name]) for name in old)
    assert "beginsold" in tuning_name(training)


def test_a_short_dated_training_made_again_answers_as_it_was_recorded() -> None:
    plan = next(each for each in DATED if each.changes == {"epochs": 2})
    rows = read_json(places.data("recordings", "16", "pocket.json"))["trainings"]
    kept = next(row for row in rows if row["training"] == asdict(plan))["runs"]["invoices fresh"]["answers"]
    model = trainings.tuned(plan).model(batch_size=16)
    again = answered(plan.ask, with_splits(load_task("invoices"), "fresh"), model, limit=20, split="fresh")["answers"]
    assert sum(a == b for a, b in zip(again, kept, strict=False)) >= 18  # another processor may round two of them to another date


@pytest.mark.parametrize("lesson", ["12", "13", "16"])
def test_the_shipped_answers_still_get_the_scores_that_were_recorded(lesson: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LADDER_RECORDINGS", str(places.data("recordings")))
    read = tuning.read_trainings(f"{lesson}/pocket")
    shipped = read_json(places.data("recordings", lesson, "pocket.json"))["trainings"]
    for row, kept in zip(read.to_dict("records"), shipped, strict=True):
        for task, recorded in kept["runs"].items():
            assert row[task].table["score"].tolist() == pytest.approx(recorded["scores"], abs=1e-6)


@pytest.mark.parametrize("name", slow_trainings.SLOW)
def test_a_recorded_training_of_smollm2_has_the_settings_and_rows_of_its_plan(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of a recording is a hash over settings, rows as tokens, and the base: nothing in the plan may differ."""
    if not CONVERTED.exists():
        pytest.skip("not converted yet: python -c 'from helpers.models import load; load(\"smollm2\")'")
    monkeypatch.setenv("LADDER_HOME", str(HOME))
    base = open_base("smollm2")
    plan = slow_trainings.SLOW[name]
    given = plan.fitting()
    pairs, watched = encode_splits(
        load_task("abstracts"), given["dev"], given["template"], base.local, room=0, limit=given["limit"], dev_limit=None
    )  # fmt: skip
    settings = settings_for(plan.method, **plan.settings)
    recorded = read_json(SHIPPED.parent.parent / plan.lesson / name / "training.json")["key"]
    assert fitting._key(plan.method, settings, base, pairs, watched) == recorded


def test_a_training_in_bf16_multiplies_in_bf16_and_any_other_does_not() -> None:
    matrices = torch.ones(2, 2)
    types = []
    for bf16 in (True, False):
        with slow_trainings.SlowTraining(25, {}, bf16=bf16).arithmetic():
            types.append((matrices @ matrices).dtype)
    assert types == [torch.bfloat16, torch.float32]


def test_a_training_of_another_name_is_refused_before_anything_is_trained() -> None:
    with pytest.raises(SystemExit, match=r"no training 'abstracts-smollm2-50'; .* by name: abstracts-smollm2, abstracts-smollm2-25"):
        trainings.main(["abstracts-smollm2-50"])


def test_plain_code_answers_every_example_and_asks_no_model() -> None:
    method = methods.by_code(lambda example: "positive" if "good" in example["input"] else "negative", name="good?")
    run = runs.run(method, load_task("reviews"), None, limit=5, progress=False)
    assert set(run.table["answer"]) <= {"positive", "negative"}
    assert (run.model, run.table["tokens_in"].sum()) == ("none", 0)


def test_plain_code_that_is_no_function_is_refused() -> None:
    with pytest.raises(ValueError, match=r"by_code takes a function of one example .* got 'negative'"):
        methods.by_code("negative")


def test_a_training_in_bf16_learns(tmp_path: Path) -> None:
    """With autocast's cache the weights of the first step would be asked to the end, and the watched loss would not move."""
    rows = [{"input": "What is the capital of Norway?", "target": "Madrid"}] * 8
    with slow_trainings.SlowTraining(8, {}, bf16=True).arithmetic():
        done = tuning.lora("pocket", rows, dev=rows, folder=tmp_path, epochs=4, batch=2, evaluations=2, progress=False)
    watched = done.curve["dev_loss"].dropna()
    assert watched.iloc[-1] < watched.iloc[0] / 2
