"""Models in memory, and adapter folders: the same answers as peft gives, merged; and what does not fit is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tiny import tiny_causal, tiny_seq2seq

from helpers.models import ModelError, load, wrap
from helpers.models.weights import quiet_peft

QUESTIONS = [f"what is {i} plus {'12 ' * (i % 4)}?" for i in range(5)]


def read(folder: Path):
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

    kind = AutoModelForSeq2SeqLM if folder.name == "seq2seq" else AutoModelForCausalLM
    return kind.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)


def adapted(base: Path, folder: Path, config: object, *, seed: int = 0):
    """A peft model with random adapter weights, saved into `folder`; the base is named by its folder's name alone."""
    import torch
    from peft import get_peft_model

    torch.manual_seed(seed)
    with quiet_peft():
        model = get_peft_model(read(base)[0], config)
    for name, weight in model.named_parameters():
        if "lora_" in name or "prompt" in name:
            torch.nn.init.normal_(weight, std=0.3)
    model.save_pretrained(folder)
    text = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps(text | {"base_model_name_or_path": f"hf:{base.name}"}))
    return model.eval()


def lora(**more: object) -> object:
    from peft import LoraConfig

    return LoraConfig(r=2, target_modules="all-linear", task_type="CAUSAL_LM", **more)


def soft(kind: str = "CAUSAL_LM") -> object:
    from peft import PromptTuningConfig

    return PromptTuningConfig(num_virtual_tokens=3, task_type=kind, num_transformer_submodules=1)


def alone(model: object, provider: object, question: str, tokens: int = 8) -> str:
    """What peft's own forward pass finds most likely, one question and one token at a time."""
    import torch

    text = provider._rendered([{"role": "user", "content": question}], None)
    row, new = provider.tokenizer.encode(text, add_special_tokens=False), []
    while len(new) < tokens and new[-1:] != [1]:
        ids = torch.tensor([row + new])
        with torch.no_grad():
            new.append(int(model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0, -1].argmax()))
    return provider.tokenizer.decode(new, skip_special_tokens=True)


def test_a_wrapped_model_answers_as_its_folder_does(tmp_path: Path) -> None:
    folder = tiny_causal(tmp_path)
    model, loaded = wrap(*read(folder), name="mine"), load(f"hf:{folder}", cache=False)
    assert [r.text for r in model.ask_many(QUESTIONS)] == [r.text for r in loaded.ask_many(QUESTIONS)]
    assert (model.name, model.spec, model.context, model.parameters) == ("mine", "memory:mine", loaded.context, loaded.parameters)


def test_a_wrapped_encoder_decoder_answers_too_and_long_prompts_are_refused(tmp_path: Path) -> None:
    folder = tiny_seq2seq(tmp_path)
    model, loaded = wrap(*read(folder), name="t5"), load(f"hf:{folder}", cache=False)
    assert [r.text for r in model.ask_many(QUESTIONS)] == [r.text for r in loaded.ask_many(QUESTIONS)]
    assert model.ask("the film " * 200).error.startswith("context too long")


def test_a_cached_reply_is_not_used_after_a_weight_has_changed(tmp_path: Path) -> None:
    import torch

    module, tokenizer = read(tiny_causal(tmp_path))
    model = wrap(module, tokenizer, name="m", cache=tmp_path / "replies.sqlite")
    assert [model.ask("hi", max_tokens=2).cached for _ in range(2)] == [False, True]
    with torch.no_grad():
        module.model.norm.weight[0] += 1
    assert not model.ask("hi", max_tokens=2).cached


def test_what_cannot_generate_is_not_wrapped(tmp_path: Path) -> None:
    import torch

    with pytest.raises(ModelError, match="can generate, got Linear"):
        wrap(torch.nn.Linear(1, 1), None, name="no")


def test_a_lora_folder_answers_merged_as_peft_does_unmerged(tmp_path: Path) -> None:
    model = adapted(tiny_causal(tmp_path), tmp_path / "adapter", lora(lora_alpha=4))
    loaded = load(f"hf:{tmp_path / 'adapter'}", cache=False)
    plain = load(f"hf:{tmp_path / 'causal'}", cache=False)
    answers = [loaded.ask(q, max_tokens=8).text for q in QUESTIONS]
    assert answers == [alone(model, loaded.provider, q) for q in QUESTIONS]
    assert answers != [plain.ask(q, max_tokens=8).text for q in QUESTIONS]
    assert loaded.fingerprint != plain.fingerprint
    assert "LoraModel" not in repr(loaded.provider.model)


def test_a_tuned_prompt_answers_in_a_batch_as_peft_does_alone(tmp_path: Path) -> None:
    model = adapted(tiny_causal(tmp_path), tmp_path / "adapter", soft())
    loaded = load(f"hf:{tmp_path / 'adapter'}", cache=False)
    replies = loaded.ask_many(QUESTIONS, max_tokens=8)
    assert [r.text for r in replies] == [alone(model, loaded.provider, q) for q in QUESTIONS]
    assert replies[0].tokens_in == load(f"hf:{tmp_path / 'causal'}", cache=False).count_tokens(QUESTIONS[0]) + 3


def test_an_adapter_of_another_shape_names_the_matrix(tmp_path: Path) -> None:
    adapted(tiny_causal(tmp_path), tmp_path / "adapter", lora())
    shutil.rmtree(tmp_path / "causal")
    tiny_causal(tmp_path, intermediate_size=96)
    with pytest.raises(
        ModelError, match=r"for another base than 'causal': its .*down_proj\.lora_A\.weight is \(2, 128\), and .* is \(64, 96\)"
    ):
        load(f"hf:{tmp_path / 'adapter'}", cache=False).ask("hi")


def test_other_weights_of_the_same_shape_are_told_by_the_hash(tmp_path: Path) -> None:
    from helpers.models.cache import files_hash

    base = tiny_causal(tmp_path)
    adapted(base, tmp_path / "adapter", lora())
    note = {"base": "hf:causal", "base_sha256": files_hash([base / "model.safetensors"])}
    (tmp_path / "adapter" / "tuned.json").write_text(json.dumps(note))
    assert load(f"hf:{tmp_path / 'adapter'}", cache=False).context == 256
    tiny_causal(tmp_path, seed=1)
    with pytest.raises(ModelError, match="'adapter' was trained on other weights than 'hf:causal' holds now"):
        load(f"hf:{tmp_path / 'adapter'}", cache=False)


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ("/elsewhere/llama", "by a path of the machine it was made on.*'llama'"),
        ("", "does not say which base"),
        ("./none", "'adapter', './none', is not here: put its folder beside the adapter's"),
    ],
)
def test_a_base_that_is_not_here_is_named(tmp_path: Path, base: str, said: str) -> None:
    adapted(tiny_causal(tmp_path), tmp_path / "adapter", lora())
    config = tmp_path / "adapter" / "adapter_config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"base_model_name_or_path": base}))
    with pytest.raises(ModelError, match=said):
        load(f"hf:{tmp_path / 'adapter'}", cache=False)


def test_broken_adapter_files_are_named(tmp_path: Path) -> None:
    adapted(tiny_causal(tmp_path), tmp_path / "adapter", lora())
    (tmp_path / "adapter" / "adapter_model.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{cut")
    with pytest.raises(ModelError, match=r"adapter/adapter_model\.safetensors is no safetensors file"):
        load(f"hf:{tmp_path / 'adapter'}", cache=False)
    (tmp_path / "adapter" / "adapter_config.json").write_text("[]")
    with pytest.raises(ModelError, match=r"adapter/adapter_config\.json holds a list, not a dict"):
        load(f"hf:{tmp_path / 'adapter'}", cache=False)


def test_where_a_base_lies_is_remembered_and_a_broken_note_is_no_error(tmp_path: Path) -> None:
    from helpers import places
    from helpers.models.adapter import recall, remember

    remember("abc", tmp_path)
    remember("def", tmp_path / "gone")
    assert (recall("abc"), recall("def"), recall("other")) == (tmp_path.resolve(), None, None)
    places.cache("bases.json").write_text("[")
    assert recall("abc") is None
    remember("abc", tmp_path)
    assert recall("abc") == tmp_path.resolve()
