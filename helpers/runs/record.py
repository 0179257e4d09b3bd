"""The record of a run: a table with one row an example, its score, and how it is kept on disk."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import stats
from helpers.runs.looks import Look
from helpers.stats import Interval
from helpers.storage import read_json, write_text
from helpers.tasks.task import RUN_COLUMNS

if TYPE_CHECKING:
    import pandas

__all__ = ["NoScore", "Run", "frame", "read"]


@dataclass(frozen=True, repr=False)
class NoScore(Interval):
    """The score of an incomplete run: nan, and how many of its n replies failed.

    >>> NoScore(math.nan, math.nan, math.nan, 120, failed=12)
    no score, 12 of 120 replies failed
    """

    failed: int = 0

    def __repr__(self) -> str:
        return f"no score, {self.failed} of {self.n} replies failed"


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """What came of one method, one model and one split. `table` has one row an example, in the split's order; the example's own
    extra columns (`kind`, `domain`) stand behind the others.

    An example whose reply could not be read is a row with score 0 and its `error`; one whose reply failed has the score nan, and makes
    the run incomplete: without a score, until it is run again. None is ever dropped. tokens, seconds and usd are sums over the
    example's replies. `look` is set for a complete run of a test split; `recorded` is the day on which a
    recording of the model was made, if it answered from one: then seconds and usd are those of that day.
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
    recorded: str = ""

    @property
    def score(self) -> Interval:
        """The mean score with its 95% interval: Wilson's for scores of 0 and 1, else the bootstrap's. Of an incomplete run a `NoScore`."""
        return _interval(self.table["score"].to_numpy())

    @property
    def failed(self) -> int:
        """How many examples have no score, because a reply failed."""
        return int(self.table["score"].isna().sum())

    @property
    def complete(self) -> bool:
        """Whether every example has a score."""
        return not self.failed

    @property
    def unread(self) -> int:
        """How many examples score 0 because what the model wrote could not be read."""
        return int((self.table["score"].notna() & self.table["error"].notna()).sum())

    def by(self, column: str) -> pandas.DataFrame:
        """The score of each group of examples, such as each `kind`: columns score, low, high (95% Wilson or bootstrap) and n.

        A group with failed replies has none (nan); a column `failed` then counts them.
        """
        if column not in self.table:
            raise KeyError(f"no column {column!r} in this run; there are: {', '.join(self.table.columns)}")
        import pandas as pd

        intervals = {name: _interval(rows["score"].to_numpy()) for name, rows in self.table.groupby(column, dropna=False)}
        cells = {name: {"score": i.value, "low": i.low, "high": i.high, "n": i.n} for name, i in intervals.items()}
        table = pd.DataFrame.from_dict(cells, orient="index").rename_axis(column)
        return table if self.complete else table.assign(failed=[i.failed if isinstance(i, NoScore) else 0 for i in intervals.values()])

    def summary(self) -> dict:
        """One row of a ladder table: means for tokens and seconds and usd per 1,000 examples, over the replies that came; how many failed,
        how many could not be read, and how many came from the cache."""
        rows = self.scored_rows
        score = self.score
        means = {column: float(rows[column].mean()) for column in ("tokens_in", "tokens_out", "seconds")}
        return {
            "method": self.method,
            "model": self.model,
            "split": self.split,
            "n": len(self.table),
            "score": score.value,
            "low": score.low,
            "high": score.high,
            **means,
            "usd_per_1000": 1000 * float(rows["usd"].mean(skipna=False)),
            "failed": self.failed,
            "unread": self.unread,
            "cached": int(rows["cached"].sum()),
            "recorded": self.recorded,
        }

    @property
    def scored_rows(self) -> pandas.DataFrame:
        """The table without the rows whose replies failed."""
        return self.table[self.table["score"].notna()]

    @property
    def first_error(self) -> str:
        """The first error in a line: of the replies that failed, if any did, else of those that could not be read."""
        rows = self.table if self.complete else self.table[self.table["score"].isna()]
        return textwrap.shorten(next(iter(rows["error"].dropna()), ""), 160, placeholder=" ...")

    def __repr__(self) -> str:
        extra = f", {self.look}" if self.look else ""
        if self.unread:
            extra += f", {self.unread} unread" + f": {self.first_error}" * self.complete
        if not self.complete:
            extra += f" ({self.first_error}); incomplete: run it again"
        recorded = f" (recorded {self.recorded})" if self.recorded else ""
        return f"{self.method} on {self.task}/{self.split} with {self.model}{recorded}: {self.score}{extra}"

    def save(self, folder: str | Path) -> Path:
        """Write `examples.jsonl` and `run.json` into the folder (made if need be); `read(folder)` gives the run back."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        rows = [{key: None if value != value else value for key, value in row.items()} for row in self.table.to_dict("records")]
        write_text(folder / "examples.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        head = {name: value for name, value in vars(self).items() if name != "table"} | {"look": self.look and asdict(self.look)}
        write_text(folder / "run.json", json.dumps(head, ensure_ascii=False, indent=1, default=repr))
        return folder


def read(folder: str | Path) -> Run:
    """A run that `Run.save` wrote."""
    if not ((folder := Path(folder)) / "run.json").exists():
        raise FileNotFoundError(f"no saved run in {folder}: it has no run.json; Run.save(folder) writes it")
    head = read_json(folder / "run.json")
    lines = (folder / "examples.jsonl").read_text(encoding="utf-8").split("\n")
    head["look"] = Look(**head["look"]) if head["look"] else None
    return Run(**head, table=frame([json.loads(line) for line in lines if line]))


def _interval(scores: Sequence[float]) -> Interval:
    if failed := sum(math.isnan(score) for score in scores):
        return NoScore(math.nan, math.nan, math.nan, len(scores), failed)
    if set(scores) <= {0.0, 1.0}:
        return stats.wilson(int(sum(scores)), len(scores))
    return stats.bootstrap(scores)


def frame(rows: list[dict]) -> pandas.DataFrame:
    """The rows as a table whose column types do not depend on what the rows hold."""
    import pandas as pd

    kinds = {"score": float, "tokens_in": int, "tokens_out": int, "seconds": float, "usd": float, "cached": bool}
    names = dict.fromkeys([*RUN_COLUMNS, *rows[0]])
    return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=kinds.get(name, object)) for name in names})
