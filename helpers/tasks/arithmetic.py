"""Sums of a few terms, drawn with a seed: a task that a lesson can make as long and as hard as it needs."""

from __future__ import annotations

import random
from itertools import accumulate

from helpers.tasks.task import Task

__all__ = ["sums"]


def sums(n: int = 200, *, terms: tuple[int, ...] = (2, 3, 4, 5), seed: int = 3) -> Task:
    """`n` sums as the dev split of a task, the numbers of `terms` in turn; no result on the way is below 0 or above 199.

    An example has id, input, target and `terms`. ValueError: fewer than one sum, or a sum of fewer than two terms.

    >>> sums(4)["dev"]["terms"]
    [2, 3, 4, 5]
    """
    from datasets import Dataset, DatasetDict

    if n < 1 or not terms or min(terms) < 2:
        raise ValueError(f"n={n}, terms={terms}: at least 1 sum of at least 2 terms is needed, as in sums(200, terms=(2, 3))")
    rng = random.Random(seed)
    rows = [{"id": f"sum-{i:04}"} | _one(terms[i % len(terms)], rng) for i in range(n)]
    splits = DatasetDict({"dev": Dataset.from_list(rows)})
    return Task("sums", "exact", (), "Work out the sum.", splits, None, 5, "CC0-1.0", "sums drawn with a seed")


def _one(terms: int, rng: random.Random) -> dict:
    while True:
        numbers = [rng.randint(2, 60), *(rng.choice((1, -1)) * rng.randint(2, 30) for _ in range(terms - 1))]
        if all(0 <= total <= 199 for total in accumulate(numbers)):
            rest = "".join(f" {'-' if number < 0 else '+'} {abs(number)}" for number in numbers[1:])
            return {"input": f"What is {numbers[0]}{rest}?", "target": str(sum(numbers)), "terms": terms}
