"""Tasks: examples with their splits, their metric and their budget of looks, from a folder or the Hugging Face hub."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from helpers.files.opening import KINDS, find_sources, is_file
from helpers.metrics.registry import METRICS
from helpers.models.hub import quickly, why_not
from helpers.spelling import did_you_mean
from helpers.tasks.examples import check_columns, check_roles, check_rows, check_splits, read_rows, renamed
from helpers.tasks.task import LOOKS, SPLITS, SpecValue, Task, check_spec

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

    from helpers.tasks.examples import Rows

__all__ = ["check_place", "load_task"]

_SHOWN = 10


def load_task(where: str | Path, *, columns: Mapping[str, str] | None = None, **spec: SpecValue) -> Task:
    """A task by its name in data/, its folder, its file ("my.csv": see `from_file`), or its id on the Hugging Face hub ("owner/name").

    A folder holds task.toml (metric, labels, instruction, looks, license) and train.jsonl, dev.jsonl, test.jsonl, one or more.
    `spec` overrides what task.toml says. `columns` is for data of another shape: ours to theirs, as in
    `load_task("stanfordnlp/sst2", columns={"input": "sentence", "target": "label"}, instruction="...")`. Of a hub data set the split
    "validation" is dev, class numbers become their names, missing ids are made, and splits without targets are left out.

    ValueError: the data is at fault (one message names file, line and field of the first ten problems), or a column is not there.
    FileNotFoundError: there is no such task.
    """
    from helpers.files import from_file
    from helpers.files.columns import ROLES

    if _is_file(where):
        check_roles(Path(where).name, ROLES, columns or {})
        return from_file(where, **(columns or {}), **spec)
    folder = _folder(where)
    if folder is None:
        file, classes, rows = _from_hub(str(where), columns or {})
        listed = classes | (_read_toml(file)[0] if file else {})
        return _task(str(where), None, listed | spec, {split: rows[split] for split in SPLITS if rows.get(split)}, [])
    listed, problems = _read_toml(folder / "task.toml")
    files = [folder / f"{split}.jsonl" for split in SPLITS if (folder / f"{split}.jsonl").exists()]
    if not files:
        have = ", ".join(sorted(file.name for file in folder.iterdir())) or "nothing"
        problems.append(f"{', '.join(f'{split}.jsonl' for split in SPLITS)}: one or more must be there; the folder has {have}")
    rows = {}
    for file in files:
        rows[file.stem], bad = read_rows(file)
        problems += bad
    if columns and not problems:
        check_columns(folder.resolve().name, [field for numbered in rows.values() for _, row in numbered for field in row], columns)
        rows = {split: [(number, renamed(row, columns)) for number, row in numbered] for split, numbered in rows.items()}
    return _task(folder.resolve().name, folder, listed | spec, rows, problems)


def check_place(where: str | Path) -> None:
    """FileNotFoundError: no task, file or folder here is called so. A hub id is taken as it is: nobody is asked."""
    if not _is_file(where):
        _folder(where)
    elif not Path(where).expanduser().exists():
        find_sources(where)


def _is_file(where: str | Path) -> bool:
    """Whether a file or a folder of files is meant, and not a task in data/ of that name."""
    return is_file(where) and not _is_own(where)


def _is_own(where: str | Path) -> bool:
    """Whether it is the name of a task in data/."""
    return isinstance(where, str) and bool(re.fullmatch(r"[\w-]+", where)) and places.data(where, "task.toml").exists()


def _folder(where: str | Path) -> Path | None:
    """The folder that is meant; None for a hub id."""
    if _is_own(where):
        return places.data(where)
    if Path(where).is_dir():
        return Path(where)
    if isinstance(where, str) and re.fullmatch(r"[A-Za-z0-9][\w.-]*/[\w.-]+", where):
        return None
    known = sorted(file.parent.name for file in places.data().glob("*/task.toml"))
    raise FileNotFoundError(
        f"no task {str(where)!r}{did_you_mean(str(where), known)}: give a name in data/ ({', '.join(known) or 'none'}), "
        f"a folder with task.toml, a hub id as owner/name, or a file ({', '.join(KINDS)})"
    )


def _read_toml(file: Path) -> tuple[dict, list[str]]:
    if not file.exists():
        return {}, [f'{file.name}: is missing; it holds at least: metric = "exact" (or {", ".join(METRICS)})']
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig")), []
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        return {}, [f"{file.name}, line {line}: is not UTF-8; save the file as UTF-8"]
    except tomllib.TOMLDecodeError as error:
        return {}, [f"{file.name}: broken TOML: {error}"]


def _task(name: str, folder: Path | None, spec: Mapping, rows: Mapping[str, Rows], problems: list[str]) -> Task:
    """Check everything, tell every problem at once, and put the task together."""
    wrong = check_spec(spec) if spec or not problems else []
    placed = {f"{split}.jsonl" if folder else f"split {split}": numbered for split, numbered in rows.items()}
    problems = [*wrong, *problems]
    for place, numbered in placed.items():
        problems += [] if wrong or not spec else check_rows(place, numbered, spec["metric"], spec.get("labels", ()))
    problems += check_splits(placed)
    if problems:
        shown = "".join(f"\n  {problem}" for problem in problems[:_SHOWN])
        more = f" (the first {_SHOWN} are shown)" if len(problems) > _SHOWN else ""
        raise ValueError(f"task {name!r} has {len(problems)} problem{'s' * (len(problems) > 1)}{more}:{shown}")
    text = {key: spec.get(key, "") for key in ("metric", "instruction", "license", "description", "pattern")}
    return Task(
        name=spec.get("name", name),
        labels=tuple(spec.get("labels", ())),
        looks=spec.get("looks", LOOKS),
        splits=_datasets(rows),
        folder=folder,
        documents=folder / "pages" if folder and (folder / "pages").is_dir() else None,
        prompts=dict(spec.get("prompts", {})),
        **text,
    )


def _datasets(rows: Mapping[str, Rows]) -> DatasetDict:
    """In memory, without cache files; a field that some examples lack is None there."""
    from datasets import Dataset, DatasetDict

    splits = {}
    for split, numbered in rows.items():
        fields = dict.fromkeys(field for _, row in numbered for field in row)
        splits[split] = Dataset.from_dict({field: [row.get(field) for _, row in numbered] for field in fields})
    return DatasetDict(splits)


def _from_hub(where: str, columns: Mapping[str, str]) -> tuple[Path | None, dict, dict[str, Rows]]:
    """A data set by its id: its task.toml, if it has one; what its class names say of the task; its rows by split ("validation" is dev).

    FileNotFoundError: the hub did not give it. ValueError: `columns` names one that it has not.
    """
    from datasets import ClassLabel

    loaded = _fetched(where)
    check_columns(where, [name for split in loaded.values() for name in split.column_names], columns)
    target = columns.get("target", "target")
    feature = next((split.features.get(target) for split in loaded.values()), None)
    classes = feature.names if isinstance(feature, ClassLabel) else None
    spec = {"metric": "label", "labels": list(classes)} if classes else {}
    return _toml(where), spec, {
        "dev" if split == "validation" else split: _rows(split, rows, columns, classes) for split, rows in loaded.items()
    }  # fmt: skip


def _fetched(where: str) -> DatasetDict:
    import datasets

    try:
        with quickly():
            return datasets.load_dataset(where)
    except Exception as error:  # a dozen kinds: no network, no such repository, gated, a loading script
        raise FileNotFoundError(
            f"no folder {where!r} here, and the hub did not give it ({why_not(error)}). Check the name, or give a folder."
        ) from error


def _toml(where: str) -> Path | None:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    try:
        return Path(hf_hub_download(where, "task.toml", repo_type="dataset"))
    except (OSError, EntryNotFoundError):
        return None


def _rows(split: str, rows: Dataset, columns: Mapping[str, str], classes: list[str] | None) -> Rows:
    """The rows that have a target, with our field names."""
    ours = []
    for number, theirs in enumerate(rows.to_list(), 1):
        row = {"id": f"{split}-{number}", **renamed(theirs, columns)}
        target = row.get("target")
        if classes and isinstance(target, int):
            target = classes[target] if target >= 0 else None
        elif isinstance(target, int | float):
            target = str(target)
        ours += [(number, row | {"id": str(row["id"]), "target": target})] if target is not None else []
    return ours
