"""The pocket model as it is committed: small, readable, whole, and loaded by plain transformers."""

from __future__ import annotations

import hashlib
import json
import os
from itertools import islice
from pathlib import Path

import pytest

from helpers import places
from pocket_maker.corpus import stream
from pocket_maker.corpus.chat import CHAT_TEMPLATE, SPECIAL_TOKENS, render

FOLDER = places.data("pocket")
FILES = {"config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "training.json"}
WEATHER = {"type": "function", "function": {"name": "get_weather", "description": "Current weather in a city.", "parameters": {
    "type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}}}  # fmt: skip
CALL = {"type": "function", "function": {"name": "get_weather", "arguments": {"city": "Zürich"}}}
TALK = [
    {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Is it cold in Zürich?"},
    {"role": "assistant", "content": "", "tool_calls": [CALL]}, {"role": "tool", "content": "-3 °C"},
    {"role": "assistant", "content": "Yes, -3 °C."},
]  # fmt: skip


def read(name: str) -> dict:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tokenizer():
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(FOLDER)


@pytest.fixture(scope="module")
def model():
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()
    return AutoModelForCausalLM.from_pretrained(FOLDER, dtype="float32").eval()


def test_every_file_is_there_and_readable_and_together_they_are_small() -> None:
    paths = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert {path.name for path in FOLDER.iterdir()} >= FILES
    mask = os.umask(0o022)
    os.umask(mask)
    for path in paths:
        mode = path.stat().st_mode & 0o777
        assert mode & ~mask == 0o644 & ~mask, f"{path.name}: {mode:o}"
    assert sum(path.stat().st_size for path in paths) <= 30_000_000
    assert sum(path.stat().st_size for path in paths if path.is_relative_to(FOLDER / "embedder")) <= 10_000_000


def test_there_is_no_code_of_its_own() -> None:
    files = [path for path in FOLDER.rglob("*") if path.is_file() and not path.is_relative_to(FOLDER / "maker")]
    assert {path.suffix for path in files} <= {".json", ".jinja", ".jsonl", ".md", ".safetensors", ".xz"}
    for name in ("config.json", "tokenizer_config.json"):
        assert "auto_map" not in read(name)
    assert read("config.json")["architectures"] == ["LlamaForCausalLM"]


def test_the_configuration_is_one_that_transformers_4_and_5_read_alike() -> None:
    config, words = read("config.json"), read("tokenizer_config.json")
    assert words["tokenizer_class"] == "PreTrainedTokenizerFast", "4.57 knows no TokenizersBackend"
    assert not isinstance(words.get("extra_special_tokens"), list), "4.57 wants a dict: call the list additional_special_tokens"
    assert words["additional_special_tokens"] == SPECIAL_TOKENS[2:]
    assert words["chat_template"] == CHAT_TEMPLATE
    assert config["rope_parameters"] == {"rope_theta": 10_000.0, "rope_type": "default"}, "4.57 does not read this and takes its default"


def test_the_weights_are_the_ones_that_training_wrote() -> None:
    assert hashlib.sha256((FOLDER / "model.safetensors").read_bytes()).hexdigest() == read("training.json")["sha256"]


def test_the_training_record_says_how_the_model_was_made() -> None:
    made, config = read("training.json"), read("config.json")
    assert 0 < made["curve"][0][0] < made["curve"][-1][0] <= made["tokens"]
    assert made["starts"][0] == 0
    assert made["starts"] == sorted(made["starts"])
    assert made["seconds"] > 60
    assert made.get("date", "unknown") >= "2024"
    assert made["curve"][-1][1] < 0.5 * made["curve"][0][1]
    shape = (made["preset"][key] for key in ("hidden", "layers", "heads", "ffn", "vocab"))
    names = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size")
    assert tuple(shape) == tuple(config[name] for name in names)


def test_the_weights_are_finite_of_one_type_and_of_the_promised_number(model) -> None:
    from safetensors import safe_open

    with safe_open(FOLDER / "model.safetensors", "pt") as weights:
        assert {weights.get_slice(name).get_dtype() for name in weights.keys()} in ({"BF16"}, {"F32"})  # noqa: SIM118 - not a dict
    assert all(p.isfinite().all() for p in model.parameters())
    assert 4e6 < sum(p.numel() for p in model.parameters()) < 16e6


def test_the_special_tokens_have_their_ids_and_end_a_turn(tokenizer, model) -> None:
    assert tokenizer.convert_tokens_to_ids(SPECIAL_TOKENS) == list(range(7))
    assert (tokenizer.pad_token_id, tokenizer.eos_token_id, tokenizer.padding_side) == (0, 1, "left")
    assert (model.generation_config.pad_token_id, model.generation_config.eos_token_id) == (0, 1)
    assert not model.generation_config.do_sample
    assert len(tokenizer) <= model.config.vocab_size


@pytest.mark.parametrize("text", ["Hello, world.", "  two  spaces\n\tand a tab ", "Zürich, 東京, 🙂", "3,141.59 != 2718", "BARTolo-QX_77b"])
def test_any_text_comes_back_as_it_was(tokenizer, text) -> None:
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_digits_are_single_tokens(tokenizer) -> None:
    assert tokenizer.tokenize("20485") == list("20485")


def test_the_template_marks_the_assistants_tokens(tokenizer) -> None:
    out = tokenizer.apply_chat_template(TALK, tools=[WEATHER], return_dict=True, return_assistant_tokens_mask=True)
    kept = [token for token, mine in zip(out["input_ids"], out["assistant_masks"], strict=True) if mine]
    assert tokenizer.decode(kept) == '<|call|>{"name": "get_weather", "arguments": {"city": "Zürich"}}<|end|>Yes, -3 °C.<|end|>'


def test_tools_are_listed_in_the_system_turn_as_in_training(tokenizer) -> None:
    text = tokenizer.apply_chat_template(TALK, tools=[WEATHER], tokenize=False, add_generation_prompt=True)
    assert text == render(TALK, [WEATHER], generation_prompt=True)
    assert text.startswith("<|system|>Be brief.\n\nYou can call these tools:\n- get_weather(city: string): Current weather in a city.\n")


def conversations(tokenizer, n: int) -> list[tuple[list[int], int]]:
    """Token ids of short unseen conversations, and where the last answer begins."""
    texts = (stream.as_text(row) for row in islice(stream.stream(11, "held"), 20 * n))
    found = []
    for ids in (tokenizer(text)["input_ids"] for text in texts):
        begin = len(ids) - ids[::-1].index(SPECIAL_TOKENS.index("<|assistant|>"))
        found += [(ids, begin)] if 40 <= len(ids) <= 120 else []
    return found[:n]


def answer_loss(model, ids: list[int], size: int) -> float:
    """Mean loss of the last `size` tokens of `ids`."""
    import torch

    with torch.inference_mode():
        logits = model(torch.tensor([ids])).logits[0, -size - 1 : -1].float()
    return float(torch.nn.functional.cross_entropy(logits, torch.tensor(ids[-size:])))


def test_an_answer_at_the_end_of_1024_tokens_is_as_likely_as_alone(tokenizer, model) -> None:
    talks = conversations(tokenizer, 60)
    filler = [token for ids, _ in talks[12:] for token in ids]
    alone, late = [], []
    for ids, begin in talks[:12]:
        alone.append(answer_loss(model, ids, len(ids) - begin))
        late.append(answer_loss(model, [*filler, *ids][-1024:], len(ids) - begin))
    assert len(filler) >= 1024
    assert sum(late) / 12 < 1.25 * sum(alone) / 12 + 0.1, f"alone {sum(alone) / 12:.3f}, after 900 tokens {sum(late) / 12:.3f}"


def test_a_prompt_that_fills_the_context_is_answered(tokenizer, model) -> None:
    import torch

    assert tokenizer.model_max_length == model.config.max_position_embeddings >= 1024
    ids = tokenizer.apply_chat_template([{"role": "user", "content": "Name a color. " * 500}], add_generation_prompt=True)["input_ids"]
    prompt = torch.tensor([ids[:500] + ids[-(1024 - 4 - 500) :]])
    with torch.inference_mode():
        out = model.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=4)
    assert prompt.shape[1] == 1020
    assert 1020 < out.shape[1] <= 1024


def test_a_question_is_answered_and_the_turn_is_ended(tokenizer, model) -> None:
    import torch

    out = tokenizer.apply_chat_template([{"role": "user", "content": "What is the capital of Norway?"}], add_generation_prompt=True,
                                        return_tensors="pt")  # fmt: skip
    with torch.inference_mode():
        ids = model.generate(**out, max_new_tokens=24)[0, out["input_ids"].shape[1] :]
    assert tokenizer.decode(ids) == "Oslo<|end|>"


def test_the_artefact_is_what_git_keeps() -> None:
    ignored = (places.root() / ".gitignore").read_text(encoding="utf-8").splitlines() if (places.root() / ".gitignore").exists() else []
    assert not {"data/", "/data/", "data/pocket", "*.safetensors"} & set(ignored)
    assert Path(FOLDER, "model.safetensors").stat().st_size > 1_000_000, "a pointer to large-file storage is not the model"
