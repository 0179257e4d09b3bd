"""Claim: records of failures are imported in a time that grows as their rows, and in memory of at most some times the table they become.

Made-up rows with a prompt, a reply, a score, a time and an embedding of 384 numbers, as JSONL, CSV and Parquet; and spans as Phoenix has
them, four a trace, one of which holds the embedding. Each import is a process of its own. `x table` is the peak of its memory, above what
it needed for ten rows, over the size of the table that came out: at 1,000 rows the buffers of reading are most of it. The claims are about
processor seconds (`cpu s`), which a busy neighbor does not lengthen; on an idle machine `seconds` are about the same.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

from measure import python, report, table

SIZES = (1_000, 10_000, 100_000)
KINDS = ("parquet", "jsonl", "csv", "spans")
DIMENSIONS = 384
SECONDS = {"parquet": 5, "jsonl": 40, "csv": 40, "spans": 40}  # of a processor, for 100,000 rows
TIMES_TABLE = {"parquet": 3, "jsonl": 3, "csv": 3, "spans": 8}  # memory; of four spans one record stays, which is the smaller table
FEW = 10


def main() -> int:
    """Make the files and measure each import, or (inside such a process) do one; the exit code is 1 if a claim fails."""
    options = _options()
    if options.one:
        print(json.dumps(imported(options.one, Path(options.few), Path(options.file))))
        return 0
    if options.make:
        make(options.make, Path(options.file), options.sizes[0])
        return 0
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for kind in options.kinds:
            few = _made(kind, FEW, Path(folder))
            for size in sorted(options.sizes):
                file = _made(kind, size, Path(folder))
                run = python(__file__, "--one", kind, "--few", str(few), "--file", str(file))
                about = {"kind": kind, "rows": size, "file MB": file.stat().st_size / 1e6}
                rows.append({**about, **json.loads(run.output.splitlines()[-1]), "peak MB": run.memory})
                print(f"{kind}, {size}: {rows[-1]['seconds']:.2f} s", file=sys.stderr)
                file.unlink()
    grown = growth(rows)
    if grown:
        print(f"\n{table(grown)}")
    return report("imports", rows, dict(_claims(rows, grown)), growth=grown)


def growth(rows: list[dict]) -> list[dict]:
    """Kind by kind, from one size to the next: how many times as long, and as much memory."""
    pairs = [(a, b) for kind in KINDS for a, b in pairwise(row for row in rows if row["kind"] == kind)]
    return [
        {"kind": a["kind"], "from": a["rows"], "to": b["rows"], "rows x": b["rows"] / a["rows"],
         "cpu x": b["cpu s"] / a["cpu s"], "peak x": b["peak MB"] / a["peak MB"]}
        for a, b in pairs
    ]  # fmt: skip


def _claims(rows: list[dict], grown: list[dict]) -> Iterator[tuple[str, bool]]:
    for row in rows:
        if row["rows"] == max(SIZES):
            limit = SECONDS[row["kind"]]
            yield f"{row['kind']}, {row['rows']} rows: {row['cpu s']:.1f} s, at most {limit}", row["cpu s"] <= limit
            most = TIMES_TABLE[row["kind"]]
            yield f"{row['kind']}, {row['rows']} rows: memory {row['x table']:.1f} times the table, at most {most}", row["x table"] <= most
    for row in grown:
        if row["from"] >= 10_000:  # below, a fixed cost hides how it grows
            text = f"{row['kind']}, {row['from']} to {row['to']} rows: {row['cpu x']:.1f} times as long"
            yield text, row["cpu x"] <= 1.5 * row["rows x"]


def imported(kind: str, few: Path, file: Path) -> dict[str, float]:
    """Import one file, after one of ten rows for what only the first import costs."""
    from helpers import failures

    read = failures.from_spans if kind == "spans" else failures.read
    read(few)
    before = _peak()
    start = time.perf_counter()
    cpu = time.process_time()
    records = read(file)
    seconds = time.perf_counter() - start
    cpu = time.process_time() - cpu
    peak = _peak()
    size = records.memory_usage(deep=True).sum() / 1e6
    return {"records": len(records), "seconds": seconds, "cpu s": cpu, "table MB": float(size), "x table": (peak - before) / size}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e6 / 1024)


def _made(kind: str, size: int, folder: Path) -> Path:
    """A file of so many rows; another process makes it, as no child's peak reads lower than its parent's."""
    file = folder / f"{size}.{'jsonl' if kind == 'spans' else kind}"
    python(__file__, "--make", kind, "--sizes", str(size), "--file", str(file))
    return file


def make(kind: str, file: Path, size: int) -> None:
    """Write so many rows."""
    rows = islice(_spans(size) if kind == "spans" else _rows(size), size)
    if kind in ("jsonl", "spans"):
        with file.open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row) + "\n" for row in rows)
    for number, part in enumerate(_parts(rows)):
        if kind == "csv":
            part["embedding"] = part["embedding"].map(json.dumps)
            part.to_csv(file, index=False, mode="a", header=number == 0)
        else:
            part.to_parquet(file.with_suffix(f".{number:04d}"))
    if kind == "parquet":
        _joined(file)


def _joined(file: Path) -> None:
    """The parts of a Parquet file as one, a row group each."""
    from pyarrow import parquet

    parts = sorted(file.parent.glob(f"{file.stem}.[0-9]*"))
    with parquet.ParquetWriter(file, parquet.read_schema(parts[0])) as writer:
        for part in parts:
            writer.write_table(parquet.read_table(part))
            part.unlink()


def _parts(rows: Iterator[dict]) -> Iterator:
    import pandas as pd

    while part := list(islice(rows, 5_000)):
        yield pd.DataFrame(part)


def _vector(number: int) -> list[float]:
    import numpy as np

    return np.random.default_rng(number).normal(0, 0.05, DIMENSIONS).round(5).tolist()


def _rows(size: int) -> Iterator[dict]:
    for number in range(size):
        yield {
            "id": f"q-{number}", "prompt": f"What does item {number} cost, and where is it kept? " * 3, "response": f"{number % 97} euros",
            "score": number % 2, "time": 1_767_603_600_000 + 1_000 * number, "kind": f"kind {number % 7}", "embedding": _vector(number),
        }  # fmt: skip


def _spans(size: int) -> Iterator[dict]:
    for number in range(size // 4 + 1):
        trace = f"{number:032x}"
        question = f"What does item {number} cost, and where is it kept? " * 3
        begin = 1_767_603_600_000 + 1_000 * number
        for place, kind in enumerate(("CHAIN", "EMBEDDING", "RETRIEVER", "LLM")):
            own = {
                "CHAIN": {"output.value": f"{number % 97} euros", "metadata": {"kind": f"kind {number % 7}"}},
                "EMBEDDING": {"embedding.embeddings": [{"embedding.text": question, "embedding.vector": _vector(number)}]},
                "RETRIEVER": {"retrieval.documents": [{"document.id": f"p{i}", "document.content": question} for i in range(3)]},
                "LLM": {"output.value": f"{number % 97} euros", "llm.model_name": "made up", "llm.token_count.prompt": 60},
            }[kind]  # fmt: skip
            yield {
                "name": kind.lower(), "span_kind": kind, "parent_id": None if place == 0 else f"{4 * number:016x}",
                "start_time": begin + place, "end_time": begin + 900, "status_code": "OK", "status_message": "",
                "context.span_id": f"{4 * number + place:016x}", "context.trace_id": trace, "attributes.input.value": question,
                **{f"attributes.{name}": value for name, value in own.items()},
            }  # fmt: skip


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="rows (default: all)")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="which (default: all)")
    parser.add_argument("--one", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--make", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--few", help=argparse.SUPPRESS)
    parser.add_argument("--file", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
