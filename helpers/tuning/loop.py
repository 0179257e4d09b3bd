"""A training run, for every method: AdamW over all batches, the dev loss watched, checkpoints, an early stop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from helpers.storage import latest_checkpoint
from helpers.tuning import states
from helpers.tuning.bases import check_unpacked
from helpers.tuning.batches import Crowd, loss_sum, parts, plan
from helpers.tuning.rows import Pair
from helpers.tuning.settings import descents

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

    from helpers.tuning.settings import Settings

__all__ = ["COLUMNS", "Job", "train"]

COLUMNS = ("step", "loss", "dev_loss", "lr")  # of the curve


@dataclass
class Job:
    """One training run: what is trained on what, and how far it has come (`state`, `best`: kept in checkpoints)."""

    train: list[Pair]
    dev: list[Pair]
    settings: Settings
    folder: Path
    key: str
    model: PreTrainedModel
    pad: int
    report: Callable[[dict], None] = lambda row: None
    crowd: Crowd = field(default_factory=Crowd)
    best: dict = field(default_factory=dict)
    state: dict = field(default_factory=dict)

    @cached_property
    def batches(self) -> list[list[int]]:
        """The rows of every step, as positions."""
        settings = self.settings
        return plan([pair.length for pair in self.train], batch=settings.batch, epochs=settings.epochs, seed=settings.seed)

    @property
    def steps(self) -> int:
        return len(self.batches)


def train(job: Job) -> None:
    """Train to the end, from the last checkpoint if there is one; the model then holds the weights of the best dev loss.

    Without dev rows these are the last. RuntimeError: the loss diverged. OSError: a checkpoint could not be written.
    """
    import torch

    weights = states.trained(job.model)
    optimizer = torch.optim.AdamW(weights.values(), lr=job.settings.lr, weight_decay=job.settings.weight_decay)
    job.state = {"key": job.key, "step": 0, "seconds": 0.0, "curve": [], "best": None, "best_step": 0, "since": 0, "stopped": ""}
    if checkpoint := states.load(job.folder, job.model, optimizer):
        job.best, job.state = checkpoint
    elif job.dev:
        _weigh(job, {"step": 0, "loss": math.nan, "lr": 0.0}, evaluate=True)
    for row in job.state["curve"]:
        _report(job, dict(zip(COLUMNS, row)))
    _steps(job, optimizer)
    with torch.no_grad():
        for name, p in weights.items():
            p.copy_(job.best.get(name, p))


def _steps(job: Job, optimizer: torch.optim.Optimizer) -> None:
    """All steps that remain, or as many as bring a better dev loss; a checkpoint every `settings.keep` seconds."""
    state = job.state
    every = max(1, math.ceil(job.steps / job.settings.evaluations))
    start = saved = time.monotonic()
    before = state["seconds"]
    batches = [] if state["stopped"] else job.batches
    for row, norm in descents(optimizer, batches, job.settings, partial(_gradients, job), start=state["step"]):
        _check_sound(job, row, norm)
        state["step"] = row["step"]
        _weigh(job, row, evaluate=bool(job.dev) and (row["step"] % every == 0 or row["step"] == job.steps))
        state["seconds"] = before + time.monotonic() - start
        _report(job, row)
        if time.monotonic() - saved >= job.settings.keep:
            if job.crowd.first:
                states.save(job.folder, job.model, optimizer, job.best, state)
            saved = time.monotonic()
        if state["stopped"]:
            return
    state["stopped"] = state["stopped"] or "all steps done"


def _report(job: Job, row: dict) -> None:
    """Tell a row of the curve, with how much is done and how long the rest will take."""
    seconds = job.state["seconds"]
    step = row["step"]
    rows = len(job.batches[step - 1]) if step else 0
    remaining = seconds / job.state["step"] * (job.steps - step) if job.state["step"] else math.nan
    job.report(row | {"steps": job.steps, "examples": rows, "seconds": seconds, "left": remaining, "stopped": job.state["stopped"]})


def _gradients(job: Job, batch: list[int], step: int) -> float:
    """Gradients of the mean loss over all answer tokens of a batch, whatever the parts it is computed in; gives that loss."""
    import torch

    model = job.model.train()
    weights = states.trained(model).values()
    check_unpacked(model)
    torch.manual_seed(job.settings.seed * 1_000_003 + step)  # dropout alone draws from it: a resumed run draws as an unbroken one
    rows = [job.train[i] for i in batch]
    count = sum(len(pair.answer) for pair in rows)
    total = 0.0
    for part in _parts(job, rows):
        loss = loss_sum(model, part)
        (loss / count).backward()
        total += float(loss.detach())
    gradients = [p.grad if p.grad is not None else torch.zeros_like(p) for p in weights]
    summed = torch.tensor([total / count], device=model.device)
    job.crowd.add([*gradients, summed])
    for p, gradient in zip(weights, gradients):
        p.grad = gradient
    return float(summed)


def _weigh(job: Job, row: dict, *, evaluate: bool) -> None:
    """Put the row on the curve, with the dev loss where that is due; keep the weights if they are the best, count if not."""
    state = job.state
    row["dev_loss"] = dev_loss(job) if evaluate else math.nan
    state["curve"].append([row[name] for name in COLUMNS])
    if not evaluate:
        return
    if state["best"] is None or row["dev_loss"] < state["best"] - 1e-6:
        state |= {"best": row["dev_loss"], "best_step": row["step"], "since": 0}
        job.best = {name: p.detach().clone() for name, p in states.trained(job.model).items()}
    else:
        state["since"] += 1
        if state["since"] >= job.settings.patience:
            state["stopped"] = f"early: no better watched loss in {state['since']} evaluations"


def dev_loss(job: Job) -> float:
    """Mean loss over all answer tokens of the dev rows."""
    import torch

    model = job.model.eval()
    total = torch.zeros(1, device=model.device)
    with torch.no_grad():
        for batch in _parts(job, job.dev):
            total += float(loss_sum(model, batch))
    job.crowd.add([total])
    return float(total) / sum(len(pair.answer) for pair in job.dev)


def _parts(job: Job, rows: list[Pair]) -> Iterator[dict[str, torch.Tensor]]:
    """This process's share of some rows, in padded batches of at most `settings.tokens` tokens."""
    return parts(job.crowd.share(rows), job.settings.tokens, job.pad, job.model)


def _check_sound(job: Job, row: dict, norm: float) -> None:
    """RuntimeError before a diverged model is saved: no number, or far above where the loss began."""
    loss = row["loss"]
    losses = [earlier[1] for earlier in job.state["curve"] if earlier[0] > 0]
    start = fmean(losses[:3] or [loss])
    recent = fmean([*losses[-4:], loss])
    if math.isfinite(loss) and math.isfinite(norm) and recent <= 2 * start + 2:
        return
    saved = f"the checkpoint in {job.folder.name!r} is whole" if latest_checkpoint(job.folder) else "no checkpoint was due yet"
    raise RuntimeError(
        f"training diverged at step {row['step']} of {job.steps}: the loss is {loss:.4g} (it began at {start:.4g}), its "
        f"gradient {norm:.4g} long, with a learning rate of {row['lr']:.3g}; lower lr from {job.settings.lr:g} to "
        f"{job.settings.lr / 10:g}, or warm up longer ({saved})"
    )
