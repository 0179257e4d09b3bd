"""Train the pocket model: next-token loss on packed conversations, Muon on matrices and AdamW on the rest."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.storage import latest_checkpoint, read_json
from pocket_maker.train import checkpoint
from pocket_maker.train.batches import PAD, Batch, batches
from pocket_maker.train.recipe import PRESETS, Preset, build, rate

if TYPE_CHECKING:
    import torch
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

__all__ = ["train", "prepare", "loss_of"]

PROMPT_SHARE, PROMPT_WEIGHT = 0.35, 0.7  # so much of the prompt is learned from, and counts so much; of the assistant's tokens all count 1
ROUND = 128  # the number of tokens learned from is rounded up to a multiple of this
WARMUP = 100  # steps


def prepare(folder: Path, preset: Preset, start: Path | None = None) -> tuple[LlamaForCausalLM, PreTrainedTokenizerFast]:
    """The model of the preset and its tokenizer, which is trained once and kept in `folder`, or is that of the model in `start`."""
    from transformers import PreTrainedTokenizerFast

    from pocket_maker.train.tokenizer import save_tokenizer, train_tokenizer

    if not (folder / "tokenizer.json").exists():
        tokenizer = PreTrainedTokenizerFast.from_pretrained(start) if start else train_tokenizer(vocab_size=preset.vocab)
        save_tokenizer(tokenizer, folder)
    return build(preset), PreTrainedTokenizerFast.from_pretrained(folder)


def optimizers_for(model: torch.nn.Module, preset: Preset) -> list[torch.optim.Optimizer]:
    """Muon (Jordan et al., 2024) for hidden matrices; AdamW for embeddings and norms."""
    import torch

    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
    others = [p for name, p in model.named_parameters() if not (p.ndim == 2 and "embed" not in name)]
    return [
        torch.optim.Muon(matrices, lr=preset.matrix_lr, weight_decay=0.01),
        torch.optim.AdamW(others, lr=preset.other_lr, betas=(0.9, 0.95), weight_decay=0.0, fused=True),
    ]


def loss_of(model: LlamaForCausalLM, batch: Batch, device: str, *, prompt_share: float = 0.0, body: Callable | None = None) -> torch.Tensor:
    """Weighted mean cross-entropy over the assistant's tokens and a random share of the prompt's; logits only where needed."""
    import torch

    ids = torch.from_numpy(batch.ids).to(device, non_blocking=True)
    answer = torch.from_numpy(batch.answer).to(device, non_blocking=True)
    chosen = answer
    if prompt_share:
        chosen = answer | ((torch.rand(answer.shape, device=device) < prompt_share) & (ids[:, 1:] != PAD))
    with torch.autocast(device, dtype=torch.bfloat16):
        hidden = (model.model if body is None else body)(input_ids=ids[:, :-1], use_cache=False).last_hidden_state
        at = chosen.flatten().nonzero().squeeze(1)
        spare = -len(at) % ROUND  # a few sizes instead of hundreds: each new size makes a new kernel, which is kept
        logits = model.lm_head(hidden.flatten(0, 1)[torch.nn.functional.pad(at, (0, spare))])
    each = torch.nn.functional.cross_entropy(logits.float()[: len(at)], ids[:, 1:].flatten()[at], reduction="none")
    weight = torch.where(answer.flatten()[at], 1.0, PROMPT_WEIGHT)
    return (each * weight).sum() / weight.sum()


def feed(tokenizer: PreTrainedTokenizerFast, preset: Preset, start: int) -> Iterator[Batch]:
    """Training batches from token number `start` on; with workers, each writes a corpus of its own seed."""
    if not preset.workers:
        yield from batches(tokenizer, seed=preset.seed * 1_000_003 + start, tokens=preset.micro, focus=preset.focus, pieces=preset.pieces)
    import torch

    class Stream(torch.utils.data.IterableDataset):
        def __iter__(self) -> Iterator[Batch]:
            worker = torch.utils.data.get_worker_info().id
            seed = preset.seed * 1_000_003 + start + 7919 * (worker + 1)
            return batches(tokenizer, seed=seed, tokens=preset.micro, focus=preset.focus, pieces=preset.pieces)

    yield from torch.utils.data.DataLoader(Stream(), batch_size=None, num_workers=preset.workers, prefetch_factor=8)


def train(folder: Path, preset: Preset | str, *, tokens: int | None = None, start: Path | None = None,
          report: Callable[[dict], None] = lambda row: None, every: float = 20.0, keep: float = 120.0) -> dict:  # fmt: skip
    """Train until the preset's tokens (or `tokens`) are seen, from the last checkpoint in `folder` if there is one.

    report: gets a row (tokens, loss, tokens/s, seconds left) every `every` seconds; keep: seconds between checkpoints.
    start: the folder of a finished model to go on from where there is no checkpoint yet; its tokens count.
    Returns the final state: tokens, seconds, loss curve. Raises ValueError on a checkpoint of another shape.
    """
    import torch

    preset = PRESETS[preset] if isinstance(preset, str) else preset
    preset = replace(preset, tokens=tokens or preset.tokens)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if start and not (start / "training.json").exists():
        raise ValueError(f"{start} holds no training.json: give the folder of a finished model, such as data/pocket")
    model, tokenizer = prepare(folder, preset, start)
    model = model.to(device).train()
    optimizers = optimizers_for(model, preset)
    state = {"tokens": 0, "seconds": 0.0, "curve": [], "starts": [], "date": date.today().isoformat()}
    if found := latest_checkpoint(folder):
        state |= checkpoint.restore(found, model, optimizers)
    elif start:
        state |= checkpoint.begin_from(folder, model, start)
    if state["tokens"] < preset.tokens:
        state["starts"].append(state["tokens"])
        state.setdefault("focus", []).append(dict(preset.focus))
        state["preset"], state["date"] = asdict(preset), date.today().isoformat()
        _loop(model, optimizers, feed(tokenizer, preset, state["tokens"]), preset, state, folder, device, report, every, keep)
        checkpoint.save(folder, model, optimizers, state)
    export(model, folder / "model", tokenizer, state)
    return state


def _loop(model, optimizers, stream, preset, state, folder, device, report, every, keep) -> None:
    """Steps until the tokens are used up; `state` is brought up to date in place."""
    import torch

    body = torch.compile(model.model, dynamic=False) if preset.tokens > 2_000_000 else model.model
    clock = said = kept = time.monotonic()
    start, start_seconds, fresh = state["tokens"], state["seconds"], 0
    while state["tokens"] < preset.tokens:
        scale = rate(state["tokens"] / preset.tokens) * min(1.0, (fresh + 1) / WARMUP)
        for optimizer, peak in zip(optimizers, (preset.matrix_lr, preset.other_lr)):
            optimizer.param_groups[0]["lr"] = peak * scale
        micro = max(1, preset.step // preset.micro)
        losses = []
        for _ in range(micro):
            batch = next(stream)
            loss = loss_of(model, batch, device, prompt_share=PROMPT_SHARE, body=body)
            (loss / micro).backward()
            losses.append(loss.detach())
            state["tokens"] += int(batch.answer.size)
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        fresh += 1
        now = time.monotonic()
        state["seconds"] = start_seconds + now - clock
        saying, keeping = now - said > every or state["tokens"] >= preset.tokens, now - kept > keep
        if saying or keeping:
            loss = _sound(torch.stack(losses).mean(), norm, state["tokens"])
        if saying:
            speed = (state["tokens"] - start) / (now - clock)
            row = {"tokens": state["tokens"], "loss": round(loss, 4), "speed": round(speed),
                   "left": round((preset.tokens - state["tokens"]) / speed)}  # fmt: skip
            state["curve"].append([row["tokens"], row["loss"]])
            report(row)
            said = now
        if keeping:
            checkpoint.save(folder, model, optimizers, state)
            kept = now


def _sound(loss: torch.Tensor, norm: torch.Tensor, tokens: int) -> float:
    """The loss as a number; RuntimeError before a diverged model can be kept."""
    if not (float(loss) < 20 and float(norm) < float("inf")):
        raise RuntimeError(
            f"training diverged: after {tokens:,} tokens the loss is {float(loss):.4g} and its gradient {float(norm):.4g}; "
            "lower matrix_lr in train/recipe.py and run again: it goes on from the last checkpoint (delete that to start afresh)"
        )
    return float(loss)


def export(model: LlamaForCausalLM, folder: Path, tokenizer: PreTrainedTokenizerFast, state: dict) -> None:
    """The finished artefact: config, tokenizer, bf16 safetensors, readable by all; loads with plain transformers.

    Beside it training.json: how it was made (preset, tokens, seconds, date, curve, the mix of each start) and the sha256 of the weights.
    """
    import copy

    import torch

    from pocket_maker.train.tokenizer import save_tokenizer

    folder.mkdir(parents=True, exist_ok=True)
    half = copy.deepcopy(model).to("cpu", torch.bfloat16)
    half.generation_config.update(eos_token_id=1, pad_token_id=0, do_sample=False)
    half.save_pretrained(folder)
    save_tokenizer(tokenizer, folder)
    made = {key: state.get(key) for key in ("preset", "tokens", "seconds", "date", "curve", "starts", "focus")}
    made["sha256"] = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    (folder / "training.json").write_text(json.dumps(made) + "\n", encoding="utf-8")
    for path in folder.iterdir():
        path.chmod(0o644)


def curve(folder: Path) -> list[tuple[int, float]]:
    """The loss curve of the run in `folder`: (tokens seen, training loss)."""
    found = latest_checkpoint(folder)
    return [tuple(point) for point in read_json(found / "state.json")["curve"]] if found else []
