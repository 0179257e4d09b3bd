"""Models on this machine: the pocket model and any Hugging Face causal or encoder-decoder model, answered in batches."""

from __future__ import annotations

import re
import time
import warnings
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.models.messages import NAME, no_answer, split_calls, split_thought, thinking_room
from helpers.models.rendering import Rendering
from helpers.models.reply import ModelError, Reply, Settings
from helpers.models.weights import Folder, greedy, limit_of, read_model, read_tokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from helpers.models.adapter import Adapter
    from helpers.models.cache import Cache

__all__ = ["Local", "Memory"]

TOKENS = {"cpu": 8_192, "cuda": 65_536}  # tokens in a batch, padding included: bounds the memory


class Local(Rendering):
    """A folder of weights as a provider. Nothing heavy is imported, and no weight is read, before the first question.

    A prompt is rendered by the tokenizer's chat template, or, where there is none, is the contents line by line. The reply to a
    conversation does not depend on what else is asked, up to rounding: other neighbors mean other padding, so sums in another
    order (about 1e-6 in fp32), which matters only where two tokens are that close. Samples draw from a generator of their own.

    A model whose template speaks of <think> may write LADDER_THINKING_TOKENS (else 2048) more than max_tokens. Where a template
    knows no system turn, its text opens the first question.
    """

    def __init__(self, folder: Path, *, batch_size: int = 64, adapter: Adapter | None = None) -> None:
        self.folder = Folder(folder)
        self.batch_size = max(1, batch_size)
        self.adapter = adapter
        self.context = self.folder.context
        self.parameters = self.folder.parameters
        self.seq2seq = self.folder.seq2seq
        self._identity = ""
        self._kept = None  # a hash of the files, and where hashes are kept, as of the last question
        self.soft = adapter.soft(self.folder) if adapter else range(0)  # a tuned prompt's virtual tokens open every prompt

    @cached_property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        return read_tokenizer(self.folder)

    @cached_property
    def model(self) -> PreTrainedModel:
        self.identity(self._kept)
        return self._read()

    def _read(self) -> PreTrainedModel:
        return self.adapter.merged(self.folder, self.tokenizer) if self.adapter else read_model(self.folder, self.tokenizer)

    def identity(self, cache: Cache | None) -> str:
        """A hash over the files, made anew until the weights are read; from then on it is that of what was read."""
        from helpers.models.cache import files_hash

        if "model" not in vars(self):
            self._kept = cache
            self._identity = files_hash([*self.folder.files, *(self.adapter.files if self.adapter else ())], cache)
        return self._identity

    def answer(self, conversations: Sequence[list[dict]], settings: Settings) -> Iterator[list[tuple[int, Reply]]]:
        """Batches of (position, reply), as they are ready; first those that cannot be asked at all."""
        rows = {}
        refused = []
        room = thinking_room() if self.thinks and not settings.options else 0
        settings = replace(settings, max_tokens=settings.max_tokens + room)
        for i, messages in enumerate(conversations):
            try:
                rows[i] = array("i", self._fitting(messages, settings))  # all prompts wait in memory: 4 bytes a token, a list takes 36
            except Exception as error:  # a template may refuse a conversation with an error of any kind
                refused.append((i, replace(failed(error), final=True)))
        if refused:
            yield refused
        self._say(room)
        for batch in self._batches(rows, conversations, settings) if rows else ():
            yield [(i, replace(reply, changes=self._changes(conversations[i], room))) for i, reply in batch]

    def _say(self, room: int) -> None:
        """What is done otherwise than asked. Python shows an equal warning once."""
        if self.folds:
            warnings.warn("the model's chat template knows no system turn: that text goes before the first question", stacklevel=3)
        if room:
            warnings.warn(f"the model may think before it answers: it can write {room} tokens more than max_tokens ({NAME})", stacklevel=3)

    def _changes(self, messages: list[dict], room: int) -> tuple[str, ...]:
        folded = self.folds and any(turn["role"] == "system" for turn in messages)
        return (*(["system=user"] if folded else []), *([f"max_tokens=+{room}"] if room else []))

    def _batches(self, rows: dict[int, array], chats: Sequence[list[dict]], settings: Settings) -> Iterator[list[tuple[int, Reply]]]:
        from helpers.models.decode import batches
        from helpers.models.likelihood import weigh

        at = list(rows)
        budget = TOKENS.get(self.model.device.type, TOKENS["cpu"])
        for batch in batches([len(rows[i]) for i in at], rows=self.batch_size, tokens=budget, extra=settings.max_tokens):
            where = [at[n] for n in batch]
            asked = [rows.pop(i).tolist() for i in where]
            replies = weigh(self, asked, [chats[i] for i in where], settings.options) if settings.options else self._ask(asked, settings)
            yield list(zip(where, replies, strict=True))

    def _ask(self, rows: list[list[int]], settings: Settings) -> list[Reply]:
        from helpers.models.decode import Noise, decode

        start = time.perf_counter()
        noise = Noise(rows, seed=settings.seed, temperature=settings.temperature) if settings.temperature > 0 else None
        try:
            new = decode(self.model, rows, max_tokens=settings.max_tokens, noise=noise)
        except (RuntimeError, IndexError, ValueError) as error:  # out of memory, or a model that cannot read such a prompt
            return [failed(error)] * len(rows)
        seconds = (time.perf_counter() - start) / len(rows)
        return [self._reply(row, out, seconds) for row, out in zip(rows, new, strict=True)]

    def _reply(self, row: list[int], out: list[int], seconds: float) -> Reply:
        ends = self.model.generation_config.eos_token_id
        cut = not out or out[-1] not in ends
        output = self.tokenizer.decode([token for token in out if token not in ends])
        rest, thought, _ = split_thought(output, opened=self.thinks and self.tokenizer.decode(row[-8:]).rstrip().endswith("<think>"))
        text, calls = split_calls(rest)
        if not calls:
            text = self.tokenizer.decode(out, skip_special_tokens=True) if rest == output else self._plain(rest)
        error = no_answer(len(out), cut=cut) if rest != output and not (text.strip() or calls) else None
        finish = "tool_calls" if calls else "length" if cut else "stop"
        return Reply(text, len(row), len(out), seconds, 0.0, error=error, tool_calls=calls, thought=thought, finish=finish)

    def _plain(self, text: str) -> str:
        """The text without special tokens."""
        return re.sub("|".join(map(re.escape, self.tokenizer.all_special_tokens)) or "$", "", text)

    def _fitting(self, messages: list[dict], settings: Settings) -> list[int]:
        from helpers.models.likelihood import longest

        row = self._tokens(messages, settings.tools)
        new = 0 if self.seq2seq else settings.max_tokens
        if settings.options:
            new = longest(self, messages, settings.options)
        if not row:
            raise ModelError("the prompt is empty: it has no token; ask something")
        if len(row) + new > self.context:
            tokens = (
                f"{new} of the longest option" if settings.options else f"max_tokens={new}{f' ({NAME} among them)' if self.thinks else ''}"
            )
            room = f" + {tokens}" if new else ""
            raise ModelError(f"context too long: {len(row)} tokens{room} exceed the limit of {self.context} tokens; shorten the prompt")
        return row


class Memory(Local):
    """A torch model that is in memory already, as a provider. It answers as it is now: training it on changes its answers."""

    def __init__(self, module: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, *, batch_size: int = 64) -> None:
        if not (hasattr(module, "generate") and hasattr(module, "config") and getattr(module, "generation_config", None)):
            raise ModelError(f"wrap takes a transformers model that can generate, got {type(module).__name__}")
        if getattr(getattr(module, "active_peft_config", None), "is_prompt_learning", False):
            raise ModelError(
                "a tuned prompt is not answered from memory: save it with module.save_pretrained(folder), then load('hf:<folder>')"
            )
        self.module = greedy(module, tokenizer)
        self.tokenizer = tokenizer
        self.batch_size = max(1, batch_size)
        self.context = limit_of(module.config.to_dict(), tokenizer.model_max_length)
        self.seq2seq = bool(module.config.is_encoder_decoder)
        self.adapter = None
        self.soft = range(0)
        self.parameters = module.num_parameters()

    @property
    def model(self) -> PreTrainedModel:
        return self.module.eval() if self.module.training else self.module

    def identity(self, cache: Cache | None) -> str:
        """A hash over every tensor, the configuration and the tokenizer, made anew each time: the model may have changed."""
        from helpers.models.cache import tensors_hash

        return tensors_hash(self.module, self.tokenizer)


def failed(error: Exception) -> Reply:
    reason = str(error) if isinstance(error, ModelError) else f"{type(error).__name__}: {error}"
    return Reply("", 0, 0, 0.0, 0.0, error=reason)
