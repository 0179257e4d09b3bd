"""The extras: notebooks beside the course, in lessons/extra/. They need packages of their own, and are read without them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from helpers import places
from helpers.storage import write_text
from helpers.workbook.nbval_run import through_nbval
from helpers.workbook.notebooks import Lesson, clean, prose_cells, relative_links
from helpers.workbook.refreshing import STRICT
from helpers.workbook.rules import LESSON_RULES, close, links, rhythm, title_cell
from helpers.workbook.rules_code import CODE_RULES, median_limit
from helpers.workbook.rules_outputs import OUTPUT_RULES
from helpers.workbook.running import kernel_environment, run

__all__ = ["Extra", "broken_extra", "check_extras", "find_extras", "refresh_extras"]

# The rules of lessons that do not hold here: an extra has no exercise, quiz or neighbors, asks less, and shows whole pipelines.
OTHER = (title_cell, rhythm, close, links, median_limit)
RULES = [rule for rule in (*LESSON_RULES, *CODE_RULES, *OUTPUT_RULES) if rule not in OTHER]


class Extra(Lesson):
    """One notebook of lessons/extra/. Its title says which lesson it belongs to: `# 11 extra · …`."""

    @property
    def number(self) -> str:
        title = re.match(r"# (\d\d) extra · \S", self.read().cells[0].source)
        return title[1] if title else ""


def find_extras(names: Sequence[str] = (), *, folder: Path | None = None) -> list[Extra]:
    """The extras of these names (`"frameworks"`), in order; all when none is named. ValueError: there is none of that name."""
    there = sorted((folder or places.root() / "lessons" / "extra").glob("*.ipynb"))
    known = [path.stem for path in there]
    if unknown := [name for name in names if Path(name).stem not in known]:
        raise ValueError(f"no extra {', '.join(unknown)}. There are: {', '.join(known) or 'none'}.")
    return [Extra(path) for path in there if not names or path.stem in {Path(name).stem for name in names}]


def broken_extra(extra: Extra) -> list[str]:
    """Every house rule that an extra breaks: those of lessons that hold here too, and a form of its own."""
    notebook = extra.read()
    problems = [problem for rule in RULES for problem in rule(extra, notebook)]
    return [f"{extra.path.stem}: {problem}" for problem in [*_form(extra, notebook), *problems]]


def _form(extra: Extra, notebook: Any) -> Iterator[str]:
    first, last = notebook.cells[0].source, notebook.cells[-1].source
    if not extra.number:
        yield "cell 1 must open with '# NN extra · Title', NN being the lesson that it belongs to"
    for words, source in (("You will be able to", first), ("You can now", last)):
        if len(re.findall(r"^\d\. ", source.partition(words)[2], re.MULTILINE)) != 3:
            yield f"'{words}' must list three goals"
    if not all(re.search(rf"\*\*{word}\*\*", first) for word in ("Needs", "Time", "Cost")):
        yield "cell 1 must name Needs, Time and Cost"
    if not any("predict(" in cell.source for cell in notebook.cells if cell.cell_type == "code"):
        yield "it asks for no prediction"
    if not re.search(r"\*\*Sources\.?\*\*.*\b20\d\d\b", last, re.DOTALL):
        yield "its last cell must name dated sources"
    for number, cell in prose_cells(notebook):
        yield from (f"cell {number}: the link {link} leads to no file" for link in relative_links(cell.source) if _dead(extra, link))


def _dead(extra: Extra, link: str) -> bool:
    return not (extra.path.parent / link).exists()


def check_extras(extras: Sequence[Extra], *, timeout: float = 600) -> dict[str, list[str]]:
    """What is wrong with each: house rules that it breaks, and outputs that a run shows otherwise than committed."""
    with kernel_environment(1, STRICT) as env:
        return {extra.path.stem: [*broken_extra(extra), *through_nbval(extra, timeout, env)] for extra in extras}


def refresh_extras(extras: Sequence[Extra], *, timeout: float = 600) -> dict[str, list[str]]:
    """Execute the extras and write them back clean; what went wrong with each, in which case it is left as it was."""
    with tempfile.TemporaryDirectory() as folder:
        results = run(extras, timeout=timeout, out=Path(folder), settings=STRICT, fresh_home=True, force=True, jobs=1)
        for extra, result in zip(extras, results, strict=True):
            if result.ok:
                write_text(extra.path, clean(Lesson(extra.executed(Path(folder))).read()))
    return {extra.path.stem: [] if result.ok else [result.error] for extra, result in zip(extras, results, strict=True)}
