"""Checks of lesson 10."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from helpers.exercises import Miss

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    Scores = Mapping[tuple[str, int], Sequence[float]]

__all__ = ["warmup", "core", "stretch"]

ROOM = 600  # tokens of passages
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


def core(perfect: tuple[str, int], own: tuple[str, int], depths: DataFrame, finds: Scores, answers: Scores) -> str:
    """For each reader a row that no other is shown to beat, by the interval of the paired gain; the first has room for 600 tokens.

    `finds` and `answers` say for each row, by (way, k), which questions were found, and which the first model answered rightly (1 or 0).
    """
    tokens = _row(perfect, depths, "my_perfect")["tokens"]
    if tokens > ROOM:
        raise Miss(f"{tokens:.0f} tokens", f"at most {ROOM}", "a row that leaves no room cannot be built")
    fitting = depths[depths["tokens"] <= ROOM]
    _unbeaten(perfect, finds, fitting, "this reader loses only what was not retrieved: compare found")
    _row(own, depths, "my_own")
    first = depths.columns[list(depths.columns).index("tokens") + 1]
    _unbeaten(own, answers, depths, f"a row that finds more is no use to a reader that gets lost in it: compare the column {first}")
    chosen = f"{perfect[0]} with {perfect[1]} for a perfect reader, {own[0]} with {own[1]} for {first}"
    return f"{chosen}: no other row is shown to beat either. The reader decides how much to find."


def _unbeaten(choice: tuple[str, int], scores: Scores, rivals: DataFrame, why: str) -> None:
    """Miss where the interval of a rival's gain over the choice lies above zero, question by question."""
    from helpers import stats

    gains = [stats.difference(scores[tuple(choice)], scores[rival]).gain for rival in zip(rivals["way"], rivals["k"])]
    shown = [gain for gain in gains if gain.low > 0]
    if shown:
        gain = max(shown, key=lambda gain: gain.value)
        raise Miss(f"{tuple(choice)}, over which another row gains {gain}", "a row that no other is shown to beat", why)


def _row(choice: tuple[str, int], depths: DataFrame, name: str) -> Series:
    """The row of the table that was chosen; Miss where there is none."""
    if not (isinstance(choice, tuple | list) and len(choice) == 2):
        raise Miss(choice, 'a pair such as ("BM25", 2)', f"{name} is a way to search and a number of chunks")
    row = depths[(depths["way"] == choice[0]) & (depths["k"] == choice[1])]
    if row.empty:
        have = ", ".join(f"({way!r}, {k})" for way, k in zip(depths["way"], depths["k"]))
        raise Miss(f"{name} = {choice!r}", f"one of {have}", "choose a row that was measured")
    return row.iloc[0]


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
