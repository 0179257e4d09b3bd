"""ONNX: the graph answers as torch does, alone and in a batch, greedily and sampled."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny import tiny_causal, tiny_seq2seq

from helpers.models import Model, load
from helpers.shrink import Shrunk, onnx

QUESTIONS = [f"what is {i} plus {'12 ' * (i % 4)}?" for i in range(9)] + ["hi"]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"hf:{tiny_causal(tmp_path_factory.mktemp('models'))}"


@pytest.fixture(scope="module")
def whole(base: str) -> Model:
    return load(base, cache=False)


@pytest.fixture(scope="module")
def graph(base: str, tmp_path_factory: pytest.TempPathFactory) -> Shrunk:
    return onnx(base, tmp_path_factory.mktemp("graph"))


def test_it_answers_token_for_token_as_torch(graph: Shrunk, whole: Model) -> None:
    ours, theirs = (model.ask_many(QUESTIONS, max_tokens=24) for model in (graph.model(batch_size=4), whole))
    assert [(r.text, r.tokens_in, r.tokens_out) for r in ours] == [(r.text, r.tokens_in, r.tokens_out) for r in theirs]
    assert len({r.text for r in ours}) > 1


def test_a_batch_answers_as_each_question_alone(graph: Shrunk) -> None:
    model = graph.model()
    assert [r.text for r in model.ask_many(QUESTIONS, max_tokens=12)] == [model.ask(q, max_tokens=12).text for q in QUESTIONS]


def test_a_sample_is_the_one_that_torch_draws(graph: Shrunk, whole: Model) -> None:
    settings = {"max_tokens": 12, "temperature": 1.0, "seed": 3}
    assert [r.text for r in graph.model().ask_many(QUESTIONS, **settings)] == [r.text for r in whole.ask_many(QUESTIONS, **settings)]


def test_padding_is_not_seen_and_not_counted() -> None:
    import numpy as np

    from helpers.shrink.graph_answers import _inputs

    there = np.array([[False, True, True], [True, True, True]])
    inputs = _inputs(np.zeros((2, 2), dtype=np.int64), there)  # the last two of three tokens are new
    assert inputs["positions"].tolist() == [[0, 1], [1, 2]]
    assert (inputs["mask"][:, 0] == 0).tolist() == [[[False, True, False], [False, True, True]], [[True, True, False], [True, True, True]]]


def test_rows_that_end_leave_and_the_others_go_on(graph: Shrunk) -> None:
    from helpers.shrink.graph_answers import decode

    provider = graph.model().provider
    rows = [provider._tokens([{"role": "user", "content": q}], None) for q in QUESTIONS]
    free = decode(provider.session, rows, max_tokens=24, ends=[])
    end = free[0][8]
    expected = [row[: row.index(end) + 1] if end in row else row for row in free]
    assert decode(provider.session, rows, max_tokens=24, ends=[end]) == expected
    assert len({len(row) for row in expected}) > 1


def test_its_limits_are_those_of_the_model(graph: Shrunk, whole: Model) -> None:
    model = graph.model()
    assert (model.context, model.parameters) == (whole.context, whole.parameters)
    assert model.ask("x " * 400).error.startswith("context too long")


def test_int8_is_smaller_and_answers(base: str, graph: Shrunk, tmp_path: Path) -> None:
    small = onnx(base, tmp_path / "g", int8=True)
    assert small.bytes < 0.5 * graph.bytes  # the tiny graph is more text than weights
    replies = small.model().ask_many(QUESTIONS, max_tokens=8)
    assert all(r.error is None and r.tokens_out for r in replies)
    assert small.name == "ONNX int8"


def test_the_file_has_every_weight_in_float32(graph: Shrunk, whole: Model) -> None:
    assert 4 * whole.parameters < graph.bytes < 4 * whole.parameters + 150_000
    assert set(graph.files) >= {"model.onnx", "tokenizer.json", "config.json", "shrunk.json"}


def test_a_graph_that_gives_other_logits_is_refused(base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from helpers.shrink import graphs

    monkeypatch.setattr(graphs, "NEAR", -1.0)
    with pytest.raises(ValueError, match="gives other logits than torch"):
        onnx(base, tmp_path / "g")
    assert not (tmp_path / "g").exists()


def test_models_that_a_step_does_not_fit_are_refused(tmp_path: Path) -> None:
    import torch
    from tiny import SHAPE, tiny_tokenizer
    from transformers import MistralConfig, MistralForCausalLM

    torch.manual_seed(0)
    sliding = MistralForCausalLM(MistralConfig(**SHAPE, sliding_window=8))
    with pytest.raises(ValueError, match=r"MistralForCausalLM is not a causal model with a plain cache \(found: DynamicSliding"):
        onnx((sliding, tiny_tokenizer()), tmp_path / "g")
    with pytest.raises(ValueError, match="T5ForConditionalGeneration is not a causal model"):
        onnx(f"hf:{tiny_seq2seq(tmp_path)}", tmp_path / "g")
