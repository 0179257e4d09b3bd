"""What a model thinks before it answers: cut from its reply, and the room that it takes."""

from __future__ import annotations

import os

from helpers.models.reply import ModelError

__all__ = ["NAME", "no_answer", "split_thought", "thinking_room"]

ROOM = 2048
NAME = "LADDER_THINKING_TOKENS"
MARKS = (("<think>", "</think>"), ("[THINK]", "[/THINK]"))  # of Qwen, DeepSeek and others; of Mistral


def thinking_room() -> int:
    """Tokens that a model which thinks may write beyond max_tokens: LADDER_THINKING_TOKENS, else 2048."""
    text = os.environ.get(NAME, "").strip() or str(ROOM)
    if not (text.isascii() and text.isdigit()):
        raise ModelError(f"{NAME}={text!r}: it is a number of tokens, 0 or more, like {ROOM}")
    return int(text)


def split_thought(text: str, *, opened: bool = False) -> tuple[str, str, bool]:
    """The answer, the thought that stands before it, and whether that thought has an end. A text without one comes back as it is.

    `opened`: the prompt ended with <think>, so the thought has no mark at its start. Such a thought is also known by its end alone.

    >>> split_thought("<think>Two and two.</think>\\n\\n4")
    ('4', 'Two and two.', True)
    """
    for start, end in MARKS:
        inside = text.lstrip().removeprefix(start) if text.lstrip().startswith(start) else None
        if inside is None and (opened or (end in text and start not in text)):
            inside = text
        if inside is not None:
            thought, mark, answer = inside.partition(end)
            return answer.lstrip(), thought.strip(), bool(mark)
    return text, "", True


def no_answer(limit: int, *, cut: bool) -> str:
    """Why there is a thought and no answer, and what to raise. `limit`: the tokens that the request allowed; `cut`: they were used up."""
    what = f"cut at {limit} tokens in the middle of its thought" if cut else "the model only thought and gave no answer"
    return f"{what}: raise max_tokens, or set {NAME} to more than {thinking_room()}"
