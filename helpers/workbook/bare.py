"""A table from an executed cell, without its looks and without anything that could run."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["bare"]

INLINE = {"b", "strong", "i", "em", "code", "sub", "sup"}
NUMBER = re.compile(r"[^A-Za-z]*\d[^A-Za-z]*(?:ms|s|x|[KMG]B|e[-+]?\d+)?|NaN|nan|None|[–—-]|")
MISSING = ("NaN", "nan", "NaT", "None", "<NA>")


def bare(text: str) -> str:
    """The first table in some HTML, as tags alone: pandas' style, classes and border go, text is escaped again.

    Row labels get `scope="row"`, column labels `scope="col"`; a column of numbers gets the class `n` from its label down. Labels that
    only count the rows go.

    >>> bare("<table border=1><tr><th>a</th><td style='color:red'>1.5</td></tr></table>")
    '<table><tbody><tr><th scope="row">a</th><td class="n">1.5</td></tr></tbody></table>'
    """
    parser = _Reader()
    parser.feed(text)
    parser.close()
    rows = _uncounted(_one_head([row for row in parser.rows if row]))
    numbers = _numbers([row for row in rows if not row[0].head])
    head, body = ("".join(_row(row, numbers) for row in rows if row[0].head is part) for part in (True, False))
    return f"<table>{f'<thead>{head}</thead>' if head else ''}<tbody>{body}</tbody></table>"


@dataclass
class _Cell:
    tag: str
    head: bool
    spans: str
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return html.unescape(re.sub("<[^>]*>", "", "".join(self.parts))).strip()


class _Reader(HTMLParser):
    """Collects the cells of the first table, row by row."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[_Cell]] = []
        self.inside, self.head, self.done = False, False, False
        self.cell: _Cell | None = None
        self.skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skipped += tag in ("style", "script")
        self.inside = self.inside or (tag == "table" and not self.done)
        self.head = tag == "thead" or (self.head and tag != "tbody")
        if not self.inside:
            return
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            spans = "".join(f' {name}="{value}"' for name, value in attrs if name in ("colspan", "rowspan") and str(value).isdigit())
            self.cell = _Cell(tag, self.head, spans)
            self.rows = self.rows or [[]]
            self.rows[-1].append(self.cell)
        elif self.cell and (tag in INLINE or tag == "br"):
            self.cell.parts.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        self.skipped = max(0, self.skipped - (tag in ("style", "script")))
        if tag in ("td", "th"):
            self.cell = None
        elif tag == "table" and self.inside:
            self.inside, self.done = False, True
        elif self.cell and tag in INLINE:
            self.cell.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.cell and not self.skipped:
            self.cell.parts.append(html.escape(data))


def _one_head(rows: list[list[_Cell]]) -> list[list[_Cell]]:
    """pandas puts the names of the columns and of the rows into two lines; where they do not collide they make one."""
    heads = [row for row in rows if row[0].head]
    if len(heads) == 2 and all(not (above.text and below.text) for above, below in zip(*heads, strict=False)):
        return [[above if above.text else below for above, below in zip(*heads, strict=False)], *rows[2:]]
    return rows


def _uncounted(rows: list[list[_Cell]]) -> list[list[_Cell]]:
    """Without the labels 0, 1, 2, … that pandas gives to rows without names; what stands next labels the row instead."""
    heads, body = [row for row in rows if row[0].head], [row for row in rows if not row[0].head]
    counted = [row[0].tag == "th" and row[0].text == str(i) and len(row) > 1 for i, row in enumerate(body)]
    if not body or not all(counted) or any(row[0].text for row in heads):
        return rows
    for row in body:
        row[1].tag = "td" if NUMBER.fullmatch(row[1].text) else "th"
    return [row[1:] for row in rows]


def _numbers(rows: list[list[_Cell]]) -> set[int]:
    """The columns, counted from the left, whose cells are all numbers; rows that span make no column."""
    width = max((len(row) for row in rows), default=0)
    whole = [row for row in rows if len(row) == width]
    return {i for i in range(width) if all(row[i].tag == "td" and NUMBER.fullmatch(row[i].text) for row in whole)}


def _row(row: list[_Cell], numbers: set[int]) -> str:
    return f"<tr>{''.join(_cell(cell, i in numbers) for i, cell in enumerate(row))}</tr>"


def _cell(cell: _Cell, number: bool) -> str:
    tag = cell.tag if cell.text else "td"  # an empty corner labels nothing
    scope = f' scope="{"col" if cell.head else "row"}"' if tag == "th" else ""
    right = ' class="n"' if number else ""
    inside = "–" if cell.text in MISSING else "".join(cell.parts).strip()
    return f"<{tag}{scope}{right}{cell.spans}>{inside}</{tag}>"
