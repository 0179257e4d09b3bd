"""Tasks: examples with their splits, their metric and their budget of looks, from a folder or the Hugging Face hub."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from helpers.metrics.registry import METRICS
from helpers.tasks.examples import check_columns, check_roles, check_rows, check_splits, read_rows, renamed
from helpers.tasks.hub import from_hub
from helpers.tasks.task import PROMPTS, SPLITS, Task

if TYPE_CHECKING:
    from datasets import DatasetDict

    from helpers.tasks.examples import Rows

__all__ = ["load_task"]

_KEYS: dict[str, type] = {"name": str, "metric": str, "instruction": str, "looks": int, "license": str, "description": str}
_SHOWN = 10


def load_task(where: str | Path, *, columns: Mapping[str, str] | None = None, **spec: object) -> Task:
    """A task by its name in data/, its folder, its file ("my.csv": see `from_file`), or its id on the Hugging Face hub ("owner/name").

    A folder holds task.toml (metric, labels, instruction, looks, license) and train.jsonl, dev.jsonl, test.jsonl, one or more.
    `spec` overrides what task.toml says. `columns` is for data of another shape: ours to theirs, as in
    `load_task("stanfordnlp/sst2", columns={"input": "sentence", "target": "label"}, instruction="...")`. Of a hub data set the split
    "validation" is dev, class numbers become their names, missing ids are made, and splits without targets are left out.

    ValueError: the data is at fault (one message names file, line and field of the first ten problems), or a column is not there.
    FileNotFoundError: there is no such task.
    """
    from helpers.files import KINDS, from_file
    from helpers.files.columns import ROLES

    if Path(where).suffix.lower() in KINDS and not Path(where, "task.toml").exists():
        check_roles(Path(where).name, ROLES, columns or {})
        return from_file(where, **(columns or {}), **spec)
    folder = _folder(where)
    if folder is None:
        file, classes, rows = from_hub(str(where), columns or {})
        given = classes | (_read_toml(file)[0] if file else {})
        return _task(str(where), None, given | spec, {split: rows[split] for split in SPLITS if rows.get(split)}, [])
    given, problems = _read_toml(folder / "task.toml")
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
        name=spec.get("name", name),
        labels=tuple(spec.get("labels", ())),
        looks=spec.get("looks", 5),
        splits=_datasets(rows),
        folder=folder,
        documents=folder / "pages" if folder and (folder / "pages").is_dir() else None,
        prompts=dict(spec.get("prompts", {})),
        **text,
    )


def _check_spec(spec: Mapping) -> list[str]:
    """What is wrong with task.toml (or what was given in its place)."""
    odd = [key for key in spec if key not in (*_KEYS, "labels", "prompts")]
    problems = [f"task.toml, field {key!r}: is unknown; known are labels, prompts, {', '.join(_KEYS)}" for key in odd]
    for key, kind in _KEYS.items():
        value = spec.get(key)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            problems.append(f"task.toml, field {key!r}: must be {kind.__name__}, got {value!r}")
    if spec.get("metric") not in METRICS:
        problems.append(f"task.toml, field 'metric': must be one of {', '.join(METRICS)}, got {spec.get('metric')!r}")
    labels = spec.get("labels", ())
    if not isinstance(labels, list | tuple) or not all(isinstance(label, str) and label.strip() for label in labels):
        problems.append(f"task.toml, field 'labels': must be a list of texts, none of them empty, got {labels!r}")
    elif _needs_labels(spec) and len({label.casefold().strip() for label in labels}) < max(2, len(labels)):
        problems.append(f"task.toml, field 'labels': metric {spec['metric']!r} needs two or more labels, all different, got {labels!r}")
    return problems + _check_prompts(spec.get("prompts", {}))


def _needs_labels(spec: Mapping) -> bool:
    return spec.get("metric") in METRICS and METRICS[spec["metric"]].needs_labels


def _check_prompts(prompts: object) -> list[str]:
    if not isinstance(prompts, Mapping) or not all(isinstance(text, str) for text in prompts.values()):
        return [f"task.toml, table 'prompts': must hold texts, got {prompts!r}"]
    odd = [name for name in prompts if name not in PROMPTS]
    return [f"task.toml, table 'prompts': {name!r} is unknown; known are {', '.join(PROMPTS)}" for name in odd]


def _datasets(rows: Mapping[str, Rows]) -> DatasetDict:
    """In memory, without cache files; a field that some examples lack is None there."""
    from datasets import Dataset, DatasetDict

    splits = {}
    for split, numbered in rows.items():
        fields = dict.fromkeys(field for _, row in numbered for field in row)
        splits[split] = Dataset.from_dict({field: [row.get(field) for _, row in numbered] for field in fields})
    return DatasetDict(splits)
