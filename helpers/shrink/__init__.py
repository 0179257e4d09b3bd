"""Shrinking a model: int8, NF4, palettes, zeros, ONNX; what each weighs, and what it costs in quality and time."""

from __future__ import annotations

from helpers.shrink.graphs import onnx
from helpers.shrink.integers import int8, plain
from helpers.shrink.measuring import measure
from helpers.shrink.normal_float import nf4
from helpers.shrink.palettes import palette
from helpers.shrink.sensitive import sensitivity
from helpers.shrink.shrunk import Shrunk, read
from helpers.shrink.sparse import sparsify
from helpers.shrink.table import frontier, weigh

__all__ = ["Shrunk", "read", "plain", "int8", "nf4", "palette", "sparsify", "onnx", "measure", "sensitivity", "weigh", "frontier"]
