"""Two processes that torchrun starts train as one does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from test_tuning_fit import DEV, TRAIN
from tiny import tiny_causal

from helpers import tuning
from helpers.tasks import load_task

ROOT = Path(__file__).parent.parent
SET = ["epochs=2", "batch=7", "evaluations=2"]  # 7 rows: shares of 4 and 3, and a last batch of 2


def both(folder: Path) -> tuple[tuning.Tuned, str]:
    """What two processes make of the task beside the folder, and what they print."""
    arguments = [f"hf:{folder.parent / 'causal'}", str(folder.parent / "task"), "--method", "full", "--folder", str(folder), "--set", *SET]
    env = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "LADDER_PROGRESS": "off", "LADDER_TRACKING": "off"}
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", "-m", "helpers.tuning", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return tuning.read(folder), done.stdout


def test_two_processes_through_torchrun_give_the_loss_of_one(tmp_path: Path) -> None:
    tiny_causal(tmp_path)
    task = tmp_path / "task"
    task.mkdir()
    (task / "task.toml").write_text('metric = "label"\nlabels = ["positive", "negative"]\nlicense = "CC0-1.0"\ninstruction = "?"\n')
    for split, rows in (("train", TRAIN), ("dev", DEV)):
        (task / f"{split}.jsonl").write_text("".join(json.dumps(row | {"id": f"{split}-{n}"}) + "\n" for n, row in enumerate(rows)))
    one = tuning.full(tmp_path / "causal", load_task(task), folder=tmp_path / "one", epochs=2, batch=7, evaluations=2)
    two, said = both(tmp_path / "two")
    assert said == f"{two!r}; 2 processes; in {os.path.relpath(tmp_path / 'two', ROOT)}\n"
    assert len(one.curve) == len(two.curve) == 7
    assert (one.curve - two.curve).abs().max().max() < 1e-4
    assert one.curve["dev_loss"].iloc[-1] < one.curve["dev_loss"].iloc[0]
