"""QLoRA: the fault of bitsandbytes that this package guards against is there, and the guard keeps it out."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny import tiny_causal

from helpers.models.local import Local
from helpers.models.weights import read_nf4
from helpers.tuning.bases import check_unpacked, never_repack, open_base, prepare
from helpers.tuning.batches import loss_sum, padded
from helpers.tuning.rows import encode
from helpers.tuning.settings import settings_for

ROWS = [{"input": "the soup was cold", "target": "negative"}, {"input": "a warm film", "target": "positive"}]


def repacks() -> bool:
    from bitsandbytes.functional import has_avx512bf16

    return has_avx512bf16() and not torch.cuda.is_available()


@pytest.fixture
def local(tmp_path: Path) -> Local:
    return Local(tiny_causal(tmp_path))


def batch_of(local: Local) -> dict[str, torch.Tensor]:
    return padded(encode(ROWS, None, local), pad=0, seq2seq=False)


def gradient(model: torch.nn.Module, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Of the loss with regard to the embeddings that go into the first layer: it has passed through every 4-bit matrix."""
    model.train().zero_grad()
    words = model.get_input_embeddings()
    words.weight.requires_grad_(True)
    loss_sum(model, batch).backward()
    return words.weight.grad.clone()


def test_matrices_are_really_in_four_bits(local: Local) -> None:
    model = read_nf4(local.folder, local.tokenizer)
    part = model.model.layers[0].mlp.up_proj.weight
    assert (part.dtype, part.numel()) == (torch.uint8, 64 * 128 // 2)


def test_an_evaluation_between_steps_leaves_the_gradients_as_they_were(local: Local) -> None:
    model, batch = read_nf4(local.folder, local.tokenizer), batch_of(local)
    never_repack(model)
    before = gradient(model, batch)
    with torch.no_grad():
        loss_sum(model.eval(), batch)
        model.generate(batch["input_ids"], attention_mask=batch["attention_mask"], max_new_tokens=2)
    check_unpacked(model)
    assert torch.equal(gradient(model, batch), before)


@pytest.mark.skipif(not repacks(), reason="only processors with AVX512-BF16 repack")
def test_without_the_guard_the_repacked_weights_are_noticed(local: Local) -> None:
    """Fails when bitsandbytes no longer repacks, or does so under other names: then the guard can go, or must change."""
    model, batch = read_nf4(local.folder, local.tokenizer), batch_of(local)
    with torch.no_grad():
        loss_sum(model.eval(), batch)
    with pytest.raises(RuntimeError, match=r"4-bit weight of model\.layers\.0\.\S+ was repacked by an evaluation"):
        check_unpacked(model)


def test_a_prepared_model_is_guarded_and_trains_only_what_is_new(local: Local) -> None:
    base = open_base(local.folder.path)
    model = prepare(base, "qlora", settings_for("qlora", rank=2), [])
    with torch.no_grad():
        loss_sum(model.eval(), batch_of(local))
    check_unpacked(model)
    assert {name.split(".")[-3] for name, p in model.named_parameters() if p.requires_grad} == {"lora_A", "lora_B"}


def test_a_missing_bitsandbytes_is_told_with_the_line_that_installs_it(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "bitsandbytes", None)
    with pytest.raises(ValueError, match="pip install 'bitsandbytes"):
        read_nf4(local.folder, local.tokenizer)
