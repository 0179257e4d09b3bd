"""The house: who may import whom."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers import places


def imports(source: str) -> Iterator[str]:
    """The modules that a piece of code imports, wherever the statement stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def cells(path: Path) -> str:
    """The code of a notebook."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    source = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
    return re.sub(r"^(\s*)[!%].*$", r"\1pass", source, flags=re.MULTILINE)  # the clone that Colab makes


MODULES = {path: path.read_text(encoding="utf-8") for path in sorted((places.root() / "helpers").rglob("*.py"))}
LESSONS = {path: cells(path) for path in sorted((places.root() / "lessons").rglob("*.ipynb"))}


@pytest.mark.parametrize("path", [*MODULES, *LESSONS], ids=lambda path: path.relative_to(places.root()).as_posix())
def test_nobody_imports_the_maker(path: Path) -> None:
    source = MODULES.get(path) or LESSONS[path]
    assert [name for name in imports(source) if name.startswith("pocket_maker")] == []


def test_the_packages_that_are_installed_are_all_there_are() -> None:
    import tomllib

    said = tomllib.loads((places.root() / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    roots = {"helpers": places.root() / "helpers", "pocket_maker": places.data("pocket", "maker")}
    there = {".".join((name, *file.parent.relative_to(root).parts)) for name, root in roots.items() for file in root.rglob("__init__.py")}
    assert set(said) == there
