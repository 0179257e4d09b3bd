"""One safetensors file for weights that are no longer plain numbers: codes, and what it takes to read them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.shrink.bits import unpack

if TYPE_CHECKING:
    import torch

__all__ = ["Coded", "matrices", "write", "read", "decode"]

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
    found = {name: p for name, p in module.named_parameters() if id(p) in wanted}
    for part in skip:
        if not any(part in name for name in found):
            raise ValueError(f"skip={part!r} is in no name; there are {_some(found)}")
    found = {name: p for name, p in found.items() if not any(part in name for part in skip)}
    if not found:
        raise ValueError(f"no linear layer is left to shrink in {type(module).__name__}; check skip={tuple(skip)}")
    return found


def write(folder: Path, module: torch.nn.Module, coded: Mapping[str, Coded]) -> None:
    """Write the coded matrices, and every other parameter as bfloat16; a parameter used twice (tied) is written once."""
    import torch
    from safetensors.torch import save_file

    tensors, about = {}, {}
    for name, one in coded.items():
        tensors |= {f"{name}:{part}": tensor.contiguous() for part, tensor in one.parts.items()}
        about[name] = {"kind": one.kind, "shape": list(one.shape), **one.about}
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
    for name, said in about.items():
        kind, shape = said.pop("kind"), tuple(said.pop("shape"))
        parts = {key.rpartition(":")[2]: tensors.pop(key) for key in list(tensors) if key.rpartition(":")[0] == name}
        coded[name] = Coded(kind, shape, parts, said)
    return coded, tensors


def decode(one: Coded) -> torch.Tensor:
    """The matrix as float32, of its first shape."""
    return DECODERS[one.kind](one).reshape(one.shape)


def _palette(one: Coded) -> torch.Tensor:
    """Each group of rows has a line of codebook, and indices into it."""
    import torch

    book = one.parts["codebook"].float()
    index = torch.from_numpy(unpack(one.parts["packed"].numpy(), one.about["bits"], _count(one.shape))).long()
    group = torch.arange(one.shape[0]) // one.about["rows"]
    return book[group[:, None], index.reshape(one.shape)]


def _int8(one: Coded) -> torch.Tensor:
    return one.parts["codes"].float() * one.parts["scale"].float()[:, None]


def _sparse(one: Coded) -> torch.Tensor:
    """One bit a weight says whether it is there; those that are follow in reading order."""
    import torch

    mask = torch.from_numpy(unpack(one.parts["mask"].numpy(), 1, _count(one.shape))).bool()
    dense = torch.zeros(_count(one.shape))
    dense[mask] = one.parts["values"].float()
    return dense


DECODERS: dict[str, Callable[[Coded], torch.Tensor]] = {"palette": _palette, "int8": _int8, "sparse": _sparse}


def _count(shape: Sequence[int]) -> int:
    rows, columns = shape
    return rows * columns


def _some(names: Mapping[str, object]) -> str:
    return ", ".join([*list(names)[:3], "..."][: len(names)])
