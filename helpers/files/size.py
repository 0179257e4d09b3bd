"""What a number of examples can show, and what it cannot: in points of the score, from `helpers.stats`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from helpers import stats

__all__ = ["can_show", "smallest_difference"]

_TUNE, _RARE = 100, 10  # train rows below which tuning is a gamble; test rows of a label below which its own score says nothing


def can_show(sizes: Mapping[str, int], targets: Sequence, labels: Sequence[str], splits: Sequence[str]) -> list[str]:
    """Sentences about the sizes of the splits: the interval of a score, the smallest difference, rare labels, tuning."""
    n, train, rows = sizes["test"], sizes["train"], sum(sizes.values())
    half, sharp = (stats.wilson(round(share * n), n) for share in (0.5, 0.9))
    needed = stats.sample_size(half_width=0.05)
    found = [
        f"{n:,} test rows: {_interval(half)}, and {_interval(sharp)} (Wilson, 95%; graded scores are mostly a little surer).",
        _differences(n),
    ]
    if n < needed:
        found.append(f"To know a score to 5 points takes {needed} test rows, here about {round(needed * rows / n):,} rows in all.")
    if train < _TUNE:
        found.append(f"{train} train rows are enough for examples in a prompt, and too few to expect much of tuning.")
    if labels:
        found += _rare(targets, labels, splits)
    if n > 2000:
        found.append(f"Every method asks {n:,} times for one look at test: limit= in a run, or max_rows= here, takes fewer.")
    return found


def smallest_difference(n: int, *, discordant: float = 0.3) -> float | None:
    """The smallest difference of two methods, as a share, that n paired examples show with a power of 80%; None if none is.

    >>> round(smallest_difference(234), 2), smallest_difference(6)
    (0.1, 0.862)
    """
    steps = [step / 1000 for step in range(1, 1001)]
    return next((d for d in steps if stats.sample_size(difference=d, discordant=max(discordant, d)) <= n), None)


def _interval(found: stats.Interval) -> str:
    digits = 0 if found.n < 400 else 1
    return f"a score of {found.value:.{digits}%} has the interval {found.low:.{digits}%} to {found.high:.{digits}%}"


def _differences(n: int) -> str:
    least = smallest_difference(n)
    if least is None or least > 0.5:
        return f"Two methods on {n} test rows: no difference that one meets in practice can be told from chance; read the answers instead."
    return f"Two methods on {n:,} test rows must differ by {100 * least:.1f} points to be told apart (power 80%, 3 rows in 10 differing)."


def _rare(targets: Sequence, labels: Sequence[str], splits: Sequence[str]) -> list[str]:
    test = Counter(target for target, split in zip(targets, splits) if split == "test")
    train = Counter(target for target, split in zip(targets, splits) if split == "train")
    few = [f"{label} ({test[label]})" for label in labels if test[label] < _RARE]
    found = [f"Labels with fewer than {_RARE} test rows, whose own score says little: {', '.join(few)}."] if few else []
    never = [label for label in labels if not train[label]]
    return found + ([f"No train row has {', '.join(never)}: no method can learn it from examples."] if never else [])
