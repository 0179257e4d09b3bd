"""Palettes: the file holds exactly the codebook's values, weighs what the arithmetic says, and answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import SHAPE, tiny_causal, tiny_seq2seq, tiny_tokenizer
from transformers import LlamaConfig, LlamaForCausalLM

from helpers.models import load, wrap
from helpers.shrink import Shrunk, lloyd, packing, palette, plain, read
from helpers.shrink.palettes import palettize

QUESTIONS = ["what is 12 plus 30?", "the soup was cold", "a warm and funny film with a clever end"]
LINEAR = 2 * (64 * 64 * 2 + 64 * 32 * 2 + 64 * 128 * 3)  # weights of the linear layers of the tiny model


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"hf:{tiny_causal(tmp_path_factory.mktemp('models'))}"


def answers(model: object) -> list[str]:
    replies = model.ask_many(QUESTIONS, max_tokens=12)
    assert not any(reply.error for reply in replies)
    return [reply.text for reply in replies]


@pytest.mark.parametrize("bits", range(1, 9))
def test_a_matrix_comes_back_as_exactly_its_codebook_values(bits: int) -> None:
    weight = torch.randn(7, 13, generator=torch.Generator().manual_seed(bits))
    book = torch.from_numpy(lloyd(weight.numpy(), 2**bits).astype(np.float16)).float()
    back = packing.decode(palettize(weight, bits))
    nearest = book[(weight[..., None] - book).abs().argmin(dim=-1)]
    assert back.shape == (7, 13)
    assert torch.equal(back, nearest)


def test_each_group_of_rows_has_a_codebook_of_its_own_the_last_may_be_short() -> None:
    weight = torch.tensor([[0.0, 1.0], [1.0, 0.0], [5.0, 7.0], [7.0, 5.0], [-3.0, -3.0]])
    coded = palettize(weight, 1, per="row groups", rows=2)
    assert coded.parts["codebook"].tolist() == [[0, 1], [5, 7], [-3, -3]]
    assert torch.equal(packing.decode(coded), weight)


def test_a_file_gives_back_what_was_coded(base: str, tmp_path: Path) -> None:
    shrunk = palette(base, 3, tmp_path / "p")
    original = dict(load(base, cache=False).provider.model.named_parameters())
    for name, weight in shrunk.model().provider.model.named_parameters():
        linear = "_proj" in name
        expected = packing.decode(palettize(original[name], 3)) if linear else original[name].bfloat16().float()
        assert torch.equal(weight, expected), name


@pytest.mark.parametrize("bits", [8, 4, 3, 2])
def test_the_file_weighs_what_the_arithmetic_says(base: str, tmp_path: Path, bits: int) -> None:
    shrunk = palette(base, bits, tmp_path / "p")
    rest = (2 * 384 * 64 + 5 * 64) * 2  # embedding, output layer and norms in bfloat16
    expected = LINEAR * bits / 8 + 14 * 2**bits * 2 + rest
    header = int.from_bytes((shrunk.folder / packing.FILE).read_bytes()[:8], "little") + 8
    assert shrunk.bytes == expected + header


def test_fewer_bits_err_more_and_row_groups_less() -> None:
    weight = torch.randn(64, 64, generator=torch.Generator().manual_seed(0)) * torch.linspace(0.1, 2, 64)[:, None]
    off = [(packing.decode(palettize(weight, bits)) - weight).square().mean() for bits in (8, 4, 3, 2)]
    assert off == sorted(off)
    assert (packing.decode(palettize(weight, 2, per="row groups", rows=8)) - weight).square().mean() < 0.8 * off[-1]


def test_eight_bits_give_almost_the_logits_of_the_model(base: str, tmp_path: Path) -> None:
    shrunk, whole = palette(base, 8, tmp_path / "p").model(), load(base, cache=False)
    ids = torch.arange(7, 47)[None]
    with torch.no_grad():
        logits = [model.provider.model(ids).logits for model in (shrunk, whole)]
    assert 0 < (logits[0] - logits[1]).norm() < 0.05 * logits[1].norm()
    assert [text[0] for text in answers(shrunk)] == [text[0] for text in answers(whole)]


def test_a_model_in_memory_is_shrunk_and_not_changed(tmp_path: Path) -> None:
    torch.manual_seed(0)
    module, tokenizer = LlamaForCausalLM(LlamaConfig(**SHAPE)), tiny_tokenizer()
    kept = {name: p.clone() for name, p in module.named_parameters()}
    pair, model = palette((module, tokenizer), 4, tmp_path / "a"), palette(wrap(module, tokenizer, name="m"), 4, tmp_path / "b")
    assert (pair.folder / packing.FILE).read_bytes() == (model.folder / packing.FILE).read_bytes()
    assert all(torch.equal(p, kept[name]) for name, p in module.named_parameters())


def test_a_tied_embedding_is_written_once_and_stays_tied(tmp_path: Path) -> None:
    apart = palette(f"hf:{tiny_causal(tmp_path / 'apart')}", 4, tmp_path / "a")
    tied = palette(f"hf:{tiny_causal(tmp_path / 'tied', tie_word_embeddings=True)}", 4, tmp_path / "b")
    assert apart.bytes - tied.bytes == pytest.approx(384 * 64 * 2, abs=200)  # the header is a line shorter
    module = tied.model().provider.model
    assert module.lm_head.weight is module.model.embed_tokens.weight


def test_skipped_matrices_stay_as_they_are(base: str, tmp_path: Path) -> None:
    module = palette(base, 2, tmp_path / "p", skip=["down_proj", "layers.0."]).model().provider.model
    counts = {name: len(p.unique()) for name, p in module.named_parameters() if "_proj" in name}
    assert {name for name, count in counts.items() if count <= 4} == {n for n in counts if "layers.1." in n and "down" not in n}
    with pytest.raises(ValueError, match=r"skip='dwon_proj' is in no name; there are model.layers.0.self_attn.q_proj.weight"):
        palette(base, 2, tmp_path / "q", skip=["dwon_proj"])


def test_an_encoder_decoder_is_shrunk_too(tmp_path: Path) -> None:
    base = f"hf:{tiny_seq2seq(tmp_path)}"
    assert answers(plain(base, tmp_path / "a").model()) == answers(load(base, cache=False))
    assert palette(base, 4, tmp_path / "b").bytes < plain(base, tmp_path / "a").bytes


def test_a_folder_is_read_again_by_its_note(base: str, tmp_path: Path) -> None:
    shrunk = palette(base, 2, tmp_path / "p")
    assert read(tmp_path / "p") == shrunk == Shrunk("palette, 2 bits", tmp_path / "p", "packed", LINEAR + 2 * 384 * 64 + 5 * 64)
    assert shrunk.files[packing.FILE] == shrunk.bytes == (tmp_path / "p" / packing.FILE).stat().st_size
    assert shrunk.model().parameters == load(base, cache=False).parameters


def test_a_folder_with_other_files_is_not_emptied(base: str, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("ten years of work")
    with pytest.raises(ValueError, match="holds other files, and they would be lost"):
        palette(base, 2, tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_a_write_that_was_killed_is_refused_and_can_be_repeated(base: str, tmp_path: Path) -> None:
    folder = palette(base, 4, tmp_path / "p").folder
    (folder / "shrunk.json").write_text("{}\n")  # the note as it is until the last file is written
    with pytest.raises(ValueError, match=r"no shrunk model in .*write one: palette"):
        read(folder)
    assert palette(base, 2, folder).name == read(folder).name


@pytest.mark.parametrize(("options", "said"), [({"bits": 9}, "bits=9"), ({"bits": 4, "per": "row"}, "per='row'")])
def test_impossible_palettes_are_refused(base: str, tmp_path: Path, options: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        palette(base, folder=tmp_path / "p", **options)
    assert not (tmp_path / "p").exists()


def test_a_model_elsewhere_has_no_weights_to_shrink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    with pytest.raises(ValueError, match="has no weights here to shrink"):
        palette("openai:llama3@http://127.0.0.1:9/v1", 4, tmp_path / "p")


def test_a_weight_too_large_for_a_codebook_is_refused() -> None:
    with pytest.raises(ValueError, match="weights up to 100000 do not fit a float16 codebook"):
        palettize(torch.tensor([[0.0, 1e5]]), 4)
