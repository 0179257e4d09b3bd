"""The scripts for a GPU: they work at a tiny size on any machine, and refuse the rest where there is no GPU."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import places

BENCH = places.root() / "tests" / "bench"
SCRIPTS = sorted(file.stem for file in BENCH.glob("gpu_*.py"))


def script(name: str, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one as on a machine without a GPU."""
    env = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE", "LADDER_HOME": str(home)}
    return subprocess.run([sys.executable, BENCH / f"{name}.py", *arguments], capture_output=True, text=True, env=env, timeout=600)


@pytest.mark.parametrize("name", SCRIPTS)
def test_without_a_gpu_a_script_stops_at_once_and_says_what_helps(name: str, tmp_path: Path) -> None:
    done = script(name, tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no CUDA GPU here" in done.stderr
    assert "--tiny" in done.stderr


@pytest.mark.parametrize("name", SCRIPTS)
def test_at_a_tiny_size_a_script_runs_on_a_cpu_and_writes_what_it_measured(name: str, tmp_path: Path) -> None:
    done = script(name, tmp_path, "--tiny")
    assert "Traceback" not in done.stderr, done.stderr[-3000:]  # whether a claim holds is no question for a random model
    said = json.loads((tmp_path / "outputs" / "bench" / f"{name}.json").read_text(encoding="utf-8"))
    assert (said["device"], said["tiny"]) == ("cpu", True)
    assert all(row["seconds"] > 0 for row in said["rows"])


def test_there_is_one_for_the_recipe_one_for_tuning_and_one_for_answers() -> None:
    assert SCRIPTS == ["gpu_answers", "gpu_lora", "gpu_recipe"]
