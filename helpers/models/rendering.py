"""Conversations as a model on this machine reads them: through its tokenizer's chat template."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from helpers.models.messages import fold_system, to_template

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from helpers.models.weights import Folder

__all__ = ["Rendering"]


class Rendering:
    """What a provider with a tokenizer makes of messages. Where there is no template, a prompt is the contents line by line."""

    tokenizer: PreTrainedTokenizerBase
    folder: Folder
    soft: range  # ids of a tuned prompt's virtual tokens, which open every prompt
    seq2seq: bool
    folds = False  # whether the template was seen to refuse a system turn: then its text opens the first question

    @cached_property
    def thinks(self) -> bool:
        return bool(re.search(r"think>|\[THINK\]", str(self.tokenizer.chat_template or "")))

    def count(self, messages: list[dict]) -> int:
        return len(self._tokens(messages, None))

    def pair(self, messages: list[dict], answer: str) -> tuple[list[int], list[int]]:
        """Tokens of a conversation as it is prompt, and of `answer` as the model would write it, up to and with its end token."""
        prompt = self._tokens(messages, None)
        ends = {self.tokenizer.eos_token_id, *self.folder.ends} - {None}
        if self.seq2seq or not self.tokenizer.chat_template:
            written = self.tokenizer(text_target=answer, add_special_tokens=self.seq2seq)["input_ids"]
        else:
            written = self._written(messages, answer, prompt)
        last = max((i for i, token in enumerate(written) if token in ends), default=-1)
        return prompt, written[: last + 1] if last >= 0 else [*written, self.tokenizer.eos_token_id]

    def _written(self, messages: list[dict], answer: str, prompt: list[int]) -> list[int]:
        """What follows `prompt` where the assistant's turn is part of the conversation; the bare answer, if a template rewrites that."""
        before = self._rendered(messages, None)
        conversation = self._rendered([*messages, {"role": "assistant", "content": answer}], None, ask=False)
        if not conversation.startswith(before):
            return self.tokenizer(answer, add_special_tokens=False)["input_ids"]
        ids = self.tokenizer(conversation, add_special_tokens=False)["input_ids"]
        start = prompt[len(self.soft) :]
        if ids[: len(start)] == start:
            return ids[len(start) :]
        return self.tokenizer(conversation[len(before) :], add_special_tokens=False)["input_ids"]

    def _tokens(self, messages: list[dict], tools: list[dict] | None) -> list[int]:
        return [*self.soft, *self._words(messages, tools)]

    def _words(self, messages: list[dict], tools: list[dict] | None) -> list[int]:
        if not self.tokenizer.chat_template:
            return self.tokenizer("\n".join(str(m.get("content") or "") for m in messages))["input_ids"]
        return self.tokenizer(self._rendered(messages, tools), add_special_tokens=False)["input_ids"]

    def _rendered(self, messages: list[dict], tools: list[dict] | None, *, ask: bool = True) -> str:
        from jinja2 import TemplateError

        render = self.tokenizer.apply_chat_template
        messages = to_template(messages)
        try:
            turns = fold_system(messages) if self.folds else messages
            return render(turns, tools=tools, add_generation_prompt=ask, tokenize=False)
        except TemplateError:  # some templates know no system role
            turns = fold_system(messages)
            if self.folds or turns == messages:
                raise
            text = render(turns, tools=tools, add_generation_prompt=ask, tokenize=False)
            self.folds = True
            return text
