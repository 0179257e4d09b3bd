"""Checks of lesson 09."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from helpers.exercises import Miss

if TYPE_CHECKING:
    from helpers.stats import Difference, Interval

__all__ = ["warmup", "core", "stretch"]

# The warm-up's ranking is c7 c2 c9 c4 c1, and c9, c4, c5 are relevant.
RECALL = 2 / 3
RECIPROCAL = 1 / 3
USUAL = {
    1.0: "that is the hit rate: whether any relevant chunk is among the first 4. Recall is a share of the relevant ones",
    0.5: "2 of the 4 places hold a relevant chunk: that is precision@4. Recall divides by how many are relevant",
}
FIRST = 5  # chunks in the prompt
MARGIN = 0.10
EXACT = ("direct", "changed by a memo")
LUCENE = (1.2, 0.75)  # the k1 and b that the lesson used

Ids = Sequence[str]


def warmup(recall: float, reciprocal: float) -> str:
    """Recall@4 and the reciprocal rank of a ranking of five chunks."""
    if not _near(recall, RECALL):
        why = next((why for value, why in USUAL.items() if _near(recall, value)), "count the relevant chunks among the first 4")
        raise Miss(recall, "the relevant chunks among the first 4, over all relevant chunks", why)
    if not _near(reciprocal, RECIPROCAL):
        why = "only the first relevant chunk counts: go down the ranking, place by place, until you meet one"
        raise Miss(reciprocal, "1 over the rank of the first relevant chunk", why)
    return "Two of three are among the first 4, the first of them in place 3. The third, c5, was not found at all: only recall notices."


def core(fusion: Callable[[Ids, Ids], Ids], tops: Sequence[Sequence[Ids]], relevant: Sequence[set[str]], kinds: Collection[str]) -> str:
    """A fusion that beats the plain hybrid on reworded questions, and is shown to lose less than the margin on exact ones."""
    words, meaning, plain = tops
    mine = [_ranking(fusion, list(a), list(b)) for a, b in zip(words, meaning, strict=True)]
    reworded = [kind == "reworded" for kind in kinds]
    exact = [kind in EXACT for kind in kinds]
    gain = _difference(plain, mine, relevant, reworded).gain
    loss = _difference(words, mine, relevant, exact).gain
    if gain.low <= 0:
        raise Miss(f"{gain} over the plain hybrid", "an interval above 0", "on reworded questions your fusion is not shown to be better")
    if loss.low <= -MARGIN:
        why = "on questions in the page's words, a loss of that size is not ruled out: BM25 needs a little more say"
        raise Miss(f"{loss} against BM25", f"a lower end above -{MARGIN:.2f}", why)
    return (
        f"Reworded: {gain} over the plain hybrid. In the page's words: {loss} against BM25. You chose the fusion on these questions, so "
        "expect a little less on new ones."
    )


def stretch(k1: float, b: float, gain: Interval, reciprocals: Callable, grid: Sequence[tuple[float, float]]) -> str:
    """The best setting of one half of the questions, and its paired gain on the other half."""
    if (k1, b) not in grid:
        raise Miss((k1, b), "a pair of `grid`", "choose among the settings that were measured")
    halves = {pair: reciprocals(*pair)[::2] for pair in grid}
    best = max(math.fsum(scores) for scores in halves.values())
    mine = math.fsum(halves[k1, b])
    if mine < best - 1e-9:
        mean = mine / len(halves[k1, b])
        raise Miss(f"mean RR {mean:.3f} for {(k1, b)}", "the highest of the grid", "another pair is better on the half `[::2]`")
    return _praise(gain, reciprocals(*LUCENE), reciprocals(k1, b))


def _praise(gain: Interval, before: Sequence[float], after: Sequence[float]) -> str:
    """The praise, if the gain is that of the half that chose nothing."""
    from helpers import stats

    want = stats.difference(before[1::2], after[1::2]).gain
    others = {
        "that is the half that chose: the best of many settings looks better there than it is": (before[::2], after[::2]),
        "that is all questions, and half of them have chosen: use [1::2]": (before, after),
        "that is the difference the other way round: what yours gains over 1.2 and 0.75": (after[1::2], before[1::2]),
    }
    value = getattr(gain, "value", gain)
    if not _near(value, want.value, 5e-4):
        same = [why for why, pair in others.items() if _near(value, stats.difference(*pair).gain.value, 5e-4)]
        raise Miss(gain, "the paired gain on the half `[1::2]`", same[0] if same else "subtract, question by question, on `[1::2]`")
    if not hasattr(gain, "low"):
        raise Miss(gain, "the gain with its interval", "a difference without an interval may be chance: stats.difference(a, b).gain")
    verdict = "the gain holds up" if gain.low > 0 else "a gain is not shown"
    return f"On questions that chose nothing: {gain}, so {verdict}. Only such a half can say so."


def _near(value: object, want: float, by: float = 0.01) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value - want) <= by


def _ranking(fusion: Callable[[Ids, Ids], Ids], words: Ids, meaning: Ids) -> list[str]:
    """What the fusion makes of two rankings; Miss where that is no ranking of their ids."""
    known = {*words, *meaning}
    if not callable(fusion):
        raise Miss(type(fusion).__name__, "a function of two rankings", "write def my_fusion(by_words, by_meaning): …")
    ids = fusion(words, meaning)
    if isinstance(ids, str) or not isinstance(ids, Sequence) or not all(isinstance(name, str) for name in ids):
        raise Miss(ids, "a list of ids, best first", "return the ids alone, without their scores")
    if len(set(ids)) < len(ids) or not set(ids) <= known:
        raise Miss(list(ids)[:8], "each id of the two rankings once", "an id that stands twice takes two of the five places")
    return list(ids)


def _difference(a: Sequence[Ids], b: Sequence[Ids], relevant: Sequence[set[str]], these: Sequence[bool]) -> Difference:
    """What the rankings b gain over a in questions found, on some of the questions."""
    from helpers import stats

    rows = [(need, *ids) for need, chosen, *ids in zip(relevant, these, a, b, strict=True) if chosen]
    return stats.difference(*([int(need <= set(row[at][:FIRST])) for need, *row in rows] for at in (0, 1)))
