"""Even grids in memory: what a scale is shared by, and a rounded model that answers without changing the one it came from."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny import tiny_causal, tiny_tokenizer
from transformers import AutoModelForCausalLM

from helpers.models import load, wrap
from helpers.shrink import grid, matrices, rounded


@pytest.fixture
def spec(tmp_path: Path) -> str:
    return f"hf:{tiny_causal(tmp_path)}"


def test_a_large_weight_spoils_only_its_group() -> None:
    row = torch.tensor([[0.2, -1.0, 0.9, 8.0]])
    assert grid(row, 2).tolist() == [[0.0, 0.0, 0.0, 8.0]]
    assert grid(row, 2, group=2).tolist() == [[0.0, -1.0, 0.0, 8.0]]


def test_a_row_has_a_scale_of_its_own_and_zeros_stay_zeros() -> None:
    rows = torch.tensor([[70.0, 9.0, -31.0], [0.7, 0.09, -0.31], [0.0, 0.0, 0.0]])
    assert torch.allclose(grid(rows, 4), torch.tensor([[70.0, 10.0, -30.0], [0.7, 0.1, -0.3], [0.0, 0.0, 0.0]]))


@pytest.mark.parametrize(("bits", "group"), [(1, 0), (4, 3), (4, -2)])
def test_bits_and_groups_that_do_not_fit_are_refused(bits: int, group: int) -> None:
    with pytest.raises(ValueError, match=f"bits={bits}, group={group}: .* divides a row of 4 weights"):
        grid(torch.ones(2, 4), bits, group=group)


def test_a_rounded_model_has_its_linear_matrices_on_the_grid_and_nothing_else(spec: str) -> None:
    plain = AutoModelForCausalLM.from_pretrained(spec.removeprefix("hf:"))
    changed = dict(rounded(load(spec, cache=False), 3, group=32).provider.model.named_parameters())
    inner = matrices(plain)
    for name, weight in plain.named_parameters():
        assert torch.equal(changed[name], grid(weight, 3, group=32) if name in inner else weight), name


def test_the_model_that_was_rounded_answers_as_before(spec: str) -> None:
    model = load(spec, cache=False)
    before = model.ask("soup?", max_tokens=8).text
    other = rounded(model, 2)
    assert other.ask("soup?", max_tokens=8).text != before == model.ask("soup?", max_tokens=8).text
    assert (other.name, other.spec) == (f"{model.name}, 2 bits", model.spec)
    assert len({model.fingerprint, other.fingerprint, rounded(model, 2, group=32).fingerprint}) == 3


def test_a_model_without_a_folder_is_refused(spec: str) -> None:
    module = AutoModelForCausalLM.from_pretrained(spec.removeprefix("hf:"))
    with pytest.raises(ValueError, match="cannot be rounded: give a model that is read from a folder"):
        rounded(wrap(module, tiny_tokenizer(), name="m"), 4)
