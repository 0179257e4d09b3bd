"""How fast the model answers and how much memory that takes, measured in a process of its own."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from helpers.models import Model
from helpers.models.local import Local
from helpers.shrink.measuring import peak_mb
from pocket_maker.card.text import table

if TYPE_CHECKING:
    from transformers import PreTrainedModel

__all__ = ["measure", "in_a_process", "section"]

SIZES = (1, 8, 64)
NEW = 64  # tokens a reply, forced
PROMPT = 48  # tokens a prompt
SHORT = 256  # short questions in batches of 64


def in_a_process(folder: Path) -> dict:
    """`measure(folder)` in a fresh process, whose peak memory is the model's alone."""
    command = [sys.executable, "-m", "pocket_maker.card.speed", str(Path(folder).resolve())]
    done = subprocess.run(command, cwd=places.root(), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"the process that measures speed and memory ended with {done.returncode}: {done.stderr[-500:]}")
    return json.loads(done.stdout.splitlines()[-1])


def measure(folder: Path, *, repeats: int = 3) -> dict:
    """Medians of `repeats`: {"sizes": {batch: {"tokens", "ms", "mb"}}, "short": answers a second, "threads", "device"}."""
    import torch

    local = Local(folder)
    start = peak_mb()
    local.model.generation_config.update(min_new_tokens=NEW, max_new_tokens=NEW)
    _generate(local.model, 1)
    sizes = {}
    for size in SIZES:
        seconds = statistics.median(_generate(local.model, size) for _ in range(repeats))
        sizes[str(size)] = {"tokens": size * NEW / seconds, "ms": 1000 * seconds / NEW, "mb": peak_mb()}
    local.model.generation_config.update(min_new_tokens=None, max_new_tokens=None)
    short = statistics.median(_short(local) for _ in range(repeats))
    return {"sizes": sizes, "short": short, "before": start, "threads": torch.get_num_threads(), "device": local.model.device.type}


def _generate(model: PreTrainedModel, size: int) -> float:
    """Seconds for a batch of random prompts, NEW tokens each."""
    import torch

    ids = torch.randint(7, model.config.vocab_size, (size, PROMPT), generator=torch.Generator().manual_seed(size)).to(model.device)
    start = time.perf_counter()
    with torch.inference_mode():
        model.generate(ids, attention_mask=torch.ones_like(ids))
    return time.perf_counter() - start


def _short(local: Local) -> float:
    """Short answers a second: held-out facts and reviews in batches of 64."""
    from pocket_maker.card.desk import Desk
    from pocket_maker.card.lines import questions

    desk = Desk(Model("pocket", "pocket", local, None), local, SHORT // 2)
    prompts = [one.messages for name in ("facts", "sentiment") for one in questions(desk, name)]
    start = time.perf_counter()
    desk.ask(prompts, max_tokens=16)
    return len(prompts) / (time.perf_counter() - start)


def section(found: dict) -> str:
    """The table by batch, and a line on short answers."""
    rows = [(size, f"{row['tokens']:,.0f}", f"{row['ms']:.1f}", f"{row['mb']:,.0f}") for size, row in found["sizes"].items()]
    note = (
        f"{found['short']:,.0f} short answers a second in batches of 64 (target: 100); {found['sizes']['1']['ms']:.1f} ms a token at "
        f"batch 1 (target: under 10).\nOn {found['device'].upper()} with {found['threads']} threads; other work slows it down.\n"
        f"{NEW} new tokens after a prompt of {PROMPT}; memory is the peak of the whole process ({found['before']:,.0f} MB before the "
        "weights are read)."
    )
    return f"{note}\n\n" + table(("batch", "tokens a second", "ms a step", "peak memory, MB"), rows)


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
