"""The words of a task that a file does not hold: an instruction, and the plainest prompt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from helpers.files.targets import Targets
from helpers.metrics.definition import Asked
from helpers.metrics.registry import metric

if TYPE_CHECKING:
    from helpers.tasks.task import Task

__all__ = ["instruction_for", "plain_prompt"]


def instruction_for(targets: Targets, column: str, documents: bool) -> str:
    """A plain instruction, for a reader to better: what to answer, and in which form."""
    name = re.sub(r"[_\W]+", " ", column).strip() or "answer"
    asked = Asked(name, targets.values[:2000], targets.labels, targets.keys, documents)
    return metric(targets.metric).instruction(asked)


def plain_prompt(task: Task) -> str:
    """The plainest prompt for a task, as a template: its instruction, the context where it has one, the input.

    >>> from helpers.tasks import load_task
    >>> plain_prompt(load_task("reviews"))[-7:]
    '{input}'
    """
    first = next(iter(task.splits.values()))
    parts = [task.instruction.replace("{", "{{").replace("}", "}}"), "{context}" if "context" in first.column_names else "", "{input}"]
    return "\n\n".join(filter(None, parts))
