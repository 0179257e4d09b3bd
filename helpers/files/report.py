"""The report on a reader's file: what was guessed and how to say otherwise, what was left out, what the size can show."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from helpers import stats
from helpers.files.columns import Choice
from helpers.files.splitting import SHARES

__all__ = ["Report", "missed", "can_show", "smallest_difference"]

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
        guesses = [f"{role}={choice.column!r}" for role, choice in self.columns.items() if choice.column and not choice.stated]
        guesses += [f"metric={self.metric!r}"] if self.metric_why != "as you said" else []
        return f"{self.file}: guessed {', '.join(guesses)}. Give any of these to say otherwise; .report says why." if guesses else ""

    def sections(self) -> list[tuple[str, list[str]]]:
        """The report as titles with lines."""
        used = sum(self.sizes.values())
        sizes = [f"{split}: {n:,}" for split, n in self.sizes.items()]
        documents = f"documents={self.documents.name!r}" if self.documents else "none"
        sections = [
            ("Columns, and the keyword that says otherwise", [_column(choice) for choice in self.columns.values()]),
            ("Task", [f"metric={self.metric!r}: {self.metric_why}", f"instruction={self.instruction!r}"]),
            (f"Splits: {used:,} of {self.rows:,} rows", [*sizes, self.split_by, *self.missed]),
            ("Labels: train, dev, test", self._labels()),
            ("Left out", [f"{reason}: {_rows(rows)}" for reason, rows in self.left_out.items()] or ["nothing"]),
            ("Leakage", list(self.leakage) or ["none found"]),
            ("What this size can show", list(self.shows)),
            ("Documents", [f"{documents}: {self.documents_why}"]),
            ("Notes", list(self.notes)),
        ]
        return [(title, lines) for title, lines in sections if lines]

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
    return f"{choice.role}={choice.column!r}: {choice.why if choice.stated else 'guessed, ' + choice.why}"


def _rows(rows: Sequence[int]) -> str:
    some = ", ".join(map(str, rows[:5])) + (", ..." if len(rows) > 5 else "")
    return f"{len(rows):,} row{'s' * (len(rows) != 1)} ({some})"


def missed(targets: Sequence, labels: Sequence[str], splits: Sequence[str], why: str) -> list[str]:
    """Sentences, none if all is near: splits off by more than a row and 2% of the rows, labels that a split lacks, labels far off.

    why: what keeps rows together, such as "groups stay whole"; "" if nothing does.
    """
    sizes = Counter(splits)
    cause = f", because {why}" if why else ""
    counts = Counter(zip(targets, splits)) if labels else Counter()
    totals = {label: sum(counts[label, split] for split in SHARES) for label in labels}
    sentences = [
        f"{split} has {sizes[split]:,} rows, and its share of {len(splits):,} is {share * len(splits):,.0f}{cause}"
        for split, share in SHARES.items()
        if abs(sizes[split] - share * len(splits)) > max(1, 0.02 * len(splits))
    ]
    for split in SHARES:
        rare = [f"{label} ({totals[label]})" for label in labels if totals[label] < len(SHARES) and not counts[label, split]]
        lost = [label for label in labels if totals[label] >= len(SHARES) and not counts[label, split]]
        sentences += [f"{split} has no {', '.join(rare)}: a label needs {len(SHARES)} rows to be in every split"] if rare else []
        sentences += [f"{split} has no {', '.join(lost)}{cause}"] if lost else []
    far = [label for label in labels if _far(label, counts, totals)]
    return sentences + ([f"labels whose rows are not near 50, 20 and 30% in train, dev and test{cause}: {', '.join(far)}"] if far else [])


def _far(label: str, counts: Mapping[tuple[str, str], int], totals: Mapping[str, int]) -> bool:
    """Off by more than two rows and a tenth of the label's rows, in some split."""
    return any(abs(counts[label, split] - share * totals[label]) > max(2, 0.1 * totals[label]) for split, share in SHARES.items())


_TUNE, _RARE = 100, 10  # train rows below which tuning is a gamble; test rows of a label below which its own score says nothing


def can_show(sizes: Mapping[str, int], targets: Sequence, labels: Sequence[str], splits: Sequence[str]) -> list[str]:
    """Sentences about the sizes of the splits: the interval of a score, the smallest difference, rare labels, tuning."""
    n = sizes["test"]
    train = sizes["train"]
    rows = sum(sizes.values())
    half, sharp = (stats.wilson(round(share * n), n) for share in (0.5, 0.9))
    needed = stats.sample_size(half_width=0.05)
    sentences = [
        f"{n:,} test rows: {_interval(half)}, and {_interval(sharp)} (Wilson, 95%; graded scores are mostly a little surer).",
        _differences(n),
    ]
    if n < needed:
        sentences.append(f"To know a score to 5 points takes {needed} test rows, here about {round(needed * rows / n):,} rows in all.")
    if train < _TUNE:
        sentences.append(f"{train} train rows are enough for examples in a prompt, and too few to expect much of tuning.")
    if labels:
        sentences += _rare(targets, labels, splits)
    if n > 2000:
        sentences.append(f"Every method asks {n:,} times for one look at test: limit= in a run, or max_rows= here, takes fewer.")
    return sentences


def smallest_difference(n: int, *, discordant: float = 0.3) -> float | None:
    """The smallest difference of two methods, as a share, that n paired examples show with a power of 80%; None if none is.

    >>> round(smallest_difference(234), 2), smallest_difference(6)
    (0.1, 0.862)
    """
    steps = [step / 1000 for step in range(1, 1001)]
    return next((d for d in steps if stats.sample_size(difference=d, discordant=max(discordant, d)) <= n), None)


def _interval(score: stats.Interval) -> str:
    digits = 0 if score.n < 400 else 1
    return f"a score of {score.value:.{digits}%} has the interval {score.low:.{digits}%} to {score.high:.{digits}%}"


def _differences(n: int) -> str:
    least = smallest_difference(n)
    if least is None or least > 0.5:
        return f"Two methods on {n} test rows: no difference that one meets in practice can be told from chance; read the answers instead."
    return f"Two methods on {n:,} test rows must differ by {100 * least:.1f} points to be told apart (power 80%, 3 rows in 10 differing)."


def _rare(targets: Sequence, labels: Sequence[str], splits: Sequence[str]) -> list[str]:
    test = Counter(target for target, split in zip(targets, splits) if split == "test")
    train = Counter(target for target, split in zip(targets, splits) if split == "train")
    few = [f"{label} ({test[label]})" for label in labels if test[label] < _RARE]
    sentences = [f"Labels with fewer than {_RARE} test rows, whose own score says little: {', '.join(few)}."] if few else []
    never = [label for label in labels if not train[label]]
    return sentences + ([f"No train row has {', '.join(never)}: no method can learn it from examples."] if never else [])
