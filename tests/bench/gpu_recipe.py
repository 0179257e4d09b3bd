"""For a GPU. Claim: the recipe that made pocket learns at a million tokens a second or more.

`ladder pocket train --preset gpu --minutes 0.5`, into a temporary folder: 30 seconds of training, and before them a minute for the
processes that write the corpus and for compiling. `--tiny`: the preset smoke, on any machine.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from gpu import device, options, peak
from measure import report

QUICK = 1e6  # tokens a second; on an H100 the whole recipe saw 2.6 million


def main() -> int:
    """Train; the exit code is 1 if a claim fails."""
    asked = options(__doc__, [("minutes", float, 0.5, "minutes of training")])
    where = device(asked.tiny)
    from pocket_maker.train.recipe import PRESETS
    from pocket_maker.train.training import train

    preset, end = (replace(PRESETS["smoke"], workers=0), {"tokens": 12_000}) if asked.tiny else ("gpu", {"minutes": asked.minutes})
    said: list[dict] = []
    with tempfile.TemporaryDirectory() as folder:
        state = train(Path(folder), preset, report=said.append, every=1.0, keep=1e9, **end)
    speed = state["tokens"] / state["seconds"]
    first, last = state["curve"][0][1], state["curve"][-1][1]
    row = {
        "tokens": state["tokens"],
        "seconds": state["seconds"],
        "tokens/s": speed,
        "loss at first": first,
        "at last": last,
        "peak MB": peak(),
    }
    claims = {f"the loss falls: {first:.2f} to {last:.2f}": last < first}
    if not asked.tiny:
        claims[f"at least {QUICK:,.0f} tokens a second: {speed:,.0f}"] = speed >= QUICK
    return report("gpu_recipe", [row], claims, device=where, tiny=asked.tiny)


if __name__ == "__main__":
    sys.exit(main())
