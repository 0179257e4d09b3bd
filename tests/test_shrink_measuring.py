"""Measuring: time, memory, which part hurts, and which technique nothing beats."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import torch
from tiny import SHAPE, tiny_causal, tiny_tokenizer
from transformers import LlamaConfig, LlamaForCausalLM

from helpers.methods.method import prompt
from helpers.models import Reply, load, wrap
from helpers.shrink import frontier, int8, measure, onnx, peak_memory, plain, sensitivity, weigh
from helpers.shrink.measuring import weight_bytes
from helpers.shrink.sensitive import parts
from helpers.tasks import load_task


@pytest.fixture
def pair() -> tuple:
    torch.manual_seed(0)
    return LlamaForCausalLM(LlamaConfig(**SHAPE)).eval(), tiny_tokenizer()


class Clock:
    """A model that takes what it is told to: the n-th call takes n seconds, each answer has 5 tokens."""

    name, calls = "clock", []

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **reply: object) -> None:
        self.now, self.calls, self.reply = 0.0, [], Reply("", 1, 5, 0.0, 0.0, **reply)
        monkeypatch.setattr("helpers.shrink.measuring.time.perf_counter", lambda: self.now)

    def ask_many(self, asked: list, *, max_tokens: int) -> list[Reply]:
        self.calls.append(asked)
        self.now += len(self.calls)
        return [self.reply] * len(asked)


def test_seconds_are_the_median_over_the_repeats_and_the_first_batch_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    row = measure(clock, ["a", "b", "c"], batches=[2], repeats=3).iloc[0]
    assert clock.calls == [["a", "b"], ["a", "b"], ["c", "a"], ["b", "c"]]
    assert (row["low"], row["seconds"], row["high"]) == (2 / 2, 3 / 2, 4 / 2)  # 2, 3 and 4 seconds for 2 answers each
    assert row["tokens"] == 5
    assert row["tokens_per_second"] == pytest.approx(3 * 2 * 5 / 9)
    assert (row["batch"], row["answers"]) == (2, 6)


def test_a_failed_and_a_cached_answer_are_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="clock: out of memory"):
        measure(Clock(monkeypatch, error="out of memory"), ["a"])
    with pytest.raises(ValueError, match="came from the cache: load the model with cache=False"):
        measure(Clock(monkeypatch, cached=True), ["a"])
    with pytest.raises(ValueError, match="measuring needs prompts"):
        measure(Clock(monkeypatch), [])


def test_weights_in_memory_count_once_each(pair: tuple) -> None:
    assert weight_bytes(wrap(*pair, name="m")) == 4 * pair[0].num_parameters() + sum(b.numel() * 4 for b in pair[0].buffers())
    pair[0].lm_head.weight = pair[0].model.embed_tokens.weight
    assert weight_bytes(wrap(*pair, name="m")) == 4 * pair[0].num_parameters() + sum(b.numel() * 4 for b in pair[0].buffers())


def test_a_model_elsewhere_has_no_bytes_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    assert weight_bytes(load("openai:llama3@http://127.0.0.1:9/v1")) is None


def test_the_peak_of_a_process_grows_with_the_model(tmp_path: Path, pair: tuple) -> None:
    found = peak_memory(plain(pair, tmp_path / "p"), ["hi"], max_tokens=2)
    assert 50 < found["before"] < found["peak"] < 2000


def test_what_the_tokenizer_imports_is_no_part_of_an_onnx_model(tmp_path: Path, pair: tuple) -> None:
    found = peak_memory(onnx(pair, tmp_path / "o"), ["hi"], max_tokens=2)
    assert 0 < found["peak"] - found["before"] < 50  # a graph of 1 MB


def test_a_process_that_fails_says_why(tmp_path: Path, pair: tuple) -> None:
    with pytest.raises(RuntimeError, match="context too long"):
        peak_memory(plain(pair, tmp_path / "p"), ["x " * 4000], max_tokens=2)


def test_the_part_that_matters_is_found_and_everything_is_put_back(pair: tuple) -> None:
    kept = {name: p.clone() for name, p in pair[0].named_parameters()}

    def score(model: object) -> float:  # only the last layer's output matters to this one
        weight = model.provider.model.model.layers[1].mlp.down_proj.weight
        return -(weight - kept["model.layers.1.mlp.down_proj.weight"]).abs().mean().item()

    layers = sensitivity(pair, score)
    kinds, each = (sensitivity(pair, score, by=by) for by in ("kind", "matrix"))
    assert [table["part"][0] for table in (layers, kinds, each)] == ["layer 1", "down_proj", "layers.1.mlp.down_proj"]
    assert (layers["change"] < 0).tolist() == [True, False, False, False]
    assert all(torch.equal(p, kept[name]) for name, p in pair[0].named_parameters())


def test_parts_cover_each_matrix_once(pair: tuple) -> None:
    for by, count in {"layer": 4, "kind": 9, "matrix": 16}.items():
        groups = parts(pair[0], by=by)
        assert len(groups) == count
        assert sum(w.numel() for group in groups.values() for w in group.values()) == pair[0].num_parameters() - 5 * 64
    with pytest.raises(ValueError, match="by='head'"):
        parts(pair[0], by="head")


def test_scores_of_examples_give_a_paired_interval(pair: tuple) -> None:
    answers = iter([[1.0, 1.0, 0.0, 1.0]] + [[1.0, 0.0, 0.0, 1.0]] * 4)
    row = sensitivity(pair, lambda model: next(answers)).iloc[0]
    assert (row["score"], row["change"]) == (0.5, -0.25)
    assert row["change_low"] < -0.25 < row["change_high"]
    assert math.isnan(sensitivity(pair, lambda model: 1.0).iloc[0]["change_low"])


def test_scores_of_other_examples_are_refused_and_the_weights_put_back(pair: tuple) -> None:
    before, answers = pair[0].model.embed_tokens.weight.clone(), iter([[1.0, 0.0], [1.0]])
    with pytest.raises(ValueError, match="gave 2 scores, then 1"):
        sensitivity(pair, lambda model: next(answers))
    assert torch.equal(pair[0].model.embed_tokens.weight, before)


def test_the_frontier_is_what_no_row_beats() -> None:
    rows = [("big", 9, 2, 0.9), ("beaten", 9, 3, 0.8), ("small", 1, 3, 0.5), ("quick", 9, 1, 0.5), ("twin", 1, 3, 0.5)]
    table = pd.DataFrame(rows, columns=["name", "bytes", "seconds_1", "score"]).set_index("name")
    assert frontier(table)[lambda best: best].index.tolist() == ["big", "small", "quick", "twin"]
    assert frontier(table, low=["bytes"])[lambda best: best].index.tolist() == ["big", "small", "twin"]


def test_a_frontier_of_unknowns_is_refused() -> None:
    with pytest.raises(ValueError, match="no column seconds_1 in bytes, score"):
        frontier(pd.DataFrame({"bytes": [1], "score": [1]}))
    with pytest.raises(ValueError, match="there are empty cells"):
        frontier(pd.DataFrame({"bytes": [1, 2], "score": [1, math.nan]}), low=["bytes"])


def test_techniques_are_weighed_on_the_same_examples(tmp_path: Path) -> None:
    base, task = f"hf:{tiny_causal(tmp_path)}", load_task("reviews")
    method = prompt("{input}", max_tokens=3)
    short = replace(task, splits=task.splits.map(lambda row: {"input": row["input"][:30]}))
    rows = weigh([plain(base, tmp_path / "p"), int8(base, tmp_path / "i")], method, short, limit=6, batches=[2], repeats=1)
    assert rows["name"].tolist() == ["bfloat16", "int8"]
    assert rows["change"].isna().tolist() == [True, False]
    assert (rows["bytes"].is_monotonic_decreasing, rows["weight_bytes"].is_monotonic_decreasing) == (True, True)
    assert (rows[["seconds_2", "tokens_per_second_2"]] > 0).all(axis=None)
    assert [run.score.value for run in rows["run"]] == rows["score"].tolist()
    alone = weigh([int8(base, tmp_path / "i2")], method, short, limit=6, before=rows["run"][0], batches=[2], repeats=1)
    assert alone.loc[0, ["name", "change", "change_low"]].tolist() == rows.loc[1, ["name", "change", "change_low"]].tolist()
