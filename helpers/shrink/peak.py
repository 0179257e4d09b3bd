"""The process that `peak_memory` looks at: reads a job from its input, answers, and writes its memory."""

from __future__ import annotations

import importlib
import json
import sys

from helpers.memory import peak_mb
from helpers.shrink.shrunk import read

__all__ = ["main"]


def main() -> None:
    """One JSON line {"before", "peak"}, in MB."""
    job = json.load(sys.stdin)
    shrunk = read(job["folder"])
    _imports(shrunk.kind)
    before = peak_mb()
    failed = [r.error for r in shrunk.model().ask_many(job["prompts"], max_tokens=job["max_tokens"]) if r.error]
    if failed:
        raise SystemExit(failed[0])
    print(json.dumps({"before": before, "peak": peak_mb()}))


def _imports(kind: str) -> None:
    """What answering will import, before memory is first read."""
    for name in {"onnx": ["onnxruntime"], "nf4": ["bitsandbytes"]}.get(kind, []):
        importlib.import_module(name)
    transformers = importlib.import_module("transformers")
    for name in ["AutoTokenizer"] if kind == "onnx" else ["AutoTokenizer", "LlamaForCausalLM"]:
        getattr(transformers, name)  # transformers imports a name when it is first used


if __name__ == "__main__":
    main()
