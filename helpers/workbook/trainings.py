"""`python -m helpers.workbook.trainings`: train pocket for lessons 12, 13 and 16 with several seeds, and record what each training scored.

A lesson has time for one training. The spread over seeds, the learning curve and the other ways to train come from this recording.
Each training is written down when it ends, so after a kill the same command does only what is missing.
With names behind it, it makes those trainings of SmolLM2 again (`slow_trainings`), up to an hour each.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import helpers.models  # noqa: F401  (before torch: it sets how threads wait)
from helpers import places
from helpers.curation.suspects import plant
from helpers.storage import read_json, write_json
from helpers.workbook.dated_trainings import DATED
from helpers.workbook.one_training import COMMON, SEEDS, WATCHED, Training, tuned
from helpers.workbook.slow_trainings import SLOW

if TYPE_CHECKING:
    from helpers.tuning.tuned import Tuned

__all__ = ["COMMON", "DIRTY", "PLAN", "WATCHED", "Dirty", "Training", "missing", "record_all", "tuned"]

EPOCHS = {25: 23, 50: 13, 100: 7, 180: 4}  # of abstracts: 91 or 92 steps with every size


@dataclass(frozen=True)
class Dirty(Training):
    """A training on rows of which a share has a wrong label, planted with the training's seed: for lesson 12."""

    errors: float = 0.0

    @property
    def rows(self) -> list[dict]:
        rows = super().rows
        labels, _ = plant([row["target"] for row in rows], self.errors, self.seed)
        return [{**row, "target": label} for row, label in zip(rows, labels, strict=True)]

    @property
    def special(self) -> list[str]:
        return [f"errors{self.errors:g}"]


def _plan() -> Iterator[Training]:
    for seed in SEEDS:
        yield Training("reviews", "lora", 200, seed)
    for seed in SEEDS:
        yield Training("abstracts", "lora", 180, seed)
    for seed in SEEDS:
        for method in ("full", "prompt"):
            yield Training("reviews", method, 200, seed)
    for seed in SEEDS:
        for n in (100, 50, 25):
            yield Training("abstracts", "lora", n, seed, {"epochs": EPOCHS[n]})
        yield Training("reviews", "lora", 200, seed, {"lr": 3e-4})  # full tuning's rate
        yield Training("reviews", "full", 200, seed, {"lr": 2e-3})  # LoRA's rate
        yield Training("reviews", "lora", 200, seed, {"rank": 2})
        yield Training("reviews", "lora", 200, seed, {"alpha": 256})


PLAN = tuple(_plan())
DIRTY = tuple(
    Dirty("reviews", "lora", n, seed, {"epochs": epochs}, errors)
    for n, epochs, errors in ((200, 3, 0.3), (100, 6, 0.0), (200, 3, 0.0), (340, 2, 0.0), (340, 2, 0.3))
    for seed in SEEDS
)


def missing(file: Path, plan: Sequence[Training] = PLAN) -> list[Training]:
    """The trainings of the plan that a recording does not hold yet."""
    known = _read(file)["trainings"]
    return [training for training in plan if asdict(training) not in [row["training"] for row in known]]


def record_all(file: Path, plan: Sequence[Training] = PLAN) -> Iterator[Training]:
    """Make the trainings of the plan that are missing, one after the other, and give each when it is written down."""
    for training in missing(file, plan):
        row = {"training": asdict(training)} | _made(training)
        written = _read(file)
        written["trainings"].append(row)
        write_json(file, written, indent=None)
        yield training


def _made(training: Training) -> dict[str, Any]:
    """Train, answer, and say how it went."""
    done = tuned(training)
    return _about(done) | {"runs": training.answered(done.model(batch_size=16))}


def _about(done: Tuned) -> dict[str, Any]:
    watched = done.curve.dropna(subset="dev_loss")
    return {
        "settings": done.settings,
        "trainable": done.trainable,
        "bytes": done.bytes,
        "steps": int(done.curve["step"].max()),
        "best_step": done.best_step,
        "stopped": done.stopped,
        "watched": [[int(step), round(loss, 4)] for step, loss in zip(watched["step"], watched["dev_loss"])],
    }


def _read(file: Path) -> dict[str, list]:
    return read_json(file) if file.exists() else {"trainings": []}


def main(names: Sequence[str] = ()) -> int:
    for name in names:
        if name not in SLOW:
            raise SystemExit(f"no training {name!r}; without a name pocket's are made, and by name: {', '.join(SLOW)}")
    for name in names:
        sys.stdout.write(f"{SLOW[name].record(name)}\n")
    for lesson, plan in () if names else (("13", PLAN), ("12", DIRTY), ("16", DATED)):
        for training in record_all(places.recordings(lesson, "pocket.json"), plan):
            sys.stdout.write(f"{json.dumps(asdict(training))}\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
