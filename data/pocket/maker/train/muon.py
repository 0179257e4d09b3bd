"""Muon that treats all matrices of one shape at once: a GPU then runs five large products instead of hundreds of small ones.

Jordan et al., 2024, https://kellerjordan.github.io/posts/muon/. The update is that of `torch.optim.Muon`, and so are the names in `state`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch

__all__ = ["Muon", "orthogonal"]

A, B, C = 3.4445, -4.7750, 2.0315  # of the quintic polynomial
TURNS, LEAST = 5, 1e-7  # Newton–Schulz iterations; the smallest norm that is divided by


def orthogonal(stack: torch.Tensor) -> torch.Tensor:
    """Each matrix of a stack (n, rows, columns) moved near the closest one with orthonormal rows or columns; bfloat16 inside, fp32 out."""
    x = stack.bfloat16()
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=LEAST)
    for _ in range(TURNS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=B, alpha=C), x, beta=A)
    return (x.mT if tall else x).float()


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, made orthogonal, for matrices; the learning rate is scaled by sqrt(max(1, rows / columns))."""

    def __init__(self, params: Iterable[torch.Tensor], *, lr: float, weight_decay: float = 0.01, momentum: float = 0.95) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})
        shapes: dict[torch.Size, list[torch.Tensor]] = {}
        for p in self.param_groups[0]["params"]:
            shapes.setdefault(p.shape, []).append(p)
        self._alike = list(shapes.values())
        self._orthogonal = orthogonal
        if self._alike[0][0].is_cuda:
            self._orthogonal = torch.compile(orthogonal, dynamic=False)
            for params in self._alike:  # compiled now, before the clock of a run starts
                self._orthogonal(torch.zeros_like(torch.stack([p.detach() for p in params])))

    @torch.no_grad()
    def step(self) -> None:
        """One update of all matrices from their gradients."""
        lr, decay, momentum = (self.param_groups[0][name] for name in ("lr", "weight_decay", "momentum"))
        for params in self._alike:
            grads = [p.grad for p in params]
            buffers = [self._buffer(p) for p in params]
            torch._foreach_lerp_(buffers, grads, 1 - momentum)
            updates = self._orthogonal(torch.stack(torch._foreach_lerp(grads, buffers, momentum)))
            rows, columns = params[0].shape
            torch._foreach_mul_(params, 1 - lr * decay)
            torch._foreach_add_(params, list(updates.unbind()), alpha=-lr * math.sqrt(max(1.0, rows / columns)))

    def _buffer(self, p: torch.Tensor) -> torch.Tensor:
        if "momentum_buffer" not in self.state[p]:
            self.state[p]["momentum_buffer"] = torch.zeros_like(p)
        return self.state[p]["momentum_buffer"]
