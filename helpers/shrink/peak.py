"""The process that `peak_memory` looks at: reads a job from its input, answers, and writes its memory."""

from __future__ import annotations

import importlib
import json
import math
import sys
from pathlib import Path

from helpers.shrink.shrunk import read

__all__ = ["main"]


def main() -> None:
    """One JSON line {"before", "peak"}, in MB."""
    job = json.load(sys.stdin)
    shrunk = read(job["folder"])
    _imports(shrunk.kind)
    before = _resident()
    failed = [r.error for r in shrunk.model().ask_many(job["prompts"], max_tokens=job["max_tokens"]) if r.error]
    if failed:
        raise SystemExit(failed[0])
    print(json.dumps({"before": before, "peak": _resident()}))


def _imports(kind: str) -> None:
    """What answering will import, before memory is first read."""
    for name in {"onnx": ["onnxruntime"], "nf4": ["bitsandbytes"]}.get(kind, []):
        importlib.import_module(name)
    transformers = importlib.import_module("transformers")
    for name in ["AutoTokenizer"] if kind == "onnx" else ["AutoTokenizer", "LlamaForCausalLM"]:
        getattr(transformers, name)  # transformers imports a name when it is first used


def _resident() -> float:
    """Peak resident memory of this process so far in MB; nan where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return math.nan
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
