"""What `ladder decide` shows in the terminal: one screen of text, the verdict and what to do next at its end."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from helpers.decide.findings import Findings, Sample
from helpers.metrics import metric
from helpers.prompts import as_text

if TYPE_CHECKING:
    from helpers.tasks import Task

__all__ = ["cells", "number", "reading", "screen", "title"]

LABELS = 12  # rows of the per-class table on the screen
BRIEF = ("Read", "Left out", "Splits", "Labels", "Leakage", "Notes")  # the parts of what was read that stand on the screen
MANY = 12  # labels whose counts are listed one by one


def screen(findings: Findings, *, width: int = 110, flags: Callable[[str], str] = str) -> str:
    """The findings as text, the verdict and what to do next at its end. flags: turns the arguments that the report names into flags."""
    where, model, bar = title(findings)
    read = [_headed(title, [flags(line) for line in lines], width) for title, lines in reading(findings.task) if title in BRIEF]
    notes = [_headed("Note", [note], width) for note in findings.notes]
    *_, because, verdict = findings.verdict.reasons
    steps = [_headed("Or" if at else "Next", [step], width) for at, step in enumerate(findings.next_steps)]
    parts = [read, _ladder(findings), notes, _replies(findings.samples, width), _classes(findings)]
    end = [_headed("Verdict", [verdict.removeprefix("Verdict: "), because], width), *steps]
    return "\n\n".join([f"{where} · {model}\n{bar}", *("\n".join(part) for part in [*parts, end] if part)])


def title(findings: Findings) -> tuple[str, str, str]:
    """The file, the model and where the rows go, the bar."""
    report = findings.task.report
    where = "nothing leaves this machine" if findings.here else "your rows are sent to its server"
    return (report.file if report else findings.task.name), f"{findings.model.name}, {where}", findings.bar


def _headed(title: str, lines: Sequence[str], width: int) -> str:
    wrapped = [part for line in lines for part in textwrap.wrap(line, width - 10) or [""]]
    return "\n".join(f"{title if not at else '':<10}{line}" for at, line in enumerate(wrapped))


def _ladder(findings: Findings) -> list[str]:
    """The ladder's table, the lowest rung first."""
    rows = [cells(row, findings) for row in findings.table.to_dict("records")]
    return _aligned([list(rows[0]), *(list(row.values()) for row in rows)])


def cells(row: dict, findings: Findings) -> dict[str, str]:
    """One rung of the ladder, as both the screen and the page show it."""
    cells = {
        "rung": row["rung"],
        "score": "none" if math.isnan(row["score"]) else f"{row['score']:.2f}",
        "95%": "" if math.isnan(row["score"]) else f"{row['low']:.2f} to {row['high']:.2f}",
    }
    if "seeds" in row:
        cells["over seeds"] = f"{row['seeds']}: {row['seed_low']:.2f} to {row['seed_high']:.2f}" if row["seeds"] > 1 else ""
    if "macro_f1" in row:
        cells["macro F1"] = f"{row['macro_f1']:.2f}"
    return cells | {
        "unreadable": f"{row['unread']} of {row['n']}",
        "$ per 1,000": "unknown" if math.isnan(row["dollars_per_1000"]) else f"{row['dollars_per_1000']:.3g}",
        "MB": "?" if math.isnan(row["megabytes"]) else f"{row['megabytes']:.3g}",
        "what is known": findings.verdict.known.get(row["rung"], row["state"]),
    }


def _replies(samples: Sequence[Sample], width: int) -> list[str]:
    """A column an example, with its target above, and a row a rung: each reply in brief, and whether it is right."""
    room = max(8, (width - 20) // len(samples) - 4)
    head = ["five replies of each rung", *(_brief(f"wanted: {sample.target}", room + 2) for sample in samples)]
    names = [name for name, _, _ in samples[0].replies]
    rows = [[name, *(_mark(sample.replies[at], room) for sample in samples)] for at, name in enumerate(names)]
    return _aligned([head, *rows])


def _mark(reply: tuple[str, str, float], room: int) -> str:
    _, text, score = reply
    mark = "?" if math.isnan(score) else "+" if score == 1 else "-" if score == 0 else f"{score:.1f}"
    return f"{mark} {_brief(text, room)}"


def _brief(text: str, room: int) -> str:
    line = " ".join(as_text(text).split())
    return line if len(line) <= room else line[: room - 1] + "…"


def _classes(findings: Findings) -> list[str]:
    if not findings.labeled:
        return []
    table = findings.classes(findings.rung).sort_values("targets", ascending=False, kind="stable")
    rows = [[str(label), *(number(value) for value in row)] for label, *row in table.head(LABELS).itertuples()]
    more = [f"and {len(table) - LABELS} more labels, on the page"] if len(table) > LABELS else []
    return [*_aligned([[findings.rung.name, "targets", "answers", "precision", "recall", "F1"], *rows]), *more]


def number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.2f}" if isinstance(value, float) else f"{value}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return ["  ".join(cell.ljust(wide) for cell, wide in zip(row, widths, strict=True)).rstrip() for row in rows]


def reading(task: Task) -> list[tuple[str, list[str]]]:
    """What was read: titles with lines. Of a task that is no file, the splits and labels alone."""
    parts = [("Splits", [", ".join(f"{split} {len(rows):,}" for split, rows in task.splits.items())]), ("Labels", _labels(task))]
    report = task.report
    if report is None:
        return [(title, lines) for title, lines in parts if lines]
    columns = [choice for choice in report.columns.values() if choice.column]
    roles = [f"{choice.role}={choice.column!r}{'' if choice.stated else ' (guessed)'}" for choice in columns]
    used = sum(report.sizes.values())
    read = f"{report.kind}: {report.rows:,} rows, {used:,} used; {', '.join(roles)}; metric={report.metric!r} ({report.metric_why})"
    left_out = [f"{reason}: {_rows(rows)}" for reason, rows in report.left_out.items()]
    splits = [f"{parts[0][1][0]} rows: {report.split_by}", *report.missed]
    more = [("Read", [read]), ("Left out", left_out or ["nothing"]), ("Splits", splits), parts[1]]
    rest = [("Leakage", list(report.leakage) or ["none found"]), ("Size", list(report.shows)), ("Notes", list(report.notes))]
    return [(title, lines) for title, lines in [*more, *rest] if lines]


def _labels(task: Task) -> list[str]:
    """How often each label stands in each split, and the share of the most frequent one."""
    if not metric(task.metric).needs_labels:
        return []
    counts = {split: Counter(rows["target"]) for split, rows in task.splits.items()}
    total = sum(counts.values(), Counter())
    lines = [f"{label} {count:,} ({_each(counts.values(), label)})" for label, count in total.most_common(MANY)]
    more = [f"and {len(total) - MANY} more"] if len(total) > MANY else []
    name, most = total.most_common(1)[0]
    return [
        f"{', '.join(lines + more)}; in brackets {', '.join(counts)}",
        f"always {name!r} is right in {most / total.total():.0%} of the rows",
    ]


def _each(counts: Sequence[Counter], label: str) -> str:
    return " + ".join(str(count[label]) for count in counts)


def _rows(numbers: Sequence[int]) -> str:
    some = ", ".join(map(str, numbers[:5])) + ", ..." * (len(numbers) > 5)
    return f"{len(numbers):,} row{'s' * (len(numbers) != 1)} ({some})"
