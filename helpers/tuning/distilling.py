"""A teacher's labels: its replies to a pool of texts as rows to learn from, and filters that keep some of them.

>>> rows = read_pool()                                                                             # doctest: +SKIP
>>> tuning.lora("pocket", [row for row in rows if FILTERS["agreed"](row)], dev=watch)              # doctest: +SKIP
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from helpers.metrics import set_f1
from helpers.metrics.replies import json_value
from helpers.storage import read_rows
from helpers.tasks import load_task

if TYPE_CHECKING:
    import pandas

__all__ = ["FILTERS", "graded", "names", "read_pool"]

POOL = "pool.jsonl"
APPROVED = 0.76  # nats: set on the 100 audited labels, of which about half get as much
SURE = -0.06  # nats a token, the mean over a reply: set on the 100 audited labels, of which about half are as likely


def names(reply: str) -> list[str] | None:
    """The names that a reply lists, each once and as written; None where it is no JSON list of texts.

    >>> names('["BERT", "T5", "BERT"]')
    ['BERT', 'T5']
    """
    value = json_value(reply)
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        return None
    return list(dict.fromkeys(value))


def read_pool(replies: Path | None = None) -> list[dict]:
    """The pool of abstracts as the recorded teacher labeled it: id, input, target (what the teacher lists), reply, tokens_in, tokens_out,
    logprob (of the reply, in nats), again (what it lists when asked in other words, None for no list), judge (by how many nats SmolLM2,
    untuned, finds "yes" likelier than "no" when asked whether the list is right), gold and kind. A reply that is no list is left out.

    gold and kind are there to grade the labels; nothing that learns or filters may read them. replies: another file of them.
    """
    said = read_rows(replies or places.recordings("14", "teacher", POOL))
    checks = {row["id"]: row for row in read_rows(places.recordings("14", "teacher", "checks.jsonl"))}
    texts = {row["id"]: row["input"] for row in read_rows(places.data("abstracts", POOL))}
    grades = {row["id"]: row for row in read_rows(places.data("abstracts", "pool_gold.jsonl"))}
    rows = [
        {**row, "input": texts[row["id"]], "target": names(row["reply"]), "again": names(checks[row["id"]]["again"]),
         "judge": checks[row["id"]]["judge"], "gold": grades[row["id"]]["target"], "kind": grades[row["id"]]["kind"]}
        for row in said
    ]  # fmt: skip
    return [row for row in rows if row["target"] is not None]


def graded(pool: Sequence[Mapping]) -> pandas.DataFrame:
    """A line a row of the pool: kind, f1 of the teacher's list against gold, right (the same names), says_none (an empty list)."""
    import pandas as pd

    lines = [{"kind": row["kind"], "f1": set_f1(row["target"], row["gold"]), "says_none": not row["target"]} for row in pool]
    return pd.DataFrame(lines).assign(right=lambda table: table["f1"] == 1)


def stands(row: Mapping) -> bool:
    """A rule: every name that the teacher lists stands in the text, letter for letter."""
    return all(name in row["input"] for name in row["target"])


def sure(row: Mapping) -> bool:
    """A threshold: the teacher found its reply likely, by the mean over its tokens."""
    return row["logprob"] is not None and row["logprob"] / row["tokens_out"] >= SURE


def two_prompts(row: Mapping) -> bool:
    """Agreement of two prompts: asked in other words, the teacher lists the same names."""
    return row["again"] is not None and set_f1(row["again"], row["target"]) == 1.0


def judged(row: Mapping) -> bool:
    """A judge: SmolLM2, untuned, finds it likely that the list is right."""
    return row["judge"] >= APPROVED


def agreed(row: Mapping) -> bool:
    """Agreement: a second labeler that costs nothing, the task's pattern, finds the same names."""
    return set_f1(re.findall(_pattern(), row["input"]), row["target"]) == 1.0


@cache
def _pattern() -> str:
    return load_task("abstracts").pattern


FILTERS: dict[str, Callable[[Mapping], bool]] = {
    "all": lambda row: True, "stands": stands, "sure": sure, "agreed": agreed, "two prompts": two_prompts, "judge": judged,
}  # fmt: skip
