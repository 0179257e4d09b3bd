"""The GPU path of training, on a CPU: its loss, its optimizer, its feed of batches, its schedule, and a whole run that is killed."""

from __future__ import annotations

import json
import math
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from helpers import places
from helpers.storage import latest_checkpoint
from pocket_maker import cli
from pocket_maker.corpus import rows, stream
from pocket_maker.train import batches, checkpoint, feed
from pocket_maker.train.loss import PROMPT_SHARE, sampled_terms, whole_loss, whole_terms
from pocket_maker.train.recipe import PRESETS, TARGETS, Preset, build
from pocket_maker.train.schedule import progress, rate, seconds_left, until
from pocket_maker.train.training import train

SMALL = Preset(4096, step=1024, micro=1024, hidden=16, layers=1, heads=2, ffn=32, vocab=512)
GPU = replace(SMALL, step=2048, warmup=2, pieces=0.15, gpu=True)


@pytest.fixture(scope="module")
def batch(school: Path) -> batches.Batch:
    from transformers import PreTrainedTokenizerFast

    return next(batches.batches(PreTrainedTokenizerFast.from_pretrained(school), seed=5, tokens=512))


# the loss


def test_the_whole_loss_has_the_mean_of_the_sampled_one(batch) -> None:
    import torch

    model = build(SMALL)
    torch.manual_seed(0)
    with torch.no_grad():
        whole, weights = whole_terms(model, *tensors(batch))
        draws = [sampled_terms(model, batch, "cpu", prompt_share=PROMPT_SHARE) for _ in range(200)]
    numerators = torch.stack([(each * weight).sum() for each, weight in draws])
    totals = torch.stack([weight.sum() for _, weight in draws])
    assert 0 < batch.answer.sum() < 0.8 * batch.answer.size
    for drawn, mean in ((numerators, (whole * weights).sum()), (totals, weights.sum())):
        assert abs(drawn.mean() - mean) < 4 * drawn.std() / math.sqrt(len(drawn)) < 0.02 * mean


def tensors(batch: batches.Batch) -> tuple:
    there = feed.on_device(batch, "cpu")
    return there.ids, there.answer


def test_the_whole_loss_is_that_of_plain_cross_entropy_with_weights_counted_by_hand(batch) -> None:
    import torch

    model = build(SMALL)
    ids, answer = tensors(batch)
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        logs = model(input_ids=ids.long()[:, :-1]).logits.float().log_softmax(-1)
    total = weight = 0.0
    for row, column in torch.ones_like(answer).nonzero().tolist():
        token = int(ids[row, column + 1])
        share = 1.0 if answer[row, column] else 0.245 * (token != batches.PAD)
        total, weight = total - share * float(logs[row, column, token]), weight + share
    assert whole_loss(model, ids, answer)[0].item() == pytest.approx(total / weight, rel=1e-4)


def test_the_second_loss_is_that_of_the_answers_alone(batch) -> None:
    import torch

    model = build(SMALL)
    with torch.no_grad():
        each, weight = sampled_terms(model, batch, "cpu")
        assert weight.eq(1).all()
        assert whole_loss(model, *tensors(batch))[1].item() == pytest.approx(each.mean().item(), rel=1e-3)


def test_the_gpu_path_attends_as_the_cpu_path_does_and_no_token_sees_a_later_one(batch) -> None:
    import torch

    ids, answer = tensors(batch)
    with torch.no_grad():
        assert whole_loss(build(GPU), ids, answer)[0].item() == pytest.approx(whole_loss(build(SMALL), ids, answer)[0].item(), rel=1e-4)
        other = ids.long().clone()
        other[:, 100:] = 9
        a, b = (build(GPU)(input_ids=x).logits for x in (ids.long(), other))
    assert a[:, :100].equal(b[:, :100])
    assert not a[:, 100:].allclose(b[:, 100:])


def test_compiled_attention_is_given_no_mask(batch) -> None:
    import torch

    masks = []

    def look(graph: torch.fx.GraphModule, inputs: list) -> torch.fx.GraphModule:
        called = [node for node in graph.graph.nodes if node.target is torch.nn.functional.scaled_dot_product_attention]
        masks.extend((node.kwargs["attn_mask"], node.kwargs["is_causal"]) for node in called)
        return graph

    model = build(GPU)
    torch.compile(lambda ids, answer: whole_loss(model, ids, answer), dynamic=False, fullgraph=True, backend=look)(*tensors(batch))
    assert masks == [(None, True)] * GPU.layers


def test_from_ids_to_loss_is_one_graph_with_the_same_gradients(batch) -> None:
    import torch

    model = build(GPU)
    loss = whole_loss(model, *tensors(batch))[0]
    loss.backward()
    plain = [p.grad.clone() for p in model.parameters()]
    model.zero_grad()
    compiled = torch.compile(lambda ids, answer: whole_loss(model, ids, answer), dynamic=False, fullgraph=True, backend="eager")
    again = compiled(*tensors(batch))[0]
    again.backward()
    assert again.item() == pytest.approx(loss.item(), rel=1e-5)
    for before, p in zip(plain, model.parameters(), strict=True):
        assert (before - p.grad).norm() <= 0.02 * before.norm()


# the optimizer

SHAPES = ((24, 8), (24, 8), (8, 24), (16, 16), (16, 16), (8, 24), (5, 1))


def test_muon_batched_by_shape_makes_the_updates_of_torchs() -> None:
    import torch

    from pocket_maker.train.muon import Muon

    torch.manual_seed(0)
    mine = [torch.nn.Parameter(torch.randn(shape)) for shape in SHAPES]
    theirs = [torch.nn.Parameter(p.detach().clone()) for p in mine]
    pair = (Muon(mine, lr=0.02, weight_decay=0.1), torch.optim.Muon(theirs, lr=0.02, weight_decay=0.1))
    for step in range(5):
        before = [p.detach().clone() for p in theirs]
        for p, q in zip(mine, theirs, strict=True):
            p.grad = torch.randn(p.shape)
            q.grad = p.grad.clone()
        for optimizer in pair:
            optimizer.param_groups[0]["lr"] = 0.02 * (step + 1)
            optimizer.step()
        for p, q, old in zip(mine, theirs, before, strict=True):
            assert (p - q).abs().max() <= 0.01 * (q - old).abs().max(), f"step {step}, shape {tuple(p.shape)}"


def test_a_tall_matrix_is_moved_further_and_a_wide_one_is_not() -> None:
    import torch

    from pocket_maker.train.muon import Muon, orthogonal

    for rows_, columns, times in ((64, 4, 4.0), (4, 64, 1.0), (8, 8, 1.0)):
        p = torch.nn.Parameter(torch.zeros(rows_, columns))
        p.grad = torch.randn(rows_, columns)
        Muon([p], lr=0.5, momentum=0.0).step()
        assert torch.allclose(p, -0.5 * times * orthogonal(p.grad[None])[0], atol=1e-6)


def test_the_moments_of_batched_muon_are_saved_and_restored(batch, tmp_path) -> None:
    from pocket_maker.train.training import optimizers_for

    def step(model, optimizers) -> None:
        whole_loss(model, *tensors(batch))[0].backward()
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()

    model, other = build(GPU, seed=1), build(GPU, seed=2)
    optimizers, others = optimizers_for(model, GPU), optimizers_for(other, GPU)
    step(model, optimizers)
    checkpoint.save(tmp_path, model, optimizers, {})
    checkpoint.restore(latest_checkpoint(tmp_path), other, others)
    step(model, optimizers)
    step(other, others)
    assert all(p.equal(q) for p, q in zip(model.parameters(), other.parameters(), strict=True))


# the feed


def numbered(n: int) -> Iterator[batches.Batch]:
    """Batches that hold their number; after the n-th, nothing comes."""
    import numpy as np

    for i in range(n):
        yield batches.Batch(np.full((1, 3), i), np.ones((1, 2), dtype=bool))


def numbers(supply: feed.Feed, n: int) -> list[tuple[int, bool]]:
    return [(int(batch.ids[0, 0]), fresh) for batch, fresh in (supply.take() for _ in range(n))]


def test_batches_come_in_order_and_an_older_one_again_where_the_writers_lag() -> None:
    supply = feed.Feed(numbered(5), "cpu", seed=1, fewest=5)
    got = numbers(supply, 5)
    again = numbers(supply, 40)
    supply.close()
    assert got == [(i, True) for i in range(5)]
    assert {fresh for _, fresh in again} == {False}
    assert {number for number, _ in again} == set(range(5))


def test_a_young_reservoir_is_not_drawn_from_and_a_full_one_forgets() -> None:
    supply = feed.Feed(numbered(30), "cpu", seed=1, most=3, fewest=31)
    assert [fresh for _, fresh in numbers(supply, 30)] == [True] * 30
    assert len(supply._older) == 3
    assert {int(batch.ids[0, 0]) for batch in supply._older} != {0, 1, 2}
    supply.close()


def test_ids_lie_on_the_device_in_two_bytes_each(batch) -> None:
    there = feed.on_device(batch, "cpu")
    assert str(there.ids.dtype) == "torch.int16"
    assert there.ids.tolist() == batch.ids.tolist()
    assert there.tokens == batch.tokens == batch.answer.size
    assert max(preset.vocab for preset in PRESETS.values()) < 2**15


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("workers", [0, 1])
def test_an_error_where_the_corpus_is_written_ends_the_run(folder, workers) -> None:
    preset = replace(GPU, workers=workers, focus=(("no_such_family", 2.0),))
    with pytest.raises(ValueError, match="no such family to focus on: no_such_family"):
        train(folder, preset)


def test_an_error_in_the_thread_reaches_the_trainer() -> None:
    def broken() -> Iterator[batches.Batch]:
        yield from numbered(1)
        raise OSError("no space")

    supply = feed.Feed(broken(), "cpu", seed=1)
    assert supply.take()[1]
    with pytest.raises(OSError, match="no space"):
        supply.take()
    supply.close()


def test_held_out_batches_are_four_full_ones_of_short_rows_and_hold_no_training_phrasing(school) -> None:
    from transformers import PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast.from_pretrained(school)
    held = feed.held_batches(tokenizer, GPU, "cpu")
    assert [tuple(batch.answer.shape) for batch in held] == [(4, batches.SHORT)] * 4
    again = feed.held_batches(tokenizer, replace(GPU, seed=8), "cpu")
    assert all(a.ids.equal(b.ids) for a, b in zip(held, again, strict=True)), "the same for every seed"
    texts = {stream.as_text(row) for row in islice(stream.stream(stream.writer_seed(feed.HELD_SEED, 0), "held"), 3000)}
    openings = [tokenizer.decode(batch.ids[0].tolist()).split("<|end|><|user|>")[0][:60] for batch in held]
    assert all(any(text.startswith(opening) for text in texts) for opening in openings)


# the schedule and the recipe


def test_each_preset_has_a_schedule_of_its_own() -> None:
    day, gpu = PRESETS["day"], PRESETS["gpu"]
    assert [rate(day, done, 999) for done in (0, 0.649, 0.825, 1)] == pytest.approx([1, 1, 0.5, 0.03])
    assert [rate(gpu, done, 999) for done in (0, 0.619, 0.81, 1)] == pytest.approx([1, 1, 0.5, 0.02])
    assert [rate(day, 0.1, step) for step in (0, 49, 99, 100)] == [0.01, 0.5, 1, 1]
    assert [rate(gpu, 0.1, step) for step in (0, 99, 199, 200)] == [0.005, 0.5, 1, 1]


def test_a_run_ends_by_tokens_or_by_minutes() -> None:
    state = {"tokens": 500, "seconds": 30.0}
    assert progress(until(SMALL, tokens=2000), state) == 0.25
    assert progress(until(SMALL, minutes=2), state) == 0.25
    assert progress(until(until(SMALL, minutes=2), tokens=1000), state) == 0.5
    assert (seconds_left(until(SMALL, tokens=2000), state, 10), seconds_left(until(SMALL, minutes=2), state, 10)) == (150, 90)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--minutes", "0"], "minutes must be a positive number, got 0"),
        (["--minutes", "-2"], "minutes must be a positive number, got -2"),
        (["--tokens", "0"], "tokens must be a positive number, got 0"),
        (["--tokens=-5e6"], r"tokens must be a positive number, got -5e\+06"),
        (["--tokens", "nan"], "tokens must be a positive number, got nan"),
        (["--minutes", "inf"], "minutes must be a positive number, got inf"),
        (["--minutes", "1", "--tokens", "1e6"], r"by tokens or by minutes, not by both: got tokens 1e\+06 and minutes 1"),
    ],
)
def test_an_end_that_is_none_is_refused(tmp_path, capsys, options, said) -> None:
    import re

    assert cli.main(["train", "--preset", "smoke", "--folder", str(tmp_path), *options]) == 2
    assert re.search(said, capsys.readouterr().err)
    assert list(tmp_path.iterdir()) == []


def test_the_gpu_preset_is_the_recipe_of_the_shipped_weights() -> None:
    gpu, config = PRESETS["gpu"], json.loads(places.data("pocket", "config.json").read_text())
    assert (gpu.hidden, gpu.layers, gpu.heads, gpu.heads // 2, gpu.ffn, gpu.vocab) == (256, 8, 4, 2, 704, 4096)
    assert (gpu.micro, gpu.step, gpu.matrix_lr, gpu.other_lr, gpu.pieces, gpu.workers) == (65_536, 131_072, 0.02, 0.003, 0.15, 14)
    assert (gpu.hidden, gpu.vocab) == (config["hidden_size"], config["vocab_size"])
    assert sum(p.numel() for p in build(gpu).parameters()) == 6_951_168
    assert places.data(gpu.tokenizer, "tokenizer.json").exists()


def test_the_mix_of_the_gpu_preset_is_that_of_cpu_training_with_more_of_what_was_rare() -> None:
    mix = dict(PRESETS["gpu"].focus)
    assert mix.keys() == dict(TARGETS).keys()
    assert {mix[name] for name, times in TARGETS if times == 0.25} == {1.0, 0.6}
    usual = {name: times for name, times in TARGETS if times != 0.25}
    assert {name: mix[name] for name in usual} == usual | {"few_shot": 3.0}


def test_every_family_that_a_preset_names_exists() -> None:
    names = {family.__name__ for family in stream.families()}
    for preset in PRESETS.values():
        assert {name for name, _ in preset.focus} <= names


def test_provenance_samples_what_the_first_writer_of_the_gpu_preset_wrote(tmp_path, monkeypatch) -> None:
    import lzma

    monkeypatch.setattr(rows, "TAUGHT", 5)
    gpu = PRESETS["gpu"]
    wrote = islice(stream.stream(stream.writer_seed(gpu.seed, 0), focus=gpu.focus), 5)
    lines = lzma.decompress(rows.write_taught(tmp_path / "made").read_bytes()).decode().splitlines()
    assert list(map(json.loads, lines)) == [[row.family, row.messages] for row in wrote]


# whole runs

BEFORE = [6.2463, 6.2443, 6.2352, 6.2369]  # losses of a CPU run before there was a GPU path


def test_a_cpu_run_has_the_losses_that_it_had_before_the_gpu_path(folder) -> None:
    short = train(folder, SMALL, every=0.0)["curve"]
    assert [loss for _, loss in short] == pytest.approx(BEFORE, abs=2e-3)


def test_a_gpu_run_learns_counts_and_exports_a_plain_model(folder) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    said: list[dict] = []
    state = train(folder, GPU, tokens=16 * 2048, report=said.append, every=1e9)
    made = json.loads((folder / "model" / "training.json").read_text())
    assert made["curve_columns"] == ["tokens", "loss", "loss on answers", "loss on held-out answers"]
    assert made["curve"] == [[row[name] for name in made["curve_columns"]] for row in said]
    assert max(made["curve"][-1][1:]) < math.log(GPU.vocab) - 0.2, "a model that has learned nothing has log(vocabulary)"
    assert made["steps"] == 16
    assert made["tokens"] == made["unique_tokens"] == 16 * 2048 == state["tokens"]
    assert (made["preset"]["gpu"], made["device"]) == (True, "cpu")
    ids = torch.randint(5, 512, (2, 40))
    model = AutoModelForCausalLM.from_pretrained(folder / "model", dtype="float32")
    with torch.inference_mode():
        assert model(ids).logits.equal(rounded(folder)(ids).logits)


def rounded(folder: Path):
    """The model of the last checkpoint in training's own form, its weights rounded as an export rounds them."""
    import torch

    model = build(GPU)
    model.set_attn_implementation("sdpa")
    checkpoint.restore(latest_checkpoint(folder), model, [])
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(p.bfloat16())
    return model


def test_a_run_of_some_seconds_decays_by_the_clock(folder) -> None:
    said: list[dict] = []
    state = train(folder, GPU, minutes=0.05, report=said.append, every=0.0)
    assert 3 <= state["seconds"] < 10
    assert state["tokens"] != GPU.tokens
    assert said[-1]["left"] == 0
    assert train(folder, GPU, minutes=0.05)["starts"] == [0], "its time is over"
    more = train(folder, GPU, minutes=state["seconds"] / 60 + 0.01)
    assert more["starts"] == [0, state["tokens"]]
    assert more["seconds"] > state["seconds"]


KILLED = """
import sys, torch
from pathlib import Path
from pocket_maker.train.recipe import Preset
from pocket_maker.train.training import train
torch.set_num_threads(1)
train(Path(sys.argv[1]), eval(sys.argv[2]), minutes=5, every=0.0, keep=0.0)
"""


def test_a_killed_gpu_run_goes_on_with_the_time_already_spent(folder) -> None:
    preset = replace(GPU, workers=1)
    run = subprocess.Popen([sys.executable, "-c", KILLED, str(folder), repr(preset)], cwd=places.root())
    try:
        deadline = time.monotonic() + 120
        while not (latest_checkpoint(folder) or run.poll() is not None or time.monotonic() > deadline):
            time.sleep(0.05)
        time.sleep(0.5)
    finally:
        run.kill()
    assert run.wait() == -signal.SIGKILL
    before = json.loads((latest_checkpoint(folder) / "state.json").read_text())
    state = train(folder, preset, minutes=(before["seconds"] + 1) / 60, every=0.0)
    assert state["starts"] == [0, before["tokens"]]
    assert before["seconds"] + 1 <= state["seconds"] < before["seconds"] + 10
    assert state["curve"][: len(before["curve"])] == before["curve"]
    assert state["steps"] > before["steps"] > 0
    assert state["unique_tokens"] > before["unique_tokens"]


def test_a_diverged_gpu_run_says_so(folder) -> None:
    with pytest.raises(RuntimeError, match=r"diverged: after [\d,]+ tokens .* lower matrix_lr in train/recipe.py"):
        train(folder, replace(GPU, tokens=40_000, matrix_lr=1e6, other_lr=1e6), every=0.0)


def test_a_gpu_run_goes_on_from_a_model_of_a_cpu_run_with_the_columns_of_both(folder, tmp_path) -> None:
    first = train(folder, SMALL, every=0.0)
    record = folder / "model" / "training.json"
    made = json.loads(record.read_text())
    record.write_text(json.dumps({key: value for key, value in made.items() if key not in ("focus", "steps", "unique_tokens")}))
    state = train(tmp_path / "next", GPU, tokens=SMALL.tokens + 2048, start=folder / "model")
    assert list(state["curve_columns"]) == ["tokens", "loss"]
    assert {len(point) for point in state["curve"]} == {2}
    assert state["curve"][: len(first["curve"])] == first["curve"]
    assert state["unique_tokens"] == state["tokens"] == SMALL.tokens + 2048


def test_the_gpu_preset_takes_the_shipped_tokenizer(tmp_path) -> None:
    from transformers import PreTrainedTokenizerFast

    from pocket_maker.train.training import prepare

    _, tokenizer = prepare(tmp_path, replace(PRESETS["gpu"], layers=1))
    assert tokenizer.get_vocab() == PreTrainedTokenizerFast.from_pretrained(places.data("pocket")).get_vocab()
