"""What a model costs: bytes, seconds, memory, and what that buys; side by side in one table."""

from __future__ import annotations

import importlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places, runs
from helpers.models.weights import give_back
from helpers.shrink.shrunk import module_of, read

if TYPE_CHECKING:
    import pandas
    import torch

    from helpers.models import Model
    from helpers.runs import Run, Solver
    from helpers.shrink.shrunk import Shrunk
    from helpers.tasks import Task

__all__ = ["measure", "peak_mb", "peak_memory", "weigh", "weight_bytes"]


def weigh(
    shrunk: Iterable[Shrunk],
    method: Solver,
    task: Task,
    *,
    split: str = "dev",
    limit: int | None = None,
    before: Run | None = None,
    batches: Sequence[int] = (1, 16),
    repeats: int = 3,
) -> pandas.DataFrame:
    """One row a technique, compared with `before`, a run on the same examples; without it, with the first, usually `plain`.

    name, bytes (files), score with low and high (95%), change with change_low and change_high (paired; nan for the one that is compared
    with), for each N of `batches` what `measure` gives (seconds_N, low_N, high_N, tokens_N, tokens_per_second_N), weight_bytes (in
    memory, nan where unknown), and the `run` itself, to compare any two. Each model is read, measured and dropped before the next.

    >>> weigh([plain("pocket", "a"), int8("pocket", "b")], prompt("{input}"), load_task("reviews"), limit=20)  # doctest: +SKIP
    """
    import pandas as pd

    rows = []
    for candidate in shrunk:
        model = candidate.model()
        run = runs.run(method, task, model, split=split, limit=limit)
        before = before or run
        rows.append(_score(candidate, run, before) | _costs(model, run, batches, repeats) | {"run": run})
        del model
    give_back()
    return pd.DataFrame(rows)


def _score(shrunk: Shrunk, run: Run, before: Run) -> dict:
    row = {"name": shrunk.name, "bytes": shrunk.bytes, "score": run.score.value, "low": run.score.low, "high": run.score.high}
    if run is before:
        nan = float("nan")
        return row | {"change": nan, "change_low": nan, "change_high": nan}
    change = runs.compare(before, run).difference
    return row | {"change": change.value, "change_low": change.low, "change_high": change.high}


def _costs(model: Model, run: Run, batches: Sequence[int], repeats: int) -> dict:
    prompts = list(run.table["messages"])
    cells = {}
    for row in measure(model, prompts, batches=batches, max_tokens=run.settings.get("max_tokens", 64), repeats=repeats).itertuples():
        cells |= {f"{name}_{row.batch}": getattr(row, name) for name in ("seconds", "low", "high", "tokens", "tokens_per_second")}
    return cells | {"weight_bytes": weight_bytes(model) or float("nan")}


def measure(
    model: Model, prompts: Sequence[str | list[dict]], *, batches: Sequence[int] = (1, 16), max_tokens: int = 32, repeats: int = 3
) -> pandas.DataFrame:
    """How quickly a model answers, one row a batch size: batch, seconds an answer with low and high, tokens an answer,
    tokens_per_second, answers.

    `batch` prompts are asked together, `repeats` times with other prompts (from the start again where they run out), after one batch that
    does not count. `seconds` is the median over the repeats of the wall time divided by `batch`, low and high the fastest and slowest;
    tokens are those of the answers. Models of other quality write answers of other length, so compare tokens a second too. ValueError: no
    prompts, a failed answer, or one from the reply cache, which costs nothing and says nothing.

    >>> measure(load("pocket", cache=False), ["What is the capital of France?"])  # doctest: +SKIP
    """
    import pandas as pd

    if not prompts or repeats < 1 or any(batch < 1 for batch in batches):
        raise ValueError(f"measuring needs prompts, repeats and batches of 1 or more; got {len(prompts)}, {repeats}, {list(batches)}")
    return pd.DataFrame([_speed(model, list(prompts), batch, max_tokens, repeats) for batch in batches])


def _speed(model: Model, prompts: list, batch: int, max_tokens: int, repeats: int) -> dict:
    seconds = []
    tokens = 0
    for turn in range(-1, repeats):
        questions = [prompts[(max(turn, 0) * batch + i) % len(prompts)] for i in range(batch)]
        start = time.perf_counter()
        replies = model.ask_many(questions, max_tokens=max_tokens)
        took = time.perf_counter() - start
        for reply in replies:
            if reply.cached or reply.error:
                raise ValueError(f"{model.name}: {reply.error or 'the answer came from the cache: load the model with cache=False'}")
        if turn >= 0:
            seconds.append(took)
            tokens += sum(reply.tokens_out for reply in replies)
    answers = batch * repeats
    times = {"seconds": statistics.median(seconds) / batch, "low": min(seconds) / batch, "high": max(seconds) / batch}
    return {"batch": batch, **times, "tokens": tokens / answers, "tokens_per_second": tokens / sum(seconds), "answers": answers}


def weight_bytes(model: Model) -> int | None:
    """What the weights of a torch model take in memory (`module_bytes`); None where they are not torch's (ONNX, remote).

    What answering needs besides is not in it: see `peak_memory`.
    """
    module = module_of(model)
    return None if module is None else module_bytes(module)


def module_bytes(module: torch.nn.Module) -> int:
    """Bytes of all parameters and buffers, each tensor once; a 4-bit matrix of bitsandbytes counts with its scales."""
    tensors = [*module.parameters(), *module.buffers(), *(scale for p in module.parameters() for scale in _scales(p))]
    return sum(size for _, size in {(t.data_ptr(), t.numel() * t.element_size()) for t in tensors})


def _scales(parameter: torch.nn.Parameter) -> list[torch.Tensor]:
    """The tensors beside a bitsandbytes 4-bit matrix: scales, their scales if they are quantized too, and the 16 values."""
    state = getattr(parameter, "quant_state", None)
    if state is None:
        return []
    inner = [state.state2.absmax, state.state2.code] if state.nested else []
    return [tensor for tensor in (state.absmax, state.code, *inner) if tensor is not None]


def peak_memory(shrunk: Shrunk, prompts: Sequence[str | list[dict]], *, max_tokens: int = 32) -> dict[str, float]:
    """The peak resident memory of a process of its own that reads a shrunk model and answers: {"before", "peak"} in MB.

    "before" is what the process has taken with the same libraries imported and the tokenizer read, but no weights, so the difference is
    the model and its work (torch is imported for ONNX too: the tokenizer's library does that). Linux only; elsewhere nan.
    Takes some seconds, most of them imports. RuntimeError: the process failed.

    >>> peak_memory(read("outputs/shrink/onnx"), ["Hi"])  # doctest: +SKIP
    {'before': 267.9, 'peak': 409.0}
    """
    job = json.dumps({"folder": str(Path(shrunk.folder).resolve()), "prompts": list(prompts), "max_tokens": max_tokens})
    command = [sys.executable, "-c", "from helpers.shrink.measuring import answer_and_report; answer_and_report()"]
    child = subprocess.run(command, input=job, cwd=places.root(), capture_output=True, text=True)
    if child.returncode:
        raise RuntimeError(f"the process that was to be measured ended with {child.returncode}: {child.stderr[-500:]}")
    return json.loads(child.stdout.splitlines()[-1])


def answer_and_report() -> None:
    """The process that `peak_memory` looks at: reads a job from its input, answers, and prints one JSON line {"before", "peak"} in MB."""
    job = json.load(sys.stdin)
    shrunk = read(job["folder"])
    _import_libraries(shrunk)
    before = peak_mb()
    failed = [reply.error for reply in shrunk.model().ask_many(job["prompts"], max_tokens=job["max_tokens"]) if reply.error]
    if failed:
        raise SystemExit(failed[0])
    sys.stdout.write(json.dumps({"before": before, "peak": peak_mb()}) + "\n")


def _import_libraries(shrunk: Shrunk) -> None:
    """What answering will import, before memory is first read. Reading a tokenizer imports some 90 MB of libraries itself."""
    for name in {"onnx": ["onnxruntime"], "nf4": ["bitsandbytes"]}.get(shrunk.kind, []):
        importlib.import_module(name)
    transformers = importlib.import_module("transformers")
    transformers.AutoTokenizer.from_pretrained(shrunk.folder)
    if shrunk.kind != "onnx":
        transformers.LlamaForCausalLM  # noqa: B018 (transformers imports a name when it is first used)


def peak_mb() -> float:
    """Peak resident memory of this process so far in MB; nan where the system does not tell."""
    status = Path("/proc/self/status")
    if status.exists():  # not ru_maxrss: on Linux that remembers the parent's peak
        return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    try:
        import resource
    except ImportError:
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
