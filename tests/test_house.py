"""The house: which rooms there are, who may import whom, and how a module looks."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import helpers
from helpers import places
from helpers.workbook.cut import answered
from helpers.workbook.notebooks import known_lessons

HELPERS = places.root() / "helpers"
# From the lowest to the highest: a room imports from its own line and those above it in this table.
LAYERS = (
    ("places", "storage", "progress", "spelling", "stats", "plots", "packages"),
    ("fingerprints", "exercises", "widgets"),
    ("models", "prompts"),
    ("metrics", "provenance", "setup"),
    ("tasks", "files", "retrieval"),
    ("curation",),
    ("methods",),
    ("desk",),
    ("runs",),
    ("tracking",),
    ("failures",),
    ("tuning", "shrink"),
    ("decide", "checks", "page"),
    ("workbook",),
    ("cli",),
)


def statements(tree: ast.Module) -> Iterator[ast.Import | ast.ImportFrom]:
    """Every import statement, wherever it stands, but those that only a type checker reads."""
    checked = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)]
    typing = {id(inner) for node in checked for inner in ast.walk(node)}
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in typing)


def imports(source: str) -> Iterator[str]:
    """The modules that a piece of code imports; of `from a import b` both `a` and `a.b`."""
    for node in statements(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def cells(path: Path) -> str:
    """The code of a notebook."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    source = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
    return re.sub(r"^(\s*)[!%].*$", r"\1pass", source, flags=re.MULTILINE)  # the clone that Colab makes


def module_name(path: Path) -> str:
    parts = path.relative_to(places.root()).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {path: path.read_text(encoding="utf-8") for path in sorted(HELPERS.rglob("*.py"))}
LESSONS = {lesson.path: cells(lesson.path) for lesson in known_lessons() if lesson.is_solution or not answered(lesson)}
SOURCES = {**MODULES, **LESSONS}
NAMES = {module_name(path) for path in MODULES}


def arrows() -> dict[str, set[str]]:
    """What each module of helpers imports of helpers: the submodule where one is named, else the module."""
    found: dict[str, set[str]] = {}
    for path, source in MODULES.items():
        targets = set()
        for node in statements(ast.parse(source)):
            if isinstance(node, ast.Import):
                targets |= {alias.name for alias in node.names}
            elif node.module:
                full = {f"{node.module}.{alias.name}" for alias in node.names}
                targets |= {name if name in NAMES else node.module for name in full}
        found[module_name(path)] = targets & NAMES - {module_name(path)}
    return found


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def level(module: str) -> int:
    return next(number for number, rooms in enumerate(LAYERS) if room(module) in rooms)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(places.root()).as_posix())
def test_nobody_imports_the_maker(path: Path) -> None:
    assert [name for name in imports(SOURCES[path]) if name.startswith("pocket_maker")] == []


def test_only_the_workbook_and_the_command_import_the_workbook() -> None:
    own = {path for path in MODULES if path.parent.name == "workbook" or path.name == "cli.py"}
    guests = [path.name for path in SOURCES.keys() - own if any(name.startswith("helpers.workbook") for name in imports(SOURCES[path]))]
    assert guests == []


def test_every_room_has_its_layer() -> None:
    assert {room(name) for name in NAMES} - {""} == {name for rooms in LAYERS for name in rooms}


def test_arrows_go_down() -> None:
    pairs = [(name, target) for name, targets in arrows().items() for target in targets if room(name) and room(target)]
    assert [(name, target) for name, target in pairs if level(target) > level(name)] == []


def test_there_is_no_circle_of_imports() -> None:
    left = arrows()
    while free := {name for name, targets in left.items() if not targets & left.keys()}:
        left = {name: targets for name, targets in left.items() if name not in free}
    assert sorted(left) == []


def test_no_two_modules_have_one_name() -> None:
    names = Counter(path.name for path in MODULES if not path.name.startswith("__"))
    assert sorted(name for name, count in names.items() if count > 1) == []


def test_the_top_level_holds_at_most_sixteen_modules() -> None:
    assert len(list(HELPERS.glob("*.py"))) <= 16


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(HELPERS).as_posix())
def test_a_module_has_at_most_200_lines_of_140_characters(path: Path) -> None:
    lines = MODULES[path].splitlines()
    assert len(lines) <= 200
    assert max(map(len, lines), default=0) <= 140


def test_the_packages_that_are_installed_are_all_there_are() -> None:
    said = tomllib.loads((places.root() / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    roots = {"helpers": HELPERS, "pocket_maker": places.data("pocket", "maker")}
    there = {".".join((name, *file.parent.relative_to(root).parts)) for name, root in roots.items() for file in root.rglob("__init__.py")}
    assert set(said) == there


def packages() -> Iterator[ModuleType]:
    """helpers and every package in it."""
    yield helpers
    yield from (importlib.import_module(found.name) for found in pkgutil.walk_packages(helpers.__path__, "helpers.") if found.ispkg)


def test_no_submodule_of_helpers_is_hidden_by_something_else_of_its_name() -> None:
    for package in packages():
        for found in pkgutil.iter_modules(package.__path__):
            if found.name != "__main__":
                importlib.import_module(f"{package.__name__}.{found.name}")
            value = getattr(package, found.name, None)
            assert value is None or isinstance(value, ModuleType), f"{package.__name__}.{found.name} is {value!r}"
