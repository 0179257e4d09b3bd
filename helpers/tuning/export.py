"""A training set in the format that hosted fine-tuning takes: one JSON object a line, {"messages": [...]}."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.prompts import as_text
from helpers.storage import write_text
from helpers.tuning.rows import messages_of, told

if TYPE_CHECKING:
    from helpers.tuning.rows import Ask

__all__ = ["to_chat_jsonl"]


def to_chat_jsonl(rows: Iterable[Mapping], method: Ask, file: str | Path) -> Path:
    """Write rows as conversations whose last turn, the assistant's, is the target (a list as JSON); all of them, or no file.

    method: as `template` of `fit`: a `Method`, a `Template`, or a text with {fields}. ValueError: no row, or rows without a target or
    a field; OSError: it cannot be written. Format: platform.openai.com/docs/guides/supervised-fine-tuning (read 2026-11).

    >>> to_chat_jsonl(task["train"], "Sentiment of: {input}", "train.jsonl")  # doctest: +SKIP
    PosixPath('train.jsonl')
    """
    file, make, lines, problems = Path(file), messages_of(method), [], []
    for number, row in enumerate(rows, 1):
        try:
            lines.append(json.dumps({"messages": [*make(row), _answer(row)]}, ensure_ascii=False))
        except (KeyError, ValueError) as error:
            problems.append(f"row {number}{' (' + str(row['id']) + ')' if row.get('id') else ''}: {error.args[0]}")
    if problems or not lines:
        raise ValueError(told(problems) if problems else "there is no row to export")
    try:
        write_text(file, "".join(line + "\n" for line in lines))
    except OSError as error:
        raise OSError(f"{file.name!r} cannot be written ({error}); make room, or give another file") from error
    return file


def _answer(row: Mapping) -> dict:
    if row.get("target") is None or not as_text(row["target"]).strip():
        raise ValueError("has no target: there is nothing to learn from it; leave it out, or label it")
    return {"role": "assistant", "content": as_text(row["target"])}
