"""Checks of lesson 15."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from helpers.checks import all_complete
from helpers.exercises import Miss

if TYPE_CHECKING:
    import numpy

    from helpers.runs import Run
    from helpers.shrink import Shrunk

__all__ = ["warmup", "core", "stretch"]

SIZE = 64
MARGIN = 0.05  # the lesson's
RULE = "parameters × bits ÷ 8, divided by 10⁹"


def warmup(gb: float) -> str:
    """The GB of 13 B weights of 4 bits with a 16-bit scale for each 64."""
    bits = 4 + 16 / SIZE
    want = 13 * bits / 8
    if isinstance(gb, bool) or not isinstance(gb, int | float):
        raise Miss(type(gb).__name__, "a number of GB", RULE)
    known = {
        13 * 4 / 8: "the scales are missing: 16 bits for 64 weights are a quarter of a bit for each",
        13 * bits: "these are gigabits; a byte has 8 bits",
        13 * bits / 8 * 1e9: "these are bytes; a GB is 10⁹ of them",
        13 * bits / 8 * 1e9 / 2**30: "these are GiB (2³⁰ bytes); the lesson counts GB of 10⁹",
        13 * (4 + 16) / 8: "the scale is shared by 64 weights, so it adds 16/64 of a bit to each, not 16",
    }
    for wrong, why in known.items():
        if abs(gb - wrong) < 0.005 * wrong and abs(gb - want) > 0.005 * want:
            raise Miss(gb, RULE, why)
    if abs(gb - want) > 0.005 * want:
        raise Miss(gb, RULE, "each weight costs 4 bits and its share of a scale that 64 weights have in common")
    return f"{want:.2f} GB: {bits} bits a weight. What is called 4 bits is usually a little more."


def core(quantize: Callable[[numpy.ndarray, int, int], numpy.ndarray]) -> str:
    """A function that rounds groups of weights to even grids of their own."""
    import numpy as np

    if not callable(quantize):
        raise Miss(type(quantize).__name__, "a function of w, bits and size", "define it with def, and give the function itself")
    weights = np.random.default_rng(0).normal(size=(6, 128)) * np.repeat([1.0, 100.0, 0.01], 2)[:, None]
    weights[3, :SIZE] = 0
    original = weights.copy()
    with np.errstate(all="ignore"):
        results = {bits: np.asarray(quantize(weights.copy(), bits, SIZE), dtype=float) for bits in (8, 4, 2)}
    for bits, rounded in results.items():
        _look(original, rounded, bits)
    return "Each group has its own scale: a row that is a hundred times larger no longer drowns its neighbors."


def stretch(mine: Shrunk, my_run: Run, plain: Shrunk, plain_run: Run) -> str:
    """A file of at most half the bytes, and a run of it that surely loses less than the margin."""
    from helpers import runs
    from helpers.shrink import Shrunk

    if not isinstance(mine, Shrunk) or not isinstance(my_run, runs.Run):
        wanted = "a shrunk model, and its run"
        raise Miss(f"{type(mine).__name__} and {type(my_run).__name__}", wanted, "for example shrink.palette(...) and runs.run(...)")
    if mine.bytes > plain.bytes / 2:
        why = "take fewer bits, or pack more of the matrices"
        raise Miss(f"{mine.bytes / 1e6:.2f} MB", f"at most {plain.bytes / 2e6:.2f} MB, half the reference", why)
    if my_run.model != mine.name:
        raise Miss(f"a run of {my_run.model}", f"a run of {mine.name}", "ask the model that you made: my_model.model()")
    if list(my_run.table["id"]) != list(plain_run.table["id"]):
        same = f"the same {len(plain_run.table)} questions"
        raise Miss(f"{len(my_run.table)} questions", same, "only the same questions can be compared")
    all_complete(plain_run, my_run)
    pair = runs.compare(plain_run, my_run)
    if pair.difference.low <= -MARGIN:
        worse = "it is worse" if pair.difference.high < 0 else "it is undetermined, which is not as good"
        wanted = f"an interval of the change that lies above {-MARGIN}, the margin"
        raise Miss(f"a change of {pair.difference}", wanted, f"{worse}: more bits, smaller groups, or skip the layer that hurts most")
    return f"{mine.name}: {mine.bytes / plain.bytes:.0%} of the bytes, change {pair.difference}: a loss of {MARGIN} is ruled out."


def _look(weights: numpy.ndarray, rounded: numpy.ndarray, bits: int) -> None:
    """Shape, zeros, number of values, scale of each group, and rounding to the nearest."""
    import numpy as np

    if rounded.shape != weights.shape:
        raise Miss(f"shape {rounded.shape}", f"the shape of w, {weights.shape}", "reshape the groups back at the end")
    if not np.isfinite(rounded).all():
        raise Miss("nan or inf", "numbers", "a group of zeros has the largest weight 0, so its scale is 0: use 1 there")
    steps = 2 ** (bits - 1) - 1
    for group, result in zip(weights.reshape(-1, SIZE), rounded.reshape(-1, SIZE), strict=True):
        largest = np.abs(group).max()
        if abs(np.abs(result).max() - largest) > 1e-6 * largest:
            why = f"with a scale of its own, the largest weight of every group of {SIZE} stays what it is"
            raise Miss(f"{np.abs(result).max():.3g} as the largest of a group", f"{largest:.3g}", why)
        if len(np.unique(result.round(12))) > 2 * steps + 1:
            raise Miss(f"{len(np.unique(result))} values in a group", f"at most {2 * steps + 1} at {bits} bits", "round to whole numbers")
        if np.abs(result - group).max() > largest / steps / 2 * (1 + 1e-6):
            why = "go to the nearest whole number (np.round), not to the one below"
            raise Miss("a weight that is off by more than half a step", "at most half a step", why)
