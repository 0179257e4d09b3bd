"""Claim: each lesson takes under 60 s and under 1.2 GB with the pocket model, started by `ladder run --force`, one at a time.

Seconds are the whole lesson: its process, its kernel, its cells, and writing notebook and HTML. Memory is the kernel's peak.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import ROOT, report


def main() -> int:
    """Run the lessons into a folder of their own and read its records; the exit code is 1 if a claim fails."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        chosen = ["--solutions"] if options.solutions else []
        command = ["run", *options.numbers, "--force", "--jobs", "1", "--out", folder, *chosen]
        subprocess.run([sys.executable, "-m", "helpers.cli", *command], cwd=ROOT, check=False, env=_environment(folder))
        records = sorted(Path(folder, "solutions" if options.solutions else "lessons").glob("[0-9][0-9]_*.json"))
        rows = [_row(json.loads(path.read_text(encoding="utf-8"))) for path in records]
    if not rows:
        raise SystemExit("no lesson was run: there is none in lessons/, or none with these numbers")
    slowest, largest = max(row["seconds"] for row in rows), max(row["peak MB"] for row in rows)
    claims = {
        f"all {len(rows)} lessons pass": all(row["status"] == "passed" for row in rows),
        f"each under 60 s: the slowest {slowest:.1f}": slowest < 60,
        f"each under 1,200 MB: the largest {largest:,}": largest < 1200,
    }
    return report("lessons", rows, claims, solutions=options.solutions)


def _row(record: dict) -> dict[str, object]:
    memory = round((record["memory"] or 0) / 1e6)
    return {"lesson": record["name"], "status": record["status"], "cells": record["cells"], "seconds": record["seconds"], "peak MB": memory}


def _environment(home: str) -> dict[str, str]:
    """No warm reply cache, and an empty ledger of looks."""
    return {**os.environ, "LADDER_HOME": home, "LADDER_CACHE": "off", "PYTHONPATH": str(ROOT)}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("numbers", nargs="*", metavar="number", help="lessons: 1, 01 or 00-03 (default: all)")
    parser.add_argument("--solutions", action="store_true", help="the solutions instead")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
