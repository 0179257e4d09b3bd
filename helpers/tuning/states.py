"""A training run's folder: whose it is, and checkpoints, each replaced in one move, so that a kill leaves the one before whole."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.storage import CHECKPOINT, NEW, OLD, latest_checkpoint, put_checkpoint, read_json, write_json

if TYPE_CHECKING:
    import torch

    Weights = dict[str, torch.Tensor]

__all__ = ["FINISHED", "RECORD", "clear", "drop", "finished_key", "key_of", "load", "save", "trained"]

RECORD = "training.json"  # how a run went; it makes the folder a finished one
FINISHED = "finished.new"  # where the weights are put together


def trained(model: torch.nn.Module) -> Weights:
    """What is trained, by name: the parameters themselves."""
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def save(folder: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer, best: Weights, state: dict) -> None:
    """Write weights, moments, the best weights so far and `state`. OSError: it cannot be written; the checkpoint before is whole."""
    from safetensors import SafetensorError

    try:
        _write(folder / NEW, model, optimizer, best, state)
        put_checkpoint(folder)
    except (OSError, SafetensorError) as error:
        shutil.rmtree(folder / NEW, ignore_errors=True)
        before = latest_checkpoint(folder)
        earlier = f"the one of step {read_json(before / 'state.json')['step']} is whole" if before else "none yet"
        raise OSError(
            f"a checkpoint of step {state['step']} cannot be written ({error}); earlier checkpoint: {earlier}. "
            "Make room (or give another folder), then run the same again: it goes on from there"
        ) from error


def _write(new: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer, best: Weights, state: dict) -> None:
    from safetensors.torch import save_file

    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    weights = trained(model)
    moments = {f"{kind}:{name}": value for name, p in weights.items() for kind, value in optimizer.state.get(p, {}).items()}
    for file, tensors in {"weights": weights, "best": best, "moments": moments}.items():
        save_file({name: tensor.detach().contiguous() for name, tensor in tensors.items()}, new / f"{file}.safetensors")
    write_json(new / "state.json", state, indent=None)


def key_of(folder: Path) -> str | None:
    """Which run the checkpoint in `folder` belongs to; None if there is none, "" if it cannot be read."""
    checkpoint = latest_checkpoint(folder)
    try:
        return read_json(checkpoint / "state.json")["key"] if checkpoint else None
    except (ValueError, KeyError):
        return ""


def load(folder: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> tuple[Weights, dict] | None:
    """The best weights and the state of the newest checkpoint, its weights and moments put in place; None if there is none.

    ValueError: it is damaged.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    checkpoint = latest_checkpoint(folder)
    if checkpoint is None:
        return None
    weights = trained(model)
    try:
        saved, best, moments = (load_file(checkpoint / f"{name}.safetensors") for name in ("weights", "best", "moments"))
        with torch.no_grad():
            for name, p in weights.items():
                p.copy_(saved[name])
    except (SafetensorError, OSError, KeyError, RuntimeError) as error:
        raise ValueError(f"the checkpoint in {folder.name!r} is damaged ({error}): pass fresh=True to start again") from error
    for name, p in weights.items():
        moments_of_p = {key.partition(":")[0]: value for key, value in moments.items() if key.partition(":")[2] == name}
        optimizer.state[p] = {kind: value.to("cpu" if kind == "step" else p.device) for kind, value in moments_of_p.items()}
    return best, read_json(checkpoint / "state.json")


def drop(folder: Path) -> None:
    """Remove all checkpoints: the run is finished."""
    for name in (NEW, OLD, CHECKPOINT):
        shutil.rmtree(folder / name, ignore_errors=True)


def finished_key(folder: Path) -> str | None:
    """Which run is finished in a folder; None if none is."""
    try:
        return read_json(folder / RECORD)["key"]
    except (ValueError, KeyError):
        return None


def clear(folder: Path, key: str, fresh: bool) -> None:
    """Make sure that the folder is empty or holds this very run, killed anywhere. ValueError: it holds another, or other files."""
    runs = {finished_key(folder), finished_key(folder / FINISHED), key_of(folder)} - {None}
    if fresh and runs:
        shutil.rmtree(folder)
        runs = set()
    if runs - {key}:
        what = "another training run (other rows, settings or base), or a damaged one"
        raise ValueError(f"{folder.name!r} holds {what}: give another folder, or fresh=True")
    if not runs and folder.exists() and any(file.name not in (NEW, FINISHED) for file in folder.iterdir()):
        raise ValueError(f"{folder.name!r} holds files that no training run wrote: give a new folder")
    folder.mkdir(parents=True, exist_ok=True)
