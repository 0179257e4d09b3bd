"""Checks of lesson 01."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from helpers.checks import all_complete
from helpers.exercises import Miss

if TYPE_CHECKING:
    from helpers.runs import Run

__all__ = ["warmup", "core", "stretch"]

MARGIN = 0.06  # the loss that the core exercise accepts
PARTS = {"role": "experienced analyst", "mixed": "mixed", "delimiters": "###"}  # by a mark in the prompt


def warmup(template: str) -> str:
    """A template with the field {input} that names both labels."""
    from helpers.prompts import Template

    if not isinstance(template, str):
        raise Miss(type(template).__name__, "a string", "a template is text with {input} where the review goes")
    try:
        fields = Template("yours", template).fields
    except ValueError as error:
        raise Miss(template, "a template whose only field is {input}", str(error)) from None
    if fields != ("input",):
        raise Miss(f"the fields {fields}", "exactly one field, {input}", "without it the model never sees the review")
    missing = [label for label in ("positive", "negative") if label not in template.lower()]
    if missing:
        why = "the scorer looks for these two words, so the prompt should name them"
        raise Miss(f"a template without the word {missing[0]!r}", "both labels by name", why)
    return "It names both labels and has a place for the review."


def core(ablation: dict[str, Run], spare: set[str], full: Run) -> str:
    """Runs of the full prompt without one part each, and the parts whose loss is surely below the margin."""
    from helpers import runs

    if not (isinstance(ablation, dict) and set(ablation) == set(PARTS) and all(isinstance(run, runs.Run) for run in ablation.values())):
        raise Miss(ablation, f"a dict with a run for each of {', '.join(PARTS)}", "measure(..., asked=both[:1])[0] is one run")
    all_complete(full, *ablation.values())
    for part, run in ablation.items():
        _lacks_only(part, run, full)
    lows = {part: runs.compare(full, run).difference.low for part, run in ablation.items()}
    harmless = {part for part, low in lows.items() if low > -MARGIN}
    if not isinstance(spare, set) or spare - set(PARTS):
        raise Miss(spare, f"a set of some of {', '.join(PARTS)}", "the parts that may go")
    for part in sorted(spare ^ harmless):
        loss = f"without {part}, the interval reaches down to {lows[part]:+.3f}"
        side = "it may be worse by more than the margin; a p above 0.05 does not say that nothing is lost"
        raise Miss(f"my_spare = {spare}", f"a decision by that interval: {loss}", side if part in spare else "that is a loss you accept")
    return f"By a margin of {100 * MARGIN:.0f} points, {' and '.join(sorted(harmless)) or 'nothing'} may go."


def _lacks_only(part: str, run: Run, full: Run) -> None:
    """Miss: the run met other reviews, or its prompt lacks another part, or not only `part`."""
    if (run.split, list(run.table["id"])) != (full.split, list(full.table["id"])):
        same = f"the same {len(full.table)} reviews of {full.split}"
        raise Miss(f"{len(run.table)} reviews of {run.split}", same, "only the same examples can be compared")
    text = str(run.table["messages"].iloc[0])
    missing = {name for name, mark in (PARTS | {"format": "one word"}).items() if mark not in text}
    if missing != {part}:
        got = f"the run for {part!r} has a prompt without {', '.join(sorted(missing)) or 'nothing'}"
        raise Miss(got, f"the full prompt without {part} only", "change one part at a time, or the cell cannot say which part did it")


def stretch(p: float, choice: str) -> str:
    """The exact McNemar p value of 20 wins and 12 losses, and the decision it allows."""
    want = 2 * sum(math.comb(32, k) for k in range(13)) / 2**32
    if not isinstance(p, int | float) or abs(p - want) > 0.001:
        raise Miss(p, "the exact p of 20 wins against 12", "twice the chance that a fair coin, thrown 32 times, shows 12 heads or fewer")
    if choice != "undetermined":
        luck = f"with p = {want:.2f}, a split at least as uneven as 20 to 12 happens by luck about one time in {round(1 / want)}"
        raise Miss(choice, "the decision that this p allows", luck)
    return f"p = {want:.3f}: four points on 200 reviews can be luck. More examples may tell."
