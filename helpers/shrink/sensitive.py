"""Which weights hurt most: one part of the model at a time is shrunk, and the rest stays as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from helpers.shrink.packing import decode, matrices
from helpers.shrink.palettes import palettize
from helpers.shrink.shrunk import open_base
from helpers.stats import Interval, bootstrap, paired_wins

if TYPE_CHECKING:
    import pandas
    import torch

    from helpers.models import Model
    from helpers.shrink.shrunk import Base

__all__ = ["sensitivity", "parts", "palettized"]

By = Literal["layer", "kind", "matrix"]
Score = Callable[["Model"], float | Sequence[float]]


def sensitivity(
    base: Base, score: Score, bits: int = 2, *, by: By = "layer", per: Literal["matrix", "row groups"] = "matrix"
) -> pandas.DataFrame:
    """One row a part, the most harmful first: part, parameters, score, change against the untouched model, change_low, change_high.

    A part is a layer, a kind of matrix (q_proj, down_proj ...), or a single matrix; the embedding and the output layer are parts too.
    `score(model)` gives a number, or one for each example, always of the same examples: then change_low and change_high are the paired
    interval (as in `runs.compare`), else nan. A more negative change is worse. The base is changed in place meanwhile, and put back.
    ValueError: scores of different length.

    >>> sensitivity("pocket", lambda model: runs.run(method, task, model, limit=50).table["score"])  # doctest: +SKIP
    """
    import pandas as pd

    from helpers.models import wrap

    module, tokenizer = open_base(base)
    before = _scores(score(wrap(module, tokenizer, name="untouched")))
    rows = []
    for part, weights in parts(module, by=by).items():
        with palettized(weights.values(), bits, per=per):
            after = _scores(score(wrap(module, tokenizer, name=f"{part} at {bits} bits")))
        change = _change(before, after)
        sizes = {"part": part, "parameters": sum(weight.numel() for weight in weights.values()), "score": sum(after) / len(after)}
        rows.append({**sizes, "change": change.value, "change_low": change.low, "change_high": change.high})
    return pd.DataFrame(rows).sort_values("change", kind="stable", ignore_index=True)


def parts(module: torch.nn.Module, *, by: By = "layer") -> dict[str, dict[str, torch.nn.Parameter]]:
    """The matrices of a model in groups, in the order of the model. ValueError: `by` is none of layer, kind, matrix."""
    if by not in ("layer", "kind", "matrix"):
        raise ValueError(f'by={by!r}: "layer", "kind" or "matrix"')
    inner = matrices(module)
    groups = {}
    for name, weight in matrices(module, embeddings=True).items():
        groups.setdefault(_part(name, by) if name in inner else _short(name), {})[name] = weight
    return groups


def _part(name: str, by: str) -> str:
    short = _short(name)
    if by == "matrix":
        return short
    if by == "kind":
        return short.rpartition(".")[2]
    number = re.search(r"(.*?)\.?(\d+)\.", short)
    side = "encoder " if "encoder" in short else "decoder " if "decoder" in short else ""
    return f"{side}layer {number[2]}" if number else short


def _short(name: str) -> str:
    return name.removeprefix("model.").removesuffix(".weight")


@contextmanager
def palettized(weights: Iterator[torch.nn.Parameter] | Sequence[torch.nn.Parameter], bits: int, *, per: str = "matrix") -> Iterator[None]:
    """Inside the block these matrices have the values that a palette would give them; afterwards their own again."""
    import torch

    weights = list(weights)
    before = [weight.detach().clone() for weight in weights]
    try:
        with torch.no_grad():
            for weight in weights:
                weight.copy_(decode(palettize(weight, bits, per=per)))
        yield
    finally:
        with torch.no_grad():
            for weight, old in zip(weights, before, strict=True):
                weight.copy_(old)


def _scores(result: float | Sequence[float]) -> list[float]:
    import numpy as np

    return np.atleast_1d(np.asarray(result, dtype=float)).tolist()


def _change(before: list[float], after: list[float]) -> Interval:
    """The mean of after - before, with its interval if there is more than one score."""
    if len(before) != len(after) or not before:
        raise ValueError(f"score(model) gave {len(before)} scores, then {len(after)}: give one number, or one for each example, always")
    differences = [b - a for a, b in zip(before, after, strict=True)]
    if len(differences) == 1:
        return Interval(differences[0], float("nan"), float("nan"), 1)
    if set(before) | set(after) <= {0.0, 1.0}:
        return paired_wins(differences.count(1.0), differences.count(-1.0), len(differences))
    return bootstrap(differences)
