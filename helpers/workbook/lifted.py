"""What is shown outside its lesson: the figures and tables of cells tagged `picture-<name>` and `table-<name>`."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from helpers.workbook.bare import bare

__all__ = ["LADDER", "Picture", "pictures", "tables", "tagged"]

LADDER = "ladder"  # the name in the tags `picture-ladder` and `table-ladder`
IMAGES = ("image/png", "image/svg+xml", "image/jpeg")


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
    found = []
    for name, cell in tagged(notebook, "picture-"):
        drawn = [(kind, data[kind]) for data in _data(cell) for kind in IMAGES if kind in data]
        for kind, content in drawn[:1]:
            raw = content.encode() if kind == "image/svg+xml" else base64.b64decode(content)
            found.append(Picture(name, cell.get("id", ""), kind, raw))
    return found


def tables(notebook: Any) -> dict[str, str]:
    """The last table of each cell tagged `table-<name>`, as bare HTML; text where the cell has no table."""
    found = {}
    for name, cell in tagged(notebook, "table-"):
        for data in _data(cell):
            rich, plain = data.get("text/html", ""), data.get("text/plain", "")
            if "<table" in rich:
                found[name] = bare(rich)
            elif plain and "image/png" not in data:
                found[name] = f"<pre>{html.escape(plain)}</pre>"
    return found


def _data(cell: Any) -> list[dict]:
    return [output["data"] for output in cell.get("outputs", []) if output.get("data")]
