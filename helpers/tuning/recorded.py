"""Trainings that are too slow for a lesson, recorded: the curve and settings of a run, its adapter in 16 bits, and what it answered."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from helpers.tuning import states, tuned

if TYPE_CHECKING:
    from helpers.runs import Run
    from helpers.tuning.tuned import Tuned

__all__ = ["read_recorded", "record", "recorded_run"]

ADAPTER = "adapter_model.safetensors"


def record(done: Tuned, name: str, runs: Mapping[str, Run] | None = None) -> Path:
    """Put a finished training under `data/recordings/`, with runs of the tuned model under their names.

    name: the lesson and a word, "13/abstracts-smollm2". The adapter is written in bf16, half its size: measure the recorded one, as its
    answers may differ. ValueError: the training was of all weights, which are too large to ship, or the name is none.
    """
    if done.method == "full":
        raise ValueError("a full fine-tuning holds all weights, and is too large to ship: record an adapter")
    folder = _folder(name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in sorted(done.folder.iterdir()):
        if file.suffix == ".json":
            shutil.copyfile(file, folder / file.name)
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
