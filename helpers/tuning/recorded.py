"""Trainings that are too slow for a lesson, recorded: the curve and settings of a run, its adapter in 16 bits, and what it answered."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from helpers.storage import read_json
from helpers.tuning import states, tuned

if TYPE_CHECKING:
    import pandas

    from helpers.runs import Run
    from helpers.tasks import Task
    from helpers.tuning.tuned import Tuned

__all__ = ["read_recorded", "read_trainings", "record", "recorded_run"]

ADAPTER = "adapter_model.safetensors"


def record(done: Tuned, name: str, runs: Mapping[str, Run] | None = None, *, adapter: bool = True) -> Path:
    """Put a finished training under `data/recordings/`, with runs of the tuned model under their names.

    name: the lesson and a word, "13/abstracts-smollm2". The adapter is written in bf16, half its size: measure the recorded one, as its
    answers may differ. adapter=False leaves it out: then the runs are all that the model will ever say.
    ValueError: the training was of all weights, which are too large to ship, or the name is none.
    """
    if adapter and done.method == "full":
        raise ValueError("a full fine-tuning holds all weights, and is too large to ship: record an adapter")
    folder = _folder(name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in sorted(done.folder.iterdir()):
        if file.suffix == ".json":
            shutil.copyfile(file, folder / file.name)
    if adapter:
        _halved(done.folder / ADAPTER, folder / ADAPTER)
    for label, run in (runs or {}).items():
        run.save(folder / "runs" / label)
    return folder


def read_recorded(name: str) -> Tuned:
    """A recorded training: its curve and settings need no model, and `model()` merges its adapter into the base.

    ValueError: there is none of this name; the message lists those there are.

    >>> read_recorded("13/abstracts-smollm2").best_step  # doctest: +SKIP
    39
    """
    folder = _folder(name)
    if not (folder / states.RECORD).exists():
        known = sorted(path.parent.relative_to(places.recordings()).as_posix() for path in places.recordings().glob(f"*/*/{states.RECORD}"))
        raise ValueError(f"no recorded training {name!r}; there are: {', '.join(known) or 'none'}")
    return tuned.read(folder)


def recorded_run(name: str, label: str) -> Run:
    """A run of a recorded training, example by example: `recorded_run("13/abstracts-smollm2", "dev")`."""
    from helpers import runs

    return runs.read(_folder(name) / "runs" / label)


def read_trainings(name: str) -> pandas.DataFrame:
    """Many small trainings that were recorded together: one row a training, with its runs, scored now from the answers kept.

    Columns: task, method, n (rows learned from), seed, errors (the share planted, where some were), labels and keep (whose labels: the
    teacher's, gold ones, or both; and the filter that they passed, in lesson 14), rows_of, asked and begins (lesson 16), lr, rank, alpha,
    epochs, batch, steps, best_step, stopped, trainable, bytes, loss (the lowest on the rows that said when to stop), and a `Run` on dev
    of every task it was asked about (nan where it was not); on other splits as "invoices fresh".
    ValueError: there is no such recording.

    >>> read_trainings("13/pocket").query("task == 'reviews'")["reviews"]  # doctest: +SKIP
    """
    import pandas as pd

    file = _folder(name).with_suffix(".json")
    if not file.exists():
        raise ValueError(f"no recorded trainings {name!r}; python -m helpers.workbook.trainings makes those of lesson 13")
    return pd.DataFrame([_row(each) for each in read_json(file)["trainings"]])


def _row(each: Mapping) -> dict:
    training = {
        name: each["training"][name]
        for name in ("task", "method", "n", "seed", "errors", "labels", "keep", "rows_of", "asked", "begins")
        if name in each["training"]
    }
    settings = {name: each["settings"][name] for name in ("lr", "rank", "alpha", "epochs", "batch")}
    ending = {name: each[name] for name in ("steps", "best_step", "stopped", "trainable", "bytes")}
    ending["loss"] = min((loss for _, loss in each["watched"]), default=math.nan)
    scored = {task: _replayed(task, kept["answers"], training["method"]) for task, kept in each["runs"].items()}
    return training | settings | ending | scored


def _replayed(name: str, answers: list[str], method: str) -> Run:
    """The run that gave these answers, scored by the task's own metric; name: a task, for its dev, or a task and a split."""
    from helpers import methods, runs

    task, _, split = name.partition(" ")
    split = split or "dev"
    known = _task(task, split)
    ids = [row["id"] for row in known[split].to_list()[: len(answers)]]
    by_id = dict(zip(ids, answers, strict=True))
    replay = methods.by_code(lambda example: by_id[example["id"]], name=method)
    return runs.run(replay, known, None, split=split, limit=len(answers), progress=False)


@lru_cache(maxsize=8)
def _task(name: str, split: str) -> Task:
    from helpers.tasks import load_task, with_splits

    known = load_task(name)
    return known if split in known.splits else with_splits(known, split)


def _folder(name: str) -> Path:
    if not re.fullmatch(r"\w+/[\w-]+", name):
        raise ValueError(f"{name!r} names no recorded training: it is the lesson and a word, such as '13/abstracts-smollm2'")
    return places.recordings(*name.split("/"))


def _halved(source: Path, target: Path) -> None:
    """The same tensors in bf16."""
    import torch
    from safetensors.torch import load_file, save_file

    save_file({name: tensor.to(torch.bfloat16) for name, tensor in load_file(source).items()}, target, metadata={"format": "pt"})
    target.chmod(0o644)
