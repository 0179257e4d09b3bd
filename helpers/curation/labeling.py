"""A labeling queue: rows with a proposed label, what a person decided about each, saved as it comes, resumed where it stopped."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from helpers.curation.decisions import Counts, Decision, check, count
from helpers.curation.journal import Journal, alone
from helpers.prompts import Json, as_text
from helpers.storage import write_rows, write_text

__all__ = ["Queue", "queue"]

FORMAT = "llm-ladder queue 1"
NEEDED = ("id", "input", "target")
ADDED = ("old_target", "decision", "note")  # by an export


class Queue:
    """The rows of a file that `queue` made, and what was decided about them. A decision is on the disk when its method returns."""

    def __init__(self, path: Path):
        self.path = path
        self._journal = Journal(path)
        head, *lines = self._journal.news() or [{}]
        if head.get("format") != FORMAT:
            raise ValueError(f"{path.name} is no labeling queue: its first line should hold {FORMAT!r}. Give another path.")
        self.labels: tuple[str, ...] | None = tuple(head["labels"]) if head["labels"] is not None else None
        self.rows = tuple(lines[: head["rows"]])
        self._by_id = {row["id"]: row for row in self.rows}
        self._recent: list[str] = []  # the ids of the decisions and notes in force, the last one last
        self._stacks: dict[str, list[Decision]] = {}
        self._apply(lines[head["rows"] :])

    @classmethod
    def open(cls, path: str | Path) -> Queue:
        """The queue in a file, to go on with. FileNotFoundError: there is none."""
        if not Path(path).exists():
            raise FileNotFoundError(f"there is no queue {Path(path).name}: curation.queue(rows, path, labels=...) makes one")
        return cls(Path(path))

    def state(self, id: str) -> Decision:
        """What stands about a row. ValueError: the queue has no row of that id."""
        if id not in self._by_id:
            known = ", ".join(list(self._by_id)[:3])
            raise ValueError(f"{self.path.name} has no row {id!r} among its {len(self.rows)}; an id there is like {known}")
        stack = self._stacks.get(id)
        return stack[-1] if stack else Decision(id, label=self._by_id[id]["target"])

    def decide(self, id: str, decision: str, label: Json = None, *, seconds: float | None = None) -> Decision:
        """Save a decision: "keep" the proposed label, "change" it to `label`, or "unsure". It replaces an earlier one about the row.

        ValueError: there is no such row or decision, or the label is not allowed.
        """
        before = self.state(id)
        target = self._by_id[id]["target"]
        check(target, self.labels, decision, label)
        new = label if decision == "change" else target
        return self._save(replace(before, decision=decision, label=new, seconds=seconds))

    def note(self, id: str, text: str) -> Decision:
        """Save a note about a row in place of an earlier one; its decision stays."""
        return self._save(replace(self.state(id), note=text))

    def undo(self) -> str | None:
        """Take back the last decision or note, and return the id of its row; None where nothing is left to take back."""
        id = self._recent[-1] if self._recent else None
        if id is not None:
            self._apply(self._journal.append({"undo": id}))
        return id

    def next_open(self, start: int = 0) -> int | None:
        """The place of the first open row from `start` on, and then from the beginning; None where all are reviewed."""
        numbers = [*range(start, len(self.rows)), *range(start)]
        return next((number for number in numbers if not self.state(self.rows[number]["id"]).decision), None)

    def counts(self) -> Counts:
        """How many rows were kept, changed and unsure, and the minutes."""
        return count(len(self.rows), [stack[-1] for stack in self._stacks.values() if stack])

    def reviewed(self) -> list[dict]:
        """All rows with the label that stands now as `target`, and with `old_target`, `decision` ("" where open) and `note`."""
        states = [self.state(row["id"]) for row in self.rows]
        return [
            {**row, "target": state.label, "old_target": row["target"], "decision": state.decision, "note": state.note}
            for row, state in zip(self.rows, states)
        ]

    def export(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write `reviewed` as .jsonl, the rows of a task, or as .csv. FileExistsError: the file is there, and `overwrite` is not set."""
        path = Path(path)
        if path.suffix not in (".jsonl", ".csv"):
            raise ValueError(f"{path.name}: the name of an export ends in .jsonl or .csv")
        if path.resolve() == self.path.resolve():
            raise ValueError(f"{path.name} is the queue itself: give the export a name of its own")
        if path.exists() and not overwrite:
            raise FileExistsError(f"{path.name} is already there: give another name, or overwrite=True")
        return write_rows(path, self.reviewed()) if path.suffix == ".jsonl" else write_text(path, _csv(self.reviewed()))

    def __repr__(self) -> str:
        place = self.next_open()
        further = "nothing is open" if place is None else f"goes on at row {place + 1}"
        return f"{self.counts()}; {further}." + (" A save that was cut off was dropped." if self._journal.dropped else "")

    def _save(self, state: Decision) -> Decision:
        state = replace(state, on=datetime.now(UTC).isoformat(timespec="seconds"))
        self._apply(self._journal.append(asdict(state)))
        return state

    def _apply(self, lines: Iterable[Mapping]) -> None:
        for line in lines:
            if "undo" not in line:
                self._stacks.setdefault(line["id"], []).append(Decision(**line))
                self._recent.append(line["id"])
            elif self._stacks.get(line["undo"]):  # two processes may have taken back the same
                self._stacks[line["undo"]].pop()
                del self._recent[-1 - self._recent[::-1].index(line["undo"])]


def queue(rows: Iterable[Mapping], path: str | Path, *, labels: Sequence[str] | None = None) -> Queue:
    """A queue of rows to review, in a file of its own; where the file is there already, its queue, which goes on.

    rows: each with id, input, and the proposed label as target (None: no proposal); what else it holds is context. labels: those to
    choose from; without, any text or list. ValueError: rows without these or with the same id, or other rows than the file was made from.
    """
    path = Path(path)
    rows = [dict(row) for row in rows]
    _check_rows(rows, labels)
    path.parent.mkdir(parents=True, exist_ok=True)
    with alone(path):
        if not path.exists():
            head = {"format": FORMAT, "rows": len(rows), "labels": None if labels is None else list(labels)}
            write_rows(path, [head, *rows])
    made = Queue(path)
    _compare(made, rows, labels)
    return made


def _check_rows(rows: Sequence[Mapping], labels: Sequence[str] | None) -> None:
    ids = set()
    for number, row in enumerate(rows, 1):
        lacking = [field for field in NEEDED if field not in row]
        if lacking or any(field in row for field in ADDED):
            raise ValueError(f"row {number} has the fields {', '.join(row)}; it needs {', '.join(NEEDED)}, and none of {', '.join(ADDED)}")
        if not isinstance(row["id"], str) or row["id"] in ids:
            raise ValueError(f"row {number}: id {row['id']!r} is no text, or an earlier row has it; each row needs an id of its own")
        if labels is not None and row["target"] is not None and row["target"] not in labels:
            raise ValueError(f"row {row['id']!r}: its target {row['target']!r} is not one of labels: {', '.join(map(repr, labels))}")
        ids.add(row["id"])


def _compare(made: Queue, rows: Sequence[Mapping], labels: Sequence[str] | None) -> None:
    """ValueError: the queue in the file is one of other rows or labels."""
    old, new = ({row["id"]: (as_text(row["input"]), as_text(row["target"])) for row in each} for each in (made.rows, rows))
    kinds = {
        "new": [id for id in new if id not in old],
        "gone": [id for id in old if id not in new],
        "with another text or label": [id for id in new if id in old and new[id] != old[id]],
    }
    said = [f"{len(ids)} {kind} ({', '.join(ids[:3])}{', ...' if len(ids) > 3 else ''})" for kind, ids in kinds.items() if ids]
    if made.labels != (None if labels is None else tuple(labels)):
        said.append(f"labels {labels!r} instead of {made.labels!r}")
    if said:
        raise ValueError(
            f"{made.path.name} is a queue of other rows: {'; '.join(said)}. Nothing was changed: it has {made.counts()}. "
            "Go on with Queue.open(path), or give the new rows a path of their own."
        )


def _csv(rows: Sequence[Mapping]) -> str:
    """The rows as CSV; a list or a table in a field as JSON."""
    file = io.StringIO()
    fields = dict.fromkeys(field for row in rows for field in row)
    writer = csv.DictWriter(file, fields or (*NEEDED, *ADDED), lineterminator="\n")
    writer.writeheader()
    writer.writerows({field: "" if value is None else as_text(value) for field, value in row.items()} for row in rows)
    return file.getvalue()
