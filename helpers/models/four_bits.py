"""A base with its matrices in NF4, by bitsandbytes: what QLoRA trains beside, and what an adapter made so is merged into."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from helpers.models.reply import ModelError
from helpers.models.weights import Folder, read_model

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["never_repack", "quiet_peft", "read_nf4", "rounded"]


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
