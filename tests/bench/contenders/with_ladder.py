"""The job through `helpers.runs.run`, as a lesson does it: `python with_ladder.py job.json`."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

from datasets import Dataset, DatasetDict

from helpers import runs
from helpers.methods.method import prompt
from helpers.models import load
from helpers.tasks import load_task

job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
task = replace(load_task("reviews"), splits=DatasetDict(dev=Dataset.from_list(job["examples"])))
model = load(job["model"], cache=job.get("cache", False))
model.ask("Hello", max_tokens=1)  # reads the weights: part of the start
start = time.perf_counter()
run = runs.run(prompt(job["template"], max_tokens=job["max_tokens"]), task, model)
answering = time.perf_counter() - start
assert not run.table["error"].notna().any(), run.table["error"].dropna().iloc[0]
print(json.dumps({"answering": answering, "replies": list(run.table["reply"]), "tokens": int(run.table["tokens_out"].sum())}))
