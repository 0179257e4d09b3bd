"""What is shown outside its lesson: figures and tables of cells tagged `picture-<name>` and `table-<name>`, tables without their looks."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bs4 import Tag

__all__ = ["LADDER", "Picture", "bare", "pictures", "tables", "tagged"]

LADDER = "ladder"  # the name in the tags `picture-ladder` and `table-ladder`
IMAGES = ("image/png", "image/svg+xml", "image/jpeg")
INLINE = {"b", "strong", "i", "em", "code", "sub", "sup"}
NUMBER = re.compile(r"[^A-Za-z]*\d[^A-Za-z]*(?:ms|s|x|[KMG]B|e[-+]?\d+)?|NaN|nan|None|[–—-]|")
MISSING = ("NaN", "nan", "NaT", "None", "<NA>")


@dataclass(frozen=True)
class Picture:
    """A figure as it lies in an executed notebook: its tag's name, its cell's id, its type, and its content."""

    name: str
    cell: str
    kind: str
    content: bytes = field(repr=False)

    @property
    def uri(self) -> str:
        """The figure itself as an address, so that a page holds it."""
        return f"data:{self.kind};base64,{base64.b64encode(self.content).decode()}"


def tagged(notebook: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """Name and cell of each tag that begins with the prefix: `"ladder"` for `picture-ladder` and `"picture-"`."""
    for cell in notebook.cells:
        for tag in cell.metadata.get("tags", []):
            if tag.startswith(prefix):
                yield tag.removeprefix(prefix), cell


def pictures(notebook: Any) -> list[Picture]:
    """The first figure of each cell tagged `picture-<name>`; a cell that drew none is left out."""
    figures = []
    for name, cell in tagged(notebook, "picture-"):
        images = [(kind, data[kind]) for data in _data(cell) for kind in IMAGES if kind in data]
        for kind, content in images[:1]:
            raw = content.encode() if kind == "image/svg+xml" else base64.b64decode(content)
            figures.append(Picture(name, cell.get("id", ""), kind, raw))
    return figures


def tables(notebook: Any) -> dict[str, str]:
    """The last table of each cell tagged `table-<name>`, as bare HTML; text where the cell has no table."""
    lifted = {}
    for name, cell in tagged(notebook, "table-"):
        for data in _data(cell):
            rich = data.get("text/html", "")
            plain = data.get("text/plain", "")
            if "<table" in rich:
                lifted[name] = bare(rich)
            elif plain and "image/png" not in data and "<table" not in lifted.get(name, ""):
                lifted[name] = f"<pre>{html.escape(plain)}</pre>"
    return lifted


def _data(cell: Any) -> list[dict]:
    return [output["data"] for output in cell.get("outputs", []) if output.get("data")]


def bare(text: str) -> str:
    """The first table in some HTML, as tags alone: pandas' style, classes and border go, text is escaped again.

    Row labels get `scope="row"`, column labels `scope="col"`; a column of numbers gets the class `n` from its label down. Labels that
    only count the rows go.

    >>> bare("<table border=1><tr><th>a</th><td style='color:red'>1.5</td></tr></table>")
    '<table><tbody><tr><th scope="row">a</th><td class="n">1.5</td></tr></tbody></table>'
    """
    rows = _uncounted(_one_head(_rows(text)))
    numbers = _numbers([row for row in rows if not row[0].head])
    head, body = ("".join(_row(row, numbers) for row in rows if row[0].head is part) for part in (True, False))
    return f"<table>{f'<thead>{head}</thead>' if head else ''}<tbody>{body}</tbody></table>"


@dataclass
class _Cell:
    tag: str
    head: bool
    spans: str
    content: str
    text: str


def _rows(text: str) -> list[list[_Cell]]:
    """The cells of the first table, row by row; rows without cells are left out."""
    from bs4 import BeautifulSoup

    table = BeautifulSoup(text, "html.parser").find("table")
    rows = [[_cell(cell) for cell in row.find_all(["td", "th"], recursive=False)] for row in table.find_all("tr")] if table else []
    return [row for row in rows if row]


def _cell(cell: Tag) -> _Cell:
    for part in cell.find_all(["style", "script"]):
        part.decompose()
    spans = "".join(f' {name}="{cell[name]}"' for name in ("colspan", "rowspan") if str(cell.get(name)).isdigit())
    return _Cell(cell.name, cell.find_parent("thead") is not None, spans, _content(cell).strip(), cell.get_text().strip())


def _content(tag: Tag) -> str:
    """What stands in a tag: text escaped, and inline tags without their attributes."""
    from bs4 import Tag

    parts = []
    for child in tag.children:
        if not isinstance(child, Tag):
            parts.append(html.escape(child) if type(child).__name__ == "NavigableString" else "")
        elif child.name == "br":
            parts.append("<br>")
        else:
            inside = _content(child)
            parts.append(f"<{child.name}>{inside}</{child.name}>" if child.name in INLINE else inside)
    return "".join(parts)


def _one_head(rows: list[list[_Cell]]) -> list[list[_Cell]]:
    """pandas puts the names of the columns and of the rows into two lines; where they do not collide they make one."""
    heads = [row for row in rows if row[0].head]
    if len(heads) == 2 and all(not (above.text and below.text) for above, below in zip(*heads, strict=False)):
        return [[above if above.text else below for above, below in zip(*heads, strict=False)], *rows[2:]]
    return rows


def _uncounted(rows: list[list[_Cell]]) -> list[list[_Cell]]:
    """Without the labels 0, 1, 2, … that pandas gives to rows without names; what stands next labels the row instead."""
    heads = [row for row in rows if row[0].head]
    body = [row for row in rows if not row[0].head]
    counted = [row[0].tag == "th" and row[0].text == str(i) and len(row) > 1 for i, row in enumerate(body)]
    if not body or not all(counted) or any(row[0].text for row in heads):
        return rows
    for row in body:
        row[1].tag = "td" if NUMBER.fullmatch(row[1].text) else "th"
    return [row[1:] for row in rows]


def _numbers(rows: list[list[_Cell]]) -> set[int]:
    """The columns, counted from the left, whose cells are all numbers; rows that span make no column."""
    width = max((len(row) for row in rows), default=0)
    full = [row for row in rows if len(row) == width]
    return {i for i in range(width) if all(row[i].tag == "td" and NUMBER.fullmatch(row[i].text) for row in full)}


def _row(row: list[_Cell], numbers: set[int]) -> str:
    return f"<tr>{''.join(_html(cell, i in numbers) for i, cell in enumerate(row))}</tr>"


def _html(cell: _Cell, number: bool) -> str:
    tag = cell.tag if cell.text else "td"  # an empty corner labels nothing
    scope = f' scope="{"col" if cell.head else "row"}"' if tag == "th" else ""
    right = ' class="n"' if number else ""
    inside = "–" if cell.text in MISSING else cell.content
    return f"<{tag}{scope}{right}{cell.spans}>{inside}</{tag}>"
