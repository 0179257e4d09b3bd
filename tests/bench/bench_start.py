"""Claim: `import helpers` takes under 0.3 s, and the first answer from a cold start under 6 s.

A cold start is a new Python process with the reply cache off; the files may be in the operating system's memory.
"""

from __future__ import annotations

import argparse
import sys
from statistics import median

from measure import Measured, python, report

CASES = {  # what is run, and how often by default
    "python -c pass": ("pass", 10),
    "import helpers": ("import helpers", 10),
    "every helper": ("from helpers import models, tasks, prompts, techniques, runs, scoring, stats, tracking, plots, exercises", 10),
    "import torch": ("import torch", 5),
    "first answer": ("from helpers.models import load; print(load({model!r}).ask({question!r}, max_tokens=16))", 5),
}
QUESTION = "What is the capital of France?"


def main() -> int:
    """Measure every case; the exit code is 1 if a claim fails."""
    options = _options()
    rows = []
    for name, (code, times) in CASES.items():
        filled = code.format(model=options.model, question=QUESTION)
        rows.append(_row(name, [python("-c", filled, LADDER_CACHE="off") for _ in range(options.times or times)]))
        print(f"{name}: {rows[-1]['seconds']:.3f} s", file=sys.stderr)
    seconds = {row["what"]: row["seconds"] for row in rows}
    claims = {
        f"import helpers under 0.3 s: {seconds['import helpers']:.3f}": seconds["import helpers"] < 0.3,
        f"first answer under 6 s: {seconds['first answer']:.2f}": seconds["first answer"] < 6,
    }
    return report("start", rows, claims, model=options.model)


def _row(name: str, runs: list[Measured]) -> dict[str, object]:
    """Medians over the runs, and the slowest; memory is the highest peak."""
    seconds = [run.seconds for run in runs]
    return {
        "what": name,
        "times": len(runs),
        "seconds": round(median(seconds), 4),
        "slowest": round(max(seconds), 4),
        "cpu seconds": round(median(run.cpu for run in runs), 4),
        "peak MB": round(max(run.memory for run in runs)),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="pocket", help="which model answers (default: pocket)")
    parser.add_argument("--times", type=int, help="how often each (default: 10; where torch is imported 5)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
