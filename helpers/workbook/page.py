"""`outputs/index.html`: the ladder, every lesson and how it went, and what it was made with; one file that needs no network."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from pathlib import Path

from helpers.storage import write_text
from helpers.workbook.entries import Entry, parameter_runs, read_entry
from helpers.workbook.lifted import LADDER, pictures, tables, tagged
from helpers.workbook.notebooks import Lesson, tree_hash
from helpers.workbook.page_rows import OLD, WORDS, last_good, lesson_table, long_date, megabytes, quoted, seconds, version_tables
from helpers.workbook.page_style import STYLE

__all__ = ["index"]

OWN = "What you ran with parameters of your own. The lessons above are those of the course, whatever stands here."
GLYPH = '<path d="M3 2v38M25 2v38M3 9h22M3 17h22M3 25h22M3 33h22" fill="none" stroke-width="3.4" stroke-linecap="round"/>'


def index(out: Path, lessons: Sequence[Lesson]) -> Path:
    """Write `out/index.html` and return its path: the lessons with what `run` left in `out`, or that they have not run.

    Solutions are listed only if they were run, and runs with parameters apart from those of the course. Figures of cells tagged
    `picture-<name>` stand beside their lesson; the one named `ladder`, with the table of the cell tagged `table-ladder`, stands on top.
    """
    tree = tree_hash()
    entries = [read_entry(out, lesson, tree) for lesson in lessons]
    shown = [entry for entry in entries if not entry.lesson.is_solution]
    solutions = [entry for entry in entries if entry.lesson.is_solution and entry.last]
    own = [run for lesson in lessons for run in parameter_runs(out, lesson, tree)]
    parts = [_section("The ladder", _ladder(shown)), _section("Lessons", lesson_table(shown, "lesson"))]
    parts += [_section("Solutions", lesson_table(solutions, "solution"))] if solutions else []
    parts += [_section("Runs with parameters", lesson_table(own, "lesson", OWN))] if own else []
    path = out / "index.html"
    write_text(path, _whole(_summary(shown or solutions), [*parts, _section("Made with", version_tables())]))
    return path


def _whole(summary: str, parts: Iterable[str]) -> str:
    body = "\n".join(parts)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>LLM Ladder: the lessons as they ran</title>
<link rel="icon" href="data:,">
<style>{STYLE}</style>
</head>
<body>
<header>
<svg viewBox="0 0 28 42" aria-hidden="true">{GLYPH}</svg>
<div><h1>LLM Ladder</h1><p>{summary}</p></div>
</header>
<main>
{body}
</main>
<footer>Written by <code>make lessons</code>; running it again runs only what has changed. This page needs no network.</footer>
</body>
</html>
"""


def _section(title: str, content: str) -> str:
    name = title.lower().replace(" ", "-")
    return f'<section aria-labelledby="{name}">\n<h2 id="{name}">{title}</h2>\n{content}\n</section>'


def _summary(entries: Sequence[Entry]) -> str:
    ran = [entry for entry in entries if entry.last]
    total = len(entries)
    passed = sum(entry.status == "passed" for entry in ran)
    old = sum(entry.stale and entry.status == "passed" for entry in ran)
    words = [f"{passed - old} of {total} lessons passed"]
    words += [f"{old} out of date"] if old else []
    words += [f"{len(ran) - passed} failed"] if len(ran) > passed else []
    words += [f"{total - len(ran)} not run yet"] if total > len(ran) else []
    if not ran:
        return "; ".join(words) + "."
    peak = megabytes(max(entry.last.get("memory") or 0 for entry in ran))
    spent = sum(entry.last["seconds"] for entry in ran)
    return f"{'; '.join(words)}. {seconds(spent)} one after the other{f', at most {peak}' if peak else ''}{_days(ran)}."


def _days(ran: Sequence[Entry]) -> str:
    days = sorted({entry.last["date"] for entry in ran if entry.last.get("date")})
    return " · " + " to ".join(map(long_date, dict.fromkeys((days[0], days[-1])))) if days else ""


def _ladder(entries: Sequence[Entry]) -> str:
    """Figure and table of the lesson that draws the ladder, or why there are none."""
    for entry in entries:
        drawn = [picture for picture in pictures(entry.notebook) if picture.name == LADDER] if entry.notebook else []
        table = tables(entry.notebook).get(LADDER, "") if entry.notebook else ""
        if drawn or table:
            return _lifted(entry, drawn[0].uri if drawn else "", table)
    owner = next((entry for entry in entries if _draws(entry)), None)
    if owner is None:
        return _note("No lesson here draws the ladder: none has cells tagged <code>picture-ladder</code> and <code>table-ladder</code>.")
    name = html.escape(owner.title)
    again = f"<code>ladder run {owner.lesson.number}</code>"
    if owner.failure:
        return _note(f"No ladder: lesson {name}, which draws it, {WORDS[owner.status][2:]}.", quoted(owner.error))
    if owner.record:
        return _note(f"No ladder: lesson {name} passed, but its cell tagged for the ladder showed neither a figure nor a table.")
    return _note(f"No ladder yet: lesson {name}, which draws it, has not run. {again} runs it alone.")


def _draws(entry: Entry) -> bool:
    tags = [name for prefix in ("picture-", "table-") for name, _ in tagged(entry.source, prefix)] if entry.source else []
    return LADDER in tags


def _note(*lines: str) -> str:
    return f'<div class="box note">{"".join(f"<p>{line}</p>" for line in lines if line)}</div>'


def _lifted(entry: Entry, uri: str, table: str) -> str:
    home = f'<a href="{entry.link(".html")}">{html.escape(entry.title)}</a>'
    notes = [f"The last run of this lesson {WORDS[entry.status][2:]}; this is {last_good(entry)}."] if entry.failure else []
    notes += [f"This is {OLD}."] if entry.stale else []
    notes = "".join(f'<p class="old">{note}</p>' for note in notes)
    alt = "The ladder, drawn: each rung's score with its interval." + (" The table below has the numbers." if table else "")
    figure = f'<figure><img src="{uri}" alt="{alt}"><figcaption>Drawn by lesson {home}.</figcaption></figure>' if uri else ""
    caption = f"<caption><span>Every rung on the same examples, as lesson {home} measured it.</span></caption>"
    table = table.replace("<table>", f"<table>{caption}", 1)
    wide = f'<div class="wide" role="region" aria-label="The ladder as a table" tabindex="0">{table}</div>' if table else ""
    return f'<div class="box ladder">{notes}{figure}{wide}</div>'
