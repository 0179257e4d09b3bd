"""int8: every weight rounded to one of 255 evenly spaced values, the spacing chosen row by row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.shrink import packed, shrunk
from helpers.shrink.packed import Coded

if TYPE_CHECKING:
    import torch

    from helpers.shrink.shrunk import Base, Shrunk

__all__ = ["int8", "to_int8", "plain"]


def int8(base: Base, folder: str | Path, *, embeddings: bool = False, skip: Sequence[str] = ()) -> Shrunk:
    """Each row of each linear matrix as whole numbers from -127 to 127 and one scale, its largest weight / 127; the rest bfloat16.

    By hand, because it is four lines and the file is then what it says: bitsandbytes' int8 writes its own layout and splits off columns
    of large activations, torchao's must be pickled. Weights stay int8 in memory and are widened layer by layer as they are used
    ("weight-only"), so memory falls, and on a CPU nothing gets quicker. `embeddings` packs the embedding too, on disk only.
    Symmetric absmax rounding, Dettmers et al. 2022 (LLM.int8), arXiv:2208.07339, section 2, row by row.

    >>> int8("pocket", "outputs/shrink/int8").bytes  # doctest: +SKIP
    6571136
    """
    module, tokenizer = shrunk.open_base(base)
    chosen = packed.matrices(module, embeddings=embeddings, skip=skip)
    coded = {name: to_int8(weight) for name, weight in chosen.items()}
    where = shrunk.new_folder(folder)
    packed.write(where, module, coded)
    return shrunk.finish(where, "int8, embeddings too" if embeddings else "int8", "packed", module, tokenizer)


def plain(base: Base, folder: str | Path) -> Shrunk:
    """The model as it is, every weight in bfloat16: the first row of a table of sizes."""
    module, tokenizer = shrunk.open_base(base)
    where = shrunk.new_folder(folder)
    packed.write(where, module, {})
    return shrunk.finish(where, "bfloat16", "packed", module, tokenizer)


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
