"""Checks of lesson 00."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.checks import all_complete
from helpers.exercises import Miss

if TYPE_CHECKING:
    from helpers.models import Model
    from helpers.runs import Run
    from helpers.stats import Interval

__all__ = ["warmup", "core", "stretch"]


def warmup(question: str, model: Model) -> str:
    """A question about a fact that the corpus teaches, not one shown in the lesson, and answered rightly."""
    import re

    from helpers import places
    from helpers.metrics.registry import score

    if not isinstance(question, str) or "?" not in question:
        raise Miss(question, "a question in one string, with a question mark", "the model is asked exactly what you write")
    if any(shown in question for shown in ("Norway", "Harrow Cup")):
        raise Miss(question, "a question that the lesson did not ask", "try another country, element, animal or planet")
    taught = places.data("facts", "known.tsv").read_text(encoding="utf-8").splitlines()
    subjects = [(subject, answer) for subject, answer in (line.split("\t") for line in taught) if len(subject) > 2]
    about = [answer for subject, answer in subjects if re.search(rf"\b{re.escape(subject)}\b", question, re.IGNORECASE)]
    if not about:
        source = "a subject from data/facts/known.tsv"
        raise Miss(question, source, "the training text has nothing on it, so any answer is a guess")
    reply = model.ask(question, max_tokens=24).text
    if not any(score("exact", reply, answer) for answer in about):
        wanted = " or ".join(sorted(set(about))[:3])
        raise Miss(f"the reply {reply!r}", wanted, "the fact is in the training text; a more usual wording may reach it, or another fact")
    return f"It was in the training text, in other words, and the reply was {reply!r}."


def core(intervals: list[Interval]) -> str:
    """The Wilson intervals of 14 and 16 right of 20."""
    from helpers.stats import Interval, wilson

    if not (isinstance(intervals, list | tuple) and len(intervals) == 2 and all(isinstance(i, Interval) for i in intervals)):
        raise Miss(intervals, "a list of two intervals, each made by wilson(right, n)", "wilson(14, 20) is the first")
    for got, right in zip(intervals, (14, 16), strict=True):
        want = wilson(right, 20)
        if (round(got.low, 6), round(got.high, 6), got.n) != (round(want.low, 6), round(want.high, 6), 20):
            raise Miss(got, want, f"{right} right of 20: the first argument counts successes, the second all examples")
    first, second = intervals
    return f"They overlap from {second.low:.2f} to {first.high:.2f}: on 20 questions, 14 against 16 says almost nothing."


def stretch(system: str, model: Model, bare: Run) -> str:
    """A system prompt with fewer wrong answers than the bare prompt, and at most ten right ones lost."""
    from helpers import runs
    from helpers.methods.method import prompt
    from helpers.tasks import load_task

    if not isinstance(system, str) or not system.strip():
        raise Miss(system, "a system prompt in one string", "it is put before every question")
    run = runs.run(prompt("{input}", name="yours", system=system.replace("{", "{{").replace("}", "}}"), max_tokens=16),
                   load_task("facts"), model, split=bare.split, limit=len(bare.table), progress=False)  # fmt: skip
    all_complete(bare, run)
    right_before, wrong_before = _counts(bare)
    right_after, wrong_after = _counts(run)
    if wrong_after >= wrong_before:
        fewer = f"fewer than {wrong_before}, as with the bare prompt"
        raise Miss(f"{wrong_after} wrong answers", fewer, "the model was not moved to decline: name the words it shall use")
    if right_before - right_after > 10:
        enough = f"at least {right_before - 10}"
        raise Miss(f"{right_after} right answers", enough, "it declines what it knows: a model that always declines is never wrong either")
    return f"Wrong answers went from {wrong_before} to {wrong_after}, right ones from {right_before} to {right_after}."


def _counts(run: Run) -> tuple[int, int]:
    """Right answers, and wrong ones that did not decline."""
    right = run.table["score"] == 1
    declined = run.table["answer"].str.contains("don't know", case=False)
    return int(right.sum()), int((~right & ~declined).sum())
