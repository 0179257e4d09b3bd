"""A task from the reader's own file, so that every technique of the lessons runs on it. `helpers.tasks.from_file` is this one."""

from __future__ import annotations

from helpers.files.instructions import plain_prompt
from helpers.files.making import from_file
from helpers.files.opening import KINDS
from helpers.files.report import Report

__all__ = ["from_file", "plain_prompt", "Report", "KINDS"]
