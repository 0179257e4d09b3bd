"""Train the pocket model: next-token loss on packed conversations, Muon on matrices and AdamW on the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import places
from helpers.storage import latest_checkpoint
from pocket_maker.train import checkpoint
from pocket_maker.train.artefact import export
from pocket_maker.train.loop import Run
from pocket_maker.train.recipe import PRESETS, Preset, build
from pocket_maker.train.schedule import progress, until
from pocket_maker.train.source import source_for

if TYPE_CHECKING:
    import torch
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

__all__ = ["train", "prepare", "optimizers_for"]


def prepare(folder: Path, preset: Preset, start: Path | None = None) -> tuple[LlamaForCausalLM, PreTrainedTokenizerFast]:
    """The model of the preset and its tokenizer: that in `folder`, of the model in `start`, or of the preset, or one trained now."""
    from transformers import PreTrainedTokenizerFast

    from pocket_maker.train.tokenizer import save_tokenizer, train_tokenizer

    source = start or (places.data(preset.tokenizer) if preset.tokenizer else None)
    if not (folder / "tokenizer.json").exists():
        tokenizer = PreTrainedTokenizerFast.from_pretrained(source) if source else train_tokenizer(vocab_size=preset.vocab)
        save_tokenizer(tokenizer, folder)
    return build(preset), PreTrainedTokenizerFast.from_pretrained(folder)


def optimizers_for(model: torch.nn.Module, preset: Preset) -> list[torch.optim.Optimizer]:
    """Muon (Jordan et al., 2024) for hidden matrices, batched by shape on the GPU path; AdamW for embeddings and norms."""
    import torch

    from pocket_maker.train.muon import Muon

    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
    others = [p for name, p in model.named_parameters() if not (p.ndim == 2 and "embed" not in name)]
    return [
        (Muon if preset.gpu else torch.optim.Muon)(matrices, lr=preset.matrix_lr, weight_decay=0.01),
        torch.optim.AdamW(others, lr=preset.other_lr, betas=(0.9, 0.95), weight_decay=0.0, fused=True),
    ]


def train(folder: Path, preset: Preset | str, *, tokens: float | None = None, minutes: float | None = None, start: Path | None = None,
          report: Callable[[dict], None] = lambda row: None, every: float = 20.0, keep: float = 120.0) -> dict:  # fmt: skip
    """Train until the preset's tokens (or `tokens`) are seen or `minutes` are over, from the last checkpoint in `folder` if there is one.

    report: gets a row (tokens, losses, tokens/s, seconds left) every `every` seconds; keep: seconds between checkpoints.
    start: the folder of a finished model to go on from where there is no checkpoint yet; its tokens and minutes count.
    minutes: of training; what starting and compiling take does not count, what was trained before a kill does.
    Returns the final state: tokens, seconds, loss curve. Raises ValueError on a checkpoint of another shape, or an end that is none.
    """
    import torch

    preset = until(PRESETS[preset] if isinstance(preset, str) else preset, tokens=tokens, minutes=minutes)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if start and not (start / "training.json").exists():
        raise ValueError(f"{start} holds no training.json: give the folder of a finished model, such as data/pocket")
    model, tokenizer = prepare(folder, preset, start)
    model = model.to(device).train()
    optimizers = optimizers_for(model, preset)
    state = _state(folder, model, optimizers, start)
    if progress(preset, state) < 1:
        source = source_for(model, tokenizer, preset, state["tokens"], device)
        try:
            _begin(state, preset, source.columns, device)
            Run(model, optimizers, source, preset, state).go(folder, report, every, keep)
        finally:
            source.close()
        checkpoint.save(folder, model, optimizers, state)
    export(model, folder / "model", tokenizer, state)
    return state


def _state(folder: Path, model: torch.nn.Module, optimizers: list[torch.optim.Optimizer], start: Path | None) -> dict[str, Any]:
    """Where the run stands: that of the last checkpoint, else of the finished model in `start`, else of a beginning."""
    state = {"tokens": 0, "unique_tokens": 0, "steps": 0, "seconds": 0.0, "curve": [], "starts": [], "focus": []}
    if path := latest_checkpoint(folder):
        return state | checkpoint.restore(path, model, optimizers)
    return state | checkpoint.begin_from(folder, model, start) if start else state


def _begin(state: dict[str, Any], preset: Preset, columns: tuple[str, ...], device: str) -> None:
    """Write a start into `state`; its curve has the columns that all its starts have."""
    import torch

    state["starts"].append(state["tokens"])
    state["focus"].append(dict(preset.focus))
    state["preset"], state["date"] = asdict(preset), date.today().isoformat()
    state["device"] = torch.cuda.get_device_name() if device == "cuda" else "cpu"
    width = min([len(columns), *map(len, state["curve"])])
    state["curve"] = [point[:width] for point in state["curve"]]
    state["curve_columns"] = columns[:width]
