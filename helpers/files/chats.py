"""Conversations as fine-tuning files hold them: the last turn of the assistant is the target, what stands before it the input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from helpers.files.table import Cell, Table, filled
from helpers.prompts import as_text

__all__ = ["is_chat", "of_chats"]

_ROLES = {"human": "user", "gpt": "assistant", "chatgpt": "assistant", "bot": "assistant", "model": "assistant", "developer": "system"}
Turn = tuple[str, str]  # role and text


def is_chat(cells: Sequence[Cell]) -> bool:
    """Whether a column holds conversations: lists of turns, each with role and content (OpenAI) or from and value (ShareGPT)."""
    some = [cell for cell in cells if cell is not None]
    return bool(some) and all(isinstance(cell, list) and cell and all(map(_is_turn, cell)) for cell in some)


def of_chats(table: Table) -> Table:
    """Conversations as input and target, and a system message that is the same in all rows as the instruction."""
    names = [column for column, cells in table.columns.items() if is_chat(cells)]
    chats = {name: [_turns(cell or []) for cell in table.columns[name]] for name in names}
    answered = {name: sum(bool(turns) and turns[-1][0] == "assistant" for turns in chats[name]) for name in names}
    column = next((name for name in names if answered[name] > len(table) / 2), None)
    columns = {name: cells for name, cells in table.columns.items() if name not in names}
    if column is None or (len(names) > 1 and "prompt" in names):  # a prompt and its completion apart, or a prompt with another target
        columns |= {name: filled([_text(turns) for turns in chats[name]]) for name in names}
        note = f"the conversations in {', '.join(names)} became texts"
        return replace(table, columns=columns, notes=[*table.notes, note])
    systems = {_system(turns) for turns in chats[column]}
    shared = systems.pop() if len(systems) == 1 else ""
    columns["input"] = filled([_asked(turns, not shared) for turns in chats[column]])
    columns["target"] = filled([turns[-1][1] if turns and turns[-1][0] == "assistant" else "" for turns in chats[column]])
    note = f"of each conversation in {column!r} the last answer is the target, what stands before it the input"
    note += ", and the system message, one for all, the instruction (instruction=)" if shared else ""
    return replace(table, columns=columns, notes=[*table.notes, note], roles={"input": "input", "target": "target"}, instruction=shared)


def _is_turn(turn: Cell) -> bool:
    return isinstance(turn, dict) and (("role" in turn and turn.keys() & {"content", "tool_calls"}) or {"from", "value"} <= turn.keys())


def _turns(cell: Sequence[Mapping]) -> list[Turn]:
    return [(_role(turn), _content(turn.get("content", turn.get("value")))) for turn in cell]


def _role(turn: Mapping) -> str:
    name = str(turn.get("role", turn.get("from")))
    return _ROLES.get(name, name)


def _content(content: Cell) -> str:
    """A turn's text; of one in parts, those that are text."""
    if isinstance(content, list):
        return "\n".join(as_text(part.get("text", "")) if isinstance(part, dict) else as_text(part) for part in content)
    return "" if content is None else as_text(content)


def _system(turns: Sequence[Turn]) -> str:
    return "\n".join(text for role, text in turns if role == "system")


def _asked(turns: Sequence[Turn], with_system: bool) -> str:
    """What stands before the last answer: one turn as it is, several each behind its role."""
    before = [turn for turn in turns[:-1] if with_system or turn[0] != "system"]
    return _text(before)


def _text(turns: Sequence[Turn]) -> str:
    system = _system(turns)
    others = [turn for turn in turns if turn[0] != "system"]
    spoken = others[0][1] if len(others) == 1 else "\n".join(f"{role}: {text}" for role, text in others)
    return f"{system}\n\n{spoken}".strip()
