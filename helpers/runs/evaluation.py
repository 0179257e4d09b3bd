"""Runs: one method, one model, one split; a table with one row an example. And what two runs say about each other.

A run is not resumed from a file of its own: every reply is in the models' cache the moment it arrives, so running again after
a kill, or after some replies failed, asks (and pays) only for the rest.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from helpers.methods.method import Method, Solver, answers
from helpers.metrics.registry import score
from helpers.progress import bar
from helpers.runs.comparison import Comparison, compare
from helpers.runs.looks import Look, LookWarning, data_fingerprint, look
from helpers.runs.record import Run, frame, read
from helpers.stats import Interval
from helpers.tasks.task import RUN_COLUMNS

if TYPE_CHECKING:
    import pandas
    from datasets import Dataset

    from helpers.methods.method import Answer
    from helpers.models import Model
    from helpers.tasks import Task

__all__ = ["Run", "Comparison", "run", "compare", "table", "read"]

BLOCK = 4_096  # examples that are asked and scored at a time: beside the table, what a run holds does not grow with its rows


def run(method: Solver, task: Task, model: Model | None, *, split: str = "dev", limit: int | None = None, progress: bool = True) -> Run:
    """Ask about every example of a split (or its first `limit`), and score what comes back.

    Before any call: the targets are scored once and a `Method` makes all its messages, so a bad example costs nothing. If some replies
    fail, the run is incomplete and a warning says so: it has no score and counts no look, and running it again asks only for the rest.
    ModelError: all failed, or the first eight of a block of 4,096. A test split counts a look (`Run.look`); past the task's budget it still
    runs, with a warning. `progress=False` or LADDER_PROGRESS=off hides the bar, which shows only in a terminal or a notebook that someone
    watches.
    """
    import pandas as pd

    examples = _examples(task, split, limit)
    for block, some in enumerate(_blocks(examples)):
        _check(method, task, some, asked_later=block > 0)
    started = time.perf_counter()
    with bar(len(examples), f"{method.name} on {task.name}/{split}", progress) as shown:
        tables = [_asked(method, task, model, some, shown.update) for some in _blocks(examples)]
    seconds = time.perf_counter() - started
    template = getattr(method, "template", None)
    done = Run(
        task.name,
        method.name,
        model.name if model else "none",
        split,
        task.metric,
        pd.concat(tables, ignore_index=True),
        settings=dict(getattr(method, "settings", {})),
        seconds=seconds,
        template=asdict(template) | {"fingerprint": template.fingerprint} if template else {},
        recorded=model.recorded if model else "",
    )
    if not done.complete:
        warnings.warn(f"{done}{_rest(model)}", stacklevel=2)
        return done
    return replace(done, look=_look(method, task, model, examples)) if split == "test" else done


def table(runs: Iterable[Run]) -> pandas.DataFrame:
    """The ladder table: one row a run, with what it gains over the run above it (empty for the first, and for another task or split)."""
    import pandas as pd

    rows: list[dict] = []
    above: Run | None = None
    for this in runs:
        same = above and (above.task, above.split, above.metric) == (this.task, this.split, this.metric)
        gain = compare(above, this).difference if same else Interval(math.nan, math.nan, math.nan, 0)  # nan too if one is incomplete
        rows.append({"task": this.task, **this.summary(), "gain": gain.value, "gain_low": gain.low, "gain_high": gain.high})
        above = this
    return pd.DataFrame(rows)


def _examples(task: Task, split: str, limit: int | None) -> Dataset:
    if limit is not None and limit < 1:
        raise ValueError(f"limit={limit}: it is the number of examples from the start of the split, 1 or more, or None for all")
    rows = task[split]
    return rows.select(range(min(limit or len(rows), len(rows))))


def _blocks(examples: Dataset) -> Iterator[list[dict]]:
    for start in range(0, len(examples), BLOCK):
        yield examples.select(range(start, min(start + BLOCK, len(examples)))).to_list()


def _check(method: Solver, task: Task, examples: list[dict], *, asked_later: bool) -> None:
    """An error for a bad example; a `Method` makes the messages of what is asked first by itself before it asks."""
    for example in examples:
        _score(task, example, "")
        if asked_later and isinstance(method, Method):
            method.check(example)


def _asked(method: Solver, task: Task, model: Model | None, examples: list[dict], update: Callable[[int], object]) -> pandas.DataFrame:
    """The rows of some examples, asked and scored."""
    answered = answers(method, examples, model, lambda i, answer: update(1))
    return frame([_row(task, example, answer) for example, answer in zip(examples, answered, strict=True)])


def _score(task: Task, example: Mapping, answer: str) -> float:
    try:
        return score(task.metric, answer, example["target"], task.labels)
    except ValueError as error:
        raise ValueError(f"task {task.name!r}, example {example['id']!r} cannot be scored: {error}") from error


def _rest(model: Model | None) -> str:
    """What running again costs, where replies are kept."""
    return ", which asks only for the rest" if model is not None and model.cache is not None else ""


def _row(task: Task, example: Mapping, answer: Answer) -> dict:
    """One row of the table; an example whose reply failed has no score (nan), one whose reply could not be read scores 0."""
    replies = answer.replies
    error = answer.failed or answer.error or (next((r.error for r in replies if r.error), None) if not answer.text else None)
    sums = {name: sum(getattr(reply, name) for reply in replies) for name in ("tokens_in", "tokens_out", "seconds", "usd")}
    return {
        **{name: example[name] for name in ("id", "input", "target")},
        "messages": answer.messages,
        "reply": replies[-1].text if replies else "",
        "answer": "" if answer.failed else answer.text,
        "score": math.nan if answer.failed else 0.0 if error else _score(task, example, answer.text),
        **sums,
        "cached": bool(replies) and all(reply.cached for reply in replies),
        "error": error,
        **{name: value for name, value in example.items() if name not in RUN_COLUMNS},
    }


def _look(method: Solver, task: Task, model: Model | None, examples: Dataset) -> Look:
    who = f"{model.name} {getattr(model, 'fingerprint', model.spec)}" if model else "none"
    all_of_test = data_fingerprint(sorted(task["test"], key=lambda row: row["id"]))
    how = getattr(method, "fingerprint", method.name)
    this_look = look(task.name, how, who, data_fingerprint(examples), split=all_of_test, budget=task.looks)
    if this_look.over:
        warnings.warn(
            f"This is look {this_look.number} at the test split of {task.name!r}, and its budget is {this_look.budget}: the score is no "
            "longer an honest estimate. Choose on the dev split, and use the test split once, for what you chose.",
            LookWarning,
            stacklevel=3,
        )
    return this_look
