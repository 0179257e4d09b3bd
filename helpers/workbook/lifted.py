"""What is shown outside its lesson: the outputs of cells tagged `picture-<name>` and `table-<name>`."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

__all__ = ["LADDER", "Picture", "alternative_text", "lifted", "pictures", "tagged"]

LADDER = "ladder"  # the name in the tags `picture-ladder` and `table-ladder`
IMAGES = ("image/png", "image/svg+xml", "image/jpeg")


@dataclass(frozen=True)
class Picture:
    """A figure as it lies in an executed notebook: its tag's name, its type, and its content."""

    name: str
    kind: str
    content: bytes = field(repr=False)


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
        images = [(kind, output["data"][kind]) for output in _shown(cell) for kind in IMAGES if kind in output["data"]]
        for kind, content in images[:1]:
            raw = content.encode() if kind == "image/svg+xml" else base64.b64decode(content)
            figures.append(Picture(name, kind, raw))
    return figures


def alternative_text(cell: Any) -> str:
    """What `plots.show` said of a cell's figure, for those who do not see it; nothing where it was not asked."""
    texts = [output.metadata.get(kind, {}).get("alt", "") for output in _shown(cell) for kind in IMAGES if kind in output["data"]]
    return next((text for text in texts if text), "")


def lifted(notebook: Any, name: str) -> list[Any]:
    """Cells without code that show what the cells tagged with this name showed: the figure with the words beside it, then the table."""
    figure = [_bare(cell, _shown(cell)) for known, cell in tagged(notebook, "picture-") if known == name]
    table = [_bare(cell, _tables(cell)) for known, cell in tagged(notebook, "table-") if known == name]
    return [cell for cell in (*figure, *table) if cell.outputs]


def _shown(cell: Any) -> list[Any]:
    return [output for output in cell.get("outputs", []) if output.get("data")]


def _tables(cell: Any) -> list[Any]:
    """The last table of a cell; the last text where it has no table."""
    shown = [output for output in _shown(cell) if not any(kind in output["data"] for kind in IMAGES)]
    rich = [output for output in shown if "<table" in output["data"].get("text/html", "")]
    return (rich or shown)[-1:]


def _bare(cell: Any, outputs: list[Any]) -> Any:
    from nbformat.v4 import new_code_cell

    return new_code_cell("# shown only", outputs=outputs, metadata={"tags": ["remove-input"]})
