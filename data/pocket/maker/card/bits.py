"""Size against quality: the linear weights rounded row by row to fewer bits, in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pocket_maker.card.lines import LINES, SOURCES, questions
from pocket_maker.card.perplexity import perplexity
from pocket_maker.card.phenomena import Effect
from pocket_maker.card.text import interval, points, share, table
from pocket_maker.corpus import stream

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

    from pocket_maker.card.desk import Desk

__all__ = ["BITS", "measure", "rounded", "section"]

BITS = (32, 8, 4, 3, 2)
MIX = ("facts", "sentiment", "answerable", "sum 3 steps")  # sources, an equal share of each


def linear_weights(model: PreTrainedModel) -> list[torch.nn.Parameter]:
    """The weights of all linear layers but the last, which is (tied to) the embedding."""
    import torch

    last = model.get_output_embeddings()
    return [layer.weight for layer in model.modules() if isinstance(layer, torch.nn.Linear) and layer is not last]


@contextmanager
def rounded(model: PreTrainedModel, bits: int) -> Iterator[int]:
    """The model with each row of its linear weights on 2^bits - 1 levels from -max to max; gives the size in bytes, then undoes it.

    Symmetric absmax rounding to nearest, one scale of 2 bytes a row; everything else stays fp32. 32 bits change nothing.
    """
    import torch

    weights = linear_weights(model)
    kept = [weight.detach().clone() for weight in weights]
    size = sum(4 * p.numel() for p in model.parameters())
    try:
        with torch.no_grad():
            for weight in weights if bits < 32 else ():
                weight.copy_(_round(weight, bits))
                size += weight.numel() * bits // 8 + 2 * weight.shape[0] - 4 * weight.numel()
        yield size
    finally:
        with torch.no_grad():
            for weight, old in zip(weights, kept, strict=True):
                weight.copy_(old)


def _round(weight: torch.Tensor, bits: int) -> torch.Tensor:
    step = weight.abs().amax(dim=1, keepdim=True).clamp_min(1e-12) / (2 ** (bits - 1) - 1)
    return (weight / step).round() * step


def measure(desk: Desk) -> list[tuple[int, int, list[float], float]]:
    """For each of BITS: (bits, bytes, scores on a mix of four lines, perplexity of held-out text)."""
    each = max(2, desk.n // len(MIX))
    rows = [stream.sample(w) for w in desk.worlds("bits", max(8, desk.n // 2))]
    out = []
    for bits in BITS:
        desk.step(f"{bits} bits")
        with rounded(desk.local.model, bits) as size:
            out.append((bits, size, _scores(desk, each), perplexity(desk.local, rows)))
    return out


def _scores(desk: Desk, each: int) -> list[float]:
    score = {line.source: line.score for line in LINES}
    out = []
    for name in MIX:
        cases = questions(desk, name, each)
        replies = desk.ask([one.messages for one in cases], max_tokens=SOURCES[name].max_tokens)
        out += [score[name](reply, one) for reply, one in zip(replies, cases, strict=True)]
    return out


def effect(found: list[tuple[int, int, list[float], float]]) -> Effect:
    """What full precision gains over the smallest size, on the same questions."""
    return Effect(f"quality falls with size: fp32 over {found[-1][0]} bits", "right", found[-1][2], found[0][2])


def section(found: list[tuple[int, int, list[float], float]]) -> str:
    """The table of sizes, each compared with full precision on the same questions."""
    rows = []
    for bits, size, scores, surprise in found:
        name = "fp32" if bits == 32 else f"{bits} bits"
        change = points(Effect("", "", found[0][2], scores).difference) if bits < 32 else ""
        rows.append((name, f"{size / 1e6:.1f}", share(interval(scores)), change, len(scores), f"{surprise:.3g}"))
    return table(("linear weights", "MB", "right [95%]", "against fp32, points", "n", "perplexity"), rows)
