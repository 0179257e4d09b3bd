"""The words of a task that a file does not hold: an instruction, and the plainest prompt."""

from __future__ import annotations

import re
from statistics import median
from typing import TYPE_CHECKING

from helpers.files.targets import Targets
from helpers.metrics import replies
from helpers.prompts import as_text

if TYPE_CHECKING:
    from helpers.tasks import Task

__all__ = ["instruction_for", "plain_prompt"]


def instruction_for(targets: Targets, column: str, documents: bool) -> str:
    """A plain instruction, for a reader to better: what to answer, and in which form."""
    name = re.sub(r"[_\W]+", " ", column).strip() or "answer"
    sizes = [len(as_text(value).split()) for value in targets.values[:2000]]
    if targets.metric == "label":
        return f"Decide which of these fits the text: {', '.join(targets.labels)}. Answer with that alone."
    if targets.metric == "set_f1" and "JSON objects" in targets.why:
        keys = list(dict.fromkeys(item.split(": ")[0] for value in targets.values[:2000] for item in value))
        form = ", ".join(f'"{key}: ..."' for key in keys)
        return f"Find the {', '.join(keys)} in this text. Answer with a JSON list: [{form}]; leave out what the text does not say."
    if targets.metric == "set_f1":
        return f"List the {name} of this text as a JSON list of strings; write [] if there is none."
    if targets.metric == "json":
        value = replies.json_value(as_text(targets.values[0]))
        keys = f" with the keys {', '.join(value)}" if isinstance(value, dict) else ""
        return f"Give the {name} of this text as JSON{keys}, and nothing else."
    if targets.metric == "exact":
        return "Answer the question in a few words." + (" If the documents do not say, answer: I don't know." if documents else "")
    task = "Summarize the text" if "summar" in name.lower() else "Answer"
    return f"{task} in about {max(1, round(median(sizes)))} words."


def plain_prompt(task: Task) -> str:
    """The plainest prompt for a task, as a template: its instruction, the context where it has one, the input.

    >>> from helpers.tasks import load_task
    >>> plain_prompt(load_task("reviews"))[-7:]
    '{input}'
    """
    first = next(iter(task.splits.values()))
    parts = [task.instruction.replace("{", "{{").replace("}", "}}"), "{context}" if "context" in first.column_names else "", "{input}"]
    return "\n\n".join(filter(None, parts))
