"""What the training loop draws from: the loss of the next batch, by the path for a CPU or by the one for a GPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pocket_maker.train.batches import END, LONG, SHORT
from pocket_maker.train.feed import Feed, corpus, held_batches
from pocket_maker.train.loss import PROMPT_SHARE, loss_of, whole_loss
from pocket_maker.train.recipe import Preset

if TYPE_CHECKING:
    import torch
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

__all__ = ["Draw", "Sampled", "Whole", "source_for"]

COMPILED = 2_000_000  # tokens from which on compiling pays on a CPU


class Draw(NamedTuple):
    """The losses of one batch (what is trained on, then what is only reported), its tokens, and whether they are fresh."""

    losses: tuple[torch.Tensor, ...]
    tokens: int
    fresh: bool


class Sampled:
    """For a CPU: logits only where a token is learned, and of the prompt a random share is."""

    columns = ("tokens", "loss")

    def __init__(self, model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, preset: Preset, start: int, device: str) -> None:
        import torch

        self._model, self._device = model, device
        self._body = torch.compile(model.model, dynamic=False) if preset.tokens > COMPILED else model.model
        self._stream = corpus(tokenizer, preset, start)

    def draw(self) -> Draw:
        """The loss of the next batch."""
        batch = next(self._stream)
        loss = loss_of(self._model, batch, self._device, prompt_share=PROMPT_SHARE, body=self._body)
        return Draw((loss,), batch.tokens, True)

    def held(self) -> tuple[float, ...]:
        """No held-out loss here: it would take a CPU as long as a step."""
        return ()

    def close(self) -> None:
        """End the processes that write the corpus."""
        del self._stream


class Whole:
    """For a GPU: every token weighted, loss and head in one compiled graph, batches from a `Feed`."""

    columns = ("tokens", "loss", "loss on answers", "loss on held-out answers")

    def __init__(self, model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, preset: Preset, start: int, device: str) -> None:
        import torch

        def losses(ids: torch.Tensor, answer: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return whole_loss(model, ids, answer)

        self._model, self._device, self._micro = model, device, preset.micro
        self._held = held_batches(tokenizer, preset, device)
        self._feed = Feed(corpus(tokenizer, preset, start), device, seed=preset.seed)
        self._losses = losses
        if device == "cuda":
            self._losses = torch.compile(losses, dynamic=False)
            self._warm()

    def draw(self) -> Draw:
        """The loss of the next batch, and the loss on its answers alone."""
        batch, fresh = self._feed.take()
        return Draw(self._losses(batch.ids, batch.answer), batch.tokens, fresh)

    def held(self) -> tuple[float, ...]:
        """The mean loss on the answers of the held-out batches."""
        import torch

        with torch.no_grad():
            losses = [self._losses(batch.ids, batch.answer)[1] for batch in self._held]
        return (float(torch.stack(losses).mean()),)

    def close(self) -> None:
        """End the thread and the processes that write the corpus."""
        self._feed.close()

    def _warm(self) -> None:
        """Compile for both lengths of rows, with gradients and without, so that the clock of a run sees training only."""
        import torch

        for length in (SHORT, LONG):
            rows = max(1, self._micro // length)
            ids = torch.full((rows, length + 1), END, dtype=torch.int16, device=self._device)
            self._losses(ids, torch.ones((rows, length), dtype=torch.bool, device=self._device))[0].backward()
        self._model.zero_grad()
        self.held()


def source_for(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, preset: Preset, start: int, device: str
) -> Sampled | Whole:  # fmt: skip
    """The source of the preset's path, from token number `start` on; close it when done."""
    return (Whole if preset.gpu else Sampled)(model, tokenizer, preset, start, device)
