"""int8 and NF4: rounding by hand, weights that stay small in memory, and what the library writes."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch
from tiny import tiny_causal, tiny_seq2seq

from helpers.models import load
from helpers.shrink import int4, int8, nf4, packing, plain
from helpers.shrink.grids import grid
from helpers.shrink.layers import Int8Linear
from helpers.shrink.measuring import weight_bytes
from helpers.shrink.rounding import to_int4, to_int8

LINEAR = 2 * (64 * 64 * 2 + 64 * 32 * 2 + 64 * 128 * 3)  # weights of the linear layers of the tiny model
ROWS = 2 * (64 * 3 + 32 * 2 + 128 * 2)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"hf:{tiny_causal(tmp_path_factory.mktemp('models'))}"


def logits(model: object) -> torch.Tensor:
    with torch.no_grad():
        return model.provider.model(torch.arange(7, 47)[None]).logits


def test_a_row_is_rounded_by_its_largest_weight() -> None:
    coded = to_int8(torch.tensor([[1.27, -0.636, 0.0], [-12.7, 0.04, 6.36]]))
    assert coded.parts["codes"].tolist() == [[127, -64, 0], [-127, 0, 64]]
    assert coded.parts["scale"].tolist() == pytest.approx([0.01, 0.1], rel=2**-9)


def test_no_weight_is_off_by_more_than_half_a_scale() -> None:
    weight = torch.randn(50, 30, generator=torch.Generator().manual_seed(0))
    coded = to_int8(weight)
    assert ((packing.decode(coded) - weight).abs() <= coded.parts["scale"].float()[:, None] * 0.5001).all()


def test_a_group_of_int4_is_rounded_by_its_own_largest_weight() -> None:
    weight = torch.tensor([[0.5, -0.2, 96.0, 112.0], [0.0, 0.0, -1.75, 0.5]])
    coded = to_int4(weight, 2)
    want = torch.tensor([[0.5, -0.2143, 96.0, 112.0], [0.0, 0.0, -1.75, 0.5]])
    assert torch.allclose(packing.decode(coded), want, rtol=2**-8)
    assert torch.allclose(grid(weight, 4, group=2), want, rtol=2**-8)
    assert (coded.parts["packed"].numel(), coded.parts["scale"].numel()) == (4, 4)
    with pytest.raises(ValueError, match="group=3: it must divide a row, which has 4 weights"):
        to_int4(weight, 3)


def test_a_model_in_int4_is_read_back_from_its_codes(tmp_path: Path, base: str) -> None:
    module = load(base).provider.model
    read = dict(int4(base, tmp_path / "int4", group=32).model().provider.model.named_parameters())
    for name, weight in packing.matrices(module).items():
        assert torch.equal(read[name], packing.decode(to_int4(weight, 32))), name


def test_a_row_of_zeros_stays_zero() -> None:
    assert packing.decode(to_int8(torch.zeros(2, 3))).tolist() == [[0, 0, 0]] * 2


def test_a_broken_weight_is_named() -> None:
    with pytest.raises(ValueError, match="not finite"):
        to_int8(torch.tensor([[float("nan")]]))


def test_an_int8_layer_gives_what_the_widened_one_does() -> None:
    linear = torch.nn.Linear(30, 50)
    coded = to_int8(linear.weight)
    x = torch.randn(4, 30, generator=torch.Generator().manual_seed(1))
    wide = torch.nn.functional.linear(x, packing.decode(coded), linear.bias)
    layer = Int8Linear(coded.parts["codes"], coded.parts["scale"].float(), linear.bias)
    assert torch.allclose(layer(x), wide, atol=1e-5)


def test_the_file_holds_a_byte_a_weight_and_a_scale_a_row(base: str, tmp_path: Path) -> None:
    shrunk = int8(base, tmp_path / "i")
    header = int.from_bytes((shrunk.folder / packing.FILE).read_bytes()[:8], "little") + 8
    assert shrunk.bytes == LINEAR + 2 * ROWS + (2 * 384 * 64 + 5 * 64) * 2 + header


def test_weights_stay_int8_in_memory_and_the_logits_are_close(base: str, tmp_path: Path) -> None:
    small, whole = int8(base, tmp_path / "i").model(), plain(base, tmp_path / "p").model()
    assert weight_bytes(whole) - weight_bytes(small) == 3 * LINEAR - 4 * ROWS
    assert 0 < (logits(small) - logits(whole)).norm() < 0.1 * logits(whole).norm()
    assert small.parameters == whole.parameters == load(base).parameters


def test_an_encoder_decoder_answers_from_int8(tmp_path: Path) -> None:
    model = int8(f"hf:{tiny_seq2seq(tmp_path)}", tmp_path / "i").model()
    assert model.ask("the soup was cold", max_tokens=5).error is None


def test_a_file_of_another_architecture_is_refused(base: str, tmp_path: Path) -> None:
    shrunk = int8(base, tmp_path / "i")
    config = shrunk.folder / "config.json"
    config.write_text(config.read_text().replace('"num_hidden_layers": 2', '"num_hidden_layers": 3'))
    with pytest.raises(ValueError, match=r"packed.safetensors in 'i' does not fit its config.json: model.layers.2"):
        shrunk.model()


def test_the_fingerprint_follows_from_the_files(base: str, tmp_path: Path) -> None:
    one, same, other = int8(base, tmp_path / "a"), int8(base, tmp_path / "b"), plain(base, tmp_path / "c")
    assert one.model().fingerprint == same.model().fingerprint != other.model().fingerprint


def test_nf4_weighs_about_four_bits_and_answers_the_same_when_read_again(base: str, tmp_path: Path) -> None:
    shrunk, whole = nf4(base, tmp_path / "n"), plain(base, tmp_path / "p")
    saved = whole.bytes - shrunk.bytes
    assert 0.5 < saved / (2 * LINEAR) < 0.75  # each of so small matrices has 1 kB of tables beside it
    one, again = shrunk.model(), shrunk.model()
    first, name = one.ask("hi", max_tokens=8).text, one.fingerprint
    assert [again.ask("hi", max_tokens=8).text, one.ask("hi", max_tokens=8).text] == [first, first]
    assert again.fingerprint == one.fingerprint == name
    assert one.parameters == whole.parameters


def test_every_nf4_weight_is_one_of_sixteen_values_times_the_largest_of_its_block(base: str, tmp_path: Path) -> None:
    from bitsandbytes.functional import dequantize_4bit

    weight = nf4(base, tmp_path / "n", double=False).model().provider.model.model.layers[0].mlp.down_proj.weight
    blocks = dequantize_4bit(weight.data, weight.quant_state).float().reshape(-1, 64)
    off = (blocks / blocks.abs().amax(dim=1, keepdim=True))[..., None] - weight.quant_state.code
    original = load(base, cache=False).provider.model.model.layers[0].mlp.down_proj.weight.reshape(-1, 64)
    assert len(weight.quant_state.code) == 16
    assert off.abs().amin(dim=-1)[blocks.amax(dim=1) == blocks.abs().amax(dim=1)].max() < 0.005  # bfloat16 on the way
    assert blocks.abs().amax(dim=1) == pytest.approx(original.abs().amax(dim=1).detach(), rel=0.01)


def test_nf4_multiplies_in_float32_on_every_processor(base: str, tmp_path: Path) -> None:
    """With AVX512-BF16 bitsandbytes would do so in bfloat16: replies would differ from one machine to the next."""
    from bitsandbytes.functional import dequantize_4bit

    layer = nf4(base, tmp_path / "n").model().provider.model.model.layers[0].mlp.down_proj
    state = copy.copy(layer.weight.quant_state)
    state.dtype = torch.float32
    weight = dequantize_4bit(layer.weight.data, state)
    x = torch.randn(5, weight.shape[1], generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.allclose(layer(x), x @ weight.T, rtol=1e-5, atol=1e-6)


def test_nf4_is_kept_from_the_way_of_one_processor(base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bitsandbytes.nn.modules.has_avx512bf16", lambda: True)
    layers = nf4(base, tmp_path / "n").model().provider.model.modules()
    assert {layer.support_avx512bf16_for_cpu for layer in layers if hasattr(layer, "support_avx512bf16_for_cpu")} == {False}
