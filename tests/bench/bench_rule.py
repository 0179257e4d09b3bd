"""Claim: the rule of `decide` is right in 95 of 100 verdicts that it gives, and gets better with data.

Made-up ladders whose truth is known: 2 to 8 rungs, gaps of 0, half a margin, 0.6, one and two margins (0.05), 60 to 3,000 examples,
scores of 0 and 1 and graded ones (an answer of four parts), without a bar and with one below or just above the lowest rung. Three
shapes: one cheap rung below all others, one expensive rung above all others, and stairs. Then: does the number of further examples
that an undetermined ladder asks for settle it? `--trials 200` is quicker; the claims are judged with the error that leaves.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from measure import report, table

from helpers.decide import simulate
from helpers.decide.advice import POWER, further
from helpers.decide.limits import Bar, Sums, read
from helpers.decide.rule import choices, states
from helpers.decide.simulation import World

MARGIN, BASE = 0.05, 0.7
GAPS = (0.0, 0.025, 0.03, 0.05, 0.1)
SIZES = (60, 120, 240, 500, 1000, 3000)
RUNGS = (2, 3, 5, 8)
BARS = {"none": None, "below": -0.04, "above": 0.04}
ENOUGH = 0.01  # of the trials: with fewer verdicts than that, nothing can be said of the share that is right
FOLLOWED = ((0.7, 0.7), (0.7, 0.725), (0.7, 0.75), (0.7, 0.8), (0.7, 0.9), (0.4, 0.7, 0.7), (0.5, 0.65, 0.75, 0.75))


def main() -> int:
    """Simulate every cell of the grid; the exit code is 1 if a claim fails."""
    options = _options()
    rows = [row for rungs in options.rungs for row in _cells(rungs, options.trials)]
    print(f"\n{table(_summary(rows, ('rungs', 'scores', 'n')))}\n\n{table(_summary(rows, ('gap', 'n')))}")
    gap = [simulate((0.72, 0.75), n=n, trials=options.trials) for n in (60, 400, 1000, 3000, 10_000)]
    print(f"\n0.72 and 0.75\n{table([{name: value for name, value in rate.row().items() if value == value} for rate in gap])}")
    asked = [_asked(truths, n, options.ladders) for truths in FOLLOWED for n in (60, 120, 300)]
    claims = _claims(rows) | {"0.72 and 0.75 with 10,000 examples: at least 95% right": gap[-1].right.value >= 0.95}
    kept = sum(row["kept"] * row["asked"] for row in asked) / sum(row["asked"] for row in asked)
    claims[f"{POWER:.0%} power with the examples asked for: {kept:.0%} of the ladders, at least 75%"] = kept >= 0.75
    return report("rule", asked, claims, grid=rows, trials=options.trials)


def _cells(rungs: int, trials: int) -> Iterator[dict[str, object]]:
    for gap in GAPS:
        for shape, truths in _shapes(rungs, gap).items():
            for scores, parts in (("0 and 1", 1), ("graded", 4)):
                for bar, above in BARS.items():
                    need = None if above is None else truths[0] + above
                    cell = {"rungs": rungs, "gap": gap, "shape": shape, "scores": scores, "bar": bar}
                    for n in SIZES:
                        rates = simulate(truths, n=n, trials=trials, parts=parts, good_enough=need, margin=MARGIN, seed=n + rungs)
                        yield cell | rates.row() | {"named": 1 - rates.undetermined.value, "error": rates.right_of_named.high}
        print(f"{rungs} rungs, gap {gap}", file=sys.stderr)


def _shapes(rungs: int, gap: float) -> dict[str, tuple[float, ...]]:
    """Truths, lowest rung first."""
    shapes = {"one below": (BASE, *[BASE + gap] * (rungs - 1))}
    if gap and rungs > 2:
        start = 0.15 if gap * (rungs - 1) > 0.25 else BASE
        shapes |= {"one above": (*[BASE] * (rungs - 1), BASE + gap), "stairs": tuple(start + gap * i for i in range(rungs))}
    return shapes


def _summary(rows: Sequence[dict], keys: tuple[str, ...]) -> list[dict[str, object]]:
    """The worst of all cells alike in `keys`; "right of named" only where enough was named."""
    ordered = sorted(rows, key=lambda row: [row[key] for key in keys])
    return [_worst(dict(zip(keys, at, strict=True)), list(group)) for at, group in groupby(ordered, key=lambda row: [row[k] for k in keys])]


def _worst(at: dict, cells: list[dict]) -> dict[str, object]:
    spoken = [cell["right_of_named"] for cell in cells if cell["named"] >= ENOUGH]
    mean = {name: sum(cell[name] for cell in cells) / len(cells) for name in ("named", "right")}
    least = min(spoken) if spoken else "-"
    return at | mean | {"worse, at worst": max(cell["worse"] for cell in cells), "right of named, at worst": least}


def _claims(rows: Sequence[dict]) -> dict[str, bool]:
    spoken = [row for row in rows if row["named"] >= ENOUGH]
    short = [row for row in spoken if row["error"] < 0.95]
    fallen = [(a, b) for a, b in pairwise(rows) if a["n"] < b["n"] and b["right"] < a["right"] - 0.02]
    worst = max(row["worse"] for row in rows)
    return {
        f"{len(rows)} cells: a rung worse by the margin or more is named in at most {worst:.1%} of the trials": worst <= 0.05,
        f"of {len(spoken)} cells with verdicts, {len(short)} have surely fewer than 95% right among them": not short,
        f"the share that is right falls, as n grows, in {len(fallen)} cells": not fallen,
    }


def _asked(truths: tuple[float, ...], n: int, ladders: int) -> dict[str, object]:
    """Of the undetermined ladders: how many got a number, and for which share of these it settles 80 of 100 futures."""
    import numpy as np

    bar, world, rng = Bar(margin=MARGIN), World(truths, 0.5, 1), np.random.default_rng(n)
    sums = world.sums(ladders, n, rng)
    numbers, kept, none = [], 0, 0
    for at in np.flatnonzero(~_sure(sums, bar)):
        mine = Sums(n, sums.totals[[at]], sums.products[[at]])
        more = further(mine, bar)
        if more is None:
            none += 1
            continue
        new = world.sums(50, more, rng)
        numbers.append(more)
        kept += _sure(Sums(n + more, mine.totals + new.totals, mine.products + new.products), bar).mean() >= POWER
    asked = len(numbers)
    middle = int(np.median(numbers)) if numbers else 0
    return {"truths": truths, "n": n, "asked": asked, "cannot": none, "median": middle, "kept": float(kept / max(1, asked))}


def _sure(sums: Sums, bar: Bar) -> object:
    return choices(states(read(sums, bar), bar))[1]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--ladders", type=int, default=60, help="for the number of further examples (default: 60)")
    parser.add_argument("--rungs", type=int, nargs="+", default=RUNGS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
