"""What `ladder run --help` adds to its options: each lesson's parameters, and the environment variables that are read."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from helpers.workbook.notebooks import Lesson
from helpers.workbook.parameters import parameters_of

__all__ = ["VARIABLES", "manual"]

VARIABLES = {
    "LADDER_HOME": "a folder that outputs/, .cache/ and my/ go to (else the repository)",
    "LADDER_CACHE": 'the file of kept replies (else .cache/replies.sqlite); "off" keeps none',
    "LADDER_MODELS": "a folder of converted models, which several homes may share (else .cache/models)",
    "LADDER_RECORDINGS": "a folder of recordings of your own (else data/recordings)",
    "LADDER_TRACKING": '"offline", "online" or "off", where a lesson or your own code does not say',
    "LADDER_PROGRESS": '"off" shows no progress bars',
    "LADDER_THINKING_TOKENS": "tokens that a model may think before it answers, beyond what a lesson asks for (else 2048)",
    "LADDER_API_KEY": "the key for a server on this machine (else none)",
    "OPENAI_API_KEY": "the key for every other server of openai:",
    "OPENAI_BASE_URL": "the server of an openai: model that names none (else OpenAI's)",
    "COMET_API_KEY": "the key for Comet, with tracker=online",
    "HF_HUB_OFFLINE": "1 downloads nothing from the Hugging Face hub",
}


def manual(lessons: Sequence[Lesson]) -> str:
    """The text, for lines of 100 characters."""
    parts = ["parameters of the lessons, as -p name=value; a run with parameters lies beside the course's own:"]
    for lesson in lessons:
        parameters = parameters_of(lesson).values()
        parts += [f"  {lesson.path.stem}", *(_row(f"{each.name}={each.default.strip(QUOTES)}", each.comment, 24) for each in parameters)]
    parts += ["", "environment variables:", *(_row(name, text, 26) for name, text in VARIABLES.items())]
    return "\n".join(parts)


QUOTES = "\"'"


def _row(name: str, text: str, width: int) -> str:
    """A name, and its explanation in a column of its own."""
    indent = " " * (width + 4)
    lines = textwrap.wrap(text, 100, initial_indent=indent, subsequent_indent=indent) or [indent]
    return f"    {name:<{width - 1}} {lines[0].strip()}".rstrip() + "".join(f"\n{line}" for line in lines[1:])
