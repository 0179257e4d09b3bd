"""Runs: one method, one model, one split; a table with one row an example. And what two runs say about each other.

A run is not resumed from a file of its own: every reply is in the models' cache the moment it arrives, so running again after
a kill asks (and pays) only for the rest.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Protocol

from helpers.metrics.scores import score
from helpers.progress import bar
from helpers.runs.comparison import Comparison, compare
from helpers.runs.looks import Look, data_fingerprint, look
from helpers.runs.record import COLUMNS, Run, frame, read
from helpers.stats import Interval

if TYPE_CHECKING:
    import pandas

    from helpers.methods.method import Answer, OnAnswer
    from helpers.models import Model
    from helpers.tasks import Task

__all__ = ["Run", "Comparison", "run", "compare", "table", "read"]


class Solver(Protocol):
    """A method, as a run needs it; `fingerprint` and `template` are used where it has them."""

    name: str

    def solve(self, examples: Sequence[Mapping], model: Model | None, on_answer: OnAnswer | None = None) -> list[Answer]: ...


def run(method: Solver, task: Task, model: Model | None, *, split: str = "dev", limit: int | None = None, progress: bool = True) -> Run:
    """Ask about every example of a split (or its first `limit`), and score what comes back.

    Before any call: the targets are scored once and a `Method` makes all its messages, so a bad example costs nothing.
    A test split counts a look (`Run.look`); past the task's budget it still runs, with a warning. `progress=False` or
    LADDER_PROGRESS=off hides the bar, which shows only in a terminal or a notebook that someone watches.
    """
    examples = _examples(task, split, limit)
    for example in examples:
        _score(task, example, "")
    started = time.perf_counter()
    with bar(len(examples), f"{method.name} on {task.name}/{split}", progress) as shown:
        answers = method.solve(examples, model, lambda i, answer: shown.update(1))
    seconds = time.perf_counter() - started
    if len(answers) != len(examples):
        raise ValueError(f"method {method.name!r} gave {len(answers)} answers to {len(examples)} examples: solve() gives one each")
    rows = [_row(task, example, answer) for example, answer in zip(examples, answers, strict=True)]
    template = getattr(method, "template", None)
    return Run(
        task.name,
        method.name,
        model.name if model else "none",
        split,
        task.metric,
        frame(rows),
        settings=dict(getattr(method, "settings", {})),
        seconds=seconds,
        template=asdict(template) | {"fingerprint": template.fingerprint} if template else {},
        look=_look(method, task, model, examples) if split == "test" else None,
    )


def table(runs: Iterable[Run]) -> pandas.DataFrame:
    """The ladder table: one row a run, with what it gains over the run above it (empty for the first, and for another task or split)."""
    import pandas as pd

    rows, above = [], None
    for this in runs:
        same = above and (above.task, above.split, above.metric) == (this.task, this.split, this.metric)
        gain = compare(above, this).difference if same else Interval(math.nan, math.nan, math.nan, 0)
        rows.append({"task": this.task, **this.summary(), "gain": gain.value, "gain_low": gain.low, "gain_high": gain.high})
        above = this
    return pd.DataFrame(rows)


def _examples(task: Task, split: str, limit: int | None) -> list[dict]:
    if limit is not None and limit < 1:
        raise ValueError(f"limit={limit}: it is the number of examples from the start of the split, 1 or more, or None for all")
    rows = task[split]
    return rows.select(range(min(limit or len(rows), len(rows)))).to_list()


def _score(task: Task, example: Mapping, answer: str) -> float:
    try:
        return score(task.metric, answer, example["target"], task.labels)
    except ValueError as error:
        raise ValueError(f"task {task.name!r}, example {example['id']!r} cannot be scored: {error}") from error


def _row(task: Task, example: Mapping, answer: Answer) -> dict:
    """One row of the table; an example without an answer, for whatever reason, scores 0."""
    replies = answer.replies
    error = answer.error or (next((r.error for r in replies if r.error), None) if not answer.text else None)
    sums = {name: sum(getattr(reply, name) for reply in replies) for name in ("tokens_in", "tokens_out", "seconds", "usd")}
    return {
        **{name: example[name] for name in ("id", "input", "target")},
        "messages": answer.messages,
        "reply": replies[-1].text if replies else "",
        "answer": answer.text,
        "score": 0.0 if error else _score(task, example, answer.text),
        **sums,
        "cached": bool(replies) and all(reply.cached for reply in replies),
        "error": error,
        **{name: value for name, value in example.items() if name not in COLUMNS},
    }


def _look(method: Solver, task: Task, model: Model | None, examples: list[dict]) -> Look:
    who = f"{model.name} {getattr(model, 'fingerprint', model.spec)}" if model else "none"
    seen = look(task.name, getattr(method, "fingerprint", method.name), who, data_fingerprint(examples), budget=task.looks)
    if seen.over:
        warnings.warn(
            f"This is look {seen.number} at the test split of {task.name!r}, and its budget is {seen.budget}: the score is no "
            "longer an honest estimate. Choose on the dev split, and use the test split once, for what you chose.",
            stacklevel=3,
        )
    return seen
