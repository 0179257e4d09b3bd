"""Tasks: examples with their splits, their metric and their budget of looks."""

from __future__ import annotations

from helpers.tasks.arithmetic import sums
from helpers.tasks.later import with_splits
from helpers.tasks.loading import load_task
from helpers.tasks.task import SPLITS, Task

__all__ = ["SPLITS", "Task", "load_task", "sums", "with_splits"]
