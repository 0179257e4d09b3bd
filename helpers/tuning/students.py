"""Students of lesson 14: what each answered on dev, and what its answers say beside those of another source of labels.

>>> students = by_labels(tuning.read_trainings("13/pocket"), tuning.read_trainings("14/pocket"))   # doctest: +SKIP
>>> compared("teacher, 600", "gold, 600", students)["clearly"]                                     # doctest: +SKIP
'no'
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from helpers import places, stats
from helpers.storage import read_json
from helpers.tuning.distilling import names
from helpers.tuning.recorded import recorded_run

if TYPE_CHECKING:
    import pandas

    from helpers.runs import Run

__all__ = ["averaged", "by_labels", "calibration", "compared", "empty_lists", "inherited"]

EMPTY = frozenset({"[]"})
LABELS = {"both": "train, 180 + teacher", "audited": "train, 180 + gold"}  # else gold or teacher: the pool's abstracts alone


def by_labels(earlier: pandas.DataFrame, made: pandas.DataFrame) -> dict[str, list[Run]]:
    """What `pocket`'s trainings on abstracts answered on dev, three by each source of labels; "untuned" is one run, before any.

    earlier, made: `read_trainings` of "13/pocket" and of "14/pocket". train, n: lesson 13's first n abstracts, with gold labels; gold, n
    and teacher, n: the pool's first n, under either; sure: those of the pool of which the teacher is sure, under its labels.
    """
    found = {"untuned": [recorded_run("14/untuned", "dev")]}
    for n, rows in earlier.query("task == 'abstracts'").groupby("n"):
        found[f"train, {n}"] = list(rows["abstracts"])
    for (keep, labels, n), rows in made.query("task == 'abstracts'").groupby(["keep", "labels", "n"]):
        found[f"{LABELS.get(labels, labels)}, {n}" if keep == "all" else keep] = list(rows["abstracts"])
    return found


def calibration(students: Mapping[str, Sequence[Run]]) -> pandas.DataFrame:
    """How likely students find their own lists, whole, and how many are right, by the mean over trainings; and the paired interval of the
    difference over abstracts. Only those whose log-probabilities are recorded (`python -m helpers.workbook.confidences`)."""
    import pandas as pd

    table = {}
    for name, logprobs in read_json(places.recordings("14", "confidence.json")).items():
        said = pd.DataFrame(logprobs).map(math.exp).mean()
        right = pd.concat([run.table["score"] == 1 for run in students[name]], axis=1).mean(axis=1)
        table[name] = {"finds its list likely": said.mean(), "right": right.mean(), "difference": stats.paired_bootstrap(right, said)}
    return pd.DataFrame(table).T.infer_objects()


def inherited(teacher: Run, own: Sequence[Run], control: Sequence[Run]) -> pandas.DataFrame:
    """How much of what the teacher gets wrong its students get wrong as well, beside students of other labels.

    Three lines: wrong names that it lists; right ones that it misses; and empty lists, [], that would be right and that it does not give.
    abstracts: those with such a mistake; mistakes: how many in all; own, control: the share of them that students repeat, by the mean over
    abstracts; own - control: the paired interval over abstracts.
    """
    import pandas as pd

    right = [_lowered(target) for target in teacher.table["target"]]
    listed = [_lowered(names(answer)) for answer in teacher.table["answer"]]
    table = {}
    for what, mistakes, there in (
        ("lists a wrong name", [a - b - EMPTY for a, b in zip(listed, right, strict=True)], True),
        ("misses a right name", [b - a - EMPTY for a, b in zip(listed, right, strict=True)], False),
        ("does not say []", [(b - a) & EMPTY for a, b in zip(listed, right, strict=True)], False),
    ):
        shares = [_repeated(runs, mistakes, there) for runs in (own, control)]
        count = {"abstracts": len(shares[0]), "mistakes": sum(map(len, mistakes))}
        means = {"own": sum(shares[0]) / len(shares[0]), "control": sum(shares[1]) / len(shares[1])}
        table[what] = count | means | {"own - control": stats.paired_bootstrap(shares[1], shares[0])}
    return pd.DataFrame(table).T.infer_objects()


def averaged(trainings: Sequence[Run]) -> pandas.Series:
    """The score of each example, by the mean over some runs."""
    import pandas as pd

    return pd.concat([run.table["score"] for run in trainings], axis=1).mean(axis=1)


def compared(a: str, b: str, runs: Mapping[str, Sequence[Run]]) -> dict[str, object]:
    """The difference a - b twice: over dev, the interval in pairs over examples; over seeds, Welch's 95% interval of the mean scores.

    clearly: "better" or "worse" where both lie on one side of 0, else "no". Where a or b is a single run, there is none over seeds, and
    dev decides alone.
    """
    from scipy.stats import ttest_ind

    means = [[run.score.value for run in runs[name]] for name in (a, b)]
    dev = stats.paired_bootstrap(averaged(runs[b]), averaged(runs[a]))
    both = [dev]
    if (fewest := min(map(len, means))) > 1:
        both.append(stats.Interval(dev.value, *ttest_ind(*means, equal_var=False).confidence_interval(), fewest))
    clearly = "better" if all(each.low > 0 for each in both) else "worse" if all(each.high < 0 for each in both) else "no"
    return {"over dev": dev, "over seeds": both[1] if len(both) > 1 else "", "clearly": clearly}


def empty_lists(trainings: Sequence[Run]) -> dict[str, int]:
    """How often some runs say []: right (no model is named), on so many abstracts, and false; and the number of answers to each kind."""
    import pandas as pd

    said = pd.concat([run.table["answer"] == "[]" for run in trainings], axis=1)
    nothing = pd.Series([not target for target in trainings[0].table["target"]], index=said.index)
    right, false = said[nothing], said[~nothing]
    return {
        "right": int(right.sum().sum()), "on abstracts": int(right.any(axis=1).sum()), "of": right.size,
        "false": int(false.sum().sum()), "of others": false.size,
    }  # fmt: skip


def _lowered(some: Sequence[str] | None) -> set[str]:
    """The names in lower case; of an empty list "[]", of no list nothing."""
    return set(EMPTY) if some is not None and not len(some) else {name.lower() for name in some or ()}


def _repeated(runs: Sequence[Run], mistakes: Sequence[set[str]], there: bool) -> list[float]:
    """For each abstract with mistakes, the share of them that a run repeats (has the names, or lacks them), by the mean over runs."""
    answers = [[_lowered(names(answer)) for answer in run.table["answer"]] for run in runs]
    return [
        sum((name in said[at]) == there for said in answers for name in wrong) / (len(wrong) * len(runs))
        for at, wrong in enumerate(mistakes)
        if wrong
    ]
