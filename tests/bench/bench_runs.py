"""Claim: a run over 500 reviews is at least 10 times as quick as one `generate` an example, and 3 times as lm-eval at its best.

Twice: with one-word answers, where reading the prompt is nearly all the work, and with answers of a sentence (up to 64 tokens).

All get the same model, the same prompts and the same number of tokens, each in a process of its own, one after the other, and
are timed from the start of the process to its end. No reply cache. "answering" leaves out imports and the reading of weights.
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

from lm_eval_task import SIZES, environment, write_task
from measure import Measured, python, report

from helpers import places

WORK = {  # a template, and the most new tokens of a reply
    "word": ("Is this review positive or negative? Answer with one word.\n\nReview: {input}", 16),
    "sentence": ("Summarize this review in one sentence.\n\nReview: {input}", 64),
}
HERE = Path(__file__).resolve().parent / "contenders"
ENVIRONMENT = Path(tempfile.gettempdir(), "ladder-lm-eval")


def main() -> int:
    """Do every work with every contender, `--rounds` times in turns; the exit code is 1 if a claim fails."""
    options = _options()
    peer = None if options.no_lm_eval else environment(options.lm_eval_env)
    done = [_compare(work, peer, options) for work in options.work]
    rows, claims = [row for rows, _ in done for row in rows], {text: holds for _, claims in done for text, holds in claims.items()}
    return report("runs", rows, claims, examples=options.n, rounds=options.rounds, model=options.model, work=WORK)


def _compare(work: str, peer: Path | None, options: argparse.Namespace) -> tuple[list[dict[str, object]], dict[str, bool]]:
    """The rows of one work, and what they say about the claims."""
    with tempfile.TemporaryDirectory() as folder:
        job = make_job(Path(folder), work, options.model, options.n)
        rows = compare(work, job, peer, options, HF_HOME=folder, LADDER_HOME=folder)
    return rows, _claims(work, rows)


def compare(work: str, job: Path, peer: Path | None, options: argparse.Namespace, **settings: str) -> list[dict[str, object]]:
    """One row a contender, each measured `options.rounds` times in turns. `settings`: environment variables of all."""
    calls = dict(_calls(job, peer, options))
    runs: dict[str, list[Measured]] = {name: [] for name in calls}
    for turn in range(options.rounds):
        for name, (arguments, own) in calls.items():
            runs[name].append(python(*arguments, **settings, **own))
            print(f"{work}, round {turn + 1}, {name}: {runs[name][-1].seconds:.1f} s", file=sys.stderr)
    return _rows(work, runs, options.n)


def make_job(folder: Path, work: str, model: str, n: int) -> Path:
    """Write what all contenders read: `job.json` and lm-eval's task; return the former."""
    template, max_tokens = WORK[work]
    examples = list(islice(_reviews(), n))
    prompts = [template.format(input=example["input"]) for example in examples]
    weights = places.data("pocket") if model == "pocket" else Path(model.removeprefix("hf:")).resolve()
    job = {"model": model, "folder": str(weights), "template": template, "max_tokens": max_tokens}
    job |= {"examples": examples, "prompts": prompts, "tasks": str(folder / "tasks")}
    write_task(folder / "tasks", prompts, [example["target"] for example in examples], max_tokens=max_tokens)
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    return folder / "job.json"


def _reviews() -> Iterator[dict]:
    """The train and dev examples of the task reviews, over and over; ids stay unique."""
    lines = [line for split in ("train", "dev") for line in places.data("reviews", f"{split}.jsonl").open(encoding="utf-8")]
    for i, line in enumerate(cycle(lines)):
        example = json.loads(line)
        yield {"id": f"{example['id']}-{i // len(lines)}", "input": example["input"], "target": example["target"]}


def _calls(job: Path, peer: Path | None, options: argparse.Namespace) -> Iterator[tuple[str, tuple[list[str], dict]]]:
    """Contender by contender: its name, its arguments for `python`, and its settings."""
    yield "llm-ladder", ([str(HERE / "with_ladder.py"), str(job)], {})
    yield "one at a time", ([str(HERE / "with_loop.py"), str(job)], {})
    for size in options.sizes if peer else ():
        arguments = [str(HERE / "with_lm_eval.py"), str(job), size, str(options.auto_limit)]
        yield f"lm-eval, batch {size}", (arguments, {"interpreter": str(peer)})


def _rows(work: str, found: dict[str, list[Measured]], n: int) -> list[dict[str, object]]:
    """One row a contender: medians over the rounds, and how many times as quick llm-ladder is."""
    said = {name: [json.loads(run.output.splitlines()[-1]) for run in runs] for name, runs in found.items()}
    whole = {name: median(run.seconds for run in runs) for name, runs in found.items()}
    answering = {name: median(one["answering"] for one in outputs) for name, outputs in said.items()}
    ours = [reply.strip() for reply in said["llm-ladder"][0]["replies"]]
    rows = []
    for name, runs in found.items():
        same = sum(a == b.strip() for a, b in zip(ours, said[name][0]["replies"], strict=True)) / n
        times, spread = [run.seconds for run in runs], max(run.seconds for run in runs) - min(run.seconds for run in runs)
        row = {"work": work, "contender": name, "seconds": median(times), "spread": spread, "cpu": median(run.cpu for run in runs)}
        row |= {"examples/s": n / whole[name], "ladder is x": whole[name] / whole["llm-ladder"]}
        row |= {"answering s": answering[name], "answering/s": n / answering[name]}
        row |= {"answering x": answering[name] / answering["llm-ladder"]}
        rows.append({**row, "peak MB": round(max(run.memory for run in runs)), "same reply": same})
    return rows


def _claims(work: str, rows: list[dict[str, object]]) -> dict[str, bool]:
    by_name = {str(row["contender"]): row for row in rows}
    loop = by_name["one at a time"]
    claims = {f"{work}: at least 10 times one at a time, answering: {loop['answering x']:.1f}": loop["answering x"] >= 10}
    peers = [row for row in rows if str(row["contender"]).startswith("lm-eval")]
    if peers:
        best = min(peers, key=lambda row: row["seconds"])
        text = f"{work}: at least 3 times lm-eval at its best ({best['contender']}), start-up counted: {best['ladder is x']:.1f}"
        claims[text] = best["ladder is x"] >= 3
    least = min(row["same reply"] for row in rows)
    claims[f"{work}: at least 99% of the replies are the same everywhere: {least:.1%}"] = least >= 0.99
    return claims


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="pocket", help="pocket, or hf:<folder> (default: pocket)")
    parser.add_argument("--n", type=int, default=500, help="examples (default: 500)")
    parser.add_argument("--work", nargs="+", choices=tuple(WORK), default=tuple(WORK), help="the length of the answers (default: both)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each; the table has medians (default: 3)")
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=SIZES, help="lm-eval's batch sizes (default: all)")
    parser.add_argument("--auto-limit", type=int, default=64, help="the largest batch that lm-eval's `auto` tries (default: 64)")
    parser.add_argument("--lm-eval-env", type=Path, default=ENVIRONMENT, help="the environment's folder; made if it is not there")
    parser.add_argument("--no-lm-eval", action="store_true", help="only the loop: nothing is installed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
