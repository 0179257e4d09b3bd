"""Prose for a reader who runs a lesson on something of their own: kept in a comment of a cell, which nobody else sees.

Which models does an abstract name?
<!-- with -p task:
The rows of {task}, asked as the file says.
-->
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.workbook.parameters import Parameter

__all__ = ["changed", "kept", "switch"]

KEPT = re.compile(r"\n*<!-- with -p (\w+):\n(.*?)\n-->", re.DOTALL)


def changed(parameters: Mapping[str, Any], known: Mapping[str, Parameter]) -> dict[str, Any]:
    """The parameters whose values are not the lesson's own."""
    return {name: value for name, value in parameters.items() if name in known and value != known[name].value}


def kept(source: str) -> dict[str, str]:
    """The prose that a cell keeps, by the parameter that brings it out."""
    return dict(KEPT.findall(source))


def switch(notebook: Any, values: Mapping[str, Any]) -> bool:
    """Put what cells keep for one of these parameters in the place of their prose, with `{name}` as its value, a path by its last part;
    returns whether there was any."""
    any_at_all = False
    for cell in notebook.cells:
        texts = kept(cell.source) if cell.cell_type == "markdown" else {}
        name = next((name for name in texts if name in values), None)
        if name is not None:
            cell.source = texts[name].replace(f"{{{name}}}", Path(str(values[name])).name)
            any_at_all = True
    return any_at_all
