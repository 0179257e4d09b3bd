"""The glossary: in order, and each word stands in the lesson that it points to, which links it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from helpers import places

PAGE = places.root() / "lessons" / "glossary.md"
ENTRIES = re.findall(r"^## (.+)\n\n.*\[(\d\d)\]\((\w+\.ipynb)\)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)


def lesson_text(file: str) -> str:
    cells = json.loads((places.root() / "lessons" / file).read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells).lower()


def test_every_entry_has_a_lesson_and_they_are_in_order() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert len(ENTRIES) == page.count("\n## ") > 60
    names = [name.lower() for name, _, _ in ENTRIES]
    assert names == sorted(names)


@pytest.mark.parametrize(("name", "number", "file"), ENTRIES)
def test_the_word_stands_in_the_lesson_that_it_points_to(name: str, number: str, file: str) -> None:
    assert file.startswith(number)
    text = lesson_text(file)
    assert any(re.sub(r"\W+", " ", word.lower()).strip() in re.sub(r"\W+", " ", text) for word in re.split(r", | and ", name)), name


@pytest.mark.parametrize(("name", "number", "file"), ENTRIES)
def test_the_lesson_links_the_word(name: str, number: str, file: str) -> None:
    anchor = re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-")
    assert f"](glossary.md#{anchor})" in lesson_text(file), f"lesson {number} uses {name} first: link it to ../glossary.md#{anchor}"


@pytest.mark.parametrize("path", sorted(PAGE.parent.glob("[0-9]*.ipynb")), ids=lambda path: path.stem)
def test_every_link_to_the_glossary_leads_to_a_word(path: Path) -> None:
    known = {re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-") for name, _, _ in ENTRIES}
    assert set(re.findall(r"glossary\.md#([^)]*)\)", lesson_text(path.name))) <= known
