"""What a model costs in use: seconds an answer, tokens a second, bytes in memory."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places

if TYPE_CHECKING:
    import pandas

    from helpers.models import Model
    from helpers.shrink.shrunk import Shrunk

__all__ = ["measure", "weight_bytes", "peak_memory"]


def measure(
    model: Model, prompts: Sequence[str | list[dict]], *, batches: Sequence[int] = (1, 16), max_tokens: int = 32, repeats: int = 3
) -> pandas.DataFrame:
    """How quickly a model answers, one row a batch size: batch, seconds an answer, tokens_per_second, answers.

    `batch` prompts are asked together, `repeats` times with other prompts (from the start again where they run out), after one batch that
    does not count. `seconds` is the median over the repeats of the wall time divided by `batch`; tokens are those of the answers. Models of
    other quality write answers of other length, so compare tokens a second too. ValueError: no prompts, a failed answer, or one from the
    reply cache, which costs nothing and says nothing.

    >>> measure(load("pocket", cache=False), ["What is the capital of France?"])  # doctest: +SKIP
    """
    import pandas as pd

    if not prompts or repeats < 1 or any(batch < 1 for batch in batches):
        raise ValueError(f"measuring needs prompts, repeats and batches of 1 or more; got {len(prompts)}, {repeats}, {list(batches)}")
    return pd.DataFrame([_row(model, list(prompts), batch, max_tokens, repeats) for batch in batches])


def _row(model: Model, prompts: list, batch: int, max_tokens: int, repeats: int) -> dict:
    seconds, tokens = [], 0
    for turn in range(-1, repeats):
        asked = [prompts[(max(turn, 0) * batch + i) % len(prompts)] for i in range(batch)]
        start = time.perf_counter()
        replies = model.ask_many(asked, max_tokens=max_tokens)
        took = time.perf_counter() - start
        for reply in replies:
            if reply.cached or reply.error:
                raise ValueError(f"{model.name}: {reply.error or 'the answer came from the cache: load the model with cache=False'}")
        if turn >= 0:
            seconds.append(took)
            tokens += sum(reply.tokens_out for reply in replies)
    speed = tokens / sum(seconds)
    return {"batch": batch, "seconds": statistics.median(seconds) / batch, "tokens_per_second": speed, "answers": batch * repeats}


def weight_bytes(model: Model) -> int | None:
    """Bytes of all parameters and buffers of a torch model, each tensor once; None where the weights are not torch's (ONNX, remote).

    A 4-bit matrix of bitsandbytes counts with its scales. What answering needs besides is not in it: see `peak_memory`.
    """
    module = getattr(model._provider, "model", None)
    if not hasattr(module, "named_parameters"):
        return None
    tensors = [*module.parameters(), *module.buffers(), *(one for p in module.parameters() for one in _scales(p))]
    return sum(size for _, size in {(t.data_ptr(), t.numel() * t.element_size()) for t in tensors})


def _scales(parameter: object) -> list:
    """The tensors beside a bitsandbytes 4-bit matrix: scales, their scales if they are quantized too, and the 16 values."""
    state = getattr(parameter, "quant_state", None)
    if state is None:
        return []
    inner = getattr(state, "state2", None)
    return [t for t in (state.absmax, state.code, *((inner.absmax, inner.code) if inner else ())) if t is not None]


def peak_memory(shrunk: Shrunk, prompts: Sequence[str | list[dict]], *, max_tokens: int = 32) -> dict[str, float]:
    """The peak resident memory of a process of its own that reads a shrunk model and answers: {"before", "peak"} in MB.

    "before" is what the process has taken with the same libraries imported but no weights read, so the difference is the model and its
    work (torch is imported for ONNX too: the tokenizer's library does that). Linux only; elsewhere nan.
    Takes some seconds, most of them imports. RuntimeError: the process failed.

    >>> peak_memory(read("outputs/shrink/onnx"), ["Hi"])  # doctest: +SKIP
    {'before': 267.9, 'peak': 409.0}
    """
    job = json.dumps({"folder": str(Path(shrunk.folder).resolve()), "prompts": list(prompts), "max_tokens": max_tokens})
    command = [sys.executable, "-m", "helpers.shrink.peak"]
    done = subprocess.run(command, input=job, cwd=places.root(), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"the process that was to be measured ended with {done.returncode}: {done.stderr[-500:]}")
    return json.loads(done.stdout.splitlines()[-1])
