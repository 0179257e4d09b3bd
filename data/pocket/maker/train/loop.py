"""The steps of a run: losses, optimizers, reports and checkpoints until the run's tokens or minutes are used up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pocket_maker.train import checkpoint
from pocket_maker.train.recipe import Preset
from pocket_maker.train.schedule import progress, rate, seconds_left

if TYPE_CHECKING:
    import torch

    from pocket_maker.train.source import Draw, Sampled, Whole

__all__ = ["Run"]


@dataclass
class Run:
    """A run under way; `state`, which a checkpoint keeps, is brought up to date in place."""

    model: torch.nn.Module
    optimizers: list[torch.optim.Optimizer]
    source: Sampled | Whole
    preset: Preset
    state: dict[str, Any]
    steps: int = field(default=0, init=False)  # since the start or the last resume
    draws: list[Draw] = field(default_factory=list, init=False)  # of the last step

    def go(self, folder: Path, report: Callable[[dict], None], every: float, keep: float) -> None:
        """Steps to the end; a report every `every` seconds and at the end, a checkpoint in `folder` every `keep` seconds."""
        begin = said = kept = time.monotonic()
        seconds, tokens = self.state["seconds"], self.state["tokens"]
        while (done := progress(self.preset, self.state)) < 1:
            self._step(done)
            now = time.monotonic()
            self.state["seconds"] = seconds + now - begin
            saying, keeping = now - said > every or progress(self.preset, self.state) >= 1, now - kept > keep
            if saying or keeping:
                self._check()
            if saying:
                report(self._row((self.state["tokens"] - tokens) / (now - begin)))
                said = now
            if keeping:
                checkpoint.save(folder, self.model, self.optimizers, self.state)
                kept = now

    def _step(self, done: float) -> None:
        """One step of the optimizers, from as many batches as the preset's step holds."""
        import torch

        scale = rate(self.preset, done, self.steps)
        for optimizer, peak in zip(self.optimizers, (self.preset.matrix_lr, self.preset.other_lr)):
            optimizer.param_groups[0]["lr"] = peak * scale
        micro = max(1, self.preset.step // self.preset.micro)
        self.draws = [self._learn(micro) for _ in range(micro)]
        self._norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad()
        self.steps += 1
        self.state["steps"] += 1

    def _learn(self, micro: int) -> Draw:
        """The gradient of one of `micro` batches; its losses come back detached."""
        draw = self.source.draw()
        (draw.losses[0] / micro).backward()
        self.state["tokens"] += draw.tokens
        self.state["unique_tokens"] += draw.tokens if draw.fresh else 0
        return draw._replace(losses=tuple(loss.detach() for loss in draw.losses))

    def _row(self, speed: float) -> dict[str, Any]:
        """What is said of the last step; its losses, and the held-out one if there is one, go on the curve too."""
        means = (*self._means(), *self.source.held())
        losses = [round(loss, 4) for loss in means]
        point = [self.state["tokens"], *losses]
        self.state["curve"].append(point[: len(self.state["curve_columns"])])
        named = dict(zip(self.source.columns, point, strict=True))
        return named | {"speed": round(speed), "left": seconds_left(self.preset, self.state, speed)}

    def _means(self) -> list[float]:
        import torch

        return [float(torch.stack(losses).mean()) for losses in zip(*(draw.losses for draw in self.draws))]

    def _check(self) -> None:
        """RuntimeError before a diverged model can be saved."""
        loss, norm = self._means()[0], float(self._norm)
        if not (loss < 20 and norm < float("inf")):
            raise RuntimeError(
                f"training diverged: after {self.state['tokens']:,} tokens the loss is {loss:.4g} and its gradient {norm:.4g}; "
                "lower matrix_lr in train/recipe.py and run again: it goes on from the last checkpoint (delete that to start afresh)"
            )
