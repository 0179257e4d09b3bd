"""A folder of weights: what its files say before anything heavy is imported, and how to read it, in 4 bits too."""

from __future__ import annotations

import ctypes
import gc
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import storage
from helpers.models.reply import ModelError

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = [
    "Folder", "give_back", "greedy", "header", "limit_of", "never_repack", "quiet_peft", "read_json", "read_model", "read_nf4",
    "read_tokenizer", "rounded",
]  # fmt: skip

MATTER = ("*config.json", "tokenizer*", "chat_template*", "special_tokens_map.json", "vocab*", "merges.txt", "*.model")
LENGTHS = ("max_position_embeddings", "n_positions", "n_ctx", "max_sequence_length", "seq_length")


class Folder:
    """What a model folder's small files say: `context` (tokens), `parameters`, `vocabulary` (rows of the embedding), `seq2seq`,
    `ends` (end tokens), and which `files` decide its answers, `weights` among them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        config = read_json(path / "config.json")
        named = path / "tokenizer_config.json"
        self.context = limit_of(config, (read_json(named).get("model_max_length") or 0) if named.exists() else 0)
        self.vocabulary = config.get("vocab_size") or (config.get("text_config") or {}).get("vocab_size") or 0
        self.seq2seq = bool(config.get("is_encoder_decoder"))
        self.ends = _ends(path / "generation_config.json", config)
        self.weights = weights = sorted(path.glob("*.safetensors"))
        if not weights:
            raise ModelError(f"no weights (*.safetensors) in {path.name!r}; write them with model.save_pretrained(folder)")
        self.parameters = sum(prod(shape) for file in weights for shape in header(file).values())
        self.files = weights + sorted({file for kind in MATTER for file in path.glob(kind) if file.is_file()})


def _ends(generation: Path, config: dict) -> list[int]:
    """The end tokens by id, one or several."""
    ends = (read_json(generation) if generation.exists() else config).get("eos_token_id", config.get("eos_token_id"))
    return ends if isinstance(ends, list) else [ends] if isinstance(ends, int) else []


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


def read_model(folder: Folder, tokenizer: PreTrainedTokenizerBase, **options: Any) -> PreTrainedModel:
    """The weights: fp32 on the CPU; on a GPU, if there is one, in the precision they were saved in. `options` go to from_pretrained."""
    with _collector_off():
        import torch
        from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM
        from transformers.utils import logging

        logging.disable_progress_bar()
        kind = AutoModelForSeq2SeqLM if folder.seq2seq else AutoModelForCausalLM
        gpu = torch.cuda.is_available()
        try:
            model = kind.from_pretrained(folder.path, dtype="auto" if gpu else torch.float32, **options)
        except Exception as error:  # a broken or cut file shows in many ways
            raise ModelError(f"the weights in {folder.path.name!r} cannot be read ({type(error).__name__}: {error})") from error
        return greedy(model.to("cuda" if gpu else "cpu").eval(), tokenizer)


@contextmanager
def quiet_peft() -> Iterator[None]:
    """Import and use peft without two warnings that a reader can do nothing about: an old name of transformers' that it asks for,
    and a kernel that bitsandbytes would download."""
    logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="`is_gradient_checkpointing` is deprecated")
        yield


def read_nf4(base: Folder, tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
    """The base with its matrices in NF4 (4 bits, 64 weights a scale, the scales in 8 bits). Dettmers et al. 2023, arXiv:2305.14314."""
    import torch

    try:
        with quiet_peft():
            import bitsandbytes  # noqa: F401
    except ImportError as error:
        raise ModelError("4 bits need bitsandbytes: pip install 'bitsandbytes>=0.50,<1'") from error
    from transformers import BitsAndBytesConfig

    compute = torch.bfloat16 if torch.cuda.is_available() else torch.float32
    bits = BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=compute
    )  # fmt: skip
    return read_model(base, tokenizer, quantization_config=bits)


def never_repack(model: torch.nn.Module) -> None:
    """Keep bitsandbytes from repacking NF4 weights for processors with AVX512-BF16, where it also computes in bfloat16.

    Its first evaluation would do so. Answers are then others than on all other processors, and training goes on with wrong gradients.
    """
    for module in model.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False


def rounded(model: PreTrainedModel) -> PreTrainedModel:
    """An NF4 model with its weights written out again, without the note that transformers makes of it."""
    from transformers.utils import logging

    level = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        return model.dequantize()
    finally:
        logging.set_verbosity(level)


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


def header(weights: Path) -> dict[str, tuple[int, ...]]:
    """Names and shapes, read off the head of a safetensors file (its length in 8 bytes, then JSON). ModelError: it is none."""
    try:
        with weights.open("rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        return {name: tuple(map(int, tensor["shape"])) for name, tensor in header.items() if name != "__metadata__"}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, MemoryError, OverflowError) as error:
        raise ModelError(f"{weights.parent.name}/{weights.name} is no safetensors file ({type(error).__name__}); get it again") from error


def read_json(path: Path, advice: str = "is it a model folder?") -> dict:
    """The JSON object in a file. ModelError: there is none; it ends with the advice."""
    try:
        return storage.read_json(path)
    except ValueError as error:
        raise ModelError(f"{error}; {advice}") from error


def give_back(*, collect: bool = True) -> None:
    """Free memory goes back to the system. glibc keeps a quarter of a gigabyte after a model else; other systems do it themselves.

    collect: models that nobody names any more are freed first, which takes half a second in a notebook.
    """
    if collect:
        gc.collect()
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except (OSError, AttributeError):  # no glibc here
        return
