"""The report on a reader's file: what was guessed and how to say otherwise, what was left out, what the size can show."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from helpers.files.columns import Choice

__all__ = ["Report"]

_LABELS = 20  # rows of the table of labels


@dataclass(frozen=True, repr=False)
class Report:
    """What `from_file` made of a file. Shown, it is plain text; in a notebook, a page.

    `sizes`: examples by split; `missed`: sentences on where they are not near their shares; `balance`: examples by label and split;
    `left_out`: row numbers by reason; `leakage`, `shows` and `notes`: sentences.
    """

    task: str
    file: str
    kind: str
    rows: int
    columns: Mapping[str, Choice]
    metric: str
    metric_why: str
    instruction: str
    sizes: Mapping[str, int]
    split_by: str
    missed: Sequence[str] = ()
    balance: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    left_out: Mapping[str, Sequence[int]] = field(default_factory=dict)
    leakage: Sequence[str] = ()
    shows: Sequence[str] = ()
    documents: Path | None = None
    documents_why: str = ""
    notes: Sequence[str] = ()

    @property
    def guesses(self) -> str:
        """One line: what was guessed, each with the keyword that says otherwise; "" if the reader said it all."""
        found = [f"{role}={choice.column!r}" for role, choice in self.columns.items() if choice.column and not choice.given]
        found += [f"metric={self.metric!r}"] if self.metric_why != "as you said" else []
        return f"{self.file}: guessed {', '.join(found)}. Give any of these to say otherwise; .report says why." if found else ""

    def sections(self) -> list[tuple[str, list[str]]]:
        """The report as titles with lines."""
        used, sizes = sum(self.sizes.values()), (f"{split}: {n:,}" for split, n in self.sizes.items())
        told = [
            ("Columns, and the keyword that says otherwise", [_column(choice) for choice in self.columns.values()]),
            ("Task", [f"metric={self.metric!r}: {self.metric_why}", f"instruction={self.instruction!r}"]),
            (f"Splits: {used:,} of {self.rows:,} rows", [*sizes, self.split_by, *self.missed]),
            ("Labels: train, dev, test", self._labels()),
            ("Left out", [f"{reason}: {_rows(rows)}" for reason, rows in self.left_out.items()] or ["nothing"]),
            ("Leakage", list(self.leakage) or ["none found"]),
            ("What this size can show", list(self.shows)),
            (
                "Documents",
                [f"documents={self.documents.name!r}: {self.documents_why}" if self.documents else f"none: {self.documents_why}"],
            ),
            ("Notes", list(self.notes)),
        ]
        return [(title, lines) for title, lines in told if lines]

    def _labels(self) -> list[str]:
        rows = sorted(self.balance.items(), key=lambda item: -sum(item[1].values()))
        total = sum(sum(counts.values()) for _, counts in rows) or 1
        lines = [f"{label}: {', '.join(f'{n:,}' for n in counts.values())} ({sum(counts.values()) / total:.1%})" for label, counts in rows]
        return lines[:_LABELS] + ([f"and {len(lines) - _LABELS} more"] if len(lines) > _LABELS else [])

    def __repr__(self) -> str:
        parts = [f"{title}\n" + "\n".join(f"  {line}" for line in lines) for title, lines in self.sections()]
        return f"{self.file} ({self.kind}) as task {self.task!r}\n\n" + "\n\n".join(parts)

    def _repr_html_(self) -> str:
        def items(lines: Sequence[str]) -> str:
            return "".join(f"<li>{html.escape(line)}</li>" for line in lines)

        parts = "".join(f"<h4>{html.escape(title)}</h4><ul>{items(lines)}</ul>" for title, lines in self.sections())
        return f"<section><h3>{html.escape(self.file)} ({self.kind}) as task {html.escape(self.task)}</h3>{parts}</section>"


def balance(targets: Sequence, labels: Sequence[str], splits: Sequence[str], names: Sequence[str]) -> dict[str, dict[str, int]]:
    """How often each label stands in each split."""
    counts = Counter(zip(targets, splits)) if labels else Counter()
    return {label: {split: counts[label, split] for split in names} for label in labels}


def _column(choice: Choice) -> str:
    if choice.column is None:
        return f"{choice.role}= none: {choice.why}"
    return f"{choice.role}={choice.column!r}: {choice.why if choice.given else 'guessed, ' + choice.why}"


def _rows(rows: Sequence[int]) -> str:
    some = ", ".join(map(str, rows[:5])) + (", ..." if len(rows) > 5 else "")
    return f"{len(rows):,} row{'s' * (len(rows) != 1)} ({some})"
