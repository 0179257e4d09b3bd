"""Rounding: int8, 255 evenly spaced values with a scale for each row; int4, 15 with a scale for each group; NF4, the 16 values of
bitsandbytes; bfloat16, nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.models.weights import quiet_peft
from helpers.shrink.packing import Coded, matrices, pack
from helpers.shrink.shrunk import finish, new_folder, open_base, write_packed

if TYPE_CHECKING:
    import torch

    from helpers.shrink.shrunk import Base, Shrunk

__all__ = ["int4", "int8", "nf4", "plain", "to_int4", "to_int8"]


def int8(base: Base, folder: str | Path, *, skip: Sequence[str] = ()) -> Shrunk:
    """Each row of each linear matrix as whole numbers from -127 to 127 and one scale, its largest weight / 127; the rest bfloat16.

    By hand, because it is four lines and the file is then what it says: bitsandbytes' int8 writes its own layout and splits off columns
    of large activations, torchao's must be pickled. Weights stay int8 in memory and are widened layer by layer as they are used
    ("weight-only"), so memory falls, and on a CPU nothing gets quicker. `skip`: parts of the names of matrices to leave alone.
    Symmetric absmax rounding, Dettmers et al. 2022 (LLM.int8), arXiv:2208.07339, section 2, row by row.

    >>> int8("pocket", "outputs/shrink/int8").bytes  # doctest: +SKIP
    6571136
    """
    module, tokenizer = open_base(base)
    coded = {name: to_int8(weight) for name, weight in matrices(module, skip=skip).items()}
    return write_packed(folder, "int8", module, tokenizer, coded)


def int4(base: Base, folder: str | Path, *, group: int = 64) -> Shrunk:
    """Each group of weights in a row as whole numbers from -7 to 7, two in a byte, and one bfloat16 scale; the rest bfloat16.

    4.25 bits a weight with groups of 64. Reading looks every weight up, as with a palette. Differs from `nf4` in the values, which are
    evenly spaced here, and in the scales, which `nf4` rounds to 8 bits. ValueError: a row does not divide into such groups.

    >>> int4("pocket", "outputs/shrink/int4").name  # doctest: +SKIP
    'int4, groups of 64'
    """
    module, tokenizer = open_base(base)
    coded = {name: to_int4(weight, group) for name, weight in matrices(module).items()}
    return write_packed(folder, f"int4, groups of {group}", module, tokenizer, coded)


def to_int4(weight: torch.Tensor, group: int) -> Coded:
    """One matrix as packed codes from 0 to 14 (a whole number from -7 to 7, and 7 more) and a scale for each group.

    >>> import torch
    >>> coded = to_int4(torch.tensor([[0.7, -0.2, 14.0, 3.0]]), 2)
    >>> coded.parts["packed"].tolist(), coded.parts["scale"].tolist()
    ([94, 142], [0.10009765625, 2.0])
    """
    import torch

    if group < 1 or weight.shape[1] % group:
        raise ValueError(f"group={group}: it must divide a row, which has {weight.shape[1]} weights; for example 64")
    groups = weight.detach().float().cpu().reshape(-1, group)
    scale = (groups.abs().amax(dim=1) / 7).bfloat16()
    scale = torch.where(scale > 0, scale, 1.0)
    codes = (groups / scale.float()[:, None]).round().clamp(-7, 7) + 7
    parts = {"packed": torch.from_numpy(pack(codes.numpy(), 4)), "scale": scale}
    return Coded("int4", tuple(weight.shape), parts, {"group": group})


def plain(base: Base, folder: str | Path) -> Shrunk:
    """The model as it is, every weight in bfloat16: the first row of a table of sizes."""
    module, tokenizer = open_base(base)
    return write_packed(folder, "bfloat16", module, tokenizer, {})


def to_int8(weight: torch.Tensor) -> Coded:
    """One matrix (rows, columns) as int8 codes and a bfloat16 scale for each row. The error is at most half a scale.

    Codes are rounded with the scale as it is stored. bfloat16 rounds that by 1/512 at most, so the largest code is still 127.

    >>> import torch
    >>> coded = to_int8(torch.tensor([[0.5, -1.27]]))
    >>> coded.parts["codes"].tolist(), round(coded.parts["scale"].item(), 4)
    ([[50, -127]], 0.01)
    """
    import torch

    rows = weight.detach().float().cpu()
    if not torch.isfinite(rows).all():
        raise ValueError("the matrix has weights that are not finite (nan or inf): the model is broken, no rounding mends it")
    scale = (rows.abs().amax(dim=1) / 127).bfloat16()
    scale = torch.where(scale > 0, scale, 1.0)
    codes = (rows / scale.float()[:, None]).round().to(torch.int8)
    return Coded("int8", tuple(rows.shape), {"codes": codes, "scale": scale})


def nf4(base: Base, folder: str | Path, *, double: bool = True) -> Shrunk:
    """Linear weights as 4-bit NormalFloat: 16 fixed values, the quantiles of a normal distribution, times the largest of each 64 weights.

    Written by transformers (`model.safetensors`, with the quantization in config.json); all but linear layers is bfloat16. `double` rounds
    the scales to 8 bits too (4.13 bits a weight, else 4.5). Dettmers et al. 2023 (QLoRA), arXiv:2305.14314.
    Sizes are read from the files, as everywhere here. Answers are computed in float32 on every processor: bitsandbytes' own way on
    those with AVX512-BF16, in bfloat16, is turned off: there one of 120 answers came out otherwise.

    >>> nf4("pocket", "outputs/shrink/nf4").bytes  # doctest: +SKIP
    4468685
    """
    import torch
    from transformers import BitsAndBytesConfig

    module, tokenizer = open_base(base)
    how = BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.float32, bnb_4bit_use_double_quant=double
    )
    with tempfile.TemporaryDirectory() as scratch, quiet_peft():
        module.save_pretrained(scratch)
        model = type(module).from_pretrained(scratch, quantization_config=how, dtype=torch.bfloat16)
    path = new_folder(folder)
    model.save_pretrained(path)
    return finish(path, "NF4" if double else "NF4, plain scales", "nf4", model, tokenizer)
