"""Claim: each lesson takes under 60 s and 1.2 GB with the pocket model, and the whole course, as `make lessons` runs it, under 12 minutes.

Three passes, each into empty folders and without a reply cache: `ladder run --force --jobs 1` (the lessons' own seconds and memory),
`ladder run --force` (several at a time: the course), and papermill over the same notebooks one after the other, as `python -m papermill`
runs them with the same environment. A lesson's seconds are its process, its kernel, its cells, and for `ladder` the writing of notebook
and HTML, which papermill does not do. Memory is the kernel's peak. The claim about the course is for two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import QUIET, ROOT, report

from helpers.workbook import find


def main() -> int:
    """Run the lessons in each of the three ways; the exit code is 1 if a claim fails."""
    options = _options()
    chosen = [*options.numbers, *(["--solutions"] if options.solutions else [])]
    rows, alone = _ladder([*chosen, "--jobs", "1"])
    if not rows:
        raise SystemExit("no lesson was run: there is none in lessons/, or none with these numbers")
    _, course = _ladder(chosen)
    one_by_one = _papermill(options) if not options.no_papermill else {}
    for row in rows:
        row["papermill s"] = round(one_by_one.get(str(row["lesson"]), float("nan")), 1)
    totals = {"course": course, "one at a time": alone, "papermill": sum(one_by_one.values())}
    whole = not options.numbers and not options.solutions
    return report("lessons", rows, _claims(rows, totals, whole=whole), solutions=options.solutions, seconds=totals)


def _claims(rows: list[dict[str, object]], totals: dict[str, float], *, whole: bool) -> dict[str, bool]:
    slowest, largest = max(row["seconds"] for row in rows), max(row["peak MB"] for row in rows)
    claims = {
        f"all {len(rows)} lessons pass": all(row["status"] == "passed" for row in rows),
        f"each under 60 s: the slowest {slowest:.1f}": slowest < 60,
        f"each under 1,200 MB: the largest {largest:,}": largest < 1200,
    }
    if whole:
        claims[f"the course under 720 s on {os.cpu_count()} cores: {totals['course']:.0f}"] = totals["course"] < 720
    if whole and totals["papermill"]:  # one lesson alone has no neighbor to run beside
        ratio = totals["papermill"] / totals["course"]
        claims[f"no slower than papermill one after the other ({totals['papermill']:.0f} s): {ratio:.2f} times as quick"] = ratio >= 1
    return claims


def _ladder(arguments: list[str]) -> tuple[list[dict[str, object]], float]:
    """A row a lesson, and the seconds of the whole command."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = _timed(["helpers.cli", "run", *arguments, "--force", "--out", folder], folder)
        records = sorted(path for kind in ("lessons", "solutions") for path in Path(folder, kind).glob("[0-9][0-9]_*.json"))
        return [_row(json.loads(path.read_text(encoding="utf-8"))) for path in records], seconds


def _papermill(options: argparse.Namespace) -> dict[str, float]:
    """Seconds by lesson, one after the other; one that fails counts with the time it took."""
    found = {}
    for lesson in find(options.numbers, solutions=options.solutions):
        with tempfile.TemporaryDirectory() as folder:
            source, target = str(lesson.path), str(Path(folder, lesson.path.name))
            settings = ["-k", "python3", "--cwd", str(lesson.home), "--no-progress-bar"]
            found[lesson.name] = _timed(["papermill", source, target, *settings], folder, quiet=True)
        print(f"papermill, {lesson.name}: {found[lesson.name]:.1f} s", file=sys.stderr)
    return found


def _timed(module: list[str], home: str, *, quiet: bool = False) -> float:
    """Seconds of `python -m <module> ...` without a warm reply cache and with an empty ledger of looks."""
    env = {**os.environ, **QUIET, "LADDER_HOME": home, "LADDER_CACHE": "off", "PYTHONPATH": str(ROOT)}
    out = subprocess.DEVNULL if quiet else None
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", *module], cwd=ROOT, check=False, env=env, stdout=out, stderr=out)
    return time.perf_counter() - start


def _row(record: dict) -> dict[str, object]:
    memory = round((record["memory"] or 0) / 1e6)
    return {"lesson": record["name"], "status": record["status"], "cells": record["cells"], "seconds": record["seconds"], "peak MB": memory}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("numbers", nargs="*", metavar="number", help="lessons: 1, 01 or 00-03 (default: all)")
    parser.add_argument("--solutions", action="store_true", help="the solutions instead")
    parser.add_argument("--no-papermill", action="store_true", help="leave out the third pass")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
