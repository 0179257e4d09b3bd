"""Checks of lesson 00."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.checks import all_complete
from helpers.exercises import Miss

if TYPE_CHECKING:
    import pandas

    from helpers.models import Model
    from helpers.runs import Run
    from helpers.stats import Interval

__all__ = ["warmup", "core", "stretch"]

WITHIN = 0.06  # on either side of a share
DECLINES = "don't know|not sure|sorry"  # as in the lesson


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


def core(interval: Interval, n: int) -> str:
    """The Wilson interval of 14 right of 20, and the smallest n of four at which such a share is known within 6 points."""
    from helpers.stats import Interval, wilson

    want = wilson(14, 20)
    if not isinstance(interval, Interval):
        raise Miss(interval, "an interval, made by stats.wilson(right, n)", "put the number of right answers first")
    if (round(interval.low, 6), round(interval.high, 6), interval.n) != (round(want.low, 6), round(want.high, 6), 20):
        raise Miss(interval, "the interval of 14 right of 20", "the first argument counts successes, the second all examples")
    sizes = (20, 80, 320, 1280)
    if n not in sizes:
        raise Miss(n, f"one of {', '.join(map(str, sizes))}", "look at the interval of a share of 0.7 at each of them")
    width = _width(n)
    if width > 2 * WITHIN:
        raise Miss(f"{n}: {100 * width:.0f} points from end to end", "at most 12 points", "the width halves with four times the examples")
    if n > min(size for size in sizes if _width(size) <= 2 * WITHIN):
        raise Miss(f"{n}: {100 * width:.0f} points from end to end", "the smallest n that is enough", "a smaller one is enough, too")
    return f"20 questions leave {100 * (want.high - want.low):.0f} points from end to end, {n} leave {100 * width:.0f}."


def _width(n: int) -> float:
    from helpers.stats import wilson

    interval = wilson(round(0.7 * n), n)
    return interval.high - interval.low


def stretch(system: str, model: Model, careful: Run) -> str:
    """A system message with fewer wrong answers than the careful prompt, and at most ten right ones lost."""
    from helpers import runs
    from helpers.methods.method import prompt
    from helpers.tasks import load_task

    if not isinstance(system, str) or not system.strip():
        raise Miss(system, "a system message in one string", "it is put before every question")
    run = runs.run(prompt("{input}", name="yours", system=system.replace("{", "{{").replace("}", "}}"), max_tokens=32),
                   load_task("facts"), model, split=careful.split, limit=len(careful.table), progress=False)  # fmt: skip
    all_complete(careful, run)
    right_before, right_after = (int((each.table["score"] == 1).sum()) for each in (careful, run))
    wrong_before, wrong_after = (int(_wrong(each).sum()) for each in (careful, run))
    if wrong_after >= wrong_before:
        fewer = f"fewer than {wrong_before}, as with the careful prompt"
        raise Miss(f"{wrong_after} wrong answers", fewer, "say which questions to decline, and with which words")
    if right_before - right_after > 10:
        enough = f"at least {right_before - 10}"
        raise Miss(f"{right_after} right answers", enough, "it declines what it knows: a model that always declines is never wrong either")
    counts = f"Wrong answers went from {wrong_before} to {wrong_after}, right ones from {right_before} to {right_after}."
    return f"{counts} {_evidence(careful, run)}"


def _wrong(run: Run) -> pandas.Series:
    """1 for each answer that is neither right nor declines, else 0."""
    declined = run.table["answer"].str.contains(DECLINES, case=False)
    return ((run.table["score"] != 1) & ~declined).astype(float)


def _evidence(careful: Run, own: Run) -> str:
    """The paired interval of the change in wrong answers, and in words whether it may be luck."""
    from helpers.stats import difference

    change = difference(_wrong(careful), _wrong(own)).gain
    below = change.high < 0
    meaning = "lies below zero: on these questions, a clear change" if below else "holds zero: on these questions, that may be luck"
    return f"The change in the share of wrong answers, question by question: {change}. Its interval {meaning}."
