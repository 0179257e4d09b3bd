"""Training the pocket model: what is learned, what a kill or a full disk leaves, and what comes out."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import math
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from helpers import places
from helpers.storage import latest_checkpoint
from pocket_maker import cli
from pocket_maker.corpus import stream
from pocket_maker.train import batches, checkpoint
from pocket_maker.train.artefact import RECORD, export
from pocket_maker.train.loss import loss_of
from pocket_maker.train.recipe import PRESETS, Preset, build
from pocket_maker.train.training import optimizers_for, train

TINY = Preset(4096, step=1024, micro=1024, hidden=16, layers=1, heads=2, ffn=32, vocab=512)
CALL = {"type": "function", "function": {"name": "add", "arguments": {"a": 7}}}
TALK = [
    {"role": "system", "content": "Be brief."}, {"role": "user", "content": "7 + 5?"},
    {"role": "assistant", "content": "13", "weight": 0}, {"role": "user", "content": "Check it."},
    {"role": "assistant", "content": "", "tool_calls": [CALL]}, {"role": "tool", "content": "12"},
    {"role": "assistant", "content": "It is 12."},
]  # fmt: skip


@pytest.fixture(scope="module")
def tokenizer(school: Path):
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast.from_pretrained(school)


@pytest.fixture(scope="module")
def batch(tokenizer) -> batches.Batch:
    return next(batches.batches(tokenizer, seed=5, tokens=512))


def taught(batch: batches.Batch, steps: int, seed: int = 0) -> tuple:
    """A tiny model after some steps on one batch, and its optimizers."""
    model = build(TINY, seed=seed)
    optimizers = optimizers_for(model, TINY)
    for _ in range(steps):
        loss_of(model, batch, "cpu").backward()
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
    return model, optimizers


def same(a, b) -> bool:
    return all(p.equal(q) for p, q in zip(a.parameters(), b.parameters(), strict=True))


def test_only_the_assistants_own_tokens_are_learned_and_a_turn_of_weight_0_is_not(tokenizer) -> None:
    [(ids, learned)] = batches.encode(tokenizer, [stream.Row("talk", TALK)])
    assert tokenizer.decode(ids) == stream.as_text(stream.Row("talk", TALK))
    kept = tokenizer.decode([token for token, mine in zip(ids, learned, strict=True) if mine])
    assert kept == '<|call|>{"name": "add", "arguments": {"a": 7}}<|end|>It is 12.<|end|>'


def test_what_is_learned_is_what_the_chat_template_marks(tokenizer) -> None:
    rows = [row for row in islice(stream.stream(3), 300) if row.messages[0]["role"] != "tools"]
    rows = [row for row in rows if all(m.get("weight", 1) for m in row.messages)][:100]
    for row, (ids, learned) in zip(rows, batches.encode(tokenizer, rows), strict=True):
        out = tokenizer.apply_chat_template(row.messages, return_dict=True, return_assistant_tokens_mask=True)
        assert (out["input_ids"], list(map(bool, out["assistant_masks"]))) == (ids, learned)


def test_packing_cuts_no_conversation_and_loses_none() -> None:
    chance = random.Random(1)
    documents = [([10 + n] * chance.randint(1, 257), [False]) for n in range(300)]
    rows = batches._pack(documents, 256)
    assert sorted(document for row in rows for document in row) == sorted(documents)
    assert max(sum(len(ids) for ids, _ in row) for row in rows) <= 257
    assert len(rows) < 1.1 * sum(len(ids) for ids, _ in documents) / 257


def test_a_batch_holds_whole_conversations_of_the_stream_and_marks_their_answers(tokenizer) -> None:
    documents = batches.encode(tokenizer, list(islice(stream.stream(5), 3 * batches.POOL)))
    left = Counter(tuple(ids) for ids, _ in documents)
    learned = {tuple(ids): flags for ids, flags in documents}
    opening = {2, 3}  # <|system|> or <|user|> begins a conversation where the one before ended with the assistant's turn
    for got in islice(batches.batches(tokenizer, seed=5, tokens=2048), 40):
        for ids, answer in zip(got.ids.tolist(), got.answer.tolist(), strict=True):
            flags, at, size = [False, *answer], 0, sum(token != batches.PAD for token in ids)
            while at < size:
                ends = [i for i in range(at + 1, size + 1) if i == size or (ids[i] in opening and ids[i - 1] == batches.END)]
                end = next(i for i in ends if left[tuple(ids[at:i])] > 0)
                left[tuple(ids[at:end])] -= 1
                assert flags[at:end] == learned[tuple(ids[at:end])]
                at = end


def test_a_restored_checkpoint_is_exact_and_the_next_step_is_the_same(batch, tmp_path) -> None:
    model, optimizers = taught(batch, 2)
    checkpoint.save(tmp_path, model, optimizers, {"tokens": 77})
    other, others = taught(batch, 0, seed=9)
    assert not same(model, other)
    assert checkpoint.restore(latest_checkpoint(tmp_path), other, others) == {"tokens": 77}
    assert same(model, other)
    for mine, theirs in zip(optimizers, others, strict=True):
        assert mine.state
        for p, q in zip(mine.param_groups[0]["params"], theirs.param_groups[0]["params"], strict=True):
            assert mine.state[p].keys() == theirs.state[q].keys()
            assert all(value.equal(theirs.state[q][key]) for key, value in mine.state[p].items())
    for pair in ((model, optimizers), (other, others)):
        loss_of(pair[0], batch, "cpu").backward()
        for optimizer in pair[1]:
            optimizer.step()
    assert same(model, other)


KILLED = """
import sys, torch
from pathlib import Path
from pocket_maker.train.recipe import Preset
from pocket_maker.train.training import train
torch.set_num_threads(1)
train(Path(sys.argv[1]), eval(sys.argv[2]), tokens=1_900_000, every=0.0, keep=0.0)
"""


def test_a_killed_run_goes_on_from_its_last_checkpoint_to_the_end(folder) -> None:
    run = subprocess.Popen([sys.executable, "-c", KILLED, str(folder), repr(TINY)], cwd=places.root())
    try:
        deadline = time.monotonic() + 120
        while not (latest_checkpoint(folder) or run.poll() is not None or time.monotonic() > deadline):
            time.sleep(0.05)
        time.sleep(0.3)
    finally:
        run.kill()
    assert run.wait() == -signal.SIGKILL
    before = json.loads((latest_checkpoint(folder) / "state.json").read_text())
    assert before["tokens"] >= TINY.step
    state = train(folder, TINY, tokens=before["tokens"] + 3 * TINY.step)
    assert state["starts"] == [0, before["tokens"]]
    assert state["tokens"] == before["tokens"] + 3 * TINY.step
    assert state["curve"][: len(before["curve"])] == before["curve"]
    assert state["seconds"] > before["seconds"]
    assert train(folder, TINY, tokens=state["tokens"])["starts"] == state["starts"], "a finished run is not trained again"


def test_the_smoke_preset_learns_and_its_export_is_a_plain_transformers_model(folder, capsys) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    assert cli.main(["train", "--preset", "smoke", "--folder", str(folder), "--threads", "1"]) == 0
    assert "the model is in" in capsys.readouterr().out
    made = json.loads((folder / "model" / "training.json").read_text())
    assert set(made) == {*RECORD, "sha256"}
    assert (made["device"], made["unique_tokens"]) == ("cpu", made["tokens"])
    assert made["curve_columns"] == ["tokens", "loss"]
    assert made["curve"][-1][1] < math.log(PRESETS["smoke"].vocab) - 0.2, "a model that has learned nothing has log(vocabulary)"
    assert made["sha256"] == hashlib.sha256((folder / "model" / "model.safetensors").read_bytes()).hexdigest()
    assert {path.stat().st_mode & 0o777 for path in (folder / "model").iterdir()} == {0o644}
    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder / "model"), AutoTokenizer.from_pretrained(folder / "model")
    ids = tokenizer.apply_chat_template([{"role": "user", "content": "Hi"}], add_generation_prompt=True, return_tensors="pt")["input_ids"]
    assert tokenizer.decode(ids[0]) == "<|user|>Hi<|end|><|assistant|>"
    with torch.inference_mode():
        assert model.generate(ids, max_new_tokens=3, attention_mask=torch.ones_like(ids)).shape[1] > ids.shape[1]


def test_a_diverged_run_says_so_and_keeps_its_last_checkpoint(folder) -> None:
    train(folder, TINY)
    with pytest.raises(RuntimeError, match=r"diverged: after [\d,]+ tokens .* lower matrix_lr in train/recipe.py"):
        train(folder, replace(TINY, tokens=40 * TINY.step, matrix_lr=1e6, other_lr=1e6), every=0.0)
    assert train(folder, TINY, tokens=6 * TINY.step)["starts"] == [0, TINY.tokens]


def test_a_checkpoint_of_another_shape_is_named_with_both_shapes(folder, capsys) -> None:
    train(folder, TINY)
    wanted = r"another shape: model.embed_tokens.weight is \(512, 16\) there and \(512, 64\) here; use the preset"
    with pytest.raises(ValueError, match=wanted):
        train(folder, "smoke")
    assert cli.main(["train", "--preset", "smoke", "--folder", str(folder), "--threads", "1"]) == 2
    assert "another shape" in capsys.readouterr().err


def test_a_damaged_checkpoint_is_named(batch, tmp_path) -> None:
    model, optimizers = taught(batch, 1)
    checkpoint.save(tmp_path, model, optimizers, {})
    (tmp_path / "checkpoint" / "model.safetensors").write_bytes(b"half")
    with pytest.raises(ValueError, match=r"checkpoint in .* is damaged .* delete .*checkpoint to start afresh"):
        checkpoint.restore(latest_checkpoint(tmp_path), model, optimizers)


def whole(folder: Path, batch: batches.Batch) -> dict:
    """The state of the newest checkpoint, after all of it has been read."""
    return checkpoint.restore(latest_checkpoint(folder), *taught(batch, 0))


def test_a_full_disk_leaves_the_earlier_checkpoint_whole(batch, tmp_path) -> None:
    model, optimizers = taught(batch, 1)
    checkpoint.save(tmp_path, model, optimizers, {"tokens": 1})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))  # no file may grow past 4 KB
    try:
        with pytest.raises(OSError, match=r"cannot write a checkpoint in .* the one before, if any, is whole"):
            checkpoint.save(tmp_path, model, optimizers, {"tokens": 2})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert whole(tmp_path, batch) == {"tokens": 1}
    checkpoint.save(tmp_path, model, optimizers, {"tokens": 3})
    assert whole(tmp_path, batch) == {"tokens": 3}
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]


def test_an_unwritable_folder_leaves_the_earlier_checkpoint_whole(batch, tmp_path, monkeypatch) -> None:
    model, optimizers = taught(batch, 1)
    checkpoint.save(tmp_path, model, optimizers, {"tokens": 1})
    with monkeypatch.context() as patch:  # a mode would not stop root
        patch.setattr(Path, "mkdir", lambda *a, **k: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
        with pytest.raises(OSError, match="Permission denied"):
            checkpoint.save(tmp_path, model, optimizers, {"tokens": 2})
    assert whole(tmp_path, batch) == {"tokens": 1}


@pytest.mark.parametrize("moments", list(itertools.product(range(6), repeat=2)), ids=str)
def test_at_every_moment_of_two_killed_saves_one_checkpoint_is_whole(tmp_path, monkeypatch, moments) -> None:
    import torch

    left, model = [99], torch.nn.Linear(2, 2)

    def until_the_kill(real):
        def call(*args, **kwargs):
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            return real(*args, **kwargs)

        return call

    monkeypatch.setattr(os, "replace", until_the_kill(os.replace))
    monkeypatch.setattr(shutil, "rmtree", until_the_kill(shutil.rmtree))
    checkpoint.save(tmp_path, model, [], {"tokens": 0})
    seen = 0
    for tokens, moment in enumerate(moments, 1):
        left[0] = moment  # calls before the kill
        with contextlib.suppress(KeyboardInterrupt):
            checkpoint.save(tmp_path, model, [], {"tokens": tokens})
        got = checkpoint.restore(latest_checkpoint(tmp_path), model, [])["tokens"]
        assert seen <= got <= tokens
        seen = got


def test_an_export_leaves_the_model_as_it_was(batch, tokenizer, tmp_path) -> None:
    model, _ = taught(batch, 1)
    export(model, tmp_path, tokenizer, {"tokens": 5})
    assert {str(p.dtype) for p in model.parameters()} == {"torch.float32"}
    assert json.loads((tmp_path / "training.json").read_text())["tokens"] == 5


def test_a_finished_model_is_gone_on_from_with_its_weights_tokenizer_and_count(folder, tmp_path):
    train(folder, TINY)
    state = train(tmp_path / "next", TINY, tokens=TINY.tokens + 1024, start=folder / "model")
    assert state["tokens"] == TINY.tokens + 1024
    assert state["starts"] == [0, TINY.tokens]
    assert (tmp_path / "next" / "tokenizer.json").read_bytes() == (folder / "tokenizer.json").read_bytes()


def test_going_on_from_a_folder_without_a_finished_model_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"empty holds no training\.json"):
        train(tmp_path / "next", TINY, start=tmp_path / "empty")


def test_a_model_with_another_tokenizer_is_not_gone_on_from(folder, tmp_path):
    train(folder, TINY)
    (folder / "model" / "tokenizer.json").write_text("{}")
    with pytest.raises(ValueError, match="another tokenizer"):
        checkpoint.begin_from(folder, build(TINY), folder / "model")
