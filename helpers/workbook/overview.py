"""The first page of the site, as a notebook: the ladder with its verdict, how every lesson went, and what all was made with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from helpers.workbook.entries import Entry, Version, models, packages, tasks
from helpers.workbook.lifted import LADDER, lifted, tagged
from helpers.workbook.phrases import long_date, megabytes, plain, seconds
from helpers.workbook.standing import Standing

__all__ = ["Overview"]

WORDS = {"passed": "✓ passed", "failed": "✗ failed", "died": "✗ died", "timeout": "✗ timed out", "not run": "○ not run here"}
OLD = "out of date: its cells, the helpers or the data have changed since"
ABOUT = (
    "A workbook that teaches when to prompt, retrieve, tune or shrink a language model, by measuring every step on the same frozen test."
)
OWN = "What you ran with parameters of your own. The lessons above are those of the course, whatever stands here."
COMMITTED = "Where no run passed here, the page shows the run that comes with the repository."
COMMITTED_HERE = "It is the run that comes with the repository; none passed here."
NOTHING = "No lesson here draws the ladder: none has cells tagged `picture-ladder` and `table-ladder`."
SILENT = "passed, but its cell tagged for the ladder showed neither a figure nor a table."


class Overview:
    """What is known about all lessons, as a page.

    entries: lessons and solutions with what their runs left; own: the runs with parameters; standings: how far the reader got, by the
    name of the lesson, or nothing where nobody has begun; today: the day of the build, for the heading of that column.
    """

    def __init__(self, entries: Sequence[Entry], own: Sequence[Entry], standings: Mapping[str, Standing], today: date) -> None:
        self.lessons = [entry for entry in entries if not entry.lesson.is_solution]
        self.solutions = [entry for entry in entries if entry.lesson.is_solution]
        self.own = own
        self.standings = standings
        self.today = today

    def notebook(self, words: str, extras: Sequence[str] = ()) -> Any:
        """The page; `words` is the name of the glossary's page, or nothing, and `extras` are those of the extras."""
        from nbformat.v4 import new_markdown_cell, new_notebook

        top = f"# LLM Ladder\n\n{ABOUT}\n\n{_summary(self.lessons)}\n\n## The ladder"
        rest = [_section("Lessons", self._table(self.lessons))]
        rest += [_section("Solutions", self._table(self.solutions))] if self.solutions else []
        rest += [_section("Runs with parameters", f"{OWN}\n\n{self._table(self.own)}")] if self.own else []
        text = "\n\n".join([*rest, _section("Made with", _versions()), self._contents(words, extras)])
        cells = [new_markdown_cell(top), *self._ladder(), new_markdown_cell(text)]
        for number, cell in enumerate(cells):
            cell.id = f"c{number}"  # the same overview is the same file
        return new_notebook(cells=cells)

    def _ladder(self) -> list[Any]:
        """Figure, verdict and table of the lesson that draws the ladder, or why there are none."""
        from nbformat.v4 import new_markdown_cell

        owner = next((entry for entry in self.lessons if _draws(entry)), None)
        if owner is None:
            return [new_markdown_cell(NOTHING)]
        cells = lifted(owner.shown, LADDER)
        return [new_markdown_cell(_told(owner, bool(cells))), *cells]

    def _table(self, entries: Sequence[Entry]) -> str:
        """One row a lesson: title and promise (or parameters), how it went and why, seconds, peak memory, how far the reader got."""
        heads = ["Lesson", "How it went", "Time", "Peak memory"]
        heads += [f"Your progress, {long_date(self.today.isoformat())}"] if self.standings else []
        rows = [self._row(entry)[: len(heads)] for entry in entries]
        aligned = ["---", "---", "--:", "--:", "---"][: len(heads)]
        lines = [f"| {' | '.join(row)} |" for row in (heads, aligned, *rows)]
        return "\n".join([*lines, "", COMMITTED] if any(_committed(entry) for entry in entries) else lines)

    def _row(self, entry: Entry) -> list[str]:
        about = f"with {entry.parameters}" if entry.parameters else entry.promise
        title = f"[{plain(entry.title)}]({_page(entry)})" if entry.page else plain(entry.title)
        lesson = "<br>".join([title, plain(about)] if about else [title])
        time = seconds(entry.last["seconds"]) if entry.last else ""
        standing = self.standings.get(entry.lesson.name)
        return [lesson, _how(entry), time, megabytes(entry.last.get("memory")), standing.words if standing else ""]

    def _contents(self, words: str, extras: Sequence[str]) -> str:
        """The pages at the side, in groups."""
        parts = [_contents("Lessons", self.lessons), _contents("Solutions", self.solutions), _contents("Runs with parameters", self.own)]
        parts += [_toctree(caption, pages) for caption, pages in {"Extras": extras, "Words": [words] if words else []}.items() if pages]
        return "\n\n".join(part for part in parts if part)


def _section(title: str, content: str) -> str:
    return f"## {title}\n\n{content}"


def _contents(caption: str, entries: Sequence[Entry]) -> str:
    lines = []
    for entry in entries:
        if entry.page:
            name = f"{entry.title}, with {entry.parameters}".translate(str.maketrans("<>", "‹›"))
            lines.append(f"{name} <{_document(entry)}>" if entry.parameters else _document(entry))
    return _toctree(caption, lines) if lines else ""


def _toctree(caption: str, lines: Sequence[str]) -> str:
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", "", *lines, "```"])


def _page(entry: Entry) -> str:
    return f"{_document(entry)}.ipynb"


def _document(entry: Entry) -> str:
    return f"{entry.lesson.kind}/{Path(entry.page).stem}"


def _draws(entry: Entry) -> bool:
    return entry.source is not None and any(name == LADDER for prefix in ("picture-", "table-") for name, _ in tagged(entry.source, prefix))


def _told(owner: Entry, drawn: bool) -> str:
    """Which lesson drew the ladder, and of which run it is."""
    home = f"lesson [{plain(owner.title)}]({_page(owner)})" if owner.page else f"lesson {plain(owner.title)}"
    if not drawn:
        how = WORDS[owner.status][2:]
        error = f"\n\n{plain(owner.error)}" if owner.error else ""
        return f"No ladder: {home} {SILENT}" if owner.record else f"No ladder: {home}, which draws it, is {how}.{error}"
    notes = [f"Every rung on the same examples, as {home} measured it."]
    notes += (
        [f"The last run of this lesson {WORDS[owner.status][2:]}; this is {_last_good(owner)}."] if owner.failure and owner.record else []
    )
    notes += [COMMITTED_HERE] if _committed(owner) else []
    notes += [f"This is {OLD}."] if owner.stale else []
    return " ".join(notes)


def _how(entry: Entry) -> str:
    parts = [WORDS[entry.status], plain(entry.error), _two_pages(entry), OLD if entry.stale else ""]
    return "<br>".join(part for part in parts if part)


def _committed(entry: Entry) -> bool:
    return bool(entry.page) and not entry.record


def _two_pages(entry: Entry) -> str:
    """Where a failed run is shown."""
    failed = entry.failure.get("notebook", "")
    link = f"[where it failed]({entry.lesson.kind}/{failed})" if failed else ""
    return "; ".join(part for part in (link, f"the page is {_last_good(entry)}" if entry.failure and entry.record else "") if part)


def _last_good(entry: Entry) -> str:
    """Which run is shown where the last one failed."""
    day = entry.record.get("date", "")
    return "that of the last good run" + (f", {long_date(day)}" if day else "")


def _summary(entries: Sequence[Entry]) -> str:
    ran = [entry for entry in entries if entry.last]
    passed = sum(entry.status == "passed" for entry in ran)
    old = sum(entry.stale and entry.status == "passed" for entry in ran)
    words = [f"{passed - old} of {len(entries)} lessons passed"]
    words += [f"{old} out of date"] if old else []
    words += [f"{len(ran) - passed} failed"] if len(ran) > passed else []
    words += [f"{len(entries) - len(ran)} not run here"] if len(entries) > len(ran) else []
    if not ran:
        return "; ".join(words) + "."
    peak = megabytes(max(entry.last.get("memory") or 0 for entry in ran))
    spent = seconds(sum(entry.last["seconds"] for entry in ran))
    days = sorted({entry.last["date"] for entry in ran if entry.last.get("date")})
    when = " · " + " to ".join(map(long_date, dict.fromkeys((days[0], days[-1])))) if days else ""
    return f"{'; '.join(words)}. Together they took {spent}{f', at most {peak} in one' if peak else ''}{when}."


def _versions() -> str:
    """Models, tasks and packages, each in a table of its own."""
    groups = {"Models: SHA-256 of the weights": models(), "Tasks: SHA-256 over all files": tasks(), "Packages: as installed": packages()}
    return "\n\n".join(f"**{name}**\n\n{_version_table(versions)}" for name, versions in groups.items())


def _version_table(versions: Sequence[Version]) -> str:
    rows = [f"| {plain(version.name)} | `{version.value}` | {plain(version.about)} |" for version in versions]
    return "\n".join(["| Name | Version | About |", "| --- | --- | --- |", *rows])
