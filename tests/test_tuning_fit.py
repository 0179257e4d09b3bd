"""Training: it learns, stops, resumes after a kill, comes back from its folder as it was, and says so when something is wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny import tiny_causal, tiny_seq2seq

from helpers import tuning
from helpers.models import Model, ModelError, load
from helpers.runs import Run
from helpers.runs.record import frame
from helpers.storage import latest_checkpoint
from helpers.tasks.task import RUN_COLUMNS
from helpers.tuning import states

ROOT = Path(__file__).parent.parent
GOOD, BAD = ("warm", "funny", "clever", "fine"), ("cold", "rude", "dull", "slow")
ROWS = [
    {"id": f"r-{n}", "input": f"the {thing} was {word}", "target": label}
    for label, words in (("positive", GOOD), ("negative", BAD))
    for n, (thing, word) in enumerate((thing, word) for thing in ("soup", "film", "waiter", "end") for word in words)
]
TRAIN, DEV = ROWS[::2], ROWS[1::2]
QUICK = {"epochs": 3, "batch": 8, "evaluations": 3, "rank": 4, "virtual": 4}
METHODS = ("full", "lora", "prompt", "qlora")


@pytest.fixture(scope="module")
def causal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_causal(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def seq2seq(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_seq2seq(tmp_path_factory.mktemp("models"))


def fit(base: Path, folder: Path | None = None, **options: object) -> tuning.Tuned:
    return tuning.fit(base, TRAIN, dev=DEV, folder=folder, **{**QUICK, **options})


def logits(model: Model, question: str = "the soup was warm") -> torch.Tensor:
    """What a model computes for an answer to one question; an encoder-decoder's answer begins with its start token."""
    provider = model.provider
    ids = torch.tensor([provider._tokens([{"role": "user", "content": question}], None)])
    more = {"decoder_input_ids": torch.tensor([[0]])} if provider.seq2seq else {}
    with torch.no_grad():
        return provider.model(input_ids=ids, **more).logits[0, -1]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_learns_and_comes_back_from_its_folder_as_it_was_trained(causal: Path, tmp_path: Path, method: str) -> None:
    seen = []
    done = fit(causal, tmp_path / "run", method=method, lr={"prompt": 0.1}.get(method, 5e-3), epochs=6, live=seen.append)
    dev = done.curve["dev_loss"].dropna()
    assert dev.min() < 0.7 * dev.iloc[0]
    assert done.curve["loss"].iloc[-1] < done.curve["loss"].iloc[1]
    assert seen[-1]["step"] == seen[-1]["steps"] == done.curve["step"].iloc[-1] == 12
    assert trained_loss(done.model()) == pytest.approx(dev.min(), abs=2e-4)


def trained_loss(model: Model) -> float:
    """The dev loss of a model as it is answered from: merged, read from its files; virtual tokens are never written."""
    from helpers.tuning.batches import loss_sum, parts
    from helpers.tuning.rows import encode

    provider = model.provider
    pairs, words = encode(DEV, None, provider), provider.folder.vocabulary
    provider.model.get_output_embeddings().register_forward_hook(lambda module, into, out: out[..., :words])
    with torch.no_grad():
        total = sum(float(loss_sum(provider.model, batch)) for batch in parts(pairs, 4096, 0, provider.model))
    return total / sum(len(pair.answer) for pair in pairs)


@pytest.mark.parametrize("method", ["full", "lora", "prompt", "qlora"])
def test_an_encoder_decoder_learns_too(seq2seq: Path, tmp_path: Path, method: str) -> None:
    done = fit(seq2seq, tmp_path / "run", method=method, lr={"prompt": 0.3}.get(method, 1e-2), epochs=6)
    assert done.curve["dev_loss"].min() < done.curve["dev_loss"].iloc[0] - 0.05
    assert trained_loss(done.model()) == pytest.approx(done.curve["dev_loss"].min(), abs=2e-4)
    assert done.model().ask("the soup was warm", max_tokens=4).error is None


@pytest.mark.parametrize("method", ["lora", "prompt", "qlora"])
def test_an_adapter_holds_no_machine_path_and_merges_into_a_plain_model(causal: Path, tmp_path: Path, method: str) -> None:
    done = fit(causal, tmp_path / "run", method=method, lr=1e-2, epochs=1)
    for file in done.folder.iterdir():
        assert str(tmp_path.parent).encode() not in file.read_bytes(), file.name
        assert str(causal.parent).encode() not in file.read_bytes(), file.name
    whole = load(f"hf:{done.merge(tmp_path / 'merged')}", cache=False)
    assert torch.allclose(logits(whole)[:384], logits(done.model())[:384], atol=1e-5)
    assert not torch.allclose(logits(whole)[:384], logits(load(f"hf:{causal}", cache=False)), atol=1e-3)
    assert whole.ask("hi", max_tokens=4).text == done.model().ask("hi", max_tokens=4).text
    with pytest.raises(ValueError, match="'merged' is not empty"):
        done.merge(tmp_path / "merged")


def test_a_moved_adapter_finds_the_base_beside_it(causal: Path, tmp_path: Path) -> None:
    base = tiny_causal(tmp_path / "elsewhere")
    done = fit(base, tmp_path / "elsewhere" / "run", epochs=1)
    moved = (tmp_path / "elsewhere").rename(tmp_path / "other")
    assert torch.equal(
        logits(load(f"hf:{moved / 'run'}", cache=False)), logits(replace(done, folder=moved / "run", base_folder=base_of(moved)).model())
    )
    with pytest.raises(ModelError, match="is an adapter: merge it first"):
        fit(moved / "run")


def base_of(folder: Path) -> Path:
    return folder / "causal"


def test_the_same_call_gives_the_same_weights_and_a_finished_one_is_read(causal: Path, tmp_path: Path) -> None:
    one, two, other = (fit(causal, tmp_path / name, seed=seed) for name, seed in (("a", 0), ("b", 0), ("c", 1)))
    weights = [(done.folder / "adapter_model.safetensors").read_bytes() for done in (one, two, other)]
    assert weights[0] == weights[1] != weights[2]
    assert one.model().fingerprint == two.model().fingerprint
    seen = []
    again = fit(causal, tmp_path / "a", live=seen.append)
    assert (again.seconds, len(seen)) == (one.seconds, len(one.curve))


def test_without_a_folder_every_run_has_its_own(causal: Path) -> None:
    one, two = fit(causal, epochs=1), fit(causal, epochs=1, lr=1e-4)
    assert one.folder != two.folder
    assert one.folder.parent.parts[-2:] == ("outputs", "tuning")


def test_it_stops_early_and_keeps_the_best_weights(causal: Path, tmp_path: Path) -> None:
    wrong = [dict(row, target={"positive": "negative"}.get(row["target"], "positive")) for row in DEV]
    done = tuning.full(causal, TRAIN, dev=wrong, folder=tmp_path / "run", lr=3e-3, epochs=30, evaluations=30, batch=8, patience=2)
    dev = done.curve["dev_loss"].dropna()
    assert done.stopped == "early: no better watched loss in 2 evaluations"
    assert int(done.curve["step"].max()) < 30 * 2
    assert done.best_step == done.curve.loc[dev.idxmin(), "step"] == done.curve["step"].max() - 2 * 2


def test_without_dev_rows_the_last_weights_are_kept(causal: Path, tmp_path: Path) -> None:
    done = tuning.lora(causal, TRAIN, folder=tmp_path / "run", **QUICK)
    assert done.curve["dev_loss"].isna().all()
    assert "no dev rows" in repr(done)
    assert not torch.equal(logits(done.model()), logits(load(f"hf:{causal}", cache=False)))


KILLED = """
import sys, time
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_tuning_fit import TRAIN, DEV, QUICK
from helpers import tuning
tuning.fit(Path({base!r}), TRAIN, dev=DEV, folder={folder!r}, keep=0.0, live=lambda row: time.sleep(0.1), **QUICK | {{"epochs": 6}})
"""


def test_a_killed_run_goes_on_and_ends_as_an_unbroken_one(causal: Path, tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    code = KILLED.format(tests=str(ROOT / "tests"), base=str(causal), folder=str(folder))
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "LADDER_PROGRESS": "off"})
    while (latest_checkpoint(folder) is None or step_of(folder) < 3) and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    begun, seen = step_of(folder), []
    resumed = fit(causal, folder, epochs=6, live=seen.append)
    whole = fit(causal, tmp_path / "whole", epochs=6)
    assert 3 <= begun < 12
    assert resumed.curve.equals(whole.curve)
    assert (folder / "adapter_model.safetensors").read_bytes() == (whole.folder / "adapter_model.safetensors").read_bytes()
    assert sorted(p.name for p in folder.iterdir()) == sorted(p.name for p in whole.folder.iterdir())


def step_of(folder: Path) -> int:
    found = latest_checkpoint(folder)
    try:
        return json.loads((found / "state.json").read_text())["step"] if found else 0
    except (OSError, ValueError):  # just replaced
        return 0


def test_a_full_disk_is_told_and_the_checkpoint_before_is_whole(causal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import safetensors.torch

    write, written = safetensors.torch.save_file, []

    def full(tensors: dict, file: Path) -> None:
        written.append(file)
        if len(written) == 3 * 2 + 2:  # three files a checkpoint: the second of the third
            raise OSError(28, "No space left on device")
        write(tensors, file)

    monkeypatch.setattr(safetensors.torch, "save_file", full)
    with pytest.raises(OSError, match=r"checkpoint of step 3 cannot be written \(.*No space left.*the one of step 2 is whole"):
        fit(causal, tmp_path / "run", keep=0.0)
    assert [p.name for p in (tmp_path / "run").iterdir()] == ["checkpoint"]
    assert fit(causal, tmp_path / "run", keep=0.0).curve.equals(fit(causal, tmp_path / "whole").curve)


def test_a_checkpoint_that_cannot_take_its_place_is_told_with_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, calls = torch.nn.Linear(2, 2), []
    optimizer, replace = torch.optim.SGD(model.parameters()), os.replace
    states.save(tmp_path, model, optimizer, {}, {"step": 1})

    def full_at_the_second(*paths: Path) -> None:
        calls.append(paths)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        replace(*paths)

    monkeypatch.setattr(os, "replace", full_at_the_second)
    with pytest.raises(OSError, match=r"of step 2 cannot be written.*the one of step 1 is whole"):
        states.save(tmp_path, model, optimizer, {}, {"step": 2})


def test_a_disk_that_is_full_at_the_end_leaves_no_half_result(causal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from helpers.tuning import tuned

    with monkeypatch.context() as patch:
        patch.setattr(tuned, "_record", lambda job: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(OSError, match=r"tuned weights cannot be written into 'run'.*make room and run the same again"):
            fit(causal, tmp_path / "run", keep=0.0)
    assert [p.name for p in (tmp_path / "run").iterdir()] == ["checkpoint"]
    with pytest.raises(ValueError, match="no finished training in 'run'"):
        tuning.read(tmp_path / "run")
    assert fit(causal, tmp_path / "run", keep=0.0).best_step > 0


def test_a_rate_that_diverges_stops_with_step_loss_and_cure(causal: Path, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"diverged at step \d+ of 60: the loss is .*learning rate of .*lower lr from 50 to 5"):
        tuning.full(causal, TRAIN, dev=DEV, folder=tmp_path / "run", lr=50.0, epochs=30, batch=8, keep=0.0, patience=99)
    kept = latest_checkpoint(tmp_path / "run")
    from safetensors.torch import load_file

    assert all(torch.isfinite(value).all() for value in load_file(kept / "weights.safetensors").values())


def test_a_loss_that_is_no_number_stops_before_anything_is_kept(tmp_path: Path) -> None:
    base = tiny_causal(tmp_path)
    from safetensors.torch import load_file, save_file

    weights = load_file(base / "model.safetensors")
    weights["model.norm.weight"][0] = float("nan")
    save_file(weights, base / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(RuntimeError, match="diverged at step 1 of 6: the loss is nan"):
        fit(base, tmp_path / "run", keep=0.0)
    assert latest_checkpoint(tmp_path / "run") is None


def test_another_run_does_not_overwrite_a_folder_unless_it_is_told_to(causal: Path, tmp_path: Path) -> None:
    first = fit(causal, tmp_path / "run", epochs=1)
    with pytest.raises(ValueError, match=r"'run' holds another training run .*or fresh=True"):
        fit(causal, tmp_path / "run", epochs=2)
    assert tuning.read(tmp_path / "run").curve.equals(first.curve)
    assert len(fit(causal, tmp_path / "run", epochs=2, fresh=True).curve) > len(first.curve)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(ValueError, match="'mine' holds files that no training run wrote"):
        fit(causal, tmp_path / "mine", fresh=True)


def test_an_adapter_does_not_load_on_another_base(causal: Path, tmp_path: Path) -> None:
    done = fit(causal, tmp_path / "run", epochs=1)
    other = tiny_causal(tmp_path, seed=5)
    with pytest.raises(ModelError, match=r"'run' was trained on other weights than 'hf:\./causal' holds now"):
        replace(done, base_folder=other).model()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rate": 1}, "no setting 'rate'; there are lr, epochs"), ({"method": "magic"}, "method='magic': it is one of full, lora"),
        ({"lr": 0}, "lr=0: it must be above 0"),
        ({"lr": "1e-3"}, "lr='1e-3': it is a number, not str"),
        ({"epochs": 0}, "epochs=0: it is a whole number"),
        ({"limit": 0}, "limit=0: it is a number"),
        ({"warmup": 2}, "warmup=2: it is from 0 to 1"),
    ],
)  # fmt: skip
def test_impossible_settings_are_refused_before_anything_is_read(causal: Path, tmp_path: Path, changes: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        fit(causal, tmp_path / "run", **changes)
    assert not (tmp_path / "run").exists()


def test_a_hosted_model_is_not_tuned_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    with pytest.raises(ModelError, match="cannot be tuned here: its weights are not on this machine"):
        tuning.lora("openai:big@http://127.0.0.1:1/v1", TRAIN)


def test_a_task_brings_its_splits_and_its_labels(causal: Path, tmp_path: Path) -> None:
    from helpers.tasks import load_task

    (tmp_path / "task.toml").write_text('metric = "label"\nlabels = ["positive", "negative"]\nlicense = "CC0-1.0"\ninstruction = "?"\n')
    for split, rows in (("train", TRAIN), ("dev", DEV)):
        (tmp_path / f"{split}.jsonl").write_text("".join(json.dumps(row | {"id": f"{split}-{n}"}) + "\n" for n, row in enumerate(rows)))
    task = load_task(tmp_path)
    done = tuning.lora(causal, task, limit=8, dev_limit=4, folder=tmp_path / "run", **QUICK | {"epochs": 1})
    assert len(done.curve) == 2  # the base, and one step of 8 rows
    with pytest.raises(ValueError, match="its target 'positive' is none of the labels good, bad"):
        tuning.lora(causal, replace(task, labels=("good", "bad")), folder=tmp_path / "no")


def test_parts_of_a_batch_change_no_result(causal: Path, tmp_path: Path) -> None:
    whole, parts = fit(causal, tmp_path / "whole"), fit(causal, tmp_path / "parts", tokens=40)
    assert (whole.curve - parts.curve).abs().max().max() < 1e-4


class Stop(BaseException):
    """Stands for a kill: nothing in the package catches it."""


@pytest.mark.parametrize("method", METHODS)
def test_a_run_that_was_broken_off_goes_on_to_the_same_weights(causal: Path, tmp_path: Path, method: str) -> None:
    def stop(row: dict) -> None:
        if row["step"] == 4:
            raise Stop

    options = {"method": method, "keep": 0.0, **({} if method in ("full", "prompt") else {"dropout": 0.2})}
    with pytest.raises(Stop):
        fit(causal, tmp_path / "run", live=stop, **options)
    assert latest_checkpoint(tmp_path / "run")
    whole, broken = fit(causal, tmp_path / "whole", **options), fit(causal, tmp_path / "run", **options)
    files = [{file.name: file.read_bytes() for file in done.folder.glob("*.safetensors")} for done in (whole, broken)]
    assert files[0] == files[1] != {}
    assert broken.curve.equals(whole.curve)


@pytest.mark.parametrize("moved", [0, 2])
def test_a_kill_while_the_result_is_written_costs_nothing(
    causal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    done, move = [], os.replace

    def killed(source: Path, goal: Path) -> None:
        done.extend([goal] if source.parent.name == states.FINISHED != goal.parent.name else [])
        if len(done) > moved:
            raise Stop
        move(source, goal)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed)
        with pytest.raises(Stop):
            fit(causal, tmp_path / "run")
    assert len(list((tmp_path / "run").iterdir())) == moved + 1
    assert (tmp_path / "run" / states.FINISHED).exists()
    again = fit(causal, tmp_path / "run")
    assert not (tmp_path / "run" / states.FINISHED).exists()
    assert torch.equal(logits(again.model()), logits(fit(causal, tmp_path / "whole").model()))


def test_a_damaged_checkpoint_is_told_and_fresh_starts_again(causal: Path, tmp_path: Path) -> None:
    def stop(row: dict) -> None:
        if row["step"] == 3:
            raise Stop

    for name, said in (("state.json", "or a damaged one: give another folder, or fresh=True"), ("weights.safetensors", "fresh=True")):
        with pytest.raises(Stop):
            fit(causal, tmp_path / "run", live=stop, keep=0.0, fresh=True)
        (tmp_path / "run" / "checkpoint" / name).write_bytes(b"{cut")
        with pytest.raises(ValueError, match=said):
            fit(causal, tmp_path / "run", keep=0.0)
    assert fit(causal, tmp_path / "run", fresh=True).best_step > 0


def test_an_adapter_is_loaded_by_its_spec_wherever_its_base_lies(tmp_path: Path) -> None:
    base = tiny_causal(tmp_path / "bases")
    done = fit(base, tmp_path / "runs" / "mine", epochs=1)
    loaded = load(f"hf:{done.folder}", cache=False)
    assert torch.equal(logits(loaded), logits(done.model()))
    assert tuning.read(done.folder).model().ask("hi", max_tokens=2).text == loaded.ask("hi", max_tokens=2).text
    tiny_causal(tmp_path / "bases", seed=4)  # other weights in the same place
    with pytest.raises(ModelError, match=r"was trained on other weights than 'hf:\./causal' holds now"):
        load(f"hf:{done.folder}", cache=False)
    base.rename(tmp_path / "gone")
    with pytest.raises(ModelError, match=r"the base of the adapter 'mine', './causal', is not here: put its folder beside"):
        load(f"hf:{done.folder}", cache=False)


def test_the_models_spec_loads_it_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    done = fit(tiny_causal(tmp_path), Path("outputs/run"), epochs=1)
    assert done.model().spec == "hf:./outputs/run"
    assert load(done.model().spec, cache=False).fingerprint == done.model().fingerprint


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("reviews", "data must be a task, as load_task"), (None, "data must be a task.*got None"),
        (["a review"], "row 1 must be a mapping with input and target, got str"), ([], "there is no row to train on"),
    ],
)  # fmt: skip
def test_what_is_no_data_is_refused(causal: Path, tmp_path: Path, data: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        tuning.lora(causal, data, folder=tmp_path / "run")


def test_a_template_without_generation_markers_learns_the_answer_alone(tmp_path: Path) -> None:
    """As most templates on the hub: trl's assistant_only_loss would refuse it."""
    base = tiny_causal(tmp_path)
    provider = load(f"hf:{base}", cache=False).provider
    assert "generation %}" not in provider.tokenizer.chat_template
    asked, answer = provider.pair([{"role": "user", "content": "the soup was warm"}], "positive")
    assert provider.tokenizer.decode(answer) == "positive<|end|>"
    assert provider.tokenizer.decode(asked).endswith("<|assistant|>")
    done = fit(base, tmp_path / "run", epochs=8, lr=1e-2)
    assert done.model().ask("the soup was warm", max_tokens=4).text in ("positive", "negative")


def test_a_model_in_memory_is_told_to_be_saved_first(causal: Path) -> None:
    from helpers.models import wrap

    provider = load(f"hf:{causal}", cache=False).provider
    with pytest.raises(ModelError, match=r"'memory:mine' is in memory or shrunk.*module\.save_pretrained\(folder\)"):
        tuning.lora(wrap(provider.model, provider.tokenizer, name="mine"), TRAIN)


def test_a_recorded_training_has_its_curve_its_runs_and_half_the_bytes(causal, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LADDER_RECORDINGS", str(tmp_path / "recordings"))
    done = fit(causal, tmp_path / "lora", method="lora")
    numbers = {"score": 1.0, "tokens_in": 1, "tokens_out": 1, "seconds": 0.1, "usd": 0.0, "cached": False}
    made = Run("t", "lora", "causal", "dev", "exact", frame([{**dict.fromkeys(RUN_COLUMNS), "id": "r-1", **numbers}]), {}, {}, 0.1)
    tuning.record(done, "13/tiny", {"dev": made})
    again = tuning.read_recorded("13/tiny")
    assert (again.curve.equals(done.curve), again.settings) == (True, done.settings)
    assert again.bytes < 0.6 * done.bytes
    assert tuning.recorded_run("13/tiny", "dev").score == made.score
    assert torch.allclose(logits(again.model()), logits(done.model()), atol=0.1)


def test_a_recording_without_its_adapter_keeps_curve_and_runs(causal, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LADDER_RECORDINGS", str(tmp_path / "recordings"))
    done = fit(causal, tmp_path / "lora", method="lora")
    folder = tuning.record(done, "13/tiny", adapter=False)
    assert list(folder.glob("*.safetensors")) == []
    assert tuning.read_recorded("13/tiny").curve.equals(done.curve)


def test_what_was_not_recorded_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LADDER_RECORDINGS", str(tmp_path / "recordings"))
    with pytest.raises(ValueError, match=r"no recorded training '13/none'; there are: none"):
        tuning.read_recorded("13/none")
    with pytest.raises(ValueError, match="names no recorded training"):
        tuning.read_recorded("../13")
    with pytest.raises(ValueError, match=r"no recorded trainings '13/none'; python -m helpers.workbook.trainings makes"):
        tuning.read_trainings("13/none")
