"""The pocket embedder: its pairs, what training changes, and what is written."""

from __future__ import annotations

import json

import pytest

from pocket_maker.corpus.world import World
from pocket_maker.train.pairs import batch, groups, reworded, shared, written


def test_no_written_passage_is_in_both_splits():
    train, held = ({text for text, _ in written(split)} for split in ("train", "held"))
    assert len(held) > 100
    assert not train & held


def test_every_written_passage_has_three_different_questions():
    rows = written("train") + written("held")
    assert [text for text, asked in rows if len(set(asked)) != 3] == []


def test_words_are_shared_up_to_their_ending_and_small_words_do_not_count():
    assert shared("Who requests a permit?", "A request is made by the tenant.") == {"reques"}
    assert shared("How long may it be?", "It may be long.") == {"long"}


def test_a_batch_holds_no_text_twice():
    pairs = batch(World(3), 64)
    texts = [text for pair in pairs for text in pair]
    assert len(pairs) == 64
    assert len(set(texts)) == len(texts)


def test_a_reworded_text_keeps_what_the_thesaurus_does_not_have():
    assert reworded(World(0), "Zorbak 17 qux", 1.0) == "Zorbak 17 qux"


def test_a_reworded_term_comes_from_its_own_group_and_keeps_the_sign_behind_it():
    new = reworded(World(0), "my salary, please", 1.0)
    (group,) = [group for group in groups() if group[0] == "salary"]
    inside = new.removeprefix("my ").split(", please")[0]
    assert inside != "salary"
    assert any(inside in other for other in groups() if "salary" in other), (inside, group)


def test_no_group_of_the_thesaurus_is_single_or_names_a_term_twice():
    assert [group for group in groups() if len(group) < 2 or len({term.lower() for term in group}) < len(group)] == []


def test_training_batches_never_hold_a_held_out_passage():
    held = {text for text, _ in written("held")}
    assert [pair for seed in range(8) for pair in batch(World(seed), 64) if held & set(pair)] == []


@pytest.fixture(scope="module")
def embedder(tmp_path_factory):
    """A tiny base, tuned for a few steps."""
    from pocket_maker.train.embedder import train_embedder
    from pocket_maker.train.recipe import Preset
    from pocket_maker.train.training import train

    base, out = tmp_path_factory.mktemp("base"), tmp_path_factory.mktemp("embedder")
    train(base, Preset(2048, step=1024, micro=1024, hidden=32, layers=5, heads=2, ffn=48, vocab=512))
    return out, train_embedder(base / "model", out, steps=30, size=24)


def test_training_brings_questions_and_their_passages_together(embedder):
    _, made = embedder
    assert made["pairs"] == 720
    assert made["curve"][-1][1] < made["curve"][0][1]


def test_what_is_written_loads_with_plain_transformers_and_gives_unit_vectors(embedder):
    import torch
    from transformers import AutoModel, AutoTokenizer

    from pocket_maker.train.embedder import LAYERS, vectors

    out, _ = embedder
    model = AutoModel.from_pretrained(out, dtype=torch.float32)
    found = vectors(model, AutoTokenizer.from_pretrained(out, padding_side="right"), ["Where may I park?", "No."])
    assert model.config.num_hidden_layers == LAYERS
    assert torch.allclose(found.norm(dim=1), torch.ones(2), atol=1e-5)
    assert json.loads((out / "modules.json").read_text())[1]["path"] == "1_Pooling"


def test_the_vector_of_a_text_does_not_depend_on_its_neighbors(embedder):
    import torch

    from helpers.retrieval import load_embedder

    found = load_embedder(f"hf:{embedder[0]}").embed(
        ["Where may I park?", "A much longer text about where cars and vans may be parked, and when."]
    )
    alone = load_embedder(f"hf:{embedder[0]}").embed(["Where may I park?"])
    assert torch.allclose(torch.tensor(found[0]), torch.tensor(alone[0]), atol=1e-4)
