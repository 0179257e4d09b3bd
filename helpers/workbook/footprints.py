"""`python -m helpers.workbook.footprints`: the memory that a training of SmolLM2 takes for lesson 14, with LoRA and with QLoRA.

Each is one pass over the 50 abstracts of the recorded trainings, in a process of its own; Linux counts its resident memory.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import helpers.models  # noqa: F401  (before torch: it sets how threads wait)
from helpers import places
from helpers.shrink.measuring import module_bytes
from helpers.storage import write_json
from helpers.tasks import load_task
from helpers.tuning.bases import open_base, prepare
from helpers.tuning.loop import Job, train
from helpers.tuning.rows import encode_splits
from helpers.tuning.settings import settings_for
from helpers.workbook.slow_trainings import SLOW

__all__ = ["KEPT", "measure", "resident"]

KEPT = places.recordings("14", "memory.json")
WAYS = ("lora", "qlora")
RUNS = 2  # the peak differs from run to run by some percent
STATUS, PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def resident(name: str = "VmRSS") -> float:
    """This process's resident memory in MB, now, or with "VmHWM" the most since `forget`."""
    line = next(line for line in STATUS.read_text(encoding="utf-8").splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024 / 1e6


def forget() -> None:
    """Begin a new peak."""
    PEAK.write_text("5", encoding="utf-8")


def measure(way: str, base: str = "smollm2") -> dict[str, int]:
    """MB of the weights, and the peak of one pass over the abstracts beyond what the process held before it read the model."""
    plan = SLOW[f"abstracts-smollm2-{way}-0"]
    given, ready = plan.fitting(), open_base(base)
    settings = settings_for(way, **dict(plan.settings) | {"epochs": 1, "evaluations": 1})
    pairs, watched = encode_splits(
        load_task("abstracts"), given["dev"], given["template"], ready.local, room=0, limit=plan.n, dev_limit=None
    )  # fmt: skip
    before = resident()
    model = prepare(ready, way, settings, pairs)
    forget()
    with plan.arithmetic(), tempfile.TemporaryDirectory() as folder:
        train(Job(pairs, watched, settings, Path(folder), "", model, model.generation_config.pad_token_id))
    return {"weights": round(module_bytes(model) / 1e6), "peak": round(resident("VmHWM") - before)}


def main(names: list[str]) -> int:
    if names:
        sys.stdout.write(f"{json.dumps(measure(names[0]))}\n")
        return 0
    command = [sys.executable, "-m", "helpers.workbook.footprints"]
    found = {}
    for way in WAYS:
        told = [subprocess.run([*command, way], check=True, capture_output=True, text=True).stdout for _ in range(RUNS)]
        each = [json.loads(said.splitlines()[-1]) for said in told]
        found[way] = {"weights": each[0]["weights"], "peaks": [run["peak"] for run in each]}
    sys.stdout.write(f"{write_json(KEPT, found)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
