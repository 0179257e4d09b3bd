"""Checks of lesson 02."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from helpers.checks import all_complete
from helpers.exercises import Miss

if TYPE_CHECKING:
    from helpers.runs import Run

__all__ = ["warmup", "core", "stretch"]

OFFERED = 6
LEAKS = {1: "a few marks and capitals were changed, the words are those of dev", 4: "two words were added, the others are those of dev"}
SHOTS, TOKENS, MARGIN, FEWEST = 4, 300, 0.05, 30


def warmup(leaks: Iterable[int]) -> str:
    """The numbers of the offered shots that stand in dev, with small changes."""
    numbers = _numbers(leaks)
    for number in sorted(numbers - set(LEAKS)):
        raise Miss(f"{number} among the leaks", f"{number} may be used", "its review stands in train, where shots come from")
    if not numbers:
        raise Miss("no leaks", "the numbers of all that stand in dev", "letter for letter none does: compare the words")
    if numbers != set(LEAKS):
        why = "one more stands in dev, changed in another way: two texts may share most of their words, and not all"
        raise Miss(f"{len(numbers)} leak", "all of them", why)
    return "; ".join(f"shot {number}: {why}" for number, why in LEAKS.items()) + ". `few_shot` refuses only exact copies."


def _numbers(leaks: Any) -> set[int]:
    if isinstance(leaks, str | dict) or not isinstance(leaks, Iterable):
        raise Miss(leaks, "a set of numbers, such as {0, 3}", "each offered shot has a number, counted from 0")
    numbers = set(leaks)
    strange = [number for number in numbers if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < OFFERED]
    if strange:
        raise Miss(strange[0], f"numbers from 0 to {OFFERED - 1}", "six shots are offered, counted from 0")
    return numbers


def core(shots: Sequence[dict], run: Run, none: Run) -> str:
    """Four solved reviews of train, both labels, at most 300 tokens a prompt, and a run not worse than without shots by a margin."""
    from helpers import runs

    _four_of_train(shots)
    if not isinstance(run, runs.Run):
        raise Miss(type(run).__name__, "a run", "measure(shots, TOLD, both[0], 200) is one")
    all_complete(run, none)
    _shows(shots, run, none)
    tokens = run.summary()["tokens_in"]
    if tokens > TOKENS:
        raise Miss(
            f"{tokens:.0f} tokens a prompt", f"at most {TOKENS}", "the shots are too long: shorter reviews say as much about the form"
        )
    low = runs.compare(none, run).difference.low
    if low <= -MARGIN:
        raise Miss(
            f"an interval that reaches down to {low:+.3f}", f"one above -{MARGIN}", "these shots may cost too much quality: choose others"
        )
    return f"{tokens:.0f} tokens a prompt, score {run.score}, and against no shots the interval begins at {low:+.3f}, inside the margin."


def _four_of_train(shots: Any) -> None:
    from helpers.tasks import load_task

    if not isinstance(shots, list | tuple) or len(shots) != SHOTS or not all(isinstance(shot, dict) for shot in shots):
        raise Miss(shots, "a list of four rows of train", "each is a dict with an input and a target")
    reviews = load_task("reviews")
    known = {row["input"]: row["target"] for row in reviews["train"]}
    for number, shot in enumerate(shots, 1):
        if shot.get("input") not in known:
            why = "a shot that is not from train may be one that you score on, or one that nobody labeled"
            raise Miss(f"shot {number}: {shot.get('input')!r}", "a review of train", why)
        if shot.get("target") != known[shot["input"]]:
            raise Miss(f"shot {number} with the label {shot.get('target')!r}", "its own label", "a wrong label is no solved example")
    if len({shot["input"] for shot in shots}) < SHOTS:
        raise Miss("the same review twice", "four different ones", "a copy costs its tokens again and shows nothing new")
    if {shot["target"] for shot in shots} != set(reviews.labels):
        raise Miss(f"only {shots[0]['target']!r}", "both labels", "a model that sees one label only may say it always")


def _shows(shots: Sequence[dict], run: Run, none: Run) -> None:
    """Miss: the run met other reviews than the one without shots, or showed other shots, other labels, or another question."""
    if (run.split, list(run.table["id"])) != (none.split, list(none.table["id"])):
        same = f"the same {len(none.table)} reviews of {none.split}"
        raise Miss(f"{len(run.table)} reviews of {run.split}", same, "only the same examples can be compared")
    *before, last = run.table["messages"].iloc[0]
    if last != none.table["messages"].iloc[0][-1]:
        raise Miss(
            last["content"], none.table["messages"].iloc[0][-1]["content"], "the form is TOLD: only the shots before the question change"
        )
    asked = [turn["content"] for turn in before if turn["role"] == "user"]
    if len(asked) != len(shots) or not all(any(shot["input"] in text for text in asked) for shot in shots):
        raise Miss(_shown(len(asked)), "a run with these four", "measure(my_shots, TOLD, both[0], 200) shows exactly these")
    _own_labels(shots, before)


def _own_labels(shots: Sequence[dict], turns: list[dict]) -> None:
    """Miss: a shot's review is not followed by the shot's own label."""
    answers = {turn["content"]: answer["content"] for turn, answer in pairwise(turns) if turn["role"] == "user"}
    for shot in shots:
        if any(answer != shot["target"] for text, answer in answers.items() if shot["input"] in text):
            raise Miss("a run with other labels", "each shot's own label", "a wrong label is no solved example")


def _shown(count: int) -> str:
    return f"a run with {count} shots, or with others than my_shots"


def stretch(pairs: int, arranged: dict[str, Run]) -> str:
    """How many of the pairs of orders say "positive" about clearly different reviews: McNemar, corrected by Holm."""
    from helpers import stats

    all_complete(*arranged.values())
    if isinstance(pairs, bool) or not isinstance(pairs, int):
        raise Miss(pairs, "a whole number of pairs", "count the corrected p values below 0.05")
    said = [(run.table["answer"] == "positive").astype(float) for run in arranged.values()]
    differing = [stats.mcnemar(a, b) for a, b in combinations(said, 2)]
    want = sum(p < 0.05 for p in stats.holm(differing))
    if pairs != want:
        raise Miss(pairs, f"a number from 0 to {len(differing)} by the corrected p values", _why_pairs(pairs, differing, arranged))
    return f"{want} of {len(differing)} pairs: the same four shots, and another order changes what the model says."


def _why_pairs(pairs: int, differing: list[float], arranged: dict[str, Run]) -> str:
    from helpers import stats

    scores = [run.table["score"] for run in arranged.values()]

    by_score = sum(p < 0.05 for p in stats.holm([stats.mcnemar(a, b) for a, b in combinations(scores, 2)]))
    usual = {
        by_score: "that compares right with wrong: two orders can be wrong about different reviews; compare who says 'positive'",
        sum(p < 0.05 for p in differing): "those p values are not corrected: 15 questions give luck 15 chances",
        sum(p < 0.05 / len(differing) for p in differing): "that multiplies every p by 15; Holm's next p is multiplied by 14, and so on",
    }
    return usual.get(pairs, "take all 15 pairs of the six runs, one p each, and correct all of them at once")
