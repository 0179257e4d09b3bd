"""Several processes that train one model: each takes its share of every batch, and they add up their gradients."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import torch

    T = TypeVar("T")

__all__ = ["Crowd"]


class Crowd:
    """This process among those that torchrun started (`rank` of `size`), or alone. Only the first writes files and shows anything."""

    def __init__(self) -> None:
        self.rank, self.size = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
        if self.size > 1:
            import torch
            import torch.distributed as dist

            if torch.cuda.is_available():
                torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", 0)))
            if not dist.is_initialized():
                dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")

    @property
    def first(self) -> bool:
        return self.rank == 0

    def share(self, rows: Sequence[T]) -> Sequence[T]:
        """This process's rows."""
        return rows[self.rank :: self.size]

    def add(self, tensors: list[torch.Tensor]) -> None:
        """Each tensor becomes the sum over all processes, in place; what DistributedDataParallel does for gradients, but summed."""
        if self.size > 1:
            import torch.distributed as dist

            for tensor in tensors:
                dist.all_reduce(tensor)

    def wait(self) -> None:
        if self.size > 1:
            import torch.distributed as dist

            dist.barrier()

    def leave(self) -> None:
        """Close the connection to the others, at the very end."""
        if self.size > 1:
            import torch.distributed as dist

            dist.destroy_process_group()
