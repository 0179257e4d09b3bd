"""Checks of lesson 01."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from helpers.checks import all_complete
from helpers.exercises import Miss

if TYPE_CHECKING:
    from helpers.runs import Run

__all__ = ["warmup", "core", "stretch"]


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


def core(mine: Run, specific: Run) -> str:
    """A run on the same reviews, not significantly worse than the specific prompt, with a shorter prompt."""
    from helpers import runs

    if not isinstance(mine, runs.Run):
        raise Miss(type(mine).__name__, "a run, as measure(...) returns it", 'measure("mine", "... {input} ...", asked=both[:1])[0] is one')
    if (mine.split, list(mine.table["id"])) != (specific.split, list(specific.table["id"])):
        same = f"the same {len(specific.table)} reviews of {specific.split}"
        raise Miss(f"{len(mine.table)} reviews of {mine.split}", same, "only the same examples can be compared")
    all_complete(mine, specific)
    cost = mine.table["tokens_in"].mean()
    limit = specific.table["tokens_in"].mean()
    if cost >= limit:
        raise Miss(f"{cost:.1f} prompt tokens a review", f"fewer than {limit:.1f}", "leave out a part that bought nothing")
    pair = runs.compare(specific, mine)
    gain = pair.difference
    if gain.value < 0 and pair.p < 0.05:
        worse = "the part that was left out did matter: look at the replies"
        raise Miss(repr(pair), "not significantly worse than the specific prompt", worse)
    interval = f"a gain of {gain.value:+.2f} [{gain.low:+.2f}, {gain.high:+.2f}]"
    return f"{cost:.1f} prompt tokens a review instead of {limit:.1f}, with {interval}: not significantly worse, which is not yet equal."


def stretch(p: float, choice: str) -> str:
    """The exact McNemar p value of 20 wins and 12 losses, and the decision it allows."""
    want = 2 * sum(math.comb(32, k) for k in range(13)) / 2**32
    if not isinstance(p, int | float) or abs(p - want) > 0.001:
        raise Miss(p, f"{want:.3f}", "twice the chance that a fair coin, thrown 32 times, shows 12 heads or fewer")
    if choice != "undetermined":
        luck = f"with p = {want:.2f}, a split at least as uneven as 20 to 12 happens by luck about one time in {round(1 / want)}"
        raise Miss(choice, '"undetermined"', luck)
    return f"p = {want:.3f}: four points on 200 reviews can be luck. More examples may tell."
