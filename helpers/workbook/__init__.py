"""Run, check, refresh and cut the lessons. The `ladder` command is a thin face over these functions."""

from __future__ import annotations

from helpers.packages import load_jsonschema
from helpers.workbook.checking import Execution, check
from helpers.workbook.drift import exercises, link
from helpers.workbook.notebooks import find
from helpers.workbook.refreshing import refresh
from helpers.workbook.running import run

__all__ = ["Execution", "check", "exercises", "find", "link", "refresh", "run"]

load_jsonschema()  # before nbformat does: each command that reads a notebook is two seconds quicker
