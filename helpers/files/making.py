"""From a file to a task: read, guess, check, split, report. Nothing is written."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.files.cleaning import fields, notes, settled, usable
from helpers.files.columns import Choice, choose
from helpers.files.draft import Draft, divided, drafted, leakage
from helpers.files.indicators import with_flags
from helpers.files.layout import Form
from helpers.files.opening import Source, find_documents, find_sources
from helpers.files.reading import Settings, read
from helpers.files.report import Report, balance, can_show
from helpers.files.shapes import reshaped
from helpers.files.splitting import SHARES
from helpers.files.targets import Targets, understand
from helpers.metrics.registry import METRICS, Facts
from helpers.tasks.task import LOOKS

if TYPE_CHECKING:
    from helpers.tasks.task import Task

__all__ = ["from_file"]


def from_file(
    path: str | Path | Sequence[str | Path],
    *,
    input: str | Sequence[str] | None = None,
    target: str | Sequence[str] | None = None,
    context: str | Sequence[str] | bool | None = None,
    group: str | bool | None = None,
    date: str | bool | None = None,
    id: str | bool | None = None,
    split: str | bool | None = None,
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
    quotechar: str | None = None,
    escapechar: str | None = None,
    header: int | None = None,
    sheet: str | None = None,
    date_format: str | None = None,
    pattern: str | None = None,
    max_chars: int = 100_000,
    quiet: bool = False,
) -> Task:
    """A task from a file of at least 6 examples; its `.report` says what was recognized and guessed, and how to say otherwise.

    path: CSV, JSON (a list, or an object a line), Parquet or Excel (needs the extra `excel`), packed with gzip or not; several of them,
    or a folder of them; a folder that Hugging Face's `save_to_disk` wrote. Also read are the shapes of chat fine-tuning (OpenAI,
    ShareGPT), Alpaca, Label Studio, Argilla, doccano and promptfoo.
    encoding, delimiter, quotechar, escapechar, header (the line of the names, from 1), sheet: how it is written; None: recognize it.
    input, target: a column's name; an input may be a list of columns, or a template such as "{title}\\n{body}". context (a passage that
    the question is about, the field {context} in a prompt), group, date, id and split are optional: None guesses, False is none.
    Several columns of 0 and 1 as a target ("toxic,insult") are a set of labels.
    Splits are those of a column that says train, dev and test, or of files that are named so. Else they are half train, 0.2 dev, 0.3
    test: by date (newest in test), else by a hash of the group, else of the id, and of each label as well; see `splitting`. Where that
    cannot be, the report says why. Copies of a row, and rows whose text is also in a later split, are left out. `max_rows` takes a
    sample of each split.
    pattern: a regular expression whose matches are the answer, which becomes a rung of the ladder.
    documents: a folder of *.md and *.txt files, else `<name>_documents` or `documents` beside the file, becomes `task.documents`.
    The guesses are printed, unless `quiet`. The name ends in a hash of the file's bytes, under which looks at its test split are
    counted; after adding rows, `name=` with the old name goes on counting.

    ValueError: the file or a choice is at fault; one line says what to change. FileNotFoundError: there is no such file.
    """
    sources = find_sources(path)
    file = sources[0].path
    form = Form(delimiter=delimiter, quotechar=quotechar, escapechar=escapechar, header=header)
    table = reshaped(read(sources, Settings(encoding, form, sheet)), target)
    wishes = {"input": input, "target": target, "context": context, "group": group, "date": date, "id": id, "split": split}
    table, wishes["target"] = with_flags(table, target)
    chosen = choose(table, wishes)
    folder = find_documents(file, documents)
    rows = usable(table, chosen, _positive("max_chars", max_chars))
    chosen = settled(rows, chosen)
    cells = rows.cells(chosen["target"].column)
    targets = understand(table.name, chosen["target"].column, cells, rows.numbers, metric=metric, labels=labels)
    targets = replace(targets, options=targets.options or table.options)
    most = None if max_rows is None else _positive("max_rows", max_rows)
    draft, how = divided(drafted(rows, targets, chosen, date_format), chosen, most, seed)
    name = name or f"{_stem(path, file)}-{_digest(sources)}"
    instruction = instruction or table.instruction or _instruction(draft.targets, chosen["target"].column, folder[0] is not None)
    report = _report(name, draft, chosen, how, instruction, folder)
    if report.guesses and not quiet:
        print(report.guesses)
    return replace(_task(report, draft, looks, license, description), pattern=_regular(pattern))


def _stem(path: str | Path | Sequence[str | Path], file: Path) -> str:
    """What the task is called by: the folder, or the (first) file without its ending."""
    folder = Path(path).expanduser() if isinstance(path, str | Path) else file
    return folder.resolve().name if folder.is_dir() else Path(file.name.removesuffix(".gz")).stem


def _digest(sources: Sequence[Source]) -> str:
    """A short hash of the files' bytes, by which looks at them are counted."""
    return hashlib.sha256(b"".join(source.data for source in sources)).hexdigest()[:8]


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
        notes=[*table.notes, *targets.notes, *notes(draft.rows, targets.values)],
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


def _regular(pattern: str | None) -> str:
    """The pattern, if it is one."""
    try:
        re.compile(pattern or "")
    except re.error as error:
        hint = r"a full stop is written \., a bracket \("
        raise ValueError(f"pattern={pattern!r}: it is no regular expression: {error}; {hint}") from None
    return pattern or ""


def _positive(name: str, value: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name}={value!r} must be a whole number of 1 or more")
    return value


def _instruction(targets: Targets, column: str, documents: bool) -> str:
    """A plain instruction, for a reader to better: what to answer, and in which form."""
    if targets.options:
        return f"Decide which of these fit the text: {', '.join(targets.options)}. Answer with a JSON list of them; write [] if none does."
    name = re.sub(r"[_\W]+", " ", column).strip() or "answer"
    return METRICS[targets.metric].instruction(Facts(name, targets.values[:2000], targets.labels, targets.keys, documents))
