"""Runs: one method, one model, one split; a table with one row an example. And what two runs say about each other.

A run is not resumed from a file of its own: every reply is in the models' cache the moment it arrives, so running again after
a kill asks (and pays) only for the rest.
"""

from __future__ import annotations

import json
import math
import time
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from helpers import stats
from helpers.comparison import Comparison, compare
from helpers.looks import Look, data_fingerprint, look
from helpers.progress import bar
from helpers.scoring import score
from helpers.stats import Interval

if TYPE_CHECKING:
    import pandas

    from helpers.models import Model
    from helpers.tasks import Task
    from helpers.techniques import Answer, OnAnswer

__all__ = ["Run", "Comparison", "run", "compare", "table", "read"]

COLUMNS = ("id", "input", "target", "messages", "reply", "answer", "score", "tokens_in", "tokens_out", "seconds", "usd", "cached", "error")


class Solver(Protocol):
    """A method, as a run needs it; `fingerprint` and `template` are used where it has them."""

    name: str

    def solve(self, examples: Sequence[Mapping], model: Model | None, on_answer: OnAnswer | None = None) -> list[Answer]: ...


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """What came of one method, one model and one split. `table` has one row an example, in the split's order; the example's own
    extra columns (`kind`, `domain`) stand behind the others.

    A failed example (no reply, or one that could not be read) is a row with score 0 and its `error`; it is never dropped.
    tokens, seconds and usd are sums over the example's replies. `look` is set for a test split.
    """

    task: str
    method: str
    model: str
    split: str
    metric: str
    table: pandas.DataFrame
    settings: dict
    template: dict
    seconds: float
    look: Look | None = None

    @property
    def score(self) -> Interval:
        """The mean score with its 95% interval: Wilson's for scores of 0 and 1, else the bootstrap's."""
        scores = self.table["score"].to_numpy()
        return stats.wilson(int(scores.sum()), len(scores)) if set(scores) <= {0.0, 1.0} else stats.bootstrap(scores)

    def by(self, column: str) -> pandas.DataFrame:
        """The score of each group of examples, such as each `kind`: columns score, low, high (95% Wilson or bootstrap) and n."""
        if column not in self.table:
            raise KeyError(f"no column {column!r} in this run; there are: {', '.join(self.table.columns)}")
        import pandas as pd

        found = {name: _interval(rows["score"].to_numpy()) for name, rows in self.table.groupby(column)}
        return pd.DataFrame([{column: name, "score": i.value, "low": i.low, "high": i.high, "n": i.n} for name, i in found.items()]).set_index(column)

    def summary(self) -> dict:
        """One row of a ladder table: means for tokens and seconds, usd per 1,000 examples, counts of errors and cached rows."""
        rows, at = self.table, self.score
        means = {column: float(rows[column].mean()) for column in ("tokens_in", "tokens_out", "seconds")}
        return {"method": self.method, "model": self.model, "split": self.split, "n": len(rows), "score": at.value, "low": at.low,
                "high": at.high, **means, "usd_per_1000": 1000 * float(rows["usd"].mean(skipna=False)),
                "errors": int(rows["error"].notna().sum()), "cached": int(rows["cached"].sum())}

    def __repr__(self) -> str:
        failed = int(self.table["error"].notna().sum())
        extra = (f", {failed} failed" if failed else "") + (f", {self.look}" if self.look else "")
        return f"{self.method} on {self.task}/{self.split} with {self.model}: {self.score}{extra}"

    def save(self, folder: str | Path) -> Path:
        """Write `examples.jsonl` and `run.json` into the folder (made if need be); `read(folder)` gives the run back."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        rows = [{key: None if value != value else value for key, value in row.items()} for row in self.table.to_dict("records")]
        _write(folder / "examples.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        head = {name: value for name, value in vars(self).items() if name != "table"} | {"look": self.look and asdict(self.look)}
        _write(folder / "run.json", json.dumps(head, ensure_ascii=False, indent=1, default=repr))
        return folder


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
    return Run(task.name, method.name, model.name if model else "none", split, task.metric, _frame(rows),
               settings=dict(getattr(method, "settings", {})), seconds=seconds,
               template=asdict(template) | {"fingerprint": template.fingerprint} if template else {},
               look=_look(method, task, model, examples) if split == "test" else None)


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


def read(folder: str | Path) -> Run:
    """A run that `Run.save` wrote."""
    if not ((folder := Path(folder)) / "run.json").exists():
        raise FileNotFoundError(f"no saved run in {folder}: it has no run.json; Run.save(folder) writes it")
    head = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    lines = (folder / "examples.jsonl").read_text(encoding="utf-8").split("\n")
    head["look"] = Look(**head["look"]) if head["look"] else None
    return Run(**head, table=_frame([json.loads(line) for line in lines if line]))


def _interval(scores: Sequence[float]) -> Interval:
    if set(scores) <= {0.0, 1.0}:
        return stats.wilson(int(sum(scores)), len(scores))
    return stats.bootstrap(scores)


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
    return {**{name: example[name] for name in ("id", "input", "target")}, "messages": answer.messages,
            "reply": replies[-1].text if replies else "", "answer": answer.text,
            "score": 0.0 if error else _score(task, example, answer.text), **sums,
            "cached": bool(replies) and all(reply.cached for reply in replies), "error": error,
            **{name: value for name, value in example.items() if name not in COLUMNS}}


def _frame(rows: list[dict]) -> pandas.DataFrame:
    """The rows as a table whose column types do not depend on what the rows hold."""
    import pandas as pd

    kinds = {"score": float, "tokens_in": int, "tokens_out": int, "seconds": float, "usd": float, "cached": bool}
    return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=kinds.get(name, object)) for name in dict.fromkeys([*COLUMNS, *rows[0]])})


def _look(method: Solver, task: Task, model: Model | None, examples: list[dict]) -> Look:
    who = f"{model.name} {getattr(model, 'fingerprint', model.spec)}" if model else "none"
    seen = look(task.name, getattr(method, "fingerprint", method.name), who, data_fingerprint(examples), budget=task.looks)
    if seen.over:
        warnings.warn(f"This is look {seen.number} at the test split of {task.name!r}, and its budget is {seen.budget}: the score is no "
                      "longer an honest estimate. Choose on the dev split, and use the test split once, for what you chose.", stacklevel=3)
    return seen


def _write(file: Path, text: str) -> None:
    """All or nothing: a killed process leaves the old file."""
    part = file.with_name(file.name + ".part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(file)
