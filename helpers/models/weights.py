"""A folder of weights: where it is, what its files say before anything heavy is imported, and how to read it."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.models.hub import hub_is_off, why_not
from helpers.models.reply import ModelError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["Folder", "find", "greedy", "header", "limit_of", "local_folder", "read_model", "read_tokenizer"]

FILES = ["*.json", "*.jinja", "*.txt", "*.model", "*.safetensors"]
MATTER = ("*config.json", "tokenizer*", "chat_template*", "special_tokens_map.json", "vocab*", "merges.txt", "*.model")
LENGTHS = ("max_position_embeddings", "n_positions", "n_ctx", "max_sequence_length", "seq_length")


def find(name: str) -> Path:
    """The folder of `hf:name`: one on this machine, else the hub's (downloaded once; HF_HUB_OFFLINE=1 forbids that)."""
    return local_folder(name) or _download(name)


def local_folder(name: str) -> Path | None:
    """The folder that is meant; None for a hub id, which is not looked up. ModelError: there is no such folder, and it is no hub id."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    if name.startswith((".", "/", "~")) or not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", name):
        raise ModelError(f"no such folder: {name!r}; hf: takes a folder with a config.json, or a hub id like hf:Qwen/Qwen2.5-0.5B-Instruct")
    return None


def _download(name: str) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, allow_patterns=FILES, local_files_only=hub_is_off()))
    except Exception as error:  # the hub's client raises its own, the network's and the file system's errors
        raise ModelError(
            f"no folder and no hub model {name!r} ({why_not(error)}); check the id, or give a folder: hf:./my-model"
        ) from error


class Folder:
    """What a model folder's small files say: `context` (tokens), `parameters`, `vocabulary` (rows of the embedding), `seq2seq`,
    `ends` (end tokens), and which `files` decide its answers, `weights` among them."""

    def __init__(self, path: Path) -> None:
        self.path, config = path, _json(path / "config.json")
        named = path / "tokenizer_config.json"
        self.context = limit_of(config, (_json(named).get("model_max_length") or 0) if named.exists() else 0)
        self.vocabulary = config.get("vocab_size") or (config.get("text_config") or {}).get("vocab_size") or 0
        self.seq2seq = bool(config.get("is_encoder_decoder"))
        self.ends = _ends(path / "generation_config.json", config)
        self.weights = weights = sorted(path.glob("*.safetensors"))
        if not weights:
            raise ModelError(f"no weights (*.safetensors) in {path.name!r}; write them with model.save_pretrained(folder)")
        self.parameters = sum(map(_parameters, weights))
        self.files = weights + sorted({file for kind in MATTER for file in path.glob(kind) if file.is_file()})


def _ends(generation: Path, config: dict) -> list[int]:
    """The end tokens by id, one or several."""
    found = (_json(generation) if generation.exists() else config).get("eos_token_id", config.get("eos_token_id"))
    return found if isinstance(found, list) else [found] if isinstance(found, int) else []


def limit_of(config: dict, tokenizer_limit: int) -> int:
    """The context in tokens: the least of what the configuration and the tokenizer say (a huge number there means no limit)."""
    parts = (config, config.get("text_config") or {})
    limits = [part[key] for part in parts for key in LENGTHS if isinstance(part.get(key), int)]
    return min([*limits, *([int(tokenizer_limit)] if 0 < tokenizer_limit < 10_000_000 else [])], default=2048)


def read_tokenizer(folder: Folder) -> PreTrainedTokenizerBase:
    """The tokenizer; a `ModelError` says which folder has none that works."""
    with _collector_off():
        from transformers import AutoTokenizer

        try:
            return AutoTokenizer.from_pretrained(folder.path)
        except Exception as error:  # a missing or broken file shows in many ways
            raise ModelError(f"no usable tokenizer in {folder.path.name!r} ({type(error).__name__}: {error})") from error


def read_model(folder: Folder, tokenizer: PreTrainedTokenizerBase, **options: object) -> PreTrainedModel:
    """The weights: fp32 on the CPU; on a GPU, if there is one, in the precision they were saved in. `options` go to from_pretrained."""
    with _collector_off():
        import torch
        from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM
        from transformers.utils import logging

        logging.disable_progress_bar()
        kind, gpu = AutoModelForSeq2SeqLM if folder.seq2seq else AutoModelForCausalLM, torch.cuda.is_available()
        try:
            model = kind.from_pretrained(folder.path, dtype="auto" if gpu else torch.float32, **options)
        except Exception as error:  # a broken or cut file shows in many ways
            raise ModelError(f"the weights in {folder.path.name!r} cannot be read ({type(error).__name__}: {error})") from error
        return greedy(model.to("cuda" if gpu else "cpu").eval(), tokenizer)


def greedy(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
    """Keeps of the model's own generation settings what is not sampling; sees to it that there is an end and a pad token."""
    config = model.generation_config
    ends = config.eos_token_id if isinstance(config.eos_token_id, list) else [config.eos_token_id]
    config.eos_token_id = sorted({end for end in [*ends, tokenizer.eos_token_id] if end is not None})
    pad = next((p for p in (tokenizer.pad_token_id, config.pad_token_id, *config.eos_token_id) if p is not None), 0)
    config.update(pad_token_id=pad, do_sample=False, num_beams=1, temperature=None, top_p=None, top_k=None, min_p=None, max_length=None)
    return model


@contextmanager
def _collector_off() -> Iterator[None]:
    """The imports make a million objects that stay: not collecting garbage meanwhile saves a quarter to a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _parameters(weights: Path) -> int:
    return sum(map(prod, header(weights).values()))


def header(weights: Path) -> dict[str, tuple[int, ...]]:
    """Names and shapes, read off the head of a safetensors file (its length in 8 bytes, then JSON). ModelError: it is none."""
    try:
        with weights.open("rb") as file:
            found = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        return {name: tuple(map(int, tensor["shape"])) for name, tensor in found.items() if name != "__metadata__"}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, MemoryError, OverflowError) as error:
        raise ModelError(f"{weights.parent.name}/{weights.name} is no safetensors file ({type(error).__name__}); get it again") from error


def _json(path: Path) -> dict:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path.parent.name}/{path.name} cannot be read ({type(error).__name__}); is it a model folder?") from error
