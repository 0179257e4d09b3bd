"""Even grids in memory: the weights of a model rounded to few bits, a scale for each row or for each group. Nothing is written."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from helpers.models.door import Model
from helpers.models.local import Local, Memory
from helpers.models.recordings import Recorder
from helpers.models.replay import Replay
from helpers.shrink.packing import matrices
from helpers.storage import digest

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

    from helpers.models.cache import Cache

__all__ = ["grid", "rounded"]


def grid(weight: torch.Tensor, bits: int, *, group: int = 0) -> torch.Tensor:
    """Each weight as the nearest of 2^bits - 1 evenly spaced values, with a scale for each row, or for each `group` weights of a row.

    The largest weight of a row or group stays what it is. ValueError: fewer than 2 bits, or rows that do not divide into such groups.

    >>> import torch
    >>> grid(torch.tensor([[0.2, -1.0, 0.9, 8.0]]), 2, group=2).tolist()
    [[0.0, -1.0, 0.0, 8.0]]
    """
    import torch

    if bits < 2 or group < 0 or (group and weight.shape[-1] % group):
        raise ValueError(f"bits={bits}, group={group}: 2 bits or more, and a group that divides a row of {weight.shape[-1]} weights")
    rows = weight.reshape(-1, group) if group else weight
    scale = rows.abs().amax(dim=-1, keepdim=True) / (2 ** (bits - 1) - 1)
    scale = torch.where(scale > 0, scale, 1.0)
    return ((rows / scale).round() * scale).reshape(weight.shape)


def rounded(model: Model, bits: int, *, group: int = 0) -> Model:
    """A model whose linear matrices lie on a `grid`; word vectors and output layer stay as they are. The model itself is not changed.

    Its weights are read when they are needed, and rounded in memory. Of a model that was loaded with `recorded=`, what was recorded with
    this rounding answers. ValueError: its weights are not in a folder here.

    >>> rounded(load("pocket"), 4, group=64).name  # doctest: +SKIP
    'pocket, 4 bits, groups of 64'
    """
    provider = model.provider
    change = {"bits": bits, "group": group}
    if isinstance(provider, Recorder | Replay):
        other = provider.changed(change, partial(rounded, **change))
    elif isinstance(provider, Local) and not isinstance(provider, Memory):
        other = Rounded(provider, bits, group)
    else:
        raise ValueError(f"{model!r} cannot be rounded: give a model that is read from a folder, such as load('pocket')")
    words = f", {bits} bits" + (f", groups of {group}" if group else "")
    return Model(model.spec, model.name + words, other, model.cache, about=model.about + words, recorded=model.recorded)


class Rounded(Local):
    """A folder of weights as a provider, whose linear matrices are rounded once they are read."""

    def __init__(self, base: Local, bits: int, group: int) -> None:
        super().__init__(base.folder.path, batch_size=base.batch_size, adapter=base.adapter)
        self.bits = bits
        self.group = group

    def _read(self) -> PreTrainedModel:
        import torch

        module = super()._read()
        with torch.no_grad():
            for weight in matrices(module).values():
                weight.copy_(grid(weight, self.bits, group=self.group))
        return module

    def identity(self, cache: Cache | None) -> str:
        return digest([super().identity(cache), self.bits, self.group])
