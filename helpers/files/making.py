"""From a file to a task: read, guess, check, split, report. Nothing is written."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.files.cleaning import fields, usable
from helpers.files.columns import Choice, choose
from helpers.files.draft import Draft, drafted, leakage, notes, split
from helpers.files.opening import KINDS, decode, find_documents, read_bytes
from helpers.files.records import Table, read_csv, read_jsonl, read_parquet
from helpers.files.report import Report, balance, can_show
from helpers.files.splitting import SHARES
from helpers.files.targets import Targets, understand
from helpers.metrics.registry import METRICS, Facts
from helpers.tasks.task import LOOKS

if TYPE_CHECKING:
    from helpers.tasks.task import Task

__all__ = ["from_file"]


def from_file(
    path: str | Path,
    *,
    input: str | Sequence[str] | None = None,
    target: str | None = None,
    context: str | Sequence[str] | bool | None = None,
    group: str | bool | None = None,
    date: str | bool | None = None,
    id: str | bool | None = None,
    metric: str | None = None,
    labels: Sequence[str] | None = None,
    instruction: str | None = None,
    documents: str | Path | bool | None = None,
    seed: int = 0,
    max_rows: int | None = None,
    name: str | None = None,
    looks: int = LOOKS,
    license: str = "",
    description: str = "",
    encoding: str | None = None,
    delimiter: str | None = None,
    date_format: str | None = None,
    max_chars: int = 100_000,
    quiet: bool = False,
) -> Task:
    """A task from a CSV, JSONL or Parquet file of at least 6 examples; its `.report` says what was guessed, and how to say otherwise.

    input, target: a column's name; an input may be a list of columns, or a template such as "{title}\\n{body}". context (a passage that
    the question is about, the field {context} in a prompt), group, date and id are optional: None guesses, False is none.
    Splits are half train, 0.2 dev, 0.3 test: by date (newest in test), else by a hash of the group, else of the id, and of each label
    as well; see `splitting`. Where that cannot be, the report says why. Copies of a row, and rows whose text is also in a later split,
    are left out. `max_rows` takes a sample of each split.
    documents: a folder of *.md and *.txt files, else `<name>_documents` or `documents` beside the file, becomes `task.documents`.
    The guesses are printed, unless `quiet`. The name ends in a hash of the file's bytes, under which looks at its test split are
    counted; after adding rows, `name=` with the old name goes on counting.

    ValueError: the file or a choice is at fault; one line says what to change. FileNotFoundError: there is no such file.
    """
    file = Path(path).expanduser()
    data = read_bytes(file)
    table = _read(file.name, data, encoding, delimiter)
    chosen = choose(table, {"input": input, "target": target, "context": context, "group": group, "date": date, "id": id})
    folder = find_documents(file, documents)
    rows = usable(table, chosen, _positive("max_chars", max_chars))
    cells = rows.cells(chosen["target"].column)
    targets = understand(file.name, chosen["target"].column, cells, rows.numbers, metric=metric, labels=labels)
    most = None if max_rows is None else _positive("max_rows", max_rows)
    draft, how = split(drafted(rows, targets, chosen, date_format), chosen, most, seed)
    name = name or f"{file.stem}-{hashlib.sha256(data).hexdigest()[:8]}"
    instruction = instruction or _instruction(draft.targets, chosen["target"].column, folder[0] is not None)
    report = _report(name, draft, chosen, how, instruction, folder)
    if report.guesses and not quiet:
        print(report.guesses)
    return _task(report, draft, looks, license, description)


def _read(name: str, data: bytes, encoding: str | None, delimiter: str | None) -> Table:
    kind = KINDS[Path(name).suffix.lower()]
    if kind == "Parquet":
        return read_parquet(name, data)
    text = decode(name, data, encoding)
    if kind == "JSONL":
        return read_jsonl(name, text)
    if delimiter is not None and len(delimiter) != 1:
        raise ValueError(f'delimiter={delimiter!r} must be one character, such as ";" or "\\t"')
    return read_csv(name, text, delimiter or ("\t" if name.lower().endswith(".tsv") else None))


def _report(
    name: str, draft: Draft, chosen: Mapping[str, Choice], how: Sequence[str], instruction: str, documents: tuple[Path | None, str]
) -> Report:
    table = draft.rows.table
    targets = draft.targets
    return Report(
        task=name,
        file=table.name,
        kind=table.kind,
        rows=len(table),
        columns=chosen,
        metric=targets.metric,
        metric_why=targets.why,
        instruction=instruction,
        sizes=draft.sizes(),
        split_by=how[0],
        missed=how[1:],
        balance=balance(targets.values, targets.labels, draft.splits, list(SHARES)),
        left_out=draft.rows.left_out,
        leakage=leakage(draft, chosen),
        shows=can_show(draft.sizes(), targets.values, targets.labels, draft.splits),
        documents=documents[0],
        documents_why=documents[1],
        notes=[*table.notes, *targets.notes, *notes(draft)],
    )


def _task(report: Report, draft: Draft, looks: int, license: str, description: str) -> Task:
    from datasets import Dataset, DatasetDict

    from helpers.tasks.task import Task

    columns = fields(draft.rows, report.columns, draft.ids, draft.targets.values)
    places = {name: [p for p, split in enumerate(draft.splits) if split == name] for name in SHARES}
    splits = {name: {column: [cells[p] for p in some] for column, cells in columns.items()} for name, some in places.items()}
    return Task(
        name=report.task,
        metric=report.metric,
        labels=draft.targets.labels,
        instruction=report.instruction,
        splits=DatasetDict({name: Dataset.from_dict(cells) for name, cells in splits.items()}),
        folder=None,
        looks=looks,
        license=license,
        description=description or f"{len(draft.rows):,} examples of {report.file}",
        documents=report.documents,
        report=report,
    )


def _positive(name: str, value: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name}={value!r} must be a whole number of 1 or more")
    return value


def _instruction(targets: Targets, column: str, documents: bool) -> str:
    """A plain instruction, for a reader to better: what to answer, and in which form."""
    name = re.sub(r"[_\W]+", " ", column).strip() or "answer"
    return METRICS[targets.metric].instruction(Facts(name, targets.values[:2000], targets.labels, targets.keys, documents))
