"""How often the rule errs: ladders whose truth is known, drawn many times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from helpers import stats
from helpers.decide.advice import further
from helpers.decide.limits import Bar, Sums, read
from helpers.decide.rule import choices, states
from helpers.stats import Interval

if TYPE_CHECKING:
    import numpy

    from helpers.decide.rungs import Rung

__all__ = ["Rates", "simulate", "made_up"]

AT_ONCE = 8_000_000  # random numbers in memory at a time


@dataclass(frozen=True)
class Rates:
    """Shares of the trials, each with its 95% interval. `right`: named the lowest rung that truly does, or none where none does; `worse`:
    named one that is truly worse than a higher one by the margin or more, or truly not good enough; `too_high`: named a higher one than
    needed, or none at all; `undetermined`: named nothing yet. The four add up to 1. `right_of_named`: of those that are not undetermined.
    `settled`: of the undetermined that asked for further examples, those that these settled (n is 0 and the value nan where none was
    followed), and `settled_wrong` the same, with a verdict that is not right."""

    n: int
    right: Interval
    worse: Interval
    too_high: Interval
    undetermined: Interval
    right_of_named: Interval
    settled: Interval
    settled_wrong: Interval

    def row(self) -> dict:
        """The shares, and the upper end of the interval of `worse`, as a row of a table."""
        shares = {name: part["value"] for name, part in asdict(self).items() if name != "n"}
        return {"n": self.n} | shares | {"worse_at_most": self.worse.high}


@dataclass(frozen=True)
class World:
    """What is true in a simulation: the score of each rung, how alike they err, in how many parts an answer is scored."""

    truths: tuple[float, ...]
    alike: float
    parts: int

    def __post_init__(self) -> None:
        if not self.truths or not all(0 < truth < 1 for truth in self.truths):
            raise ValueError(f"truths are the true mean scores of the rungs, each above 0 and below 1; got {list(self.truths)}")
        if not (0 <= self.alike <= 1 and self.parts >= 1):
            raise ValueError(f"simulate needs alike from 0 to 1 and parts >= 1; got alike={self.alike}, parts={self.parts}")

    def sums(self, ladders: int, n: int, rng: numpy.random.Generator) -> Sums:
        """Scores of so many ladders on n examples each, summed up."""
        import numpy as np

        blocks = [Sums.of(scores) for scores in self._draw(ladders, n, rng)]
        return Sums(n, np.concatenate([block.totals for block in blocks]), np.concatenate([block.products for block in blocks]))

    def _draw(self, ladders: int, n: int, rng: numpy.random.Generator) -> Iterator[numpy.ndarray]:
        import numpy as np
        from scipy.special import ndtri

        rungs = len(self.truths)
        line = ndtri(np.asarray(self.truths, dtype=np.float32))[:, None]
        block = max(1, AT_ONCE // (n * rungs))
        spread = np.sqrt((1 - self.alike) * (1 if self.parts == 1 else 0.5))  # of a rung's own luck with an example
        for start in range(0, ladders, block):
            count = min(block, ladders - start)
            luck = np.float32(np.sqrt(self.alike)) * rng.standard_normal((count, 1, n), dtype=np.float32)
            luck = luck + np.float32(spread) * rng.standard_normal((count, rungs, n), dtype=np.float32)
            yield self._scores(luck, line, np.float32(np.sqrt((1 - self.alike) / 2)), rng)

    def _scores(self, luck: numpy.ndarray, line: numpy.ndarray, each: numpy.floating, rng: numpy.random.Generator) -> numpy.ndarray:
        import numpy as np

        if self.parts == 1:
            return (luck < line).astype(np.float32)
        parts = (luck + each * rng.standard_normal(luck.shape, dtype=np.float32) < line for _ in range(self.parts))
        return sum(part.astype(np.float32) for part in parts) / self.parts


def simulate(
    truths: Sequence[float],
    *,
    n: int,
    trials: int = 400,
    alike: float = 0.5,
    parts: int = 1,
    good_enough: float | None = None,
    margin: float = 0.05,
    alpha: float = 0.05,
    follow: bool = False,
    seed: int = 0,
) -> Rates:
    """Let the rule of `decide` judge `trials` made-up ladders whose true scores are `truths`, lowest rung first, each on n examples.

    An answer has so many `parts`, each right or wrong; its score is the share that is right (parts=1: 1 or 0). Rung i is right on an
    example if √alike·c + √(1 - alike)·e_i < z(truth_i), where c, the same for all rungs, is how hard the example is, and e_i the rung's
    own luck (with several parts half of its variance is each part's), all standard normal: with alike = 0 rungs err independently, with 1
    on the same examples. follow: an undetermined ladder gets the further examples it asked for, and is judged once more.

    >>> simulate([0.5, 0.9], n=200, trials=50).right
    1.00 [0.93, 1.00], n=50
    """
    import numpy as np

    if not (n >= 1 and trials >= 1):
        raise ValueError(f"simulate needs n >= 1 and trials >= 1; got {n=}, {trials=}")
    world = World(tuple(truths), alike, parts)
    bar = Bar(good_enough, margin, alpha)
    rng = np.random.default_rng(seed)
    sums = world.sums(trials, n, rng)
    at, sure = _verdicts(sums, bar)
    kinds = _kinds(world.truths, bar, at, sure)
    after = [_followed(world, sums, ladder, bar, rng) for ladder in np.flatnonzero(~sure)] if follow else []
    settled = [kind for kind in after if kind not in ("undetermined", "not followed")]
    wrong = len(settled) - settled.count("right")
    followed = len(after) - after.count("not followed")
    shares = {kind: stats.wilson(kinds.count(kind), trials) for kind in ("right", "worse", "too_high", "undetermined")}
    named = _share(kinds.count("right"), int(sure.sum()))
    return Rates(n, **shares, right_of_named=named, settled=_share(len(settled), followed), settled_wrong=_share(wrong, followed))


def _verdicts(sums: Sums, bar: Bar) -> tuple[numpy.ndarray, numpy.ndarray]:
    return choices(states(read(sums, bar), bar))


def _kinds(truths: Sequence[float], bar: Bar, at: numpy.ndarray, sure: numpy.ndarray) -> list[str]:
    """What each verdict is, with the truth in hand."""
    low = {i for i, truth in enumerate(truths) if bar.good_enough is not None and truth < bar.good_enough}
    bad = low | {i for i, truth in enumerate(truths) if max(truths[i:]) - truth >= bar.margin - 1e-9}
    best = next((i for i in range(len(truths)) if i not in bad), -1)
    names = {i: "worse" if i in bad else "too_high" for i in range(-1, len(truths))} | {best: "right"}
    return [names[rung] if settled else "undetermined" for rung, settled in zip(at.tolist(), sure.tolist(), strict=True)]


def _followed(world: World, sums: Sums, ladder: int, bar: Bar, rng: numpy.random.Generator) -> str:
    """What becomes of an undetermined ladder with the further examples it asks for."""
    mine = Sums(sums.n, sums.totals[[ladder]], sums.products[[ladder]])
    more = further(mine, bar)
    if more is None:
        return "not followed"
    new = world.sums(1, more, rng)
    both = Sums(sums.n + more, mine.totals + new.totals, mine.products + new.products)
    return _kinds(world.truths, bar, *_verdicts(both, bar))[0]


def _share(part: int, total: int) -> Interval:
    return stats.wilson(part, total) if total else Interval(float("nan"), float("nan"), float("nan"), 0)


def made_up(rungs: Mapping[str, Sequence], *, n: int = 400) -> list[Rung]:
    """Rungs out of thin air, to reason about: by name (share right, dollars for 1,000, p95 in ms, megabytes, private), lowest first.

    The better rung is right wherever the worse one is, so a gain of 0.10 at n = 400 is 40 wins and no loss.

    >>> made_up({"bare": (0.6, 0.4, 900, 0, False)})[0].p95_ms
    900
    """
    return [_made(name, cells, n) for name, cells in rungs.items()]


def _made(name: str, cells: Sequence, n: int) -> Rung:
    from helpers.decide.rungs import Rung
    from helpers.runs.record import Run, frame

    share, dollars, p95, size, private = cells
    costs = {"tokens_in": 0, "tokens_out": 0, "seconds": p95 / 1000, "usd": dollars / 1000, "cached": False, "error": None}
    rows = [{"id": f"{i}", "input": f"question {i}", "target": "", "messages": [], "reply": "", "answer": "", **costs} for i in range(n)]
    rows = [row | {"score": float(i < round(share * n))} for i, row in enumerate(rows)]
    return Rung(Run("made up", name, "made up", "test", "label", frame(rows), {}, {}, 0.0), dollars, p95, p95, size, private)
