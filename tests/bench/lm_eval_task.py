"""lm-eval for bench_runs.py and bench_models.py: an environment of its own, and the reviews as a task of its kind."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path

__all__ = ["SIZES", "environment", "write_task"]

VERSION = "0.4.13"  # of November 2026
SIZES = ("1", "8", "16", "32", "64", "auto")
TASK = """\
task: bench_reviews
dataset_path: json
dataset_kwargs:
  data_files:
    test: {data}
test_split: test
output_type: generate_until
doc_to_text: "{{{{prompt}}}}"
doc_to_target: "{{{{target}}}}"
generation_kwargs:
  until: []
  max_gen_toks: {max_tokens}
  do_sample: false
metric_list:
  - metric: exact_match
    aggregation: mean
    higher_is_better: true
    ignore_case: true
    ignore_punctuation: true
"""


def environment(folder: Path) -> Path:
    """The Python of an environment with lm-eval and the same torch and transformers as here; made at the first call (minutes)."""
    interpreter = folder / "bin" / "python"
    if not list(folder.glob(f"lib/python*/site-packages/lm_eval-{VERSION}.dist-info")):
        print(f"making an environment for lm-eval {VERSION} in {folder} (once)", file=sys.stderr)
        venv.create(folder, with_pip=True)
        pip = [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        same = [f"{package}=={version(package).partition('+')[0]}" for package in ("torch", "transformers")]
        subprocess.run([*pip, same[0]], check=True)  # torch first and exactly, or the newest CUDA build comes along
        subprocess.run([*pip, *same, f"lm_eval[hf]=={VERSION}"], check=True)
    return interpreter


def write_task(folder: Path, prompts: list[str], targets: list[str], *, max_tokens: int) -> None:
    """A folder for lm-eval's `include_path`: the task `bench_reviews` and its JSONL, nothing from the network."""
    folder.mkdir(parents=True)
    rows = [{"prompt": prompt, "target": target} for prompt, target in zip(prompts, targets, strict=True)]
    (folder / "reviews.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    task = TASK.format(data=json.dumps(str(folder / "reviews.jsonl")), max_tokens=max_tokens)
    (folder / "bench_reviews.yaml").write_text(task, encoding="utf-8")
