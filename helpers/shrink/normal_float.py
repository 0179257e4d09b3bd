"""NF4 as bitsandbytes does it: the library that QLoRA made common, here on the CPU."""

from __future__ import annotations

import json
import logging
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.shrink import shrunk

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from helpers.shrink.shrunk import Base, Shrunk

__all__ = ["nf4"]


def nf4(base: Base, folder: str | Path, *, double: bool = True) -> Shrunk:
    """Linear weights as 4-bit NormalFloat: 16 fixed values, the quantiles of a normal distribution, times the largest of each 64 weights.

    Written by transformers (`model.safetensors`, with the quantization in config.json); all but linear layers is bfloat16. `double` rounds
    the scales to 8 bits too (4.13 bits a weight, else 4.5). Dettmers et al. 2023 (QLoRA), arXiv:2305.14314.
    Sizes are read from the files, as everywhere here: in memory the first answer may lay the weights out anew (on processors with
    AVX512-BF16 it does), and tuning such a model then gets wrong gradients without an error: to tune, read the folder anew.

    >>> nf4("pocket", "outputs/shrink/nf4").bytes  # doctest: +SKIP
    4468685
    """
    import torch
    from transformers import BitsAndBytesConfig

    _quiet()
    module, tokenizer = shrunk.open_base(base)
    how = BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.float32, bnb_4bit_use_double_quant=double
    )
    with tempfile.TemporaryDirectory() as plain:
        module.save_pretrained(plain)
        model = type(module).from_pretrained(plain, quantization_config=how, dtype=torch.bfloat16)
    where = shrunk.new_folder(folder)
    model.save_pretrained(where)
    return shrunk.finish(where, "NF4" if double else "NF4, plain scales", "nf4", model, tokenizer)


def open_nf4(folder: Path) -> PreTrainedModel:
    """The model of such a folder; what is not 4-bit is float32, whatever it was saved in, as in every other model here."""
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    kind = AutoModelForSeq2SeqLM if config.get("is_encoder_decoder") else AutoModelForCausalLM
    _quiet()
    model = kind.from_pretrained(folder).eval()
    for parameter in model.parameters():
        if parameter.is_floating_point():
            parameter.data = parameter.data.float()
    return model


def _quiet() -> None:
    """bitsandbytes recommends a package of kernels whenever it is imported; it works without."""
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
