"""How often the rule errs: ladders whose truth is known, drawn many times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from helpers import stats
from helpers.decide.rule import Bar, choose, judge
from helpers.decide.settle import further
from helpers.stats import Interval

if TYPE_CHECKING:
    import numpy

    from helpers.decide.rung import Rung

__all__ = ["Rates", "simulate", "made_up"]

FOLLOWED = 5_000  # further examples that a simulation draws at most


@dataclass(frozen=True)
class Rates:
    """Shares of the trials, each with its 95% interval. `right`: named the lowest rung that truly does; `worse`: named one that is truly
    worse than a higher one by the margin or more, or truly not good enough; `too_high`: named a higher one than needed, or none at all;
    `undetermined`: named nothing yet. The four add up to 1. `settled`: of the undetermined, those that the further examples asked for
    settled (n is 0 and the value nan where none was followed), and `settled_wrong` the same, with a verdict that is not right."""

    n: int
    right: Interval
    worse: Interval
    too_high: Interval
    undetermined: Interval
    settled: Interval
    settled_wrong: Interval

    def row(self) -> dict:
        """The shares, and the upper end of the interval of `worse`, as a row of a table."""
        shares = {name: part["value"] for name, part in asdict(self).items() if name != "n"}
        return {"n": self.n} | shares | {"worse_at_most": self.worse.high}


def simulate(
    truths: Sequence[float],
    *,
    n: int,
    trials: int = 400,
    alike: float = 0.5,
    good_enough: float | None = None,
    margin: float = 0.05,
    alpha: float = 0.05,
    follow: bool = False,
    seed: int = 0,
) -> Rates:
    """Let the rule of `decide` judge `trials` made-up ladders whose true scores are `truths`, lowest rung first, each on n examples.

    An answer is right or wrong (score 1 or 0). Rung i is right on an example if √alike·c + √(1 - alike)·e_i < z(truth_i), where c, the
    same for all rungs, is how hard the example is, and e_i the rung's own luck, both standard normal: with alike = 0 rungs err
    independently, with 1 on the same examples. margin=1 switches the margin off: "not significantly worse" is then enough to be named.
    follow: an undetermined ladder gets the further examples it asked for (at most 5,000), and is judged once more.

    >>> simulate([0.5, 0.9], n=200, trials=50).right
    1.00 [0.93, 1.00], n=50
    """
    import numpy as np

    if not truths or not all(0 < truth < 1 for truth in truths):
        raise ValueError(f"truths are the true mean scores of the rungs, each above 0 and below 1; got {list(truths)}")
    if not (n >= 1 and trials >= 1 and 0 <= alike <= 1):
        raise ValueError(f"simulate needs n >= 1, trials >= 1 and alike from 0 to 1; got {n=}, {trials=}, {alike=}")
    bar, rng = Bar(good_enough, margin, alpha), np.random.default_rng(seed)
    best, bad = _truth(truths, bar)
    found = [_trial(truths, n, alike, bar, rng, follow) for _ in range(trials)]
    first = [_kind(*verdict, best, bad) for verdict, _ in found]
    after = [_kind(*verdict, best, bad) for _, verdict in found if verdict]
    shares = {kind: stats.wilson(first.count(kind), trials) for kind in ("right", "worse", "too_high", "undetermined")}
    settled = [kind for kind in after if kind != "undetermined"]
    wrong = [kind for kind in settled if kind != "right"]
    return Rates(n, **shares, settled=_share(len(settled), len(after)), settled_wrong=_share(len(wrong), len(after)))


def _truth(truths: Sequence[float], bar: Bar) -> tuple[int | None, set[int]]:
    """The lowest rung that truly does, and those that truly do not."""
    low = {i for i, truth in enumerate(truths) if bar.good_enough is not None and truth < bar.good_enough}
    margin = min(bar.margin, 0.05) if bar.margin == 1 else bar.margin  # a margin that is switched off still needs a truth
    bad = low | {i for i, truth in enumerate(truths) if max(truths[i:]) - truth >= margin - 1e-9}
    return next((i for i in range(len(truths)) if i not in bad), None), bad


def _trial(truths: Sequence[float], n: int, alike: float, bar: Bar, rng: numpy.random.Generator, follow: bool) -> tuple:
    """(position, sure) of the verdict, and the same after the further examples it asked for (None: it asked for none)."""
    import numpy as np

    scores = _draw(truths, n, alike, rng)
    fates = judge(scores, bar)
    at, sure = choose(fates)
    more = None if sure or not follow else further(fates[at:], bar)
    if more is None or more > FOLLOWED:
        return (at, sure), None
    return (at, sure), choose(judge(np.hstack([scores, _draw(truths, more, alike, rng)]), bar))


def _draw(truths: Sequence[float], n: int, alike: float, rng: numpy.random.Generator) -> numpy.ndarray:
    import numpy as np
    from scipy.special import ndtri

    noise = np.sqrt(alike) * rng.standard_normal(n) + np.sqrt(1 - alike) * rng.standard_normal((len(truths), n))
    return (noise < ndtri(np.asarray(truths))[:, None]).astype(float)


def _kind(at: int | None, sure: bool, best: int | None, bad: set[int]) -> str:
    if not sure:
        return "undetermined"
    return "right" if at == best else "worse" if at in bad else "too_high"


def _share(part: int, whole: int) -> Interval:
    return stats.wilson(part, whole) if whole else Interval(float("nan"), float("nan"), float("nan"), 0)


def made_up(rungs: Mapping[str, Sequence], *, n: int = 400) -> list[Rung]:
    """Rungs out of thin air, to reason about: by name (share right, dollars for 1,000, p95 in ms, megabytes, private), lowest first.

    The better rung is right wherever the worse one is, so a gain of 0.10 at n = 400 is 40 wins and no loss.

    >>> made_up({"bare": (0.6, 0.4, 900, 0, False)})[0].p95_ms
    900
    """
    return [_made(name, cells, n) for name, cells in rungs.items()]


def _made(name: str, cells: Sequence, n: int) -> Rung:
    from helpers.decide.rung import Rung
    from helpers.runs.record import Run, frame

    share, dollars, p95, size, private = cells
    costs = {"tokens_in": 0, "tokens_out": 0, "seconds": p95 / 1000, "usd": dollars / 1000, "cached": False, "error": None}
    rows = [{"id": f"{i}", "input": f"question {i}", "target": "", "messages": [], "reply": "", "answer": "", **costs} for i in range(n)]
    rows = [row | {"score": float(i < round(share * n))} for i, row in enumerate(rows)]
    return Rung(Run("made up", name, "made up", "test", "label", frame(rows), {}, {}, 0.0), dollars, p95, p95, size, private)
