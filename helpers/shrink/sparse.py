"""Sparsity: the smallest weights become zero, on disk a zero costs one bit, and a short tune heals what was cut."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.shrink.packing import Coded, matrices, pack
from helpers.shrink.shrunk import open_base, write_packed
from helpers.tuning.batches import padded
from helpers.tuning.rows import Conversations, Pair
from helpers.tuning.settings import Settings, descents

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase

    from helpers.shrink.shrunk import Base, Shrunk

__all__ = ["healer", "masked", "masks", "sparsify", "to_sparse"]


def sparsify(
    base: Base,
    share: float,
    folder: str | Path,
    *,
    heal: Callable[[torch.nn.Module], Any] | None = None,
    skip: Sequence[str] = (),
) -> Shrunk:
    """The `share` of weights nearest to zero is dropped from each linear matrix, but those that have one of `skip` in their names.

    Bytes: one bit a weight for the mask, 2 bytes (bfloat16) for each weight that is left, so below a share of 1/16 the file grows.
    `heal(module)` may tune the module in place with any training loop (`healer` makes a short one):
    it works on a copy of the base under `masked`, so what was dropped stays zero. Magnitude pruning, Han et al. 2015, arXiv:1506.02626.
    Zeros save disk, not time: the matrix is multiplied whole, as a processor gains from zeros only in a fixed pattern.
    ValueError: a share outside 0 to 1 (1 itself leaves nothing).

    >>> sparsify("pocket", 0.5, "outputs/shrink/sparse-50").bytes  # doctest: +SKIP
    7094976
    """
    module, tokenizer = open_base(base)
    layout = masks(module, share, skip=skip)
    module = copy.deepcopy(module)
    with masked(module, layout):
        if heal is not None:
            heal(module)
    weights = dict(module.named_parameters())
    coded = {name: to_sparse(weights[name]) for name in layout}
    healed = ", healed" if heal is not None else ""
    return write_packed(folder, f"{share:.0%} zeros{healed}", module.eval(), tokenizer, coded)


def masks(module: torch.nn.Module, share: float, *, skip: Sequence[str] = ()) -> dict[str, torch.Tensor]:
    """For each linear weight by name: True where it stays. Exactly round(share * n) of n weights go, of equals the first ones.

    >>> sum(int(mask.sum()) for mask in masks(module, 0.9).values())  # doctest: +SKIP
    442368
    """
    if not 0 <= share < 1:
        raise ValueError(f"share={share}: it is the share of weights that become zero, from 0 to less than 1; for 90% give 0.9")
    return {name: _largest(weight.detach().abs().float(), share) for name, weight in matrices(module, skip=skip).items()}


@contextmanager
def masked(module: torch.nn.Module, layout: Mapping[str, torch.Tensor]) -> Iterator[torch.nn.Module]:
    """The module with the masks laid on: before every forward pass, and at the end, what a mask drops is set to zero again.

    An optimizer moves dropped weights too (Adam by their gradients, others by what they remember), so zeros must be renewed after each
    step; a hook before the next forward pass does that inside any training loop, whatever the optimizer. Hooks leave with the block.
    """
    import torch

    weights = dict(module.named_parameters())

    def lay(*_: Any) -> None:
        with torch.no_grad():
            for name, mask in layout.items():
                weights[name].data.mul_(mask)

    lay()
    hook = module.register_forward_pre_hook(lay)
    try:
        yield module
    finally:
        hook.remove()
        lay()


def healer(
    tokenizer: PreTrainedTokenizerBase,
    conversations: Sequence[list[dict]],
    *,
    steps: int = 60,
    batch: int = 16,
    rate: float = 5e-4,
    seed: int = 0,
) -> Callable[[torch.nn.Module], list[float]]:
    """What `sparsify(heal=...)` calls: tunes a module in place on the last turn of each conversation; gives the loss of every step.

    AdamW, the rate falling in a line to zero, all weights but the masked ones; random batches that follow from `seed`. Each
    conversation is a list of messages that ends with the assistant's. What it tunes on it also teaches: compare with the base tuned
    in the same way (a share of 0), not only with the base. ValueError: there is no conversation, or one that ends otherwise.

    >>> heal = healer(tokenizer, [[{"role": "user", "content": "hi"}, {"role": "assistant", "content": "Hello."}]])  # doctest: +SKIP
    """
    if not conversations or steps < 1 or batch < 1:
        raise ValueError(f"healing needs conversations, steps and a batch; got {len(conversations)}, steps={steps}, batch={batch}")
    pairs = list(map(Conversations(tokenizer).encode, conversations))
    settings = Settings(lr=rate, batch=min(batch, len(pairs)), warmup=0, seed=seed)

    def heal(module: torch.nn.Module) -> list[float]:
        return _tune(module, pairs, tokenizer.pad_token_id or 0, steps, settings)

    return heal


def _tune(module: torch.nn.Module, pairs: list[Pair], pad: int, steps: int, settings: Settings) -> list[float]:
    import torch

    def gradients(batch: list[int], _: int) -> float:
        loss = module(**padded([pairs[i] for i in batch], pad=pad, seq2seq=False, device=module.device)).loss
        loss.backward()
        return loss.item()

    optimizer = torch.optim.AdamW(module.parameters(), lr=settings.lr, weight_decay=settings.weight_decay)
    order = torch.Generator().manual_seed(settings.seed)
    batches = [torch.randint(len(pairs), (settings.batch,), generator=order).tolist() for _ in range(steps)]
    module.train()
    optimizer.zero_grad()
    losses = [row["loss"] for row, _ in descents(optimizer, batches, settings, gradients)]
    module.eval()
    return losses


def to_sparse(weight: torch.Tensor) -> Coded:
    """One matrix as a mask of one bit a weight and the weights that are not zero, bfloat16, row by row.

    >>> import torch
    >>> coded = to_sparse(torch.tensor([[0.0, 2.0], [0.5, 0.0]]))
    >>> coded.parts["mask"].tolist(), coded.parts["values"].tolist()
    ([6], [2.0, 0.5])
    """
    import torch

    flat = weight.detach().flatten().to("cpu", torch.bfloat16)
    stays = flat != 0
    return Coded("sparse", tuple(weight.shape), {"mask": torch.from_numpy(pack(stays.numpy(), 1)), "values": flat[stays]})


def _largest(sizes: torch.Tensor, share: float) -> torch.Tensor:
    """False at the round(share * n) smallest of n sizes, in their shape."""
    flat, gone = sizes.flatten(), round(share * sizes.numel())
    line = flat.kthvalue(gone).values if gone else -1.0
    equal = (flat == line).nonzero().flatten()
    mask = flat > line
    mask[equal[gone - int((flat < line).sum()) :]] = True
    return mask.reshape(sizes.shape)
