"""A GGUF file, the format of llama.cpp, written as the folder that transformers reads in two seconds: once, by one process."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.models.reply import ModelError
from helpers.progress import say

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["convert", "numbers_hash", "once", "save_half"]

LEFT_OUT = ("quantization_config", "transformers_version")  # a new version changes no weight
NOTE = "sizes.json"  # written last: the folder's files and their bytes


def convert(gguf: Path, folder: Path, *, weights: str) -> None:
    """Read a model that splits digits, as SmolLM2 does, and write weights in fp16, configuration and tokenizer into `folder`.

    Four bits and their scales make numbers that neither fp16 nor bf16 holds exactly; fp16 is seven times closer, at the same size.
    `weights` is the SHA-256 that all numbers together must have: recordings and adapters rest on exactly these. ModelError: gguf
    is not installed, the file cannot be read, or is read as other numbers.
    """
    if importlib.util.find_spec("gguf") is None:
        raise ModelError('reading a GGUF file needs gguf: pip install "gguf>=0.19,<1"')
    try:
        model, tokenizer = _read(gguf)
    except Exception as error:  # a file that these versions cannot read shows in many ways
        reason = f"{type(error).__name__}: {error}"
        raise ModelError(f"{gguf.name} cannot be read ({reason}); install the versions of constraints.txt") from error
    _split_digits(tokenizer)
    save_half(model, tokenizer, folder)
    if (got := numbers_hash(folder / "model.safetensors")) != weights:
        raise ModelError(
            f"{gguf.name} was read as weights with the sha256 {got}, and {weights} is right; install the versions of constraints.txt"
        )


def save_half(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Write a model with its weights in fp16, to be read into fp32: SmolLM2's activations reach 24,900, and fp16 ends at 65,504.

    Not `model.save_pretrained`: that refuses a model that was read from GGUF. OSError: there is no room.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    state = model.state_dict()
    names = {tensor.data_ptr(): name for name, tensor in reversed(state.items())}.values()  # of tied weights the first
    weights = {name: state[name].to(torch.float16).contiguous() for name in names}
    try:
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    except SafetensorError as error:
        raise OSError(str(error)) from error
    _json(folder / "config.json", {**model.config.to_diff_dict(), "architectures": [type(model).__name__], "dtype": "float32"})
    _json(folder / "generation_config.json", model.generation_config.to_diff_dict())
    tokenizer.model_max_length = model.config.max_position_embeddings
    tokenizer.save_pretrained(folder)


def numbers_hash(safetensors: Path) -> str:
    """SHA-256 of the numbers in a safetensors file, without the head, whose wording may change."""
    with safetensors.open("rb") as file:
        file.seek(int.from_bytes(file.read(8), "little"), os.SEEK_CUR)
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(gguf: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    unpacked = GgufConfig(dequantize=True)  # where the package `kernels` is installed, weights could stay in their 4 bits
    options = {"gguf_file": gguf.name, "dtype": torch.float16, "quantization_config": unpacked}
    with _no_bars():
        model = AutoModelForCausalLM.from_pretrained(gguf.parent, **options)
        return model, AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)


@contextmanager
def _no_bars() -> Iterator[None]:
    """transformers shows bars of its own, one of which no setting turns off; a lesson's output would keep them."""
    from transformers import modeling_gguf_pytorch_utils as reading
    from transformers.utils import logging

    logging.disable_progress_bar()
    bar, reading.tqdm = reading.tqdm, lambda tensors, **_: tensors
    try:
        yield
    finally:
        reading.tqdm = bar


def _split_digits(tokenizer: PreTrainedTokenizerBase) -> None:
    """The file says "smollm": every digit a token, before anything else. transformers does not read that, and cuts "\\n\\n12" wrongly."""
    from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence

    tokenizer.backend_tokenizer.pre_tokenizer = Sequence([Digits(individual_digits=True), ByteLevel(add_prefix_space=False)])


def _json(path: Path, content: dict) -> None:
    """The same text on every machine, for the fingerprint: no version, and no name with "_" in front, one of which is a path."""
    public = {name: value for name, value in content.items() if name not in LEFT_OUT and not name.startswith("_")}
    path.write_text(json.dumps(public, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def once(folder: Path, write: Callable[[Path], None], *, title: str) -> Path:
    """The folder, filled by `write` if it was not there, or not whole. `title` is the line that says what takes so long.

    Two processes may ask at once: one writes, the other says that it waits. What is written has another name until it is whole, so
    a killed process leaves nothing that could be taken for it, and its lock ends with it. ModelError: it cannot be written.
    """
    if _complete(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone(folder, title):
            if not _complete(folder):
                say(title)
                _fill(folder, write)
    except OSError as error:
        raise ModelError(
            f"cannot write {folder.name} into the cache ({error.strerror or error}); make room, or set LADDER_HOME to a folder with room"
        ) from error
    return folder


def _fill(folder: Path, write: Callable[[Path], None]) -> None:
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)  # of a process that was killed
    part.mkdir()
    try:
        write(part)
        files = sorted(path for path in part.iterdir() if path.is_file())
        for path in files:
            path.chmod(0o644)  # safetensors writes files that only their owner can read
        sizes = {path.name: path.stat().st_size for path in files}
        (part / NOTE).write_text(json.dumps(sizes, indent=1) + "\n", encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _complete(folder: Path) -> bool:
    try:
        sizes = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, AttributeError):
        return False


@contextmanager
def _alone(folder: Path, title: str) -> Iterator[None]:
    """Holds the folder's lock, which the system lifts when the process ends, however it ends."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder.with_name(folder.name + ".lock"))
    try:
        lock.acquire(blocking=False)
    except Timeout:
        say(f"another process is {title}; waiting for it")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
