"""A task: what is asked, of which examples, and how an answer is scored; and what may be wrong with its description, task.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.metrics.registry import METRICS

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

    from helpers.files import Report

__all__ = ["LOOKS", "PROMPTS", "RUN_COLUMNS", "SPLITS", "SpecValue", "Task", "check_spec"]

SPLITS = ("train", "dev", "test")
LOOKS = 20  # at a test split, where nobody says how many: two climbs of the longest ladder, of nine rungs
# Columns of a run's table, which no other column of an example may be called.
RUN_COLUMNS = (
    "id", "input", "target", "messages", "reply", "answer", "score", "tokens_in", "tokens_out", "seconds", "usd", "cached", "error"
)  # fmt: skip
PROMPTS = ("bare", "engineered", "closed", "reading")  # a first try, one with care; without and with {passages}

_KEYS: dict[str, type] = {"name": str, "metric": str, "instruction": str, "looks": int, "license": str, "description": str, "pattern": str}
SpecValue = str | int | Sequence[str] | Mapping[str, str] | None  # of a field of task.toml


@dataclass(frozen=True, eq=False, repr=False)
class Task:
    """What is asked, of which examples, and how an answer is scored. `task["dev"]` is a `datasets.Dataset`.

    Every example has id (str), input (str), target (str, or list of str), and what the task adds. `looks` is how often
    its test split may be used before its score stops being honest. `documents`: a folder to look things up in; `prompts`: those written for
    it, by what they are for (PROMPTS); `pattern`: a regular expression whose matches are the answer; `report`: `from_file`'s.
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
    prompts: Mapping[str, str] = field(default_factory=dict)
    report: Report | None = None
    pattern: str = ""

    def __getitem__(self, split: str) -> Dataset:
        if split not in self.splits:
            raise KeyError(f"task {self.name!r} has no split {split!r}; it has {', '.join(self.splits)}")
        return self.splits[split]

    def __repr__(self) -> str:
        sizes = ", ".join(f"{len(rows)} {split}" for split, rows in self.splits.items())
        labels = f" ({', '.join(self.labels)})" if self.labels else ""
        return f"{self.name}: {self.metric}{labels}; {sizes} examples"


def check_spec(spec: Mapping) -> list[str]:
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


def _check_prompts(prompts: SpecValue) -> list[str]:
    if not isinstance(prompts, Mapping) or not all(isinstance(text, str) for text in prompts.values()):
        return [f"task.toml, table 'prompts': must hold texts, got {prompts!r}"]
    odd = [name for name in prompts if name not in PROMPTS]
    return [f"task.toml, table 'prompts': {name!r} is unknown; known are {', '.join(PROMPTS)}" for name in odd]
