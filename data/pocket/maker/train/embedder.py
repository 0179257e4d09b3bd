"""The pocket embedder: the first layers of the pocket model, tuned so that a question lies near the passage that answers it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from pocket_maker.corpus.world import World
from pocket_maker.train.pairs import batch

if TYPE_CHECKING:
    import torch
    from transformers import LlamaModel, PreTrainedTokenizerFast

__all__ = ["train_embedder", "vectors"]

LAYERS, WIDEST = 2, 128  # of the pocket model's layers; tokens of a text that are read in training
HEAT = 0.05  # temperature of the softmax over a batch's passages
MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
]


def vectors(model: LlamaModel, tokenizer: PreTrainedTokenizerFast, texts: Sequence[str], *, widest: int = WIDEST) -> torch.Tensor:
    """One unit vector a text, shape (n, hidden): the mean of the last hidden states, padding left out."""
    import torch

    rows = tokenizer(list(texts), add_special_tokens=False, truncation=True, max_length=widest, padding=True, return_tensors="pt")
    hidden = model(input_ids=rows["input_ids"], attention_mask=rows["attention_mask"], use_cache=False).last_hidden_state
    mask = rows["attention_mask"][..., None].to(hidden.dtype)
    return torch.nn.functional.normalize(((hidden * mask).sum(1) / mask.sum(1)).float(), dim=-1)


def _loss(model: LlamaModel, tokenizer: PreTrainedTokenizerFast, pairs: Sequence[tuple[str, str]]) -> torch.Tensor:
    """InfoNCE both ways (van den Oord et al., 2018, arXiv:1807.03748): each text must find its partner among the batch's."""
    import torch

    with torch.autocast("cpu", dtype=torch.bfloat16):
        asked, found = (vectors(model, tokenizer, side) for side in zip(*pairs))
    near, right = asked @ found.T / HEAT, torch.arange(len(pairs))
    return (torch.nn.functional.cross_entropy(near, right) + torch.nn.functional.cross_entropy(near.T, right)) / 2


def train_embedder(
    base: Path, out: Path, *, steps: int = 1500, size: int = 128, seed: int = 1, report: Callable[[dict], None] = lambda row: None
) -> dict:
    """Tune the first layers of the pocket model in `base`, write the embedder to `out`; returns how it was made.

    size: pairs a step; the other pairs' passages are the wrong answers. report: gets step, loss and seconds left every 20 steps.
    """
    import torch
    from transformers import AutoModel, AutoTokenizer

    from pocket_maker.train.recipe import PRESETS
    from pocket_maker.train.training import optimizers_for

    torch.manual_seed(seed)
    tokenizer = AutoTokenizer.from_pretrained(base)
    tokenizer.padding_side = "right"
    model = AutoModel.from_pretrained(base, dtype=torch.float32, num_hidden_layers=LAYERS).train()
    preset, w, curve, began = PRESETS["day"], World(seed), [], time.monotonic()
    optimizers = optimizers_for(model, preset)
    for step in range(steps):
        scale = 0.4 * min(1.0, (step + 1) / 50) * min(1.0, (steps - step) / (0.6 * steps) + 0.02)
        for optimizer, peak in zip(optimizers, (preset.matrix_lr, preset.other_lr)):
            optimizer.param_groups[0]["lr"] = peak * scale
        loss = _loss(model, tokenizer, batch(w, size))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        if step % 20 == 19 or step == steps - 1:
            spent = time.monotonic() - began
            curve.append([step + 1, round(loss.item(), 4)])
            report({"step": step + 1, "loss": loss.item(), "left": spent / (step + 1) * (steps - step - 1)})
    made = {"steps": steps, "pairs": steps * size, "seed": seed, "seconds": round(time.monotonic() - began), "curve": curve}
    export(model, tokenizer, out, made)
    return made


def export(model: LlamaModel, tokenizer: PreTrainedTokenizerFast, out: Path, made: dict) -> None:
    """bf16 safetensors for plain transformers, and the three small files by which sentence-transformers knows how to pool."""
    import copy

    import torch

    from pocket_maker.train.tokenizer import save_tokenizer

    out.mkdir(parents=True, exist_ok=True)
    copy.deepcopy(model).to(torch.bfloat16).save_pretrained(out)
    save_tokenizer(tokenizer, out)
    (out / "1_Pooling").mkdir(exist_ok=True)
    pooling = {"word_embedding_dimension": model.config.hidden_size, "pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}
    files = {"modules.json": MODULES, "1_Pooling/config.json": pooling, "training.json": made}
    for name, content in files.items():
        (out / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    for path in out.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def folder() -> Path:
    """Where the embedder that the lessons use lies."""
    return places.data("pocket", "embedder")
