"""The ledger of looks: how often a test split has been used, and by what.

Every look at a test split makes its score a little less honest, because the next choice is made with it in mind
(Dwork et al. 2015, "The reusable holdout", Science 349). So each is written down, one JSON line in `outputs/looks.jsonl`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from helpers import places
from helpers.storage import short

__all__ = ["Look", "LookWarning", "look", "used", "data_fingerprint"]


class LookWarning(UserWarning):
    """A look past the budget."""


@dataclass(frozen=True)
class Look:
    """One use of a test split: the number-th of the budget. `again` if the same look had been had before."""

    task: str
    number: int
    budget: int
    again: bool = False

    @property
    def over(self) -> bool:
        """Whether it is past the budget."""
        return self.number > self.budget

    def __str__(self) -> str:
        return f"look {self.number} of {self.budget}{', had before' if self.again else ''}"


def look(task: str, method: str, model: str, data: str, *, split: str = "", budget: int, ledger: Path | None = None) -> Look:
    """Write a look down and number it. The same task, method, model and data again is the same look, under its first number.

    `method`, `model` and `data` are fingerprints, such as `Method.fingerprint`, `Model.spec` and `data_fingerprint(rows)`.
    `split` is the fingerprint of the whole test split. Looks are counted by name and `split`: other data under the same name has a
    budget of its own, while a run with a `limit` (other `data`, the same `split`) uses the same one.
    """
    ledger = ledger or places.outputs("looks.jsonl")
    key = hashlib.sha256(json.dumps([task, method, model, data]).encode()).hexdigest()[:16]
    before = _keys(task, split, ledger)
    if key not in before:
        _append(ledger, {"key": key, "task": task, "method": method, "model": model, "data": data, "whole": split})
    number = _keys(task, split, ledger).index(key) + 1
    return Look(task, number, budget, again=key in before)


def used(task: str, split: str = "", *, ledger: Path | None = None) -> int:
    """How many different looks the task's test split has had; without `split`, all data sets of that name together.

    >>> used("a task that nobody has run")
    0
    """
    return len(_keys(task, split, ledger or places.outputs("looks.jsonl")))


def data_fingerprint(rows: Iterable[Mapping]) -> str:
    """Twelve characters that change with any id, input or target, or their order."""
    parts = [[row["id"], row["input"], row["target"]] for row in rows]
    return short(json.dumps(parts, default=repr))


def _keys(task: str, split: str, ledger: Path) -> list[str]:
    """The different looks at one test split in the order they were first had; where either side does not say which, the name decides."""
    if not ledger.exists():
        return []
    entries = [_entry(line) for line in ledger.read_text(encoding="utf-8").split("\n")]
    same = [entry for entry in entries if entry.get("task") == task and (not split or entry.get("whole") in (None, "", split))]
    return list(dict.fromkeys(entry["key"] for entry in same if "key" in entry))


def _entry(line: str) -> dict:
    """One line of the ledger; {} for a line that a killed process left half-written."""
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _append(ledger: Path, entry: dict) -> None:
    """One line in one write, so that processes side by side do not mix theirs; a torn line before it is closed first."""
    ledger.parent.mkdir(parents=True, exist_ok=True)
    torn = ledger.exists() and ledger.stat().st_size and not ledger.read_bytes().endswith(b"\n")
    with ledger.open("ab", buffering=0) as file:
        file.write((("\n" if torn else "") + json.dumps(entry, ensure_ascii=False) + "\n").encode())
