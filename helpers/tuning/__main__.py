"""Tuning from the command line, by one process or several.

torchrun --nproc_per_node 2 -m helpers.tuning pocket reviews --folder outputs/tuning/mine
"""

from __future__ import annotations

import argparse
import json
import sys

import helpers.models  # noqa: F401  (before torch: it sets how threads wait)
from helpers.tasks import load_task
from helpers.tuning.crowd import Crowd
from helpers.tuning.fitting import fit
from helpers.tuning.settings import METHODS


def main() -> int:
    """Tune, and print what came of it; every process of a torchrun takes its share of each batch."""
    options = _options()
    changes = {name: json.loads(value) for name, _, value in (change.partition("=") for change in options.set)}
    done = fit(
        options.base, load_task(options.task), method=options.method, template=options.template, limit=options.limit,
        dev_limit=options.dev_limit, folder=options.folder, fresh=options.fresh, **changes,
    )  # fmt: skip
    crowd = Crowd()
    if crowd.first:
        sys.stdout.write(f"{done!r}; {crowd.size} process{'es' * (crowd.size > 1)}\n")
    crowd.leave()
    return 0


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
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="settings, as lr=1e-3 epochs=2")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
