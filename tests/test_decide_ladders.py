"""The rungs of a task: what they ask, which are left out, and that all of them meet the same examples."""

from __future__ import annotations

import copy
import math
from dataclasses import replace
from types import SimpleNamespace

import datasets
import numpy as np
import pytest
from tiny import tiny_causal

from helpers.decide import Prices, climb, rungs_for, wording
from helpers.decide.asking import longest, opener
from helpers.methods.shots import nearest
from helpers.models import Model, load, wrap
from helpers.tasks import Task, load_task

MOODS = [
    ("warm soup", "good"),
    ("cold soup", "bad"),
    ("fine film", "good"),
    ("dull film", "bad"),
    ("kind waiter", "good"),
    ("rude waiter", "bad"),
]
LABELED = [
    "trivial",
    "classical",
    "bare prompt",
    "engineered prompt",
    "few-shot",
    "retrieved few-shot",
    "LoRA",
    "LoRA + int8",
    "LoRA + NF4",
]


class Heat:
    """An embedder that knows one thing: whether a text is about something warm."""

    name, fingerprint = "heat", "heat-1"

    def embed(self, texts, *, kind="passage", batch_size=64):
        warm = [float(any(word in text for word in ("warm", "hot"))) for text in texts]
        return np.array([[heat, 1 - heat] for heat in warm])


def moods(*, metric="label", instruction="", folder=None) -> Task:
    rows = [{"id": f"m{i}", "input": text, "target": mood} for i, (text, mood) in enumerate(MOODS)]
    splits = {"train": rows[:4], "dev": rows[4:], "test": [{**row, "id": row["id"] + "t"} for row in rows[4:]]}
    parts = datasets.DatasetDict({name: datasets.Dataset.from_list(part) for name, part in splits.items()})
    return Task("moods", metric, ("good", "bad") if metric == "label" else (), instruction, parts, folder, 99, "CC0-1.0")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load(f"hf:{tiny_causal(tmp_path_factory.mktemp('models'), context=512)}", cache=False)


def hosted():
    return SimpleNamespace(name="big", parameters=None, context=8192, count_tokens=lambda text: len(text) // 4)


def test_a_task_with_labels_gets_nine_rungs_and_nothing_runs_before_one_is_opened(model, monkeypatch):
    monkeypatch.setattr("helpers.tuning.lora", lambda *a, **k: pytest.fail("trained too early"))
    ladder = rungs_for(moods(), model)
    assert [step.name for step in ladder.steps] == LABELED
    assert (ladder.skipped, list(ladder.table.columns)) == ({}, ["rung", "what it adds"])


def test_a_task_without_labels_has_no_classical_rung(model):
    assert "classical" not in [step.name for step in rungs_for(moods(metric="rouge_l"), model).steps]


def test_a_hosted_model_cannot_be_tuned_and_the_ladder_says_why():
    ladder = rungs_for(moods(), hosted())
    assert [step.name for step in ladder.steps] == LABELED[:6]
    assert list(ladder.skipped) == LABELED[6:]
    assert "left out: LoRA: big is a hosted model: its weights are not here" in repr(ladder)
    assert ladder.tuned() is None


def test_a_task_without_train_rows_is_refused(model):
    task = moods()
    del task.splits["train"]
    with pytest.raises(ValueError, match="task 'moods' has no train split: the baseline, the shots and LoRA learn from it"):
        rungs_for(task, model)


def test_documents_make_a_ladder_of_reading():
    ladder = rungs_for(load_task("handbook"), hosted())
    assert [step.name for step in ladder.steps] == ["always declines", "closed book", "whole page", "RAG"]
    assert list(ladder.skipped) == ["RAG + LoRA"]
    question = {"id": "q", "input": "How long are burns cooled under running water?"}
    closed, whole, rag = (ladder.steps[i].method for i in (1, 2, 3))
    texts = [closed.messages(question), *(method.messages([question])[0] for method in (whole, rag))]
    sizes = [len(messages[-1]["content"].split()) for messages in texts]
    assert sizes[0] < 10 < sizes[2] < sizes[1]  # a question; two passages; a page


def test_all_rungs_meet_the_same_examples_and_carry_their_costs(model, tmp_path):
    ladder = rungs_for(moods(), model, epochs=1, folder=tmp_path / "weights", rank=2, batch=2)
    tried = climb(ladder, split="dev", limit=1, alone=True)
    rungs = climb(ladder, split="test", timed=tried, prices=Prices(dollars_in=1.0, dollars_out=1.0))
    assert [rung.name for rung in rungs] == LABELED
    assert {tuple(rung.run.table["id"]) for rung in rungs} == {("m4t", "m5t")}
    assert [rung.run.look.number for rung in rungs] == list(range(1, 10))
    assert [rung.p95_ms for rung in rungs] == [rung.p95_ms for rung in tried]
    assert (len(tried[0].run.table), len(rungs[0].run.table)) == (1, 2)
    size = {rung.name: rung.megabytes for rung in rungs}
    assert size["classical"] == 0 < size["LoRA + NF4"] < size["LoRA"]
    assert size["LoRA"] > size["bare prompt"]  # the adapter is kept beside its base
    assert {rung.private for rung in rungs} == {True}
    assert min(rung.dollars_per_1000 for rung in rungs[2:]) > 0 == rungs[1].dollars_per_1000


def test_a_model_in_memory_climbs_every_rung_but_the_tuned_ones(model, tmp_path):
    wrapped = wrap(model.provider.model, model.provider.tokenizer, name="cut")
    ladder = rungs_for(moods(), wrapped, folder=tmp_path)
    rungs = climb(ladder, split="dev", alone=True)
    assert [rung.name for rung in rungs] == LABELED[:6]
    assert all(rung.run.complete for rung in rungs)
    assert not any(math.isnan(rung.median_ms) for rung in rungs)
    assert (list(ladder.skipped), ladder.tuned()) == (LABELED[6:], None)
    assert "cut has no folder of plain weights to tune: if it is in memory, save it" in ladder.skipped["LoRA"]


def test_a_model_asked_alone_has_the_weights_of_the_one_that_was_given(model):
    wrapped = wrap(model.provider.model, model.provider.tokenizer, name="cut")
    alone = opener(wrapped)(1)
    assert (alone.provider.batch_size, wrapped.provider.batch_size) == (1, 64)
    assert (alone.name, alone.fingerprint) == (wrapped.name, wrapped.fingerprint)
    assert opener(wrapped)(64) is wrapped


def test_an_adapter_is_not_tuned_once_more(model):
    provider = copy.copy(model.provider)
    provider.adapter = "an adapter"
    tuned = Model("hf:tuned", "tuned", provider, None)
    assert "tuned is an adapter already: merge it" in rungs_for(moods(), tuned).skipped["LoRA"]


def test_the_prompts_of_a_strange_task_name_its_labels_and_survive_braces():
    bare, engineered = wording(moods(instruction="Judge {it}."))
    assert bare == "good or bad?\n{input}"
    assert engineered == "Judge {{it}}.\n###\n{input}\n###\nAnswer with one of these, and nothing else: good or bad."
    assert wording(moods(metric="set_f1", instruction="List names. Each once."))[0] == "List names\n{input}"


def test_an_answer_gets_the_room_that_the_longest_target_takes(model):
    assert longest(moods(), model) == max(8, model.count_tokens("good") + 4)
    assert longest(load_task("abstracts"), model) > 20


def test_retrieved_shots_are_the_most_similar_ones_the_best_last():
    pool = [{"input": text, "target": mood} for text, mood in MOODS]
    turns = [turn["content"] for turn in nearest("{input}", pool, k=2).messages({"id": "x", "input": "rude cold waiter"})]
    assert turns[-3:] == ["rude waiter", "bad", "rude cold waiter"]
    assert turns[0] in ("cold soup", "kind waiter")


def test_with_an_embedder_the_retrieved_shots_are_those_nearest_in_meaning():
    pool = [{"input": text, "target": mood} for text, mood in MOODS]
    by_meaning = nearest("{input}", pool, k=1, embedder=Heat())
    assert by_meaning.messages({"id": "x", "input": "rude soup, hot"})[0]["content"] == "warm soup"
    assert by_meaning.fingerprint != nearest("{input}", pool, k=1).fingerprint


def test_an_example_is_never_its_own_shot_and_an_empty_pool_is_refused():
    pool = [{"input": text, "target": mood} for text, mood in MOODS]
    assert nearest("{input}", pool, k=2).messages({"id": "x", "input": "warm soup"})[0]["content"] == "cold soup"
    with pytest.raises(ValueError, match="retrieved few-shot needs solved examples and k >= 1, got 0 and k=3"):
        nearest("{input}", [])


def test_the_fingerprint_of_retrieved_shots_follows_the_pool_and_k():
    pool = [{"input": text, "target": mood} for text, mood in MOODS]
    prints = {nearest("{input}", rows, k=k).fingerprint for rows, k in ((pool, 2), (pool, 3), (pool[1:], 2), (pool, 2))}
    assert len(prints) == 3


def test_rungs_that_were_timed_must_be_rungs_of_the_ladder(model):
    with pytest.raises(ValueError, match="timed has 'bear prompt', and the ladder has trivial, classical, bare prompt"):
        climb(rungs_for(moods(), model), timed=[SimpleNamespace(name="bear prompt", run=None, p95_ms=1.0)])


def test_a_folder_of_documents_beside_a_file_of_labels_changes_no_ladder(tmp_path):
    (tmp_path / "soup.md").write_text("# Soup\nSoup is warm.\n", encoding="utf-8")
    for metric in ("label", "set_f1", "json"):
        assert "RAG" not in repr(rungs_for(replace(moods(metric=metric), documents=tmp_path), hosted()))


def test_a_readers_instruction_stands_in_the_prompt_over_the_documents(tmp_path):
    (tmp_path / "soup.md").write_text("# Soup\nSoup is warm.\n", encoding="utf-8")
    task = replace(moods(metric="exact", instruction="Answer in {one} word."), documents=tmp_path)
    rag = next(step.method for step in rungs_for(task, hosted()).steps if step.name == "RAG")
    asked = rag.messages([{"id": "q", "input": "How is soup?"}])[0][-1]["content"]
    assert asked.startswith("Answer in {one} word.\n\n")
    assert "Soup is warm." in asked


def test_a_short_answer_in_the_documents_is_found_and_the_head_of_a_page_is_not(tmp_path):
    (tmp_path / "faq.md").write_text(
        "# Questions\nDate: 2025-03-04\nFrom: the soup office\n\n## Is the soup warm?\nYes.\n", encoding="utf-8"
    )
    task = replace(moods(metric="exact"), documents=tmp_path)
    rag = next(step.method for step in rungs_for(task, hosted()).steps if step.name == "RAG")
    assert [chunk.text for chunk in rag.retriever.chunks] == ["Yes."]


def test_documents_that_are_all_heads_are_still_searched(tmp_path):
    (tmp_path / "head.md").write_text("# Head\nFrom: the soup office\n", encoding="utf-8")
    rag = next(step.method for step in rungs_for(replace(moods(metric="exact"), documents=tmp_path), hosted()).steps if step.name == "RAG")
    assert [chunk.text for chunk in rag.retriever.chunks] == ["From: the soup office"]


@pytest.mark.parametrize("library", [OSError("no libc.so.6"), SimpleNamespace()])
def test_memory_is_given_back_after_each_rung_and_a_system_without_glibc_goes_on(model, monkeypatch, library):
    asked = []

    def opened(name):
        asked.append(name)
        if isinstance(library, OSError):
            raise library
        return library

    monkeypatch.setattr("helpers.models.weights.ctypes.CDLL", opened)
    ladder = rungs_for(moods(), model)
    few = replace(ladder, steps=ladder.steps[:2])
    assert [rung.name for rung in climb(few)] == LABELED[:2]
    assert asked == ["libc.so.6", "libc.so.6"]
