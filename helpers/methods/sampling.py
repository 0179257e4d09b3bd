"""How the next token is drawn: probabilities at a temperature, and top-p, which draws from the likeliest few only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import ndarray

__all__ = ["at_temperature", "top_p"]


def at_temperature(logits: Sequence[float], temperature: float) -> ndarray:
    """softmax(logits / temperature): probabilities that add up to 1. At 0 all of it is the largest logit's (greedy).

    ValueError: a temperature below 0.

    >>> at_temperature([2.0, 0.0], 1.0).round(2).tolist(), at_temperature([2.0, 0.0], 0).tolist()
    ([0.88, 0.12], [1.0, 0.0])
    """
    import numpy as np

    if not temperature >= 0:
        raise ValueError(f"temperature={temperature}: use 0 (greedy) or more; 0.7 is usual for samples")
    logits = np.asarray(logits, dtype=float)
    if temperature == 0:
        return (np.arange(len(logits)) == logits.argmax()).astype(float)
    weights = np.exp((logits - logits.max()) / temperature)
    return weights / weights.sum()


def top_p(probabilities: Sequence[float], p: float) -> ndarray:
    """The probabilities with only the likeliest kept, as few as add up to at least `p`; scaled to add up to 1 again.

    Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration", arXiv:1904.09751 (nucleus sampling). ValueError: p outside (0, 1].

    >>> top_p([0.5, 0.3, 0.2], 0.7).round(3).tolist()
    [0.625, 0.375, 0.0]
    """
    import numpy as np

    if not 0 < p <= 1:
        raise ValueError(f"p={p}: the share to keep is above 0 and at most 1; 0.9 is usual, and 1 keeps every token")
    probabilities = np.asarray(probabilities, dtype=float)
    order = np.argsort(-probabilities, kind="stable")
    before = np.cumsum(probabilities[order]) - probabilities[order]
    chosen = order[before < p - 1e-12]
    nucleus = np.zeros_like(probabilities)
    nucleus[chosen] = probabilities[chosen]
    return nucleus / nucleus.sum()
