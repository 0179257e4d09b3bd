"""Claims: SmolLM2 in a run is no slower than in lm-eval at its best; 1,000 recorded replies are replayed in under a second.

The prompt is the last one of lesson 01, on reviews of dev. All contenders get the same weights in fp32, the same conversations and the
same number of new tokens, each in a process of its own, in turns, without a reply cache; "answering" leaves out imports and the reading
of weights. The recording that is replayed is made up, and lies in a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from itertools import islice
from pathlib import Path
from statistics import median

from bench_runs import ENVIRONMENT, compare
from lm_eval_task import SIZES, environment, write_task
from measure import python, report

from helpers import places

SYSTEM = "You are an experienced analyst of customer reviews."
PROMPT = """Is this review positive or negative? If it is mixed, go by the final verdict.
###
{input}
###
Answer with one word: positive or negative."""
MAX_TOKENS, RECORDED = 16, 1000
FOLDER = "from helpers.models.packaged import smollm2; print(smollm2())"
# What is recorded and replayed lies in a folder of its own; the reviews are those of dev, over and over.
HEAD = """
import json, sys, time
from dataclasses import replace
from pathlib import Path
from helpers import places
folder, system, template, max_tokens, size = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
data = places.data
places.data = lambda *parts: Path(folder, *parts) if parts[0] == "recordings" else data(*parts)
from datasets import Dataset, DatasetDict
from helpers import runs
from helpers.methods.method import prompt
from helpers.models import load
from helpers.tasks import load_task
reviews = load_task("reviews")
examples = [{**reviews["dev"][i % len(reviews["dev"])], "id": str(i)} for i in range(size)]
for i, example in enumerate(examples):
    example["input"] += f" ({i})"
task = replace(reviews, splits=DatasetDict(dev=Dataset.from_list(examples)))
method = prompt(template, system=system, max_tokens=max_tokens)
"""
RECORD = (
    HEAD
    + """
from helpers.models.recordings import Recording, conversation_key, place
from helpers.models.reply import Reply, Settings
settings = Settings(max_tokens)
keys = [conversation_key(method.messages(example), settings) for example in examples]
replies = {key: Reply(f"Positive. ({i})", 120, 5, 0.2, 0.0, finish="stop") for i, key in enumerate(keys)}
about = {"name": "smollm2", "about": "made up", "fingerprint": "0", "context": 8192, "parameters": 134_515_008, "date": "2026-11-28"}
print(Recording("01", about, replies).write(place("01", "smollm2")).stat().st_size)
"""
)
REPLAY = (
    HEAD
    + """
start = time.perf_counter()
model = load("smollm2", recorded="01")
loaded = time.perf_counter()
run = runs.run(method, task, model)
end = time.perf_counter()
right = [reply == f"Positive. ({i})" for i, reply in enumerate(run.table["reply"])]
print(json.dumps({"load": loaded - start, "run": end - loaded, "right": sum(right), "torch": "torch" in sys.modules}))
"""
)


def main() -> int:
    """Ask SmolLM2 with every contender, then replay; the exit code is 1 if a claim fails."""
    options = _options()
    peer = None if options.no_lm_eval else environment(options.lm_eval_env)
    with tempfile.TemporaryDirectory() as folder:
        rows = compare("format", make_job(Path(folder), options.n), peer, options, HF_HOME=folder)
        replay = replayed(folder, options.rounds)
    claims = _claims(rows) | {
        f"{RECORDED} recorded replies are replayed in under 1 s: {replay['seconds']:.2f} s": replay["seconds"] < 1,
        f"each is the one that was recorded: {replay['right']}": replay["right"] == RECORDED,
        "a replay needs no torch": not replay["torch"],
    }
    return report("models", rows, claims, examples=options.n, rounds=options.rounds, max_tokens=MAX_TOKENS, replay=replay)


def make_job(folder: Path, n: int) -> Path:
    """Write what all contenders read: `job.json` and lm-eval's task; return the former."""
    lines = islice(places.data("reviews", "dev.jsonl").open(encoding="utf-8"), n)
    examples = [{name: example[name] for name in ("id", "input", "target")} for example in map(json.loads, lines)]
    prompts = [PROMPT.format(input=example["input"]) for example in examples]
    weights = python("-c", FOLDER).output.splitlines()[-1]
    job = {"model": "smollm2", "folder": weights, "template": PROMPT, "system": SYSTEM, "max_tokens": MAX_TOKENS}
    job |= {"examples": examples, "prompts": prompts, "tasks": str(folder / "tasks")}
    write_task(folder / "tasks", prompts, [example["target"] for example in examples], max_tokens=MAX_TOKENS)
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    return folder / "job.json"


def replayed(folder: str, rounds: int) -> dict[str, object]:
    """Medians over the rounds, each a new process: seconds to open the recording and run on it, and of the process."""
    arguments = [folder, SYSTEM, PROMPT, str(MAX_TOKENS), str(RECORDED)]
    size = int(python("-c", RECORD, *arguments).output.splitlines()[-1])
    runs = [python("-c", REPLAY, *arguments, LADDER_HOME=folder) for _ in range(rounds)]
    parts = [json.loads(run.output.splitlines()[-1]) for run in runs]
    seconds = median(part["load"] + part["run"] for part in parts)
    process = median(run.seconds for run in runs)
    print(f"replay of {RECORDED}: {seconds:.2f} s, process {process:.1f} s", file=sys.stderr)
    return {"seconds": seconds, "process": process, "bytes": size, "right": parts[-1]["right"], "torch": parts[-1]["torch"]}


def _claims(rows: list[dict[str, object]]) -> dict[str, bool]:
    """What the rows say; every ratio is of medians of the same run."""
    loop = next(row for row in rows if row["contender"] == "one at a time")
    claims = {f"at least 1.25 times as quick as one at a time, answering: {loop['answering x']:.2f}": loop["answering x"] >= 1.25}
    peers = [row for row in rows if str(row["contender"]).startswith("lm-eval")]
    for column, what in (("ladder is x", "start-up counted"), ("answering x", "answering")) if peers else ():
        best = min(peers, key=lambda row: row[column])
        claims[f"no slower than lm-eval at its best ({best['contender']}), {what}: {best[column]:.2f}"] = best[column] >= 1
    least = min(row["same reply"] for row in rows)
    return {**claims, f"at least 95% of the replies are the same everywhere: {least:.1%}": least >= 0.95}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=24, help="reviews (default: 24)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each; the table has medians (default: 3)")
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=("1", "8", "16", "32"), help="lm-eval's batch sizes")
    parser.add_argument("--auto-limit", type=int, default=64, help="the largest batch that lm-eval's `auto` tries (default: 64)")
    parser.add_argument("--lm-eval-env", type=Path, default=ENVIRONMENT, help="the environment's folder; made if it is not there")
    parser.add_argument("--no-lm-eval", action="store_true", help="only the loop: nothing is installed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
