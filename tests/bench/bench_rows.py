"""Claim: a map over a million rows takes as many processes as there are cores, in the memory of a hundred thousand. Linux only.

Each way is a process tree of its own over the same Arrow file: `map` of `datasets` in one process, the same with `num_proc=2`, and two
processes that torchrun starts and that know each other by accelerate's `PartialState` (on a CPU without MPI, `accelerate launch` starts
only one): each takes its half (`Dataset.shard`) and maps it into a file of its own; the halves are then read as one
(`concatenate_datasets`). The function is the same: words, and a hash of the text without case. `map s` is the map alone, `seconds` from the
start of the process to its end. Memory: `peak MB` of the largest process of the tree counts the pages of the mapped files that were
touched, which the system may take back; `own MB`, looked at after each thousand rows, does not, and that is what must not grow.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measure import python, report

SIZES = (100_000, 1_000_000)
WAYS = ("map, 1 process", "map, 2 processes", "accelerate, 2 processes")
QUICKER = 1.5  # two processes of the same tool, over one
MAKE = """
import sys
from datasets import Dataset
folder, n = sys.argv[1], int(sys.argv[2])
texts = [f"Row {i}: the soup at table {i % 997} was {('cold', 'warm')[i % 2]}, and Waiter {i % 97} said so." for i in range(n)]
Dataset.from_dict({"id": [f"r{i}" for i in range(n)], "input": texts}).save_to_disk(folder)
"""
WORK = """
import hashlib, json, os, sys, time
from pathlib import Path
import datasets
from datasets import Dataset, concatenate_datasets, load_from_disk
datasets.disable_progress_bars()

def own():
    pages = [int(word) for word in Path("/proc/self/statm").read_text().split()]  # size, resident, of those with a file behind them
    return (pages[1] - pages[2]) * os.sysconf("SC_PAGE_SIZE") / 1e6

def work(batch):
    texts = [text.lower() for text in batch["input"]]
    keys = [hashlib.sha256(text.encode()).hexdigest()[:12] for text in texts]
    return {"words": [len(text.split()) for text in texts], "key": keys, "own": [own()] * len(texts)}

def told(rows, seconds):
    digest = hashlib.sha256()
    for batch in rows.select_columns(["id", "words", "key"]).iter(10_000):
        digest.update(json.dumps(batch).encode())
    most = max(max(batch["own"]) for batch in rows.select_columns(["own"]).iter(10_000))
    print(json.dumps({"map s": seconds, "rows": len(rows), "digest": digest.hexdigest(), "own MB": most}))
"""
MAP = (
    WORK
    + """
source, out, processes = sys.argv[1], sys.argv[2], int(sys.argv[3])
rows = load_from_disk(source)
start = time.perf_counter()
rows = rows.map(work, batched=True, num_proc=processes, cache_file_name=out + "/rows.arrow")
told(rows, time.perf_counter() - start)
"""
)
SPLIT = (
    WORK
    + """
from accelerate import PartialState

source, out = Path(sys.argv[1]), Path(sys.argv[2])
state = PartialState(cpu=True)
assert state.num_processes == 2, state
rows = load_from_disk(source)
start = time.perf_counter()
mine = rows.shard(num_shards=state.num_processes, index=state.process_index, contiguous=True)
mine.map(work, batched=True, cache_file_name=str(out / f"{state.process_index}.arrow"))
state.wait_for_everyone()
if state.is_main_process:
    halves = [Dataset.from_file(str(out / f"{i}.arrow")) for i in range(2)]
    told(concatenate_datasets(halves), time.perf_counter() - start)
state.destroy_process_group()
"""
)


def main() -> int:
    """Map every size in every way; the exit code is 1 if a claim fails."""
    options = _options()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "split.py")
        script.write_text(SPLIT, encoding="utf-8")
        for size in sorted(options.sizes):
            source = Path(folder, f"source-{size}")
            python("-c", MAKE, str(source), str(size))
            for way in WAYS:
                rows.append(_row(way, size, source, script, Path(folder)))
                print(f"{size:,}, {way}: {rows[-1]['seconds']:.1f} s", file=sys.stderr)
    return report("rows", [{k: v for k, v in row.items() if k != "digest"} for row in rows], dict(_claims(rows)))


def _row(way: str, size: int, source: Path, script: Path, folder: Path) -> dict[str, object]:
    out = folder / f"{size}-{WAYS.index(way)}"
    out.mkdir()
    if way == WAYS[2]:
        arguments = ["-m", "torch.distributed.run", "--nproc_per_node", "2", str(script), str(source), str(out)]
    else:
        arguments = ["-c", MAP, str(source), str(out), str(1 + WAYS.index(way))]
    run = python(*arguments, HF_HOME=str(folder))
    said = json.loads(next(line for line in reversed(run.output.splitlines()) if line.startswith("{")))
    assert said["rows"] == size, said
    times = {"map s": said["map s"], "rows/s": size / said["map s"], "seconds": run.seconds, "cpu s": run.cpu}
    return {"rows": size, "way": way, **times, "own MB": round(said["own MB"]), "peak MB": round(run.memory), "digest": said["digest"]}


def _claims(rows: list[dict]) -> Iterator[tuple[str, bool]]:
    by = {(row["rows"], row["way"]): row for row in rows}
    sizes = sorted({row["rows"] for row in rows})
    for size in sizes:
        same = len({by[size, way]["digest"] for way in WAYS}) == 1
        yield f"{size:,} rows: the same rows in the same order in all three ways", same
    most = sizes[-1]
    for way in WAYS[1:]:
        ratio = by[most, WAYS[0]]["map s"] / by[most, way]["map s"]
        yield f"{most:,} rows, {way}: {ratio:.2f} times as quick as one, at least {QUICKER}", ratio >= QUICKER
    for way in WAYS if len(sizes) > 1 else ():
        times = by[most, way]["own MB"] / by[sizes[0], way]["own MB"]
        yield f"{way}: {most / sizes[0]:.0f} times the rows in {times:.2f} times the memory of its own, at most 1.25", times <= 1.25


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="rows (default: 100000 1000000)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
