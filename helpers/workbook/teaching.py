"""What the teachers of lesson 14 say: SmolLM2 with its recorded adapter lists the models of 600 abstracts; untuned, it labels reviews.

`python -m helpers.workbook.teaching` asks for the lists, in about half an hour on one core; every reply is kept as it comes, so after a
kill the same command goes on. A test asks a sample again. With `checks` behind it, it asks for a second opinion on each list, in ten
minutes: the teacher's own by another prompt, and a judge's. With `reviews`, it asks for the log-probabilities of both labels on dev, in
about two minutes (those on train are in lesson 12's recording).
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

    from helpers.models import Model, Reply

__all__ = ["TEACHER", "ask", "check", "label", "teach", "teacher"]

TEACHER = "abstracts-smollm2"
KEPT = places.recordings("14", "teacher", "pool.jsonl")
CHECKED = places.recordings("14", "teacher", "checks.jsonl")
LABELED = places.recordings("14", "teacher", "reviews.jsonl")
AGAIN = "Which models does the text name? Answer with a JSON list.\n\n{input}"
JUDGE = "{input}\n\nModels named above: {reply}\n\nIs this list right? Answer yes or no."
ASK = "###\n{input}\n###\nIs this review negative or positive? Answer with one word."  # as lesson 12 asks
SYSTEM = "You are an experienced analyst of customer reviews."


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
    replies = _answered(model.ask_many(chats, max_tokens=48))
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


def check(rows: Sequence[dict], kept: Sequence[dict], model: Model, judge: Model) -> list[dict]:
    """A line a row: its id; `again`, what the teacher replies to another prompt; and `judge`: asked whether the kept list is right, by how
    many nats the judge finds "yes" likelier than "no". RuntimeError: a request failed."""
    again = _answered(model.ask_many([AGAIN.format(input=row["input"]) for row in rows], max_tokens=48))
    asked = [JUDGE.format(input=row["input"], reply=said["reply"]) for row, said in zip(rows, kept, strict=True)]
    verdicts = _answered(judge.ask_many(asked, options=["yes", "no"], max_tokens=1))
    return [
        {"id": row["id"], "again": reply.text, "judge": round(verdict.scores[0] - verdict.scores[1], 4)}
        for row, reply, verdict in zip(rows, again, verdicts, strict=True)
    ]


def _answered(replies: Sequence[Reply]) -> Sequence[Reply]:
    if failed := [reply.error for reply in replies if reply.error]:
        raise RuntimeError(f"{len(failed)} of {len(replies)} requests failed, the first with: {failed[0]}; run the same command again")
    return replies


def label(limit: int | None = None) -> list[dict]:
    """A line a review of dev: its id, and SmolLM2's log-probability of each label, in the task's order of labels."""
    from helpers import models
    from helpers.prompts import Template
    from helpers.tasks import load_task

    task = load_task("reviews")
    rows = task["dev"].to_list()[:limit]
    asking = Template("label", ASK, system=SYSTEM)
    replies = models.load("smollm2", cache=False).ask_many([asking.render(row) for row in rows], options=task.labels, max_tokens=1)
    return [{"id": row["id"], "scores": [round(score, 4) for score in reply.scores]} for row, reply in zip(rows, replies, strict=True)]


def look_again() -> int:
    """Check the whole pool, and write `data/recordings/14/teacher/checks.jsonl`."""
    from helpers import models

    kept = places.cache("teacher.sqlite")
    rows = check(read_rows(places.data("abstracts", "pool.jsonl")), read_rows(KEPT), teacher(kept), models.load("smollm2", cache=kept))
    sys.stdout.write(f"{write_rows(CHECKED, rows)}\n")
    return 0


def main(names: Sequence[str] = ()) -> int:
    if list(names) == ["reviews"]:
        sys.stdout.write(f"{write_rows(LABELED, label())}\n")
        return 0
    if list(names) == ["checks"]:
        return look_again()
    if names:
        raise SystemExit(f"teaching asks for the pool, or for 'checks' or 'reviews', not for {' '.join(names)!r}")
    return teach()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
