"""A pytest plugin for nbval: it executes the cells of a notebook, and what they show is compared as `comparing` says.

`pytest --nbval -p helpers.workbook.nbval_tolerance lessons/solutions/01_prompts.ipynb`; LADDER_EXACT=1 allows no digit to differ.
nbval itself knows replacements (tests/sanitize.cfg) but no tolerance for numbers.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest
    from nbval.plugin import IPyNbCell

__all__ = ["pytest_configure"]


def pytest_configure(config: pytest.Config) -> None:
    """Put our comparison in the place of nbval's."""
    from nbval.plugin import IPyNbCell

    IPyNbCell.compare_outputs = _compare


def _compare(self: IPyNbCell, test: Sequence[Any], ref: Sequence[Any], skip_compare: object = None) -> bool:
    """Whether a cell shows what was committed, without a name of this machine; nbval prints `comparison_traceback` where it does not."""
    import nbformat

    from helpers.workbook.comparing import disagreements
    from helpers.workbook.notebooks import Lesson
    from helpers.workbook.rules_outputs import machine_names

    lesson, number = Lesson(self.parent.path), self.parent.nb.cells.index(self.cell) + 1
    committed, executed = (
        nbformat.from_dict({"cells": [{**self.cell, "outputs": list(outputs)}], "metadata": {}}) for outputs in (ref, test)
    )
    problems = [f"- {change.before}\n+ {change.after}" for change in disagreements("", committed, executed, exact=_exact())]
    problems += [text.partition(" ")[2] for text in machine_names(lesson, executed)]
    self.comparison_traceback = [f"cell {number}: {text}" for text in problems]
    return not problems


def _exact() -> bool:
    return os.environ.get("LADDER_EXACT") == "1"
