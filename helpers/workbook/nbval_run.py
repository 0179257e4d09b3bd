"""nbval: it executes the cells of a notebook, and the plugin in this module compares what they show, as `comparing` says.

`pytest --nbval -p helpers.workbook.nbval_run lessons/solutions/01_prompts.ipynb`; LADDER_EXACT=1 allows no digit to differ.
nbval itself knows replacements (tests/sanitize.cfg) but no tolerance for numbers.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import places
from helpers.workbook.notebooks import Lesson

if TYPE_CHECKING:
    import pytest
    from nbval.plugin import IPyNbCell

__all__ = ["pytest_configure", "through_nbval"]


def pytest_configure(config: pytest.Config) -> None:
    """Put our comparison in the place of nbval's."""
    from nbval.plugin import IPyNbCell

    IPyNbCell.compare_outputs = _compare


def _compare(self: IPyNbCell, test: Sequence[Any], ref: Sequence[Any], skip_compare: object = None) -> bool:
    """Whether a cell shows what was committed, without a name of this machine; nbval prints `comparison_traceback` where it does not."""
    import nbformat

    from helpers.workbook.comparing import disagreements
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


def through_nbval(lesson: Lesson, timeout: float, env: Mapping[str, str]) -> list[str]:
    """What is wrong with a notebook when nbval executes it: it stops, it shows something else, or it shows a name of this machine."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        report = Path(home, "report.xml")
        options = ["--nbval", "-p", "helpers.workbook.nbval_run", f"--nbval-cell-timeout={timeout:g}", f"--junitxml={report}"]
        quiet = ["-p", "no:cacheprovider", "-p", "no:xdist", "-o", "filterwarnings=", "-o", "addopts=", "--color=no"]
        command = [sys.executable, "-m", "pytest", *options, *quiet, str(lesson.path)]
        try:
            done = subprocess.run(
                command, cwd=places.root(), env={**env, "LADDER_HOME": home}, capture_output=True, text=True, timeout=timeout
            )
        except subprocess.TimeoutExpired:
            return [f"{lesson.name}: timed out after {timeout:g} s"]
        problems = [f"{lesson.name}, {_plain(text)}" for text in _failures(report)]
        if done.returncode and not problems:
            problems = [f"{lesson.name}: nbval ended with exit code {done.returncode}: {done.stdout.strip()[-500:]}"]
    return problems


def _failures(report: Path) -> list[str]:
    """From a JUnit report: what each failed case says."""
    children = [child for case in xml.parse(report).iter("testcase") for child in case] if report.exists() else []
    return [child.text or child.get("message") or "" for child in children if child.tag in ("failure", "error")]


def _plain(text: str) -> str:
    """Without colors, and without the cell's code, which nbval prints before what went wrong."""
    text = re.sub(r"\x1b\[[0-9;]*m|#x1B\[[0-9;]*m", "", text).strip()
    return text.rpartition("Traceback:\n")[2].strip()[:1500] or text[:1500]
