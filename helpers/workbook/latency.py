"""`python -m helpers.workbook.latency`: how long lesson 14's teacher and its student take for an answer, asked one by one on one thread.

Processor seconds, so that a busy machine counts as a quiet one; the lesson reads them, as its own seconds would differ from run to run.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import helpers.models  # noqa: F401  (before torch: it sets how threads wait)
from helpers import places, tuning
from helpers.storage import write_json
from helpers.tasks import load_task
from helpers.workbook import teaching
from helpers.workbook.distillations import TAUGHT
from helpers.workbook.trainings import tuned

if TYPE_CHECKING:
    from helpers.models import Model

__all__ = ["KEPT", "measure"]

KEPT = places.recordings("14", "teacher", "seconds.json")
ASKED = 20  # abstracts of dev


def measure(model: Model, chats: Sequence, max_tokens: int) -> dict[str, float]:
    """Processor seconds and written tokens an answer; one question before the clock starts, since the first reads the weights."""
    model.ask(chats[0], max_tokens=max_tokens)
    start = time.process_time()
    written = sum(model.ask(chat, max_tokens=max_tokens).tokens_out for chat in chats)
    return {"seconds": round((time.process_time() - start) / len(chats), 3), "tokens": round(written / len(chats), 1), "n": len(chats)}


def main() -> int:
    import torch

    torch.set_num_threads(1)
    rows = load_task("abstracts")["dev"].to_list()[:ASKED]
    asking, own = teaching.SLOW[teaching.TEACHER].asking(), TAUGHT[0].ask
    student: tuning.Tuned = tuned(TAUGHT[0])
    found = {
        "teacher": measure(teaching.teacher(), [asking.messages(row) for row in rows], asking.settings["max_tokens"]),
        "student": measure(student.model(), [own.messages(row) for row in rows], own.settings["max_tokens"]),
    }
    sys.stdout.write(f"{write_json(KEPT, found)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
