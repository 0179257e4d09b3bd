"""Claim: a rerun from the reply cache, in a new process, gives the same replies at least 10 times as quickly, without a model.

Two processes one after the other, with the same empty-at-first cache file: the first answers 500 reviews, the second reads them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from bench_runs import make_job
from measure import Measured, python, report

CODE = """
import json, sys, time
from dataclasses import replace
from pathlib import Path
start = time.perf_counter()
from datasets import Dataset, DatasetDict
from helpers import runs
from helpers.models import load
from helpers.tasks import load_task
from helpers.methods.method import prompt
job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
task = replace(load_task("reviews"), splits=DatasetDict(dev=Dataset.from_list(job["examples"])))
run = runs.run(prompt(job["template"], max_tokens=job["max_tokens"]), task, load(job["model"]))
rows = run.table
found = {"cached": int(rows["cached"].sum()), "torch": "torch" in sys.modules, "replies": list(rows["reply"])}
print(json.dumps({"run": run.seconds, **found}))
"""


def main() -> int:
    """Run fresh and again; the exit code is 1 if a claim fails."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        job = make_job(Path(folder), "word", options.model, options.n)
        cache = Path(folder, "replies.sqlite")
        fresh, again = (python("-c", CODE, str(job), LADDER_CACHE=str(cache), LADDER_HOME=folder) for _ in range(2))
        size = cache.stat().st_size
    said = [json.loads(run.output.splitlines()[-1]) for run in (fresh, again)]
    rows = [_row(name, run, one) for name, run, one in zip(("fresh", "from the cache"), (fresh, again), said, strict=True)]
    ratio = said[0]["run"] / said[1]["run"]
    claims = {
        f"the rerun asks nothing: {said[1]['cached']} of {options.n} from the cache": said[1]["cached"] == options.n,
        "the same replies": said[0]["replies"] == said[1]["replies"],
        f"the run itself is at least 10 times as quick: {ratio:.0f}": ratio >= 10,
    }
    return report("cache", rows, claims, examples=options.n, model=options.model, cache_bytes=size)


def _row(name: str, run: Measured, said: dict) -> dict[str, object]:
    parts = {"process s": run.seconds, "run s": said["run"], "cached": said["cached"]}
    return {"what": name, **parts, "torch imported": said["torch"], "peak MB": round(run.memory)}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="pocket", help="pocket, or hf:<folder> (default: pocket)")
    parser.add_argument("--n", type=int, default=500, help="examples (default: 500)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
