"""What the teacher of lesson 14 says to the pool: SmolLM2 with its recorded adapter lists the models of 600 abstracts.

`python -m helpers.workbook.teaching` asks it, in about half an hour on one core; every reply is kept as it comes, so after a kill the
same command goes on. A test asks a sample again.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers import places
from helpers.storage import read_rows, write_rows
from helpers.workbook.slow_trainings import SLOW

if TYPE_CHECKING:
    from pathlib import Path

    from helpers.models import Model

__all__ = ["TEACHER", "ask", "teach", "teacher"]

TEACHER = "abstracts-smollm2"
KEPT = places.recordings("14", "teacher", "pool.jsonl")


def teacher(cache: bool | Path = False) -> Model:
    """SmolLM2 with the adapter that lesson 13 ships, in float32; cache: a file that keeps its replies."""
    from helpers import tuning

    return tuning.read_recorded(f"13/{TEACHER}").model(batch_size=16, cache=cache)


def ask(rows: Sequence[dict], model: Model) -> list[dict]:
    """A line a row: its id, the reply, the tokens in and out, and the log-probability of the whole reply in nats.

    RuntimeError: a request failed.
    """
    asking = SLOW[TEACHER].asking()
    chats = [asking.messages(row) for row in rows]
    replies = model.ask_many(chats, max_tokens=48)
    if failed := [reply.error for reply in replies if reply.error]:
        raise RuntimeError(f"{len(failed)} of {len(rows)} requests failed, the first with: {failed[0]}; run the same command again")
    return [
        {"id": row["id"], "reply": reply.text, "tokens_in": reply.tokens_in, "tokens_out": reply.tokens_out,
         "logprob": round(model.score(chat, [reply.text])[reply.text], 4) if reply.text else None}
        for row, chat, reply in zip(rows, chats, replies, strict=True)
    ]  # fmt: skip


def teach() -> int:
    """Ask for the whole pool, and write `data/recordings/14/teacher/pool.jsonl`."""
    rows = ask(read_rows(places.data("abstracts", "pool.jsonl")), teacher(places.cache("teacher.sqlite")))
    sys.stdout.write(f"{write_rows(KEPT, rows)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(teach())
