"""The tables of outputs/index.html: lessons with how they went, and versions."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import date

from helpers.workbook.entries import Entry, Version, models, packages, tasks
from helpers.workbook.lifted import LADDER, pictures

__all__ = ["OLD", "WORDS", "last_good", "lesson_table", "long_date", "megabytes", "quoted", "seconds", "version_tables"]

WORDS = {"passed": "✓ passed", "failed": "✗ failed", "died": "✗ died", "timeout": "✗ timed out", "not run": "○ not run yet"}
OLD = "out of date: its cells, the helpers or the data have changed since"
ROLES = {"th": "rowheader", "td": "cell"}


def lesson_table(entries: Sequence[Entry], what: str, caption: str = "") -> str:
    """One row a lesson: title and promise (or parameters), how it went and why, seconds, peak memory, its figures, its notebook."""
    caption = caption or f"Each {what} with the seconds and the peak memory of its last run on this machine."
    heads = (what.capitalize(), "How it went", "Time", "Peak memory", "Figures", "Files")
    head = "".join(f'<th scope="col" role="columnheader"{_number(i in (2, 3))}>{text}</th>' for i, text in enumerate(heads))
    rows = "\n".join(map(_row, entries))
    return f"""<div class="box lessons"><table role="table"><caption>{caption}</caption>
<thead role="rowgroup"><tr role="row">{head}</tr></thead>
<tbody role="rowgroup">
{rows}
</tbody></table></div>"""


def _row(entry: Entry) -> str:
    kind = {"passed": "passed", "not run": "none"}.get(entry.status, "bad")
    page = entry.link(".html")
    notebook = entry.link(".ipynb")
    title = f'<a href="{page}">{html.escape(entry.title)}</a>' if page else html.escape(entry.title)
    about = f"with {entry.parameters}" if entry.parameters else entry.promise
    about = f"<p>{html.escape(about)}</p>" if about else ""
    files = f'<a href="{notebook}" aria-label="notebook of {html.escape(entry.title)}">notebook</a>' if notebook else ""
    time = seconds(entry.last["seconds"]) if entry.last else ""
    memory = megabytes(entry.last.get("memory"))
    cells = [(f"{title}{about}", ' scope="row"'), (_how(entry), ""), (time, _number()), (memory, _number())]
    cells += [(_thumbs(entry), ' class="thumbs"'), (files, "")]
    tags = ["th", *["td"] * 5]
    inside = "".join(f'<{tag} role="{ROLES[tag]}"{more}>{text}</{tag}>' for tag, (text, more) in zip(tags, cells, strict=True))
    return f'<tr role="row" class="{kind}">{inside}</tr>'


def _how(entry: Entry) -> str:
    more = [quoted(entry.error), _two_pages(entry), OLD if entry.stale else ""]
    return f'<span class="how">{WORDS[entry.status]}</span>' + "".join(f"<small>{text}</small>" for text in more if text)


def _two_pages(entry: Entry) -> str:
    """What is said where a failed run left an earlier good page in place."""
    if not (entry.failure and entry.record):
        return ""
    failed = f'<a href="{entry.failed_link()}">where it failed</a>; ' if entry.failed_link() else ""
    return f"{failed}the page is {last_good(entry)}"


def last_good(entry: Entry) -> str:
    """Which run is shown where the last one failed."""
    day = entry.record.get("date", "")
    return "that of the last good run" + (f", {long_date(day)}" if day else "")


def long_date(day: str) -> str:
    """`November 21, 2026` of `2026-11-21`."""
    return f"{date.fromisoformat(day):%B} {int(day[-2:])}, {day[:4]}"


def quoted(error: str) -> str:
    """An error's one line, escaped, its code between backticks as code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(error))


def _thumbs(entry: Entry) -> str:
    drawn = pictures(entry.notebook) if entry.notebook else []
    figures = [picture for picture in drawn if picture.name != LADDER or entry.parameters]  # the course's ladder stands on top of the page
    return "".join(
        f'<a href="{entry.link(".html")}#cell-id={html.escape(picture.cell)}">'
        f'<img src="{picture.uri}" alt="Figure {html.escape(picture.name)} of lesson {entry.lesson.number}"></a>'
        for picture in figures
    )


def version_tables() -> str:
    """Models, tasks and packages, each in a table of its own."""
    groups = {"Models": models(), "Tasks": tasks(), "Packages": packages()}
    about = {"Models": "SHA-256 of the weights", "Tasks": "SHA-256 over all files", "Packages": "as installed"}
    return f'<div class="versions">{"".join(_group(name, about[name], versions) for name, versions in groups.items())}</div>'


def _group(name: str, about: str, versions: Sequence[Version]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{html.escape(version.name)}{f"<small>{html.escape(version.about)}</small>" if version.about else ""}</th>'
        f"<td><code>{html.escape(version.value)}</code></td></tr>"
        for version in versions
    )
    return f'<div class="box"><table><caption>{name}: {about}</caption><tbody>{rows}</tbody></table></div>'


def _number(yes: bool = True) -> str:
    return ' class="n"' if yes else ""


def seconds(value: float) -> str:
    """`12.3 s`; minutes from two minutes on."""
    return f"{value:.1f} s" if value < 120 else f"{value / 60:.1f} min"


def megabytes(value: int | None) -> str:
    """Bytes as `640 MB`; nothing where they are not known."""
    return f"{value / 1e6:,.0f} MB" if value else ""
