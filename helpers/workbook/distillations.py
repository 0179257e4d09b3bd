"""`python -m helpers.workbook.distillations`: train `pocket` on labels of a teacher for lesson 14, and with QLoRA; record the answers.

What the recording holds is kept: after a kill the same command does only what is missing. The teacher is asked by `teaching`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import helpers.models  # noqa: F401  (before torch: it sets how threads wait)
from helpers import places
from helpers.storage import read_rows
from helpers.tasks import load_task
from helpers.tuning.distilling import FILTERS, POOL, read_pool
from helpers.workbook.trainings import SEEDS, WATCHED, Training, record_all

__all__ = ["QUANTIZED", "TAUGHT", "Taught"]


@dataclass(frozen=True)
class Taught(Training):
    """A training on the first n abstracts of the pool that a filter keeps, under a teacher's labels; or on the first n, with gold ones.

    labels: teacher or gold; both: the 180 rows of train with their gold labels, then the pool's n under the teacher's; audited: those 180,
    then the pool's first n, all with gold labels, which are those that lesson 14 paid for to have and to check its teacher.
    """

    labels: str = "teacher"
    keep: str = "all"

    @property
    def rows(self) -> list[dict]:
        if self.labels in ("gold", "audited"):
            graded = {row["id"]: row["target"] for row in read_rows(places.data("abstracts", "pool_gold.jsonl"))}
            pool = [{**row, "target": graded[row["id"]]} for row in read_rows(places.data("abstracts", POOL))]
        else:
            pool = [row for row in read_pool() if FILTERS[self.keep](row)]
        own = load_task(self.task)["train"].to_list()[: WATCHED[self.task]] if self.labels in ("both", "audited") else []
        return [{name: row[name] for name in ("id", "input", "target")} for row in (*own, *pool[: self.n])]

    @property
    def special(self) -> list[str]:
        return [self.labels, self.keep]


def _taught() -> Iterator[Taught]:
    """At most 75 or 76 steps each, but 98 with both kinds of labels, one pass over 780 abstracts, and 105 with the audited ones, three."""
    for seed in SEEDS:
        yield Taught("abstracts", "lora", 600, seed, {"epochs": 1})
        yield Taught("abstracts", "lora", 300, seed, {"epochs": 2}, keep="sure")
    for seed in SEEDS:
        yield Taught("abstracts", "lora", 600, seed, {"epochs": 1}, labels="gold")
    for seed in SEEDS:
        yield Taught("abstracts", "lora", 600, seed, {"epochs": 1}, labels="both")
        yield Taught("abstracts", "lora", 300, seed, {"epochs": 2})
        yield Taught("abstracts", "lora", 150, seed, {"epochs": 4})
    for seed in SEEDS:
        yield Taught("abstracts", "lora", 100, seed, {"epochs": 3}, labels="audited")
        yield Taught("abstracts", "lora", 300, seed, {"epochs": 2}, labels="gold")
        yield Taught("abstracts", "lora", 150, seed, {"epochs": 4}, labels="gold")


QUANTIZED = tuple(Training("reviews", "qlora", 200, seed) for seed in SEEDS)
TAUGHT = tuple(_taught())


def main() -> int:
    for training in record_all(places.recordings("14", "pocket.json"), (*QUANTIZED, *TAUGHT)):
        sys.stdout.write(f"{json.dumps({'made': str(training)})}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
