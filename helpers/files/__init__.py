"""A task from the reader's own file, so that every technique of the lessons runs on it; `load_task("my.csv")` calls it."""

from __future__ import annotations

from helpers.files.making import from_file
from helpers.files.opening import KINDS, is_file, kind_of
from helpers.files.report import Report

__all__ = ["from_file", "Report", "KINDS", "is_file", "kind_of"]
