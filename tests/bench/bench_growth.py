"""Claim: the seconds of a run grow as its rows do, each row takes a few KB, and after kill -9 the same run asks only for the rest.

`runs.run` over 1,000, 10,000 and 100,000 made-up rows, each size in a process of its own with an empty reply cache: a tiny random model on
this machine (`local`: prompts are rendered, cut into tokens, put into batches and answered), and a server on the loopback that counts its
requests (`server`). Claims are about processor seconds (`cpu s`), which a busy neighbor does not lengthen, and about the peak of memory
above that of a run of ten rows: the table with every row and its messages, and what a block of 4,096 rows takes while it is asked.

Then a run of each kind is killed with SIGKILL when half of its replies are kept, and started again.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

from measure import QUIET, ROOT, python, report

SIZES = {"local": (1_000, 10_000, 100_000), "server": (1_000, 10_000)}
FEW = 10
AT_ONCE = 8  # requests that a server has at a time
LOST = 2 * AT_ONCE  # that may be on their way, or back and not yet kept, when the run is killed
KB = 4  # a row may take, at most; these have 40 tokens
WORDS = ("cold", "warm")


def main() -> int:
    """Run every size, kill and resume, or (inside such a process) run once; the exit code is 1 if a claim fails."""
    options = _options()
    if options.one:
        print(json.dumps(once(options.one, options.rows, Path(options.cache))))
        return 0
    with tempfile.TemporaryDirectory() as folder, counting() as server:
        specs = {"local": options.model or f"hf:{_tiny(Path(folder))}", "server": f"openai:m@{server.url}"}
        rows = [_row(kind, size, specs[kind], Path(folder)) for kind in options.kinds for size in _sizes(kind, options)]
        killed = [_killed(kind, options.kill, specs[kind], Path(folder), server) for kind in options.kinds]
    claims = dict(_claims(rows)) | {text: holds for row in killed for text, holds in _paid(row)}
    return report("growth", rows, claims, killed=killed)


def once(spec: str, n: int, cache: Path) -> dict[str, float]:
    """One run, after one of ten rows for what only the first run costs."""
    from helpers import runs
    from helpers.methods.method import prompt
    from helpers.models import load

    model = load(spec, cache=cache, concurrency=AT_ONCE)
    method = prompt("Good or bad, in one word? {input}", max_tokens=1)
    runs.run(method, _task(FEW, first=10_000_000), model)
    task, before = _task(n), _peak()
    cpu, start = time.process_time(), time.perf_counter()
    run = runs.run(method, task, model)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    assert run.complete, run
    return {"asked": n - int(run.table["cached"].sum()), "seconds": seconds, "cpu s": cpu, "KB a row": 1000 * (_peak() - before) / n}


def _task(n: int, first: int = 0) -> object:
    from datasets import Dataset, DatasetDict

    from helpers.tasks import Task

    text = "The soup at table {} was {} and the waiter of shift {} was rude."
    rows = [
        {"id": f"r{i}", "input": text.format(i, WORDS[i % 2], i % 97), "target": ("good", "bad")[i % 2]} for i in range(first, first + n)
    ]
    return Task("growth", "label", ("good", "bad"), "", DatasetDict(dev=Dataset.from_list(rows)), None, 20, "CC0-1.0")


def _peak() -> float:
    """Of this process, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e6 / 1024)


def _row(kind: str, size: int, spec: str, folder: Path) -> dict[str, object]:
    cache = folder / f"{kind}-{size}.sqlite"
    run = python(*_arguments(spec, size, cache), LADDER_HOME=str(folder))
    said = json.loads(run.output.splitlines()[-1])
    row = {"kind": kind, "rows": size, "seconds": said["seconds"], "cpu s": said["cpu s"], "cpu s for 1,000": 1000 * said["cpu s"] / size}
    print(f"{kind}, {size}: {said['seconds']:.1f} s", file=sys.stderr)
    return {**row, "KB a row": said["KB a row"], "peak MB": round(run.memory)}


def _killed(kind: str, size: int, spec: str, folder: Path, server: Counting) -> dict[str, object]:
    """Kill a run at half of its rows, run it again, and count: what was kept, what was asked then, what a server saw in all."""
    cache = folder / f"{kind}-killed.sqlite"
    seen = server.requests
    env = {**os.environ, **QUIET, "PYTHONPATH": str(ROOT), "LADDER_HOME": str(folder)}
    process = subprocess.Popen([sys.executable, *_arguments(spec, size, cache)], stdout=subprocess.DEVNULL, env=env)
    while kept(cache) < size // 2 + FEW and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    after = kept(cache) - FEW
    again = json.loads(python(*_arguments(spec, size, cache), LADDER_HOME=str(folder)).output.splitlines()[-1])
    return {"kind": kind, "rows": size, "kept": after, "asked again": again["asked"], "requests": server.requests - seen - FEW}


def kept(cache: Path) -> int:
    """How many replies a cache holds, read beside whoever writes; 0 before there is one."""
    if not cache.exists():
        return 0
    try:
        with sqlite3.connect(f"file:{cache}?mode=ro", uri=True) as db:
            return db.execute("select count(*) from replies").fetchone()[0]
    except sqlite3.OperationalError:  # the table is not there yet
        return 0


def _claims(rows: list[dict]) -> Iterator[tuple[str, bool]]:
    for a, b in pairwise(rows):
        if a["kind"] == b["kind"]:
            times, longer = b["rows"] / a["rows"], b["cpu s"] / a["cpu s"]
            yield f"{a['kind']}: {times:.0f} times the {a['rows']:,} rows take {longer:.1f} times as long", longer <= 1.25 * times
    for row in rows:
        if row["rows"] >= 10_000:  # below, buffers are most of it
            yield f"{row['kind']}, {row['rows']:,} rows: {row['KB a row']:.1f} KB a row, at most {KB}", row["KB a row"] <= KB


def _paid(row: dict) -> Iterator[tuple[str, bool]]:
    said = f"{row['kind']}: killed with {row['kept']:,} of {row['rows']:,} kept, then {row['asked again']:,} asked"
    yield said, 0 < row["kept"] < row["rows"] and row["kept"] + row["asked again"] == row["rows"]
    if row["kind"] == "server":
        over = row["requests"] - row["rows"]
        yield f"server: {over} requests were paid twice, at most the {LOST} that were on their way", 0 <= over <= LOST


def _arguments(spec: str, size: int, cache: Path) -> list[str]:
    return [__file__, "--one", spec, "--rows", str(size), "--cache", str(cache)]


def _sizes(kind: str, options: argparse.Namespace) -> list[int]:
    return sorted(options.sizes or SIZES[kind])


def _tiny(folder: Path) -> Path:
    """A random Llama of 2 layers; another process makes it, as no child's peak reads lower than its parent's."""
    code = "import sys; from pathlib import Path; from tiny import tiny_causal; tiny_causal(Path(sys.argv[1]))"
    python("-c", code, str(folder), PYTHONPATH=os.pathsep.join([str(ROOT), str(ROOT / "tests")]))
    return folder / "causal"


class Counting(ThreadingHTTPServer):
    """Says "good" to every request, and counts them."""

    daemon_threads = True
    requests = 0
    lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, *_: object) -> None:
        """Quiet: a run that is killed hangs up."""


class _Good(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    usage = '"usage": {"prompt_tokens": 40, "completion_tokens": 1, "total_tokens": 41}'
    choice = '{"index": 0, "message": {"role": "assistant", "content": "good"}, "finish_reason": "stop"}'
    body = f'{{"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": [{choice}], {usage}}}'.encode()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        with self.server.lock:
            self.server.requests += 1
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(self.body)}\r\n\r\n"
        self.wfile.write(head.encode() + self.body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def counting() -> Iterator[Counting]:
    """A server on a free port of the loopback."""
    with Counting(("127.0.0.1", 0), _Good) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", choices=tuple(SIZES), default=tuple(SIZES), help="which (default: both)")
    parser.add_argument("--sizes", nargs="+", type=int, help="rows (default: 1000 10000 100000; over HTTP to 10000)")
    parser.add_argument("--kill", type=int, default=2_000, help="rows of the run that is killed (default: 2000)")
    parser.add_argument("--model", help="pocket, or hf:<folder>, instead of the tiny random model")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--cache", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
