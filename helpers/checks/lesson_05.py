"""Checks of lesson 05."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from helpers.checks import all_complete
from helpers.exercises import Miss

if TYPE_CHECKING:
    from helpers.runs import Run

__all__ = ["warmup", "core", "stretch"]

REPLIES = (  # a reply, what the test says of it, and why
    ('["BERT", "T5"]', 1, "two names, each once"),
    ("[]", 1, "an empty list repeats nothing"),
    ('["BERT", "T5", "BERT"]', 0, "BERT stands there twice"),
    ('["BERT", "bert"]', 0, "set F1 compares names without capitals, so these are one name twice"),
    ('["Llama 2 7B", "Llama 2 70B"]', 1, "these are two models: one name may hold another"),
    ('["ultrasound", "December"]', 1, "wrong names are the business of another test: this one must fail for its own reason only"),
    ("BERT, BERT", None, "that is no list: the test of format tells of it, and this one has nothing to say"),
    ('["BERT", "BE', None, "a list that was cut off is no list: the test of format tells of it"),
)
CAUSES = ("template", "settings", "examples", "model")
WORSE = 5  # the night, counted from 1
DECOYS = {
    3: "that night's examples were others: on those that it shares with night 1 its scores are the same",
    6: "only the version's number changed: the fingerprint, and every reply, are those of night 1",
}


def warmup(version: Callable) -> str:
    """A version that changes with text, system message and settings, and with nothing else."""
    from helpers.prompts import Template

    _callable(version, "my_version(template, settings)")
    base = Template("tagger", "Models in: {input}")
    settings = {"max_tokens": 48, "temperature": 0.0}
    first = version(base, settings)
    if not isinstance(first, str) or not first:
        raise Miss(first, "a text", "a version stands in tables and file names")
    changes = {
        "other words": (replace(base, text="Models of: {input}"), settings),
        "a blank at the end": (replace(base, text=base.text + " "), settings),
        "a system message": (replace(base, system="You tag papers."), settings),
        "max_tokens 8": (base, settings | {"max_tokens": 8}),
        "one more setting": (base, settings | {"seed": 1}),
    }
    for what, (template, changed) in changes.items():
        if version(template, changed) == first:
            raise Miss(f"the same version with {what}", "another version", "that changes what the model reads or may write")
    same = {
        "another name": (replace(base, name="tagger of May"), settings),
        "the settings in another order": (base, dict(reversed(settings.items()))),
    }
    for what, (template, changed) in same.items():
        if version(template, changed) != first:
            raise Miss(f"another version for {what}", "the same version", "the model reads and writes the same")
    if "hash" in getattr(getattr(version, "__code__", None), "co_names", ()):
        raise Miss("Python's hash()", "a hash that stays", "hash() of a text is another number in each session: tomorrow nobody finds it")
    return "It changes with words, system message and settings, and with nothing else: two runs of one version are comparable."


def core(test: Callable, run: Run) -> str:
    """A test of repeated names that fails for that reason and no other."""
    _callable(test, "my_test(reply)")
    all_complete(run)
    for reply, want, why in REPLIES:
        got = test(reply)
        if got != want or (want is None) != (got is None):
            raise Miss(f"{got!r} for {reply}", repr(want), why)
    said = [test(reply) for reply in run.table["reply"]]
    lists = [verdict for verdict in said if verdict is not None]
    repeats = len(lists) - sum(lists)
    return f"{repeats:g} of {len(lists)} lists of {run.method} repeat a name, and set F1 never said so."


def stretch(night: int, cause: str, nights: Sequence[Run]) -> str:
    """Which night really got worse, and what was changed."""
    from helpers import runs

    all_complete(*nights)
    if isinstance(night, bool) or not isinstance(night, int) or not 1 <= night <= len(nights):
        raise Miss(night, f"a number from 1 to {len(nights)}", "the nights are counted from 1")
    if cause not in CAUSES:
        raise Miss(cause, f"one of {', '.join(CAUSES)}", "say what was changed that night")
    if night != WORSE:
        why = DECOYS.get(night, "its examples, words, settings and replies are those of night 1")
        raise Miss(f"night {night}", "the night that was worse on the same examples", why)
    if cause != "settings":
        raise Miss(cause, "what differs from night 1", "compare the columns of both nights: two things are the same that you may suspect")
    return f"Night {WORSE} against night 1: {runs.compare(nights[0], nights[WORSE - 1]).difference}. Lists were cut off by max_tokens."


def _callable(answer: Any, form: str) -> None:
    if not callable(answer):
        raise Miss(answer, f"a function {form}", "write it with def, and hand over its name")
