"""Tasks: examples with their splits, their metric and their budget of looks, from a folder or the Hugging Face hub."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from helpers.examples import check_rows, check_splits, read_rows
from helpers.files import KINDS, from_file
from helpers.metrics.scores import METRICS

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

    from helpers.examples import Rows
    from helpers.files import Report

__all__ = ["Task", "load_task", "from_file", "SPLITS"]

SPLITS = ("train", "dev", "test")
_KEYS: dict[str, type] = {"name": str, "metric": str, "instruction": str, "looks": int, "license": str, "description": str}
_SHOWN = 10


@dataclass(frozen=True, eq=False, repr=False)
class Task:
    """What is asked, of which examples, and how an answer is scored. `task["dev"]` is a `datasets.Dataset`.

    Every example has id (str), input (str), target (str, or list of str), and what the task adds. `looks` is how often
    its test split may be used before its score stops being honest. `documents`: a folder to look things up in; `report`: `from_file`'s.
    """

    name: str
    metric: str
    labels: tuple[str, ...]
    instruction: str
    splits: DatasetDict
    folder: Path | None
    looks: int
    license: str
    description: str = ""
    documents: Path | None = None
    report: Report | None = None

    def __getitem__(self, split: str) -> Dataset:
        if split not in self.splits:
            raise KeyError(f"task {self.name!r} has no split {split!r}; it has {', '.join(self.splits)}")
        return self.splits[split]

    def __repr__(self) -> str:
        sizes = ", ".join(f"{len(rows)} {split}" for split, rows in self.splits.items())
        labels = f" ({', '.join(self.labels)})" if self.labels else ""
        return f"{self.name}: {self.metric}{labels}; {sizes} examples"


def load_task(where: str | Path, *, columns: Mapping[str, str] | None = None, **spec: object) -> Task:
    """A task by its name in data/, its folder, its file ("my.csv": see `from_file`), or its id on the Hugging Face hub ("owner/name").

    A folder holds task.toml (metric, labels, instruction, looks, license) and train.jsonl, dev.jsonl, test.jsonl, one or more.
    `spec` overrides what task.toml says. `columns` is for hub data sets of another shape: ours to theirs, as in
    `load_task("stanfordnlp/sst2", columns={"input": "sentence", "target": "label"}, instruction="...")`; their split
    "validation" is dev, class numbers become their names, missing ids are made, and splits without targets are left out.

    ValueError: the data is at fault; one message names file, line and field of the first ten problems.
    FileNotFoundError: there is no such task.
    """
    if Path(where).suffix.lower() in KINDS and not Path(where, "task.toml").exists():
        return from_file(where, **(columns or {}), **spec)
    folder = _folder(where)
    if folder is None:
        given, rows = _from_hub(str(where), columns or {})
        return _task(str(where), None, given | spec, rows, [])
    given, problems = _read_toml(folder / "task.toml")
    files = [folder / f"{split}.jsonl" for split in SPLITS if (folder / f"{split}.jsonl").exists()]
    if not files:
        have = ", ".join(sorted(file.name for file in folder.iterdir())) or "nothing"
        problems.append(f"{', '.join(f'{split}.jsonl' for split in SPLITS)}: one or more must be there; the folder has {have}")
    rows = {}
    for file in files:
        rows[file.stem], found = read_rows(file)
        problems += found
    return _task(folder.resolve().name, folder, given | spec, rows, problems)


def _folder(where: str | Path) -> Path | None:
    """The folder that is meant; None for a hub id."""
    if isinstance(where, str) and re.fullmatch(r"[\w-]+", where) and places.data(where, "task.toml").exists():
        return places.data(where)
    if Path(where).is_dir():
        return Path(where)
    if isinstance(where, str) and re.fullmatch(r"[A-Za-z0-9][\w.-]*/[\w.-]+", where):
        return None
    known = ", ".join(sorted(file.parent.name for file in places.data().glob("*/task.toml"))) or "none"
    raise FileNotFoundError(f"no task {str(where)!r}: give a name in data/ ({known}), a folder with task.toml, or a hub id as owner/name")


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
    wrong = _check_spec(spec) if spec or not problems else []
    placed = {f"{split}.jsonl" if folder else f"split {split}": found for split, found in rows.items()}
    problems = [*wrong, *problems]
    for place, found in placed.items():
        problems += [] if wrong or not spec else check_rows(place, found, spec["metric"], spec.get("labels", ()))
    problems += check_splits(placed)
    if problems:
        shown = "".join(f"\n  {problem}" for problem in problems[:_SHOWN])
        more = f" (the first {_SHOWN} are shown)" if len(problems) > _SHOWN else ""
        raise ValueError(f"task {name!r} has {len(problems)} problem{'s' * (len(problems) > 1)}{more}:{shown}")
    text = {key: spec.get(key, "") for key in ("metric", "instruction", "license", "description")}
    return Task(
        name=spec.get("name", name), labels=tuple(spec.get("labels", ())), looks=spec.get("looks", 5), splits=_datasets(rows),
        folder=folder, documents=folder / "pages" if folder and (folder / "pages").is_dir() else None, **text,
    )  # fmt: skip


def _check_spec(spec: Mapping) -> list[str]:
    """What is wrong with task.toml (or what was given in its place)."""
    odd = [key for key in spec if key not in (*_KEYS, "labels")]
    problems = [f"task.toml, field {key!r}: is unknown; known are labels, {', '.join(_KEYS)}" for key in odd]
    for key, kind in _KEYS.items():
        value = spec.get(key)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            problems.append(f"task.toml, field {key!r}: must be {kind.__name__}, got {value!r}")
    if spec.get("metric") not in METRICS:
        problems.append(f"task.toml, field 'metric': must be one of {', '.join(METRICS)}, got {spec.get('metric')!r}")
    labels = spec.get("labels", ())
    if not isinstance(labels, list | tuple) or not all(isinstance(label, str) and label.strip() for label in labels):
        problems.append(f"task.toml, field 'labels': must be a list of texts, none of them empty, got {labels!r}")
    elif spec.get("metric") == "label" and len({label.casefold().strip() for label in labels}) < max(2, len(labels)):
        problems.append(f"task.toml, field 'labels': metric \"label\" needs two or more labels, all different, got {labels!r}")
    return problems


def _datasets(rows: Mapping[str, Rows]) -> DatasetDict:
    """In memory, without cache files; a field that some examples lack is None there."""
    from datasets import Dataset, DatasetDict

    splits = {}
    for split, numbered in rows.items():
        fields = dict.fromkeys(field for _, row in numbered for field in row)
        splits[split] = Dataset.from_dict({field: [row.get(field) for _, row in numbered] for field in fields})
    return DatasetDict(splits)


def _from_hub(where: str, columns: Mapping[str, str]) -> tuple[dict, dict[str, Rows]]:
    """A hub data set in our shape: what it says of itself (its task.toml, its class names), and its rows."""
    import datasets
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    try:
        loaded = datasets.load_dataset(where)
    except Exception as error:  # a dozen kinds: no network, no such repository, gated, a loading script
        raise FileNotFoundError(
            f"no folder {where!r} here, and the hub did not give it ({type(error).__name__}: {error}). "
            "Check the name and the network, or give a folder."
        ) from error
    try:
        given, _ = _read_toml(Path(hf_hub_download(where, "task.toml", repo_type="dataset")))
    except (OSError, EntryNotFoundError):  # it has none
        given = {}
    target = columns.get("target", "target")
    classes = next((getattr(split.features.get(target), "names", None) for split in loaded.values()), None)
    if classes:
        given = {"metric": "label", "labels": list(classes)} | given
    splits = {"dev" if split == "validation" else split: _hub_rows(split, rows, columns, classes) for split, rows in loaded.items()}
    return given, {split: splits[split] for split in SPLITS if splits.get(split)}


def _hub_rows(split: str, rows: Dataset, columns: Mapping[str, str], classes: list[str] | None) -> Rows:
    """The rows that have a target, with our field names."""
    names = {theirs: ours for ours, theirs in columns.items()}
    found = []
    for number, theirs in enumerate(rows.to_list(), 1):
        row = {"id": f"{split}-{number}", **{names.get(key, key): value for key, value in theirs.items()}}
        target = row.get("target")
        if classes and isinstance(target, int):
            target = classes[target] if target >= 0 else None
        elif isinstance(target, int | float):
            target = str(target)
        found += [(number, row | {"id": str(row["id"]), "target": target})] if target is not None else []
    return found
