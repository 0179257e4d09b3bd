"""What the prompt rungs ask: a bare prompt as one would first type it, and an engineered one with task, delimiters and format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.prompts import as_text

if TYPE_CHECKING:
    from helpers.models import Model
    from helpers.tasks import Task

__all__ = ["Wording", "wording", "reading_wording", "longest"]

Wording = tuple[str, str]  # the bare prompt and the engineered one, each with {input}

KNOWN: dict[str, Wording] = {
    "abstracts": (
        "Which models are named?\n{input}",
        "List the names of the models in the text below as a JSON list. Write [] if there is none.\n###\n{input}\n###",
    ),
    "handbook": (
        "{input}",
        'Answer the question using the text below. If the answer is not in the text, say "I don\'t know."\n\n{passages}\n\n{input}',
    ),
}
FORMATS = {
    "set_f1": "Answer with a JSON list of strings; write [] if there is none.",
    "json": "Answer with JSON only.",
    "exact": "Answer in a few words.",
}


def wording(task: Task) -> Wording:
    """The two prompts of a task: written by hand for `abstracts` and `handbook`, for another put together from what task.toml says.

    >>> from helpers.tasks import load_task
    >>> wording(load_task("abstracts"))[0]
    'Which models are named?\\n{input}'
    """
    if task.name in KNOWN:
        return KNOWN[task.name]
    asked = _asked(task)
    text = "{context}\n\n{input}" if "context" in task["train"].column_names else "{input}"
    if task.metric == "label":
        labels = _choice(task.labels)
        last = f"Answer with one of these, and nothing else: {labels}."
        return f"{labels}?\n{text}", "\n".join(filter(None, [asked or f"Is it {labels}?", "###", text, "###", last]))
    bare = f"{asked.split('. ')[0]}\n{text}" if asked else text
    return bare, "\n".join(filter(None, [asked, "###", text, "###", FORMATS.get(task.metric, "")]))


def reading_wording(task: Task) -> Wording:
    """The two prompts of a task with documents, closed book and with {passages}: where nobody wrote them by hand, the handbook's (which
    name no handbook) after the task's instruction."""
    if "{passages}" in wording(task)[1]:
        return wording(task)
    closed, reading = KNOWN["handbook"]
    return closed, "\n\n".join(filter(None, [_asked(task), reading]))


def longest(task: Task, model: Model, *, rows: int = 200) -> int:
    """Tokens that an answer may take: those of the longest target of train (its first `rows`), and a few more; 8 to 256."""
    targets = [row["target"] for row in list(task["train"])[:rows]]
    if task.metric == "exact":
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
