"""Sparsity: the right weights go, zeros stay zero whatever the optimizer does, and the file is smaller for it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny import SHAPE, tiny_causal, tiny_tokenizer
from transformers import LlamaConfig, LlamaForCausalLM

from helpers.shrink import healer, packing, plain, sparsify
from helpers.shrink.sparse import masked, masks, to_sparse

CHATS = [
    [{"role": "user", "content": f"what is {i} plus 30?"}, {"role": "assistant", "content": "I do not know." if i % 2 else "positive"}]
    for i in range(6)
]


@pytest.fixture
def pair() -> tuple:
    torch.manual_seed(0)
    return LlamaForCausalLM(LlamaConfig(**SHAPE)).eval(), tiny_tokenizer()


def zeros(module: torch.nn.Module) -> float:
    weights = torch.cat([weight.flatten() for weight in packing.matrices(module).values()])
    return float((weights == 0).float().mean())


def watched(module: torch.nn.Module) -> list[dict]:
    """What the module is called with, from now on."""
    calls = []
    module.register_forward_pre_hook(lambda module, args, options: calls.append(options), with_kwargs=True)
    return calls


def test_the_smallest_weights_of_each_matrix_go(pair: tuple) -> None:
    kept = masks(pair[0], 0.3)
    for name, weight in packing.matrices(pair[0]).items():
        mask = kept[name]
        assert int((~mask).sum()) == round(0.3 * weight.numel())
        assert weight[mask].abs().min() >= weight[~mask].abs().max()


def test_a_sparse_matrix_comes_back_exactly() -> None:
    weight = torch.randn(7, 13, generator=torch.Generator().manual_seed(0)).bfloat16().float()
    weight[weight.abs() < 0.7] = 0
    assert torch.equal(packing.decode(to_sparse(weight)), weight)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_the_file_holds_a_bit_a_weight_and_two_bytes_for_each_that_is_left(pair: tuple, tmp_path: Path, share: float) -> None:
    shrunk = sparsify(pair, share, tmp_path / "s")
    sizes = [weight.numel() for weight in packing.matrices(pair[0]).values()]
    expected = sum(n / 8 + 2 * (n - round(share * n)) for n in sizes) + (2 * 384 * 64 + 5 * 64) * 2
    header = int.from_bytes((shrunk.folder / packing.FILE).read_bytes()[:8], "little") + 8
    assert shrunk.bytes == expected + header
    assert shrunk.bytes < plain(pair, tmp_path / "p").bytes
    assert zeros(shrunk.model().provider.model) == pytest.approx(share, abs=1e-3)


@pytest.mark.parametrize("kind", ["SGD", "AdamW"])
def test_zeros_stay_zero_in_a_tune_and_the_rest_moves(pair: tuple, kind: str) -> None:
    module = pair[0]
    before = module.model.layers[0].mlp.up_proj.weight.detach().clone()
    optimizer = getattr(torch.optim, kind)(module.parameters(), lr=0.01, **({"momentum": 0.9} if kind == "SGD" else {}))
    with masked(module, masks(module, 0.5)):
        for _ in range(3):
            ids = torch.arange(7, 39)[None]
            module(input_ids=ids, labels=ids).loss.backward()
            assert zeros(module) == 0.5
            optimizer.step()
        assert zeros(module) < 0.5  # the last step moved them, and the end of the block puts that right
    assert zeros(module) == 0.5
    assert not torch.equal(module.model.layers[0].mlp.up_proj.weight[before.abs() > 0.3], before[before.abs() > 0.3])


def test_the_hooks_leave_with_the_block(pair: tuple) -> None:
    module = pair[0]
    with masked(module, masks(module, 0.5)):
        pass
    with torch.no_grad():
        module.model.layers[0].mlp.up_proj.weight.fill_(1.0)
        module(torch.arange(7, 12)[None])
    assert (module.model.layers[0].mlp.up_proj.weight == 1).all()


def test_healing_lowers_the_loss_keeps_the_zeros_and_leaves_the_base_alone(pair: tuple, tmp_path: Path) -> None:
    losses, before = [], pair[0].model.layers[0].mlp.up_proj.weight.detach().clone()
    heal = healer(pair[1], CHATS, steps=15, batch=6, rate=0.01)
    healed = sparsify(pair, 0.5, tmp_path / "s", heal=lambda module: losses.extend(heal(module)))
    assert losses[-1] < 0.7 * losses[0]
    assert zeros(healed.model().provider.model) == pytest.approx(0.5, abs=1e-3)
    assert healed.name == "50% zeros, healed"
    assert torch.equal(pair[0].model.layers[0].mlp.up_proj.weight, before)


def test_only_the_answer_is_learned(pair: tuple) -> None:
    seen = watched(pair[0])
    healer(pair[1], CHATS[:1], steps=1)(pair[0])
    labels = seen[0]["labels"][0]
    assert pair[1].decode(labels[labels != -100]) == "positive<|end|>"


def test_end_tokens_in_a_prompt_are_read_where_they_are_the_padding_too(pair: tuple) -> None:
    tokenizer, seen = tiny_tokenizer(), watched(pair[0])
    tokenizer.pad_token = tokenizer.eos_token
    healer(tokenizer, CHATS[:1], steps=1)(pair[0])
    assert seen[0]["attention_mask"].all()


def test_padding_is_not_attended_to(pair: tuple) -> None:
    seen = watched(pair[0])
    healer(pair[1], CHATS, steps=1, batch=6)(pair[0])
    longest = seen[0]["attention_mask"].sum(1).max()
    assert seen[0]["attention_mask"].shape[1] == longest > seen[0]["attention_mask"].sum(1).min()
    assert (seen[0]["input_ids"][seen[0]["attention_mask"] == 0] == pair[1].pad_token_id).all()


def test_a_model_that_was_read_is_healed_too(tmp_path: Path) -> None:
    tune = healer(tiny_tokenizer(), CHATS, steps=2, batch=2)
    shrunk = sparsify(f"hf:{tiny_causal(tmp_path)}", 0.5, tmp_path / "s", heal=tune)
    assert shrunk.model().ask("hi", max_tokens=3).error is None


@pytest.mark.parametrize("share", [1, -0.1, 50])
def test_impossible_shares_are_refused(pair: tuple, tmp_path: Path, share: float) -> None:
    with pytest.raises(ValueError, match=f"share={share}: it is the share of weights"):
        sparsify(pair, share, tmp_path / "s")


def test_what_cannot_be_learned_from_is_refused(pair: tuple) -> None:
    with pytest.raises(ValueError, match="ends with the assistant's turn, got 'user'"):
        healer(pair[1], [CHATS[0][:1]])
    with pytest.raises(ValueError, match="healing needs conversations"):
        healer(pair[1], [])
