"""Tuning from the command line, by one process or several.

torchrun --nproc_per_node 2 -m helpers.tuning pocket reviews --folder outputs/tuning/mine
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import nullcontext

import helpers.models  # noqa: F401  (before torch: it sets how threads wait)
from helpers import tracking
from helpers.tasks import load_task
from helpers.tuning.bases import portable
from helpers.tuning.batches import Crowd
from helpers.tuning.fitting import fit
from helpers.tuning.settings import METHODS
from helpers.tuning.tuned import Tuned


def main() -> int:
    """Tune, and print what came of it; every process of a torchrun takes its share of each batch. Comet gets the curve."""
    options = _options()
    try:
        result = _tuned(options)
    except (ValueError, RuntimeError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    crowd = Crowd()
    if crowd.first:
        sys.stdout.write(f"{result!r}; {crowd.size} process{'es' * (crowd.size > 1)}; in {os.path.relpath(result.folder)}\n")
    crowd.leave()
    return 0


def _tuned(options: argparse.Namespace) -> Tuned:
    """Tune under a tracker, which the first process alone has."""
    task = load_task(options.task)
    changes = dict(map(_change, options.set))
    tracked = tracking.start(f"{options.method} on {portable(options.base)}", mode=options.tracking) if Crowd().first else nullcontext()
    with tracked as tracker:
        return fit(
            options.base, task, method=options.method, template=options.template, limit=options.limit,
            dev_limit=options.dev_limit, folder=options.folder, fresh=options.fresh, tracker=tracker, **changes,
        )  # fmt: skip


def _change(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError as error:
        raise ValueError(f"--set {text}: it is NAME=NUMBER, as lr=1e-3") from error


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m helpers.tuning", description=main.__doc__)
    parser.add_argument("base", help='"pocket" or "hf:<folder or hub id>"')
    parser.add_argument("task", help="a name in data/, a folder, or a hub id")
    parser.add_argument("--method", choices=METHODS, default="lora")
    parser.add_argument("--template", default="{input}", help="what a row is asked with (default: {input})")
    parser.add_argument("--limit", type=int, help="rows of the train split (default: all)")
    parser.add_argument("--dev-limit", type=int, default=60, help="rows of the dev split (default: 60)")
    parser.add_argument("--folder", help="where it goes (default: a folder under outputs/tuning)")
    parser.add_argument("--fresh", action="store_true", help="start again, whatever the folder holds of an earlier run")
    parser.add_argument("--tracking", choices=("offline", "online", "off"), help="to Comet (default: $LADDER_TRACKING, else offline)")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="settings, as lr=1e-3 epochs=2")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
