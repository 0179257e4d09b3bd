"""Records: what was asked and answered, one row each, whatever it was imported from.

A table (pandas) with the columns id, prompt, response, perhaps target, score (NaN where nobody said), perhaps embedding, time (UTC, or
NaT), conversation, and then the source's own columns under their names. `attrs["notes"]` says in sentences what was assumed or left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.failures.assembly import NAMES, Wish, assemble, no_column
from helpers.failures.gathering import Gathered
from helpers.failures.sources import read_columns
from helpers.files.table import table_of

if TYPE_CHECKING:
    import pandas

    from helpers.retrieval import Embedder
    from helpers.runs import Run

__all__ = ["from_archive", "from_run", "read"]

VECTORS_IN = ("embedding", "embeddings", "vector", "prompt_embedding", "prompt_vector")


def read(
    path: str | Path, *, zone: str | None = None, encoding: str | None = None, missing: str = "refuse", embed: Embedder | None = None,
    **columns: Wish,
) -> pandas.DataFrame:  # fmt: skip
    """Records from a file of rows: JSONL, CSV, Parquet (of any length), or JSON, Excel (held in memory as a whole).

    columns: prompt, response, target, score, embedding, time, conversation, id, each found by its name, or `prompt="body"`; False
    for none. `embed` makes the vectors, in place of the file's. `missing="drop"` leaves out rows that lack a prompt, or a vector where
    others have one; else they are an error. `zone` is that of times that name none. ValueError: a broken file, row or value: which,
    what is allowed, what to do.

    >>> read("log.jsonl", prompt="body")  # doctest: +SKIP
    """
    if unknown := columns.keys() - {*NAMES, "embedding"}:
        raise TypeError(f"read() has no option {sorted(unknown)[0]}=; a column can be named for {', '.join(NAMES)} and embedding")
    path = Path(path).expanduser()
    embedding = columns.pop("embedding", None)
    keep = embedding is not False and embed is None
    gathered = Gathered(path.name, (embedding,) if isinstance(embedding, str) else VECTORS_IN, keep=keep)
    table = read_columns(path, gathered, encoding)
    if keep and isinstance(embedding, str) and gathered.vectors is None:
        raise ValueError(no_column(table, "embedding", embedding))
    return assemble(table, gathered.vectors, columns, zone=zone, missing=missing, embed=embed)


def from_run(runs: Run | Iterable[Run], *, embed: Embedder | None = None) -> pandas.DataFrame:
    """Records from one run of this workbook or several, also such as `runs.read` gave back: input, reply, target and score.

    With several runs an id is "method|model|example"; the columns method, model, split and example keep the parts.
    """
    from helpers.runs import Run

    several = [runs] if isinstance(runs, Run) else list(runs)
    rows: list[dict] = []
    for run in several:
        about = {"task": run.task, "split": run.split, "method": run.method, "model": run.model, "metric": run.metric}
        for row in run.table.to_dict("records"):
            name = f"{run.method}|{run.model}|{row['id']}" if len(several) > 1 else row["id"]
            rows.append({**row, "id": name, "example": row["id"], **about})
    return _of_examples("the runs" if len(several) > 1 else "the run", rows, embed)


def from_archive(archive: str | Path, *, table: str = "examples", embed: Embedder | None = None) -> pandas.DataFrame:
    """Records from the table of examples in a Comet archive, by its path or its name in `tracking.runs()`."""
    from helpers import tracking

    return _of_examples(Path(archive).name, tracking.table(archive, table).to_dict("records"), embed)


def _of_examples(place: str, rows: list[dict], embed: Embedder | None) -> pandas.DataFrame:
    if not rows:
        raise ValueError(f"{place} has no examples: run a method on a split first")
    return assemble(table_of(place, "run", rows), None, {"prompt": "input", "response": "reply", "time": False}, embed=embed)
