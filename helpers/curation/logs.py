"""From the logs of a chat service to rows to learn from: replies that people liked, without personal data, each said once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from helpers import places, storage
from helpers.curation import personal
from helpers.curation.near import near_pairs
from helpers.files.copies import joined
from helpers.files.splitting import split_by_hash

__all__ = ["Harvest", "Logged", "harvest", "read_logs"]


@dataclass(frozen=True)
class Harvest:
    """Rows to learn from, and how many replies were left out for each reason.

    A row has id, group (its conversation and those that say the same), date, messages (what the model is shown), target (the reply), and
    split.
    """

    rows: list[dict]
    left_out: dict[str, int]


@dataclass(frozen=True)
class Logged:
    """Asks each row with its own messages, behind a system text: for `tuning.to_chat_jsonl(rows, Logged(text), file)`."""

    system: str = ""

    def messages(self, example: Mapping) -> list[dict]:
        first = [{"role": "system", "content": self.system}] if self.system else []
        return [*first, *example["messages"]]


def read_logs(name: str = "logs") -> list[dict]:
    """The messages of `data/<name>/chats.jsonl`: conversation, turn, time, role, text, feedback, personal."""
    return storage.read_rows(places.data(name, "chats.jsonl"))


def harvest(
    messages: Sequence[Mapping],
    *,
    feedback: str = "up",
    strip: Callable[[str], str] = personal.strip,
    threshold: float = 0.5,
    seed: int = 0,
) -> Harvest:
    """The replies with this feedback as rows, stripped, near copies left out, and split by conversation.

    Of replies whose question and reply nearly agree (`near_pairs`) the first stays. Conversations that share a near copy are one group,
    and a group is never divided between splits. `strip` sees one text and knows nothing of names that it cannot see: measure it.
    ValueError: a message lacks a field, a chat opens with a reply, or no reply has this feedback.
    """
    chats = _chats(messages)
    replies = [(name, place) for name, turns in chats.items() for place, turn in enumerate(turns) if turn["role"] == "assistant"]
    liked = [(name, place) for name, place in replies if chats[name][place]["feedback"] == feedback]
    if not liked:
        raise ValueError(f"none of {len(replies)} replies has feedback {feedback!r}: 'up' and 'down' are usual; look at the logs")
    rows = [_row(chats[name], place, strip) for name, place in liked]
    texts = [f"{row['messages'][-1]['content']}\n{row['target']}" for row in rows]
    copies = {later for _, later, _ in near_pairs(texts, threshold)}
    groups = _groups(chats, threshold)
    rows = [{**row, "group": groups[row["group"]]} for place, row in enumerate(rows) if place not in copies]
    splits = split_by_hash("the logs", [row["group"] for row in rows], ["reply"] * len(rows), seed)
    left_out = {f"feedback other than {feedback}": len(replies) - len(liked), "near copy of an earlier one": len(copies)}
    return Harvest([{**row, "split": split} for row, split in zip(rows, splits, strict=True)], left_out)


def _chats(messages: Sequence[Mapping]) -> dict[str, list[Mapping]]:
    """The turns of each conversation, in order."""
    chats: dict[str, list[Mapping]] = {}
    for number, message in enumerate(messages, 1):
        missing = {"conversation", "turn", "time", "role", "text", "feedback"} - set(message)
        if missing:
            raise ValueError(
                f"message {number} lacks {', '.join(sorted(missing))}: a message of a log has all of them, feedback may be None"
            )
        chats.setdefault(message["conversation"], []).append(message)
    ordered = {name: sorted(turns, key=lambda turn: turn["turn"]) for name, turns in chats.items()}
    headless = [name for name, turns in ordered.items() if turns[0]["role"] == "assistant"]
    if headless:
        raise ValueError(
            f"conversation {headless[0]!r} opens with a reply: what was asked is missing; leave it out, or find its first turn"
        )
    return ordered


def _row(turns: Sequence[Mapping], place: int, strip: Callable[[str], str]) -> dict:
    reply = turns[place]
    shown = [{"role": turn["role"], "content": strip(turn["text"])} for turn in turns[:place]]
    return {
        "id": f"{reply['conversation']}/{reply['turn']}",
        "group": reply["conversation"],
        "date": reply["time"],
        "messages": shown,
        "target": strip(reply["text"]),
    }


def _groups(chats: Mapping[str, Sequence[Mapping]], threshold: float) -> dict[str, str]:
    """Each conversation's group: the first of those that open with nearly the same question, at first or at second hand."""
    names = list(chats)
    pairs = near_pairs([turns[0]["text"] for turns in chats.values()], threshold)
    together = [[str(pair) if place in pair[:2] else "" for place in range(len(names))] for pair in pairs]
    return {name: names[first] for name, first in zip(names, joined(names, *together), strict=True)}
