"""A training state on disk: safetensors and JSON, replaced in one move, so that a kill never leaves half of one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.storage import NEW, put_checkpoint, read_json

if TYPE_CHECKING:
    import torch

__all__ = ["save", "restore", "begin_from"]


def save(folder: Path, model: torch.nn.Module, optimizers: list[torch.optim.Optimizer], state: dict[str, Any]) -> None:
    """Write model, optimizers and `state` into `folder/checkpoint`; the one before stays until the new one is whole.

    OSError: it cannot be written (a full disk, a folder that may not be written to).
    """
    from safetensors import SafetensorError

    try:
        _write(folder / NEW, model, optimizers, state)
        put_checkpoint(folder)
    except (OSError, SafetensorError) as error:
        raise OSError(f"cannot write a checkpoint in {folder} ({error}); the one before, if any, is whole. Mend that, run again") from error


def _write(new: Path, model: torch.nn.Module, optimizers: list[torch.optim.Optimizer], state: dict[str, Any]) -> None:
    from safetensors.torch import save_file

    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    save_file({name: p.detach().contiguous() for name, p in model.named_parameters()}, new / "model.safetensors")
    moments = {f"{i}.{j}.{key}": value.contiguous() for i, o in enumerate(optimizers) for j, p in enumerate(o.param_groups[0]["params"])
               for key, value in o.state.get(p, {}).items() if hasattr(value, "contiguous")}  # fmt: skip
    save_file(moments, new / "optimizer.safetensors")
    (new / "state.json").write_text(json.dumps(state), encoding="utf-8")


def restore(path: Path, model: torch.nn.Module, optimizers: list[torch.optim.Optimizer]) -> dict[str, Any]:
    """Load weights and optimizer moments in place; returns the saved state. ValueError: the weights are of another shape, or damaged."""
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        weights, moments = load_file(path / "model.safetensors"), load_file(path / "optimizer.safetensors")
    except (SafetensorError, FileNotFoundError) as error:
        raise ValueError(f"the checkpoint in {path} is damaged ({error}): delete {path} to start afresh") from error
    _check_shapes(path, weights, model)
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.copy_(weights[name])
    for i, o in enumerate(optimizers):
        for j, p in enumerate(o.param_groups[0]["params"]):
            mine = {key.split(".", 2)[2]: value for key, value in moments.items() if key.startswith(f"{i}.{j}.")}
            o.state[p] = {key: value.to(p.device) for key, value in mine.items()}
    return read_json(path / "state.json")


def begin_from(folder: Path, model: torch.nn.Module, finished: Path) -> dict:
    """The weights of a finished model into `model`, and the state it was trained to; the optimizers start afresh.

    ValueError: `finished` is a model of another shape, or one with another tokenizer than `folder`.
    """
    from safetensors.torch import load_file

    if (finished / "tokenizer.json").read_bytes() != (folder / "tokenizer.json").read_bytes():
        raise ValueError(f"{folder} has another tokenizer than {finished}: use an empty folder (--folder)")
    weights = load_file(finished / "model.safetensors")
    _check_shapes(finished, weights, model)
    model.load_state_dict({name: value.float() for name, value in weights.items()}, strict=False)
    made = read_json(finished / "training.json")
    everything = {"unique_tokens": made["tokens"], **made}  # where nothing was counted, no batch was drawn twice
    return {
        key: everything[key] for key in ("tokens", "unique_tokens", "steps", "seconds", "curve", "starts", "focus") if key in everything
    }


def _check_shapes(path: Path, weights: dict[str, torch.Tensor], model: torch.nn.Module) -> None:
    """ValueError unless `weights`, read from `path`, are all of the model's parameters in the model's shapes."""
    wanted = {name: tuple(p.shape) for name, p in model.named_parameters()}
    got = {name: tuple(value.shape) for name, value in weights.items()}
    for name in sorted(wanted.keys() | got.keys()):
        if wanted.get(name) != got.get(name):
            raise ValueError(
                f"the model in {path} is of another shape: {name} is {got.get(name, 'missing')} there and "
                f"{wanted.get(name, 'missing')} here; use the preset it was made with, or another folder (--folder)"
            )
