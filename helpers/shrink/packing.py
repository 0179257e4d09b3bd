"""Weights that are no longer plain numbers: bits without a gap between them, and one safetensors file for codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy
    import torch

__all__ = ["Coded", "decode", "matrices", "pack", "read", "unpack", "write"]

FILE = "packed.safetensors"


@dataclass(frozen=True)
class Coded:
    """A matrix in another form. `kind` is a key of `DECODERS`, `parts` are its tensors on disk, `about` the numbers to read them by."""

    kind: str
    shape: tuple[int, ...]
    parts: dict[str, torch.Tensor]
    about: dict[str, int] = field(default_factory=dict)


def matrices(module: torch.nn.Module, *, embeddings: bool = False, skip: Sequence[str] = ()) -> dict[str, torch.nn.Parameter]:
    """The weights of all linear layers by their names; the output layer, often tied to the embedding, only with `embeddings`.

    `skip` holds parts of names that are left alone, such as "down_proj" or "layers.0.". ValueError: one that is in no name, or
    nothing is left.
    """
    import torch

    ends = [layer for layer in (module.get_input_embeddings(), module.get_output_embeddings()) if layer is not None]
    linear = {id(layer.weight) for layer in module.modules() if isinstance(layer, torch.nn.Linear)}
    outer = {id(layer.weight) for layer in ends}
    wanted = linear | outer if embeddings else linear - outer
    weights = {name: p for name, p in module.named_parameters() if id(p) in wanted}
    for part in skip:
        if not any(part in name for name in weights):
            raise ValueError(f"skip={part!r} is in no name; there are {_some(weights)}")
    weights = {name: p for name, p in weights.items() if not any(part in name for part in skip)}
    if not weights:
        raise ValueError(f"no linear layer is left to shrink in {type(module).__name__}; check skip={tuple(skip)}")
    return weights


def write(folder: Path, module: torch.nn.Module, coded: Mapping[str, Coded]) -> None:
    """Write the coded matrices, and every other parameter as bfloat16; a parameter used twice (tied) is written once."""
    import torch
    from safetensors.torch import save_file

    tensors = {}
    about = {}
    for name, code in coded.items():
        tensors |= {f"{name}:{part}": tensor.contiguous() for part, tensor in code.parts.items()}
        about[name] = {"kind": code.kind, "shape": list(code.shape), **code.about}
    for name, p in module.named_parameters():
        if name not in coded:
            tensors[name] = p.detach().to("cpu", torch.bfloat16).contiguous()
    save_file(tensors, folder / FILE, metadata={"coded": json.dumps(about)})


def read(folder: Path) -> tuple[dict[str, Coded], dict[str, torch.Tensor]]:
    """What `write` wrote: the coded matrices, and the plain tensors."""
    from safetensors import safe_open

    with safe_open(folder / FILE, framework="pt") as file:
        about = json.loads(file.metadata()["coded"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (it is no dict)
    coded = {}
    for name, numbers in about.items():
        kind = numbers.pop("kind")
        shape = tuple(numbers.pop("shape"))
        parts = {key.rpartition(":")[2]: tensors.pop(key) for key in list(tensors) if key.rpartition(":")[0] == name}
        coded[name] = Coded(kind, shape, parts, numbers)
    return coded, tensors


def decode(coded: Coded) -> torch.Tensor:
    """The matrix as float32, of its first shape."""
    return DECODERS[coded.kind](coded).reshape(coded.shape)


def _palette(coded: Coded) -> torch.Tensor:
    """Each group of rows has a line of codebook, and indices into it."""
    import torch

    book = coded.parts["codebook"].float()
    index = torch.from_numpy(unpack(coded.parts["packed"].numpy(), coded.about["bits"], prod(coded.shape))).long()
    group = torch.arange(coded.shape[0]) // coded.about["rows"]
    return book[group[:, None], index.reshape(coded.shape)]


def _int8(coded: Coded) -> torch.Tensor:
    return coded.parts["codes"].float() * coded.parts["scale"].float()[:, None]


def _int4(coded: Coded) -> torch.Tensor:
    import torch

    codes = torch.from_numpy(unpack(coded.parts["packed"].numpy(), 4, prod(coded.shape))).float() - 7
    return codes.reshape(-1, coded.about["group"]) * coded.parts["scale"].float()[:, None]


def _sparse(coded: Coded) -> torch.Tensor:
    """One bit a weight says whether it is there; those that are follow in reading order."""
    import torch

    mask = torch.from_numpy(unpack(coded.parts["mask"].numpy(), 1, prod(coded.shape))).bool()
    dense = torch.zeros(prod(coded.shape))
    dense[mask] = coded.parts["values"].float()
    return dense


DECODERS: dict[str, Callable[[Coded], torch.Tensor]] = {"palette": _palette, "int8": _int8, "int4": _int4, "sparse": _sparse}


def _some(names: Collection[str]) -> str:
    return ", ".join([*list(names)[:3], "..."][: len(names)])


def pack(numbers: numpy.ndarray, bits: int) -> numpy.ndarray:
    """Whole numbers from 0 to 2^bits - 1, of any shape, as ceil(n * bits / 8) bytes, lowest bit first.

    ValueError: a number that does not fit.

    >>> import numpy as np
    >>> pack(np.array([1, 2, 3]), 3).tolist()  # 001, 010, 011: 11 010 001 and 0
    [209, 0]
    """
    import numpy as np

    _check(bits)
    flat = np.asarray(numbers).reshape(-1)
    if flat.size and not (flat.min() >= 0 and flat.max() < 2**bits):
        raise ValueError(f"{bits} bits hold 0 to {2**bits - 1}, got {flat.min()} to {flat.max()}; use more bits or fewer values")
    rows = np.unpackbits(flat.astype(np.uint8)[:, None], axis=1, count=bits, bitorder="little")
    return np.packbits(rows.reshape(-1), bitorder="little")


def unpack(packed: numpy.ndarray, bits: int, count: int) -> numpy.ndarray:
    """The first `count` numbers of what `pack` wrote, as uint8.

    ValueError: the bytes are too few, or more than `count` numbers need.

    >>> import numpy as np
    >>> unpack(np.array([209, 0], dtype=np.uint8), 3, 3).tolist()
    [1, 2, 3]
    """
    import numpy as np

    _check(bits)
    need = -(-count * bits // 8)
    if packed.size != need:
        raise ValueError(f"{count} numbers of {bits} bits are {need} bytes, got {packed.size}: the file is cut, or of other bits")
    rows = np.unpackbits(packed, count=count * bits, bitorder="little").reshape(count, bits)
    return np.packbits(rows, axis=1, bitorder="little").reshape(-1)


def _check(bits: int) -> None:
    if bits not in range(1, 9):
        raise ValueError(f"bits={bits!r}: a number in a byte has 1 to 8 bits")
