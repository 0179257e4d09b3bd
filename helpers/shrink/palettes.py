"""Palettes: every weight becomes the number of one of 2^bits values, as a picture with few colors does with its pixels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from helpers.shrink import packed, shrunk
from helpers.shrink.bits import pack
from helpers.shrink.kmeans import lloyd, nearest
from helpers.shrink.packed import Coded

if TYPE_CHECKING:
    import torch

    from helpers.shrink.shrunk import Base, Shrunk

__all__ = ["palette", "palettize"]


def palette(
    base: Base,
    bits: int,
    folder: str | Path,
    *,
    per: Literal["matrix", "row groups"] = "matrix",
    rows: int = 16,
    embeddings: bool = False,
    skip: Sequence[str] = (),
) -> Shrunk:
    """Each linear matrix as packed indices of `bits` (1 to 8) into a codebook that k-means chose, or one for every `rows` rows.

    Bytes: weights * bits / 8, and 2 bytes (float16) for each of the 2^bits codebook entries. Everything else stays bfloat16: the
    norms, the matrices named in `skip`, and the embedding unless `embeddings`. Han, Mao and Dally 2016 (Deep Compression),
    arXiv:1510.00149, without their retraining and Huffman codes. Differs from NF4, whose 16 values are the same for every
    model and are scaled by the largest of each 64 weights. What it saves is disk and download: reading looks every weight up, so
    memory and speed in use are those of the float model, as a processor has no instruction that multiplies by an index.
    ValueError: bits outside 1 to 8, or weights that are not finite.

    >>> palette("pocket", 4, "outputs/shrink/palette-4").model().ask("Is 'a dull film' positive or negative?").text  # doctest: +SKIP
    'negative'
    """
    module, tokenizer = shrunk.open_base(base)
    chosen = packed.matrices(module, embeddings=embeddings, skip=skip)
    coded = {name: palettize(weight, bits, per=per, rows=rows) for name, weight in chosen.items()}
    where = shrunk.new_folder(folder)
    packed.write(where, module, coded)
    grouped = f", a codebook for {rows} rows" if per == "row groups" else ""
    wide = ", embeddings too" if embeddings else ""
    return shrunk.finish(where, f"palette, {bits} bits{grouped}{wide}", "packed", module, tokenizer)


def palettize(weight: torch.Tensor, bits: int, *, per: str = "matrix", rows: int = 16) -> Coded:
    """One matrix (rows, columns) as a codebook (groups, 2^bits), float16, and packed indices. `packed.decode` gives it back.

    >>> import torch
    >>> coded = palettize(torch.tensor([[0.0, 1.0], [1.0, 0.0]]), 1)
    >>> coded.parts["packed"].tolist(), coded.parts["codebook"].tolist()
    ([6], [[0.0, 1.0]])
    """
    import numpy as np
    import torch

    if bits not in range(1, 9):
        raise ValueError(f"bits={bits!r}: a palette has 1 to 8 bits; with more, plain float16 is as small and exact")
    if per not in ("matrix", "row groups") or rows < 1:
        raise ValueError(f'per={per!r}, rows={rows}: per is "matrix" or "row groups", and a group has 1 row or more')
    values = weight.detach().float().cpu().numpy()
    rows = len(values) if per == "matrix" else rows
    books, indices = zip(*(_group(values[start : start + rows], bits) for start in range(0, len(values), rows)), strict=True)
    parts = {"packed": torch.from_numpy(pack(np.concatenate(indices), bits)), "codebook": torch.from_numpy(np.stack(books))}
    return Coded("palette", values.shape, parts, {"bits": bits, "rows": rows})


def _group(values: object, bits: int) -> tuple[object, object]:
    """The codebook (its last value repeated if there are fewer than 2^bits) and the indices of some rows."""
    import numpy as np

    with np.errstate(over="ignore"):
        book = lloyd(values, 2**bits).astype(np.float16)
    if not np.isfinite(book).all():
        raise ValueError(f"weights up to {np.abs(values).max():g} do not fit a float16 codebook (65504): skip this matrix")
    return np.pad(book, (0, 2**bits - len(book)), mode="edge"), nearest(values.reshape(-1), book)
