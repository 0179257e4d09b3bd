"""What the benchmarks share: a process timed from outside, a table, and a JSON file under outputs/bench/.

This module imports nothing heavy and must stay so: no child's peak memory can be read as lower than its parent's.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # a benchmark is a script: its own folder is on the path, the repository is not

from helpers import places  # noqa: E402

__all__ = ["ROOT", "Measured", "python", "report", "table"]

PACKAGES = ("torch", "transformers", "tokenizers", "datasets", "pandas")
QUIET = {"OMP_WAIT_POLICY": "PASSIVE", "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "LADDER_PROGRESS": "off"}


@dataclass(frozen=True)
class Measured:
    """One process: wall `seconds` from start to end, `cpu` seconds (user and system), peak `memory` in MB, its standard `output`."""

    seconds: float
    cpu: float
    memory: float
    output: str


def python(*arguments: str, interpreter: Path | str = sys.executable, **environment: str) -> Measured:
    """Run `python <arguments>` to its end, in the same environment for whoever is compared.

    Raises RuntimeError with the end of its standard error if it fails.
    """
    env = {**os.environ, **QUIET, "PYTHONPATH": str(ROOT), **environment}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen([str(interpreter), *arguments], stdout=output, stderr=errors, env=env)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"python {' '.join(arguments)[:200]} ended with {process.returncode}:\n{_read(errors)[-3000:]}")
        peak = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e6 / 1024)
        return Measured(seconds, usage.ru_utime + usage.ru_stime, peak, _read(output))


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows with the same keys as a Markdown table; floats with three digits.

    >>> print(table([{"what": "a", "seconds": 1.25}]))
    | what | seconds |
    | ---- | ------- |
    | a    | 1.25    |
    """
    cells = [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in cells]
    return "\n".join([lines[0], "| " + " | ".join("-" * width for width in widths) + " |", *lines[1:]])


def report(name: str, rows: Sequence[Mapping[str, object]], claims: Mapping[str, bool], **more: object) -> int:
    """Print the table and the claims, write `outputs/bench/<name>.json`, and return the exit code: 0 if every claim holds."""
    print(f"\n{table(rows)}\n")
    for claim, holds in claims.items():
        print(f"{'holds' if holds else 'FAILS'}: {claim}")
    path = places.outputs("bench", f"{name}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"name": name, "machine": machine(), **more, "claims": dict(claims), "rows": [dict(row) for row in rows]}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"written: {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}")
    return int(not all(claims.values()))


def machine() -> dict[str, object]:
    """What a number needs beside it to be compared: processor, cores, load, versions. No host and no user name."""
    about = {"cpu": _processor(), "cores": os.cpu_count(), "threads": os.environ.get("OMP_NUM_THREADS", "default")}
    load = [round(x, 2) for x in os.getloadavg()]
    return {**about, "load": load, "system": platform.system(), "python": platform.python_version(), **{p: _version(p) for p in PACKAGES}}


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3g}" if value < 100 else f"{value:,.0f}"
    return str(value)


def _read(file: object) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")
