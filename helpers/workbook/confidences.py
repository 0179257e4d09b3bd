"""`python -m helpers.workbook.confidences`: what untuned `pocket` lists on dev for lesson 14, and how likely a student finds its own lists.

The students are untuned `pocket` and those of `distillations`, whose answers are recorded; one that is not in the cache is trained again.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import helpers.models  # noqa: F401  (before torch: it sets how threads wait)
from helpers import models, places, runs, tuning
from helpers.storage import write_json
from helpers.tasks import load_task
from helpers.workbook.distillations import TAUGHT
from helpers.workbook.trainings import tuned

if TYPE_CHECKING:
    from helpers.models import Model
    from helpers.runs import Run

__all__ = ["KEPT", "UNTUNED", "logprobs", "untuned"]

UNTUNED = "14/untuned"  # kept as the runs of a recorded training are
KEPT = places.recordings("14", "confidence.json")
SOURCES = ("teacher", "gold")  # of the 600 labels


def untuned(limit: int | None = None) -> Run:
    """What `pocket` lists on dev before any training, asked as its students are."""
    return runs.run(TAUGHT[0].ask, load_task("abstracts"), models.load("pocket", cache=False), limit=limit, progress=False)


def logprobs(model: Model, answers: Sequence[str]) -> list[float]:
    """The log-probability that a model gives to each of its answers on dev, whole, in nats; asked as the students are."""
    chats = [TAUGHT[0].ask.messages(row) for row in load_task("abstracts")["dev"].to_list()[: len(answers)]]
    return [round(model.score(chat, [answer])[answer], 4) for chat, answer in zip(chats, answers, strict=True)]


def main() -> int:
    before = untuned()
    before.save(places.recordings(*UNTUNED.split("/"), "runs", "dev"))
    found = {"untuned": [logprobs(models.load("pocket", cache=False), list(before.table["answer"]))]}
    made = tuning.read_trainings("14/pocket").query("n == 600 and keep == 'all'")
    for source in SOURCES:
        plan = [training for training in TAUGHT if (training.labels, training.n) == (source, 600)]
        answered = {row["seed"]: list(row["abstracts"].table["answer"]) for row in made[made["labels"] == source].to_dict("records")}
        found[f"{source}, 600"] = [logprobs(tuned(each).model(), answered[each.seed]) for each in plan]
    sys.stdout.write(f"{write_json(KEPT, found, indent=None)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
