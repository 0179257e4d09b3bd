"""Claim: with three training seeds, and what they differ by in the intervals, at most 5% of the verdicts that are given are wrong.

A prompt, and a higher rung that trains: with each of K seeds its true score is drawn around its mean, with the standard deviation `sd`.
The right verdict is that of the means. n examples, scores of 0 and 1. "plain": the mean over the seeds, judged as if it were one run;
"once": one training, as without `--seeds`. "wrong" and "named" are shares of all ladders.
"""

from __future__ import annotations

import sys

import numpy as np
from measure import report, table
from scipy.special import ndtr

from helpers.decide.limits import Bar, Sums, read
from helpers.decide.rule import choices, states

TRIALS, N, SEEDS, BASE, ALIKE = 2000, 200, 3, 0.6, 0.5
ENOUGH = 0.01  # of the ladders: with fewer verdicts than that, nothing can be said of the share that is wrong
BAR = Bar()


def main() -> int:
    """Simulate each gap and spread; the exit code is 1 if a claim fails."""
    rows = [_row(gap, sd, np.random.default_rng(0)) for sd in (0.0, 0.02, 0.04, 0.08) for gap in (0.0, 0.05, 0.1, 0.15)]
    print(table(rows))
    spoken = [row for row in rows if row["named"] >= ENOUGH]
    claims = {f"sd {row['sd']}, gap {row['gap']}: at most 5% of the verdicts wrong": row["wrong"] <= 0.05 * row["named"] for row in spoken}
    return report("seeds", rows, claims, trials=TRIALS)


def _row(gap: float, sd: float, rng: np.random.Generator) -> dict[str, float]:
    """The share of wrong verdicts, and of verdicts at all, over made-up ladders."""
    prompt, tuned = _scores(gap, sd, rng)
    seeds = np.stack([np.repeat(prompt.mean(-1)[:, None], SEEDS, 1), tuned.mean(-1)], axis=1)
    both = np.stack([prompt, tuned.mean(1)], axis=1)
    ways = {"": Sums.of(both, seeds), "plain ": Sums.of(both), "once ": Sums.of(np.stack([prompt, tuned[:, 0]], axis=1))}
    right = 0 if gap < BAR.margin else 1
    out = {"sd": sd, "gap": gap}
    for way, sums in ways.items():
        at, sure = choices(states(read(sums, BAR), BAR))
        out |= {f"{way}wrong": float((sure & (at != right)).mean()), f"{way}named": float(sure.mean())}
    return out


def _scores(gap: float, sd: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Of the prompt, (trials, n), and of the tuned rung, (trials, seeds, n): alike in how hard an example is, as in `simulate`."""
    hard = np.sqrt(ALIKE) * rng.standard_normal((TRIALS, 1, N))
    luck = hard + np.sqrt(1 - ALIKE) * rng.standard_normal((TRIALS, 1 + SEEDS, N))
    truths = BASE + gap + sd * rng.standard_normal((TRIALS, SEEDS, 1))
    scores = ndtr(luck) < np.concatenate([np.full((TRIALS, 1, 1), BASE), truths], axis=1)
    return scores[:, 0].astype(float), scores[:, 1:].astype(float)


if __name__ == "__main__":
    sys.exit(main())
