"""Checks of lesson 07."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from helpers.exercises import Miss

__all__ = ["warmup", "core", "stretch"]

SMALL = {"a", "an", "the", "of", "to", "in", "on", "at", "and", "it", "is"}
MARGIN = 0.10  # of TNR, that a better rule may lose at most
LABELED = {"tp": 80, "fn": 20, "fp": 10, "tn": 90}
PASSED = (250, 400)


def warmup(tpr: float, tnr: float, kappa: float) -> str:
    """TPR, TNR and kappa of a judge that passes 36 of 40 right answers and 12 of 20 wrong ones."""
    numbers = {"TPR": tpr, "TNR": tnr, "kappa": kappa}
    for name, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise Miss(f"{number!r} as {name}", "a number", "each of the three is one number between -1 and 1")
    if abs(tpr - 0.9) > 0.01:
        raise Miss(f"TPR {tpr:.2f}", "the share of the right answers that pass", "divide by the number of right answers, not of all")
    if abs(tnr - 0.4) > 0.01:
        why = "12 of the 20 wrong ones were passed, so the rest were stopped; divide by the number of wrong answers"
        raise Miss(f"TNR {tnr:.2f}", "the share of the wrong answers that are stopped", why)
    if abs(kappa - 1 / 3) > 0.01:
        raise Miss(f"kappa {kappa:.2f}", "(observed - chance) / (1 - chance)", _why_kappa(kappa))
    return "It agrees with the labels on 44 of 60, and its kappa is a third: much of the agreement is what chance gives."


def core(rule: Callable[[str, str, str], str]) -> str:
    """A rule (question, reference, answer) -> "right" or "wrong" that gains on the word rule over dev, and keeps its TNR."""
    from helpers.stats import difference
    from helpers.tasks import load_task

    if not callable(rule):
        raise Miss(
            type(rule).__name__, "a function of question, reference and answer", "put the function's name there, without parentheses"
        )
    rows = load_task("judge")["dev"].to_list()
    before = [float(_word_rule(row) == row["target"]) for row in rows]
    after = [float(_verdict(rule, row) == row["target"]) for row in rows]
    wrong = [i for i, row in enumerate(rows) if row["target"] == "wrong"]
    stops = difference([before[i] for i in wrong], [after[i] for i in wrong]).gain
    if stops.low < -MARGIN:
        raise Miss(
            f"TNR changed by {stops}", f"an interval above {-MARGIN:.2f}", "it passes wrong answers that the word rule stops: read those"
        )
    gain = difference(before, after).gain
    if gain.low <= 0:
        raise Miss(f"accuracy changed by {gain}", "a paired interval above 0", "more of the right answers in another form have to pass")
    return f"Accuracy changes by {gain}, TNR by {stops}: it tells more apart, and is not merely less strict."


def stretch(share: Any) -> str:
    """The corrected share, with an interval that knows how few answers were labeled."""
    from helpers.metrics import agreement, corrected_rate
    from helpers.stats import Interval

    if not isinstance(share, Interval):
        raise Miss(type(share).__name__, "an Interval", "corrected_rate returns one: the share and its low and high end")
    said = ["right"] * LABELED["tp"] + ["wrong"] * LABELED["fn"] + ["right"] * LABELED["fp"] + ["wrong"] * LABELED["tn"]
    want = corrected_rate(*PASSED, agreement(["right"] * 100 + ["wrong"] * 100, said))
    if abs(share.value - want.value) > 0.01:
        raise Miss(f"{share.value:.2f}", "the share that gives 250 of 400", _why_share(share.value))
    if abs(share.low - want.low) > 0.02 or abs(share.high - want.high) > 0.02:
        why = "the interval has to carry the 200 labels too: TPR and TNR are known only so well; corrected_rate does that"
        raise Miss(f"from {share.low:.2f} to {share.high:.2f}", "another width", why)
    return f"{share}: the judge's own 0.62 lies below, because it fails more right answers than it passes wrong ones."


def _why_kappa(kappa: float) -> str:
    usual = {
        0.73: "that is the share on which judge and label agree: take off what chance gives",
        0.60: "that is what chance gives",
        0.47: "chance says both words as often as these two do, not half and half",
        0.13: "divide by what is left above chance, 1 - chance",
    }
    near = min(usual, key=lambda value: abs(value - kappa))
    return usual[near] if abs(near - kappa) < 0.01 else "chance agrees where both say right, or both say wrong, as often as each says it"


def _why_share(value: float) -> str:
    if abs(value - 0.625) < 0.01:
        return "that is what the judge passes, not yet corrected"
    if abs(value - (0.625 + 0.8 - 1) / 0.7) < 0.01:
        return "TPR and TNR have changed places: 80 of the right ones pass, 90 of the wrong ones are stopped"
    return "the judge passes share · TPR + (1 - share) · (1 - TNR); solve that for the share"


def _verdict(rule: Callable[[str, str, str], str], row: dict) -> str:
    verdict = rule(row["input"], row["reference"], row["answer"])
    if verdict not in ("right", "wrong"):
        raise Miss(repr(verdict), '"right" or "wrong"', f"every answer gets one of the two; this one was {row['answer']!r}")
    return verdict


def _word_rule(row: dict) -> str:
    """The rule of the lesson: every word of the reference stands in the answer, small words aside."""
    reference, answer = (set(re.findall(r"[a-z0-9]+", row[key].lower())) for key in ("reference", "answer"))
    return "right" if reference - SMALL <= answer else "wrong"
