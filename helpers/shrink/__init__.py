"""Shrinking a model: int8, NF4, palettes, zeros, ONNX; what each weighs, and what it costs in quality and time."""

from __future__ import annotations

from helpers.shrink.figures import draw_frontier, draw_sensitivity, draw_values, frontier
from helpers.shrink.graphs import onnx
from helpers.shrink.grids import grid, rounded
from helpers.shrink.measuring import measure, peak_memory, weigh
from helpers.shrink.packing import matrices
from helpers.shrink.palettes import lloyd, nearest, palette
from helpers.shrink.rounding import int4, int8, nf4, plain
from helpers.shrink.sensitive import sensitivity
from helpers.shrink.shrunk import Shrunk, open_base, read
from helpers.shrink.sparse import healer, sparsify

__all__ = [
    "Shrunk", "read", "open_base", "matrices", "plain", "int8", "int4", "nf4", "palette", "lloyd", "nearest", "sparsify", "healer", "onnx",
    "grid", "rounded", "measure", "peak_memory", "sensitivity", "weigh", "frontier", "draw_values", "draw_frontier", "draw_sensitivity",
]  # fmt: skip
