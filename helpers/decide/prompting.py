"""What the prompt rungs ask: a bare prompt as one would first type it, and an engineered one with task, delimiters and format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.metrics import metric
from helpers.prompts import as_text

if TYPE_CHECKING:
    from helpers.models import Model
    from helpers.tasks import Task

__all__ = ["Wording", "wording", "reading_wording", "longest"]

Wording = tuple[str, str]  # the bare prompt and the engineered one, each with {input}

READING = 'Answer the question using the text below. If the answer is not in the text, say "I don\'t know."\n\n{passages}\n\n{input}'


def wording(task: Task) -> Wording:
    """The two prompts of a task: those of its task.toml, else put together from its instruction, labels and metric.

    >>> from helpers.tasks import load_task
    >>> wording(load_task("abstracts"))[0]
    'Which models are named?\\n{input}'
    """
    bare, engineered = _put_together(task)
    return task.prompts.get("bare", bare), task.prompts.get("engineered", engineered)


def _put_together(task: Task) -> Wording:
    asked, entry = _asked(task), metric(task.metric)
    text = "{context}\n\n{input}" if "context" in task["train"].column_names else "{input}"
    if entry.needs_labels:
        labels = _choice(task.labels)
        last = entry.form.format(labels=labels)
        return f"{labels}?\n{text}", "\n".join(filter(None, [asked or f"Is it {labels}?", "###", text, "###", last]))
    bare = f"{asked.split('. ')[0]}\n{text}" if asked else text
    return bare, "\n".join(filter(None, [asked, "###", text, "###", entry.form]))


def reading_wording(task: Task) -> Wording:
    """The two prompts of a task with documents, closed book and with {passages}: those of its task.toml, else a usual one after the
    task's instruction."""
    reading = "\n\n".join(filter(None, [_asked(task), READING]))
    return task.prompts.get("closed", "{input}"), task.prompts.get("reading", reading)


def longest(task: Task, model: Model, *, rows: int = 200) -> int:
    """Tokens that an answer may take: those of the longest target of train (its first `rows`), and a few more; 8 to 256."""
    targets = [row["target"] for row in list(task["train"])[:rows]]
    if metric(task.metric).spellings:
        targets = [target[0] if isinstance(target, list | tuple) else target for target in targets]
    longest = max((as_text(target) for target in targets), key=len, default="")
    return max(8, min(256, model.count_tokens(longest) + 4))


def _asked(task: Task) -> str:
    """The instruction, with braces doubled, as a template needs them."""
    return task.instruction.replace("{", "{{").replace("}", "}}").strip()


def _choice(labels: tuple[str, ...]) -> str:
    """ "a, b or c", with braces doubled, as a template needs them."""
    *others, last = [label.replace("{", "{{").replace("}", "}}") for label in labels]
    return f"{', '.join(others)} or {last}" if others else last
