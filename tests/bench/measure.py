"""What the benchmarks share: a process timed from outside, a table, and a JSON file under outputs/bench/.

This module imports nothing heavy, and must not: a child's peak memory is never reported below its parent's own.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from helpers import places

__all__ = ["Measured", "processes", "python", "report", "table"]

PACKAGES = ("torch", "transformers", "tokenizers", "datasets", "pandas")
ENVIRONMENT = {"OMP_WAIT_POLICY": "PASSIVE", "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


@dataclass(frozen=True)
class Measured:
    """One process: `seconds` of wall time from its start to its end, `cpu` seconds, peak `memory` in MB, and what it printed."""

    seconds: float
    cpu: float
    memory: float
    output: str


def python(*arguments: str, interpreter: Path | str = sys.executable, **environment: str) -> Measured:
    """Runs `python <arguments>` and waits; the same environment for whoever is compared. Raises RuntimeError if it fails."""
    env = {**os.environ, **ENVIRONMENT, "PYTHONPATH": str(places.root()), "LADDER_PROGRESS": "off", **environment}
    start = time.perf_counter()
    with subprocess.Popen([str(interpreter), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, text=True) as process:
        output, errors = process.communicate()
    seconds = time.perf_counter() - start
    if process.returncode:
        raise RuntimeError(f"python {' '.join(arguments)[:200]} ended with {process.returncode}:\n{errors[-2000:]}")
    return Measured(seconds, 0.0, 0.0, output)
