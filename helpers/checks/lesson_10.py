"""Checks of lesson 10."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from helpers.exercises import Miss

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["warmup", "core", "stretch"]

ENOUGH = 0.9  # of what the best setting finds
# The colleague's pipeline, of 150 questions: answered right, passage not retrieved, and retrieved but not read right.
RIGHT = 90
LOST = 40
UNREAD = 20


def warmup(text: str) -> str:
    """A prompt with {passages} and {input} that gives words to decline with, words that a program can recognize."""
    from helpers.metrics.abstention import declined
    from helpers.prompts import Template

    if not isinstance(text, str):
        raise Miss(type(text).__name__, "a string", "a prompt is text with {passages} and {input}")
    try:
        fields = Template("yours", text).fields
    except ValueError as error:
        raise Miss(text, "a prompt whose fields are {passages} and {input}", str(error)) from None
    if set(fields) != {"passages", "input"}:
        why = "without {passages} it is closed book, and without {input} nothing is asked"
        raise Miss(f"the fields {fields}", "exactly {passages} and {input}", why)
    quoted = re.findall(r"[\"“'](.+?)[\"”'](?!\w)", text)
    commanded = re.findall(r"\b(?:say|answer|reply|respond|write)\b(?: only)?(?: with)?:? ([^\n\"“]+)", text, re.IGNORECASE)
    if not any(declined(words) for words in quoted + commanded):
        why = "permission without words lets each model invent its own, and no program can count those"
        raise Miss(text, "words to decline with, such as: I don't know.", why)
    return "It shows the passages, asks, and says in which words to decline: an answer that `abstention.declined` recognizes."


def core(way: str, k: int, depths: DataFrame) -> str:
    """The way and k with the fewest tokens among those that find at least nine tenths of what the best one finds."""
    row = depths[(depths["way"] == way) & (depths["k"] == k)]
    if row.empty:
        have = f"a way of {sorted(set(depths['way']))}, a k of {sorted(set(depths['k']))}"
        raise Miss(f"way {way!r}, k {k}", have, "choose a row that was measured")
    recall = float(row["found"].iloc[0])
    tokens = float(row["tokens"].iloc[0])
    least = ENOUGH * depths["found"].max()
    if recall < least:
        raise Miss(f"{recall:.2f} found", f"at least {least:.2f}", "it is cheap, and misses more than a tenth of what can be found")
    cheaper = depths[(depths["found"] >= least) & (depths["tokens"] < tokens)].sort_values("tokens")
    if len(cheaper):
        why = f"rows that find enough for fewer: {len(cheaper)}; sort those that find enough by tokens"
        raise Miss(f"{tokens:.0f} tokens a question", "the fewest that are enough", why)
    most = depths.loc[depths["found"].idxmax(), "tokens"]
    return f"It finds {recall:.2f} for {tokens:.0f} tokens a question; the best finds {depths['found'].max():.2f} for {most:.0f}."


def stretch(search: float, reader: float, choice: str) -> str:
    """What a perfect search adds (its finds must still be read), what a perfect reader adds, and which is more."""
    rate = RIGHT / (RIGHT + UNREAD)
    want = LOST * rate
    usual = {
        LOST: f"all {LOST} would be retrieved then, and this reader still misses {UNREAD} of every {RIGHT + UNREAD} that it is shown",
        LOST * RIGHT / 150: "90 of 150 counts the search's misses against the reader: it was shown the passage only 110 times",
    }
    if isinstance(search, bool) or not isinstance(search, int | float) or abs(search - want) > 1:
        close = [why for value, why in usual.items() if isinstance(search, int | float) and abs(search - value) <= 0.5]
        why = close[0] if close else f"of the {RIGHT + UNREAD} that were shown their passage, {RIGHT} were right; apply that to the {LOST}"
        raise Miss(search, "a number near 40 x the share that this reader gets right when the passage is there", why)
    if reader != UNREAD:
        why = "a perfect reader mends what was retrieved and not read; what was not retrieved it cannot see"
        raise Miss(reader, "the questions whose passage was there and that were still answered wrongly", why)
    if str(choice).strip().lower() != "search":
        raise Miss(choice, "the one of the two that gains more", f"about {want:.0f} more right answers against {UNREAD}")
    return f"About {want:.0f} against {UNREAD}: here the search is the bottleneck. Measure before you tune, it may be the reader."
