"""Claim: the judge over 500 rows is at least 3 times as quick in batches as one `generate` a row, and gives the same replies.

The rows are those of train and dev of the task judge, over and over if they are fewer. Both get the same model, the same prompts
and the same number of new tokens, each in a process of its own, in turns, without a reply cache. "answering" leaves out imports
and the reading of weights.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from bench_runs import HERE
from measure import Measured, python, report

from helpers import places

CODE = """
import json, sys, time
from dataclasses import replace
from pathlib import Path
from datasets import Dataset, DatasetDict
from helpers import runs
from helpers.methods.judges import judge
from helpers.models import load
from helpers.tasks import load_task
job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
task = replace(load_task(job["task"]), splits=DatasetDict(dev=Dataset.from_list(job["examples"])))
model = load(job["model"], cache=False)
model.ask("Hello", max_tokens=1)  # reads the weights: part of the start
start = time.perf_counter()
run = runs.run(judge(max_tokens=job["max_tokens"]), task, model)
answering = time.perf_counter() - start
found = {"judged": int(run.table["error"].isna().sum()), "right": float(run.score.value)}
print(json.dumps({"answering": answering, "replies": list(run.table["reply"]), **found}))
"""


def main() -> int:
    """Judge in batches and one at a time, `--rounds` times in turns; the exit code is 1 if a claim fails."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        job = make_job(Path(folder), options)
        calls = {"in batches": ("-c", CODE, str(job)), "one at a time": (str(HERE / "with_loop.py"), str(job))}
        found: dict[str, list[Measured]] = {name: [] for name in calls}
        for turn in range(options.rounds):
            for name, arguments in calls.items():
                found[name].append(python(*arguments, HF_HOME=folder, LADDER_HOME=folder))
                print(f"round {turn + 1}, {name}: {found[name][-1].seconds:.1f} s", file=sys.stderr)
    rows = _rows(found, options.n)
    ratio, same = rows[1]["answering x"], rows[1]["same reply"]
    claims = {
        f"the judge in batches is at least 3 times as quick as one at a time, answering: {ratio:.1f}": ratio >= 3,
        f"at least 99% of the replies are the same: {same:.1%}": same >= 0.99,
    }
    said = json.loads(found["in batches"][0].output.splitlines()[-1])
    seen = {key: said[key] for key in ("judged", "right")}
    return report("judge", rows, claims, examples=options.n, rounds=options.rounds, model=options.model, **seen)


def make_job(folder: Path, options: argparse.Namespace) -> Path:
    """Write what both read, `job.json`: the rows for `runs.run`, and the same prompts as texts for the loop."""
    from helpers.methods.judges import judge

    examples = list(islice(_examples(Path(options.task) if "/" in options.task else places.data(options.task)), options.n))
    method = judge()
    weights = places.data("pocket") if options.model == "pocket" else Path(options.model.removeprefix("hf:")).resolve()
    job = {"task": options.task, "model": options.model, "folder": str(weights), "max_tokens": method.settings["max_tokens"]}
    job |= {"examples": examples, "prompts": [method.messages(example)[-1]["content"] for example in examples]}
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    return folder / "job.json"


def _examples(task: Path) -> Iterator[dict]:
    """The train and dev rows of a task, over and over; ids stay unique."""
    lines = [line for split in ("train", "dev") for line in (task / f"{split}.jsonl").open(encoding="utf-8")]
    for i, line in enumerate(cycle(lines)):
        row = json.loads(line)
        yield {**{key: row[key] for key in ("input", "reference", "answer", "target")}, "id": f"{row['id']}-{i // len(lines)}"}


def _rows(found: dict[str, list[Measured]], n: int) -> list[dict[str, object]]:
    """One row a way of asking: medians over the rounds, and how many times as quick the first one is."""
    said = {name: [json.loads(run.output.splitlines()[-1]) for run in runs] for name, runs in found.items()}
    whole = {name: median(run.seconds for run in runs) for name, runs in found.items()}
    answering = {name: median(one["answering"] for one in outputs) for name, outputs in said.items()}
    first = "in batches"
    ours = [reply.strip() for reply in said[first][0]["replies"]]
    rows = []
    for name, runs in found.items():
        same = sum(a == b.strip() for a, b in zip(ours, said[name][0]["replies"], strict=True)) / n
        row = {"judge": name, "seconds": whole[name], "cpu": median(run.cpu for run in runs), "x": whole[name] / whole[first]}
        row |= {"answering s": answering[name], "rows/s": n / answering[name], "answering x": answering[name] / answering[first]}
        rows.append({**row, "peak MB": round(max(run.memory for run in runs)), "same reply": same})
    return rows


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="pocket", help="pocket, or hf:<folder> (default: pocket)")
    parser.add_argument("--task", default="judge", help="a task with reference and answer: its name, or its folder (default: judge)")
    parser.add_argument("--n", type=int, default=500, help="rows (default: 500)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each; the table has medians (default: 3)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
