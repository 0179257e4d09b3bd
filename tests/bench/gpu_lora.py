"""For a GPU. Claim: lesson 13's LoRA of SmolLM2 on abstracts, up to an hour on two CPU cores, takes a minute at most.

The settings are those of the recording `abstracts-smollm2` (200 abstracts, 3 epochs, rank 8); products are in bf16 on a GPU, weights in the
file's fp16, the adapter in fp32. Then it answers dev, before and after. `--tiny`: a random model, 6 rows, on any machine.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from gpu import device, options, peak, tiny_model
from measure import report

MOST = 60  # seconds


def main() -> int:
    """Tune, answer, and say how quick; the exit code is 1 if a claim fails."""
    asked = options(__doc__)
    where = device(asked.tiny)
    from helpers import runs, tuning
    from helpers.models import load
    from helpers.tasks import load_task
    from helpers.workbook.slow_trainings import COMMON, SLOW

    task, method = load_task("abstracts"), SLOW["abstracts-smollm2"].asking()
    rows, epochs, dev = (6, 1, 4) if asked.tiny else (200, 3, 60)
    with tempfile.TemporaryDirectory() as folder:
        base = tiny_model(Path(folder)) if asked.tiny else "smollm2"
        before = runs.run(method, task, load(base, cache=False), limit=dev)
        place = Path(folder, "lora")
        done = tuning.lora(base, task, template=method, limit=rows, dev_limit=dev, folder=place, epochs=epochs, keep=1e9, **COMMON)
        after = runs.run(method, task, done.model(), limit=dev)
    losses = done.curve["dev_loss"].dropna().tolist()
    first, best = losses[0], min(losses)
    row = {"rows": rows, "epochs": epochs, "seconds": done.seconds, "rows/s": rows * epochs / done.seconds, "peak MB": peak()}
    row |= {"dev loss before": first, "at best": best, "score before": before.score.value, "after": after.score.value}
    claims = {f"the loss on dev falls: {first:.3f} to {best:.3f}": best < first}
    if not asked.tiny:
        claims[f"at most {MOST} s: {done.seconds:.0f}"] = done.seconds <= MOST
        pair = runs.compare(before, after).difference
        claims[f"it scores better than untrained: {pair}"] = bool(pair.low > 0)
    return report("gpu_lora", [row], claims, device=where, tiny=asked.tiny)


if __name__ == "__main__":
    sys.exit(main())
