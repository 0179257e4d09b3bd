"""How far a learner got: what `my/progress.json` holds, lesson by lesson, beside what each lesson has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from helpers import progress, widgets
from helpers.progress import Count
from helpers.workbook.notebooks import Lesson, code_cells, find, prose_cells

__all__ = ["Standing", "standings", "table"]

NOTHING = Count(0, 0, 0, 0, 0, 0, 0, 0)
HEAD = ("lesson", "predicted", "right", "exercises", "quiz")


@dataclass(frozen=True)
class Standing:
    """One lesson: how many predictions, exercises and recall questions it has, and what of them is done."""

    name: str
    title: str
    predictions: int
    exercises: int
    questions: int
    count: Count

    @property
    def words(self) -> str:
        """What is done, in words; "not begun" where nothing is."""
        count = self.count
        done = [f"{count.guesses} of {self.predictions} predicted"] if count.guesses else []
        done += [f"{count.right} of {count.measured} right"] if count.measured else []
        done += [f"{count.passed} of {self.exercises} exercises"] if count.passed else []
        done += [f"{count.remembered} of {self.questions} recalled"] if count.remembered else []
        return ", ".join(done) or "not begun"

    def cells(self) -> tuple[str, ...]:
        """A row of the table, as texts."""
        count = self.count
        done = ((count.guesses, self.predictions), (count.right, count.measured), (count.passed, self.exercises))
        return self.title, *(_share(*pair) for pair in (*done, (count.remembered, self.questions)))


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}" if whole else "-"


def standings(folder: Path | None = None) -> list[Standing]:
    """Every lesson, in order. ValueError: `my/progress.json` cannot be read, or is something else."""
    counts = progress.by_lesson(progress.read())
    return [_standing(lesson, counts.get(lesson.number, NOTHING)) for lesson in find(folder=folder)]


def _standing(lesson: Lesson, count: Count) -> Standing:
    notebook = lesson.read()
    code = "\n".join(cell.source for _, cell in code_cells(notebook))
    named = {call: set(re.findall(rf"\b{call}\(\s*[\"']({lesson.number}\.\w+)", code)) for call in ("predict", "check")}
    title = next((match[1] for _, cell in prose_cells(notebook) if (match := re.match(r"# \d\d · (.+)", cell.source))), lesson.path.stem)
    try:
        questions = len(widgets.quiz(lesson.number).questions)
    except FileNotFoundError:
        questions = 0
    return Standing(lesson.name, f"{lesson.number} {title}", len(named["predict"]), len(named["check"]), questions, count)


def table(rows: Sequence[Standing]) -> str:
    """The lessons one below the other, their sum, and what does not count."""
    total = Count(**{name: sum(getattr(row.count, name) for row in rows) for name in asdict(NOTHING)})
    sizes = [sum(getattr(row, name) for row in rows) for name in ("predictions", "exercises", "questions")]
    lines = [HEAD, *(row.cells() for row in rows), Standing("all", "all", *sizes, total).cells()]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = "\n".join("   ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)
    late = f"\n{total.late} made after the run: not counted as right or wrong." if total.late else ""
    return f"{text}\n\nright: of the guesses made before the run. quiz: right at the first answer.{late}"
