"""For a GPU. Claim: SmolLM2 answers at least 200 reviews a second, and larger batches are no slower.

Lesson 01's last prompt over train and dev, 16 tokens at most, no reply cache; one row a batch size, each after a warm-up. A batch holds at
most 65,536 tokens, whatever its rows. On a GPU the weights are computed in the file's fp16 and here on a CPU in fp32: `as recorded` is the
share of the dev replies that equal those recorded on a CPU. `--tiny`: a random model, 24 rows, on any machine.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench_models import MAX_TOKENS, PROMPT, SYSTEM
from gpu import device, options, peak, tiny_model
from measure import report

SIZES = (16, 64, 256, 1024)
QUICK, AS_RECORDED = 200, 0.9


def main() -> int:
    """Answer with every batch size; the exit code is 1 if a claim fails."""
    asked = options(__doc__)
    where = device(asked.tiny)
    from datasets import DatasetDict, concatenate_datasets

    from helpers import runs
    from helpers.methods.method import prompt
    from helpers.models import load
    from helpers.tasks import load_task

    task, method = load_task("reviews"), prompt(PROMPT, system=SYSTEM, max_tokens=MAX_TOKENS)
    both = replace(task, splits=DatasetDict(dev=concatenate_datasets([task["dev"], task["train"]])))
    recorded = runs.run(method, task, load("smollm2", recorded="01"), limit=24 if asked.tiny else None).table["reply"].tolist()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        spec = tiny_model(Path(folder)) if asked.tiny else "smollm2"
        for size in SIZES[:2] if asked.tiny else SIZES:
            model = load(spec, batch_size=size, cache=False)
            runs.run(method, both, model, limit=8)
            peak()
            start = time.perf_counter()
            run = runs.run(method, both, model, limit=24 if asked.tiny else None)
            seconds = time.perf_counter() - start
            same = sum(a == b for a, b in zip(run.table["reply"], recorded)) / len(recorded)
            row = {"batch": size, "reviews": len(run.table), "seconds": seconds, "reviews/s": len(run.table) / seconds}
            rows.append({**row, "peak MB": peak(), "as recorded": same, "score": run.score.value})
    return report("gpu_answers", rows, {} if asked.tiny else _claims(rows), device=where, tiny=asked.tiny)


def _claims(rows: list[dict]) -> dict[str, bool]:
    best, last = max(row["reviews/s"] for row in rows), rows[-1]["reviews/s"]
    same = min(row["as recorded"] for row in rows)
    return {
        f"at least {QUICK} reviews a second: {best:.0f}": best >= QUICK,
        f"the largest batch is no slower than 0.9 of the best: {last / best:.2f}": last >= 0.9 * best,
        f"at least {AS_RECORDED:.0%} of the replies as recorded on a CPU: {same:.1%}": same >= AS_RECORDED,
    }


if __name__ == "__main__":
    sys.exit(main())
