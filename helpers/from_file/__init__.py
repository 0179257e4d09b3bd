"""A task from the reader's own file, so that every technique of the lessons runs on it. `helpers.tasks.from_file` is this one."""

from __future__ import annotations

from helpers.from_file.making import from_file
from helpers.from_file.opening import KINDS
from helpers.from_file.report import Report
from helpers.from_file.wording import plain_prompt

__all__ = ["from_file", "plain_prompt", "Report", "KINDS"]
