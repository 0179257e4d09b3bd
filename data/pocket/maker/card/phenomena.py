"""The phenomena that lessons rest on: for each a paired test on the same examples, and what its interval allows to say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers import stats
from pocket_maker.card import effects as effects
from pocket_maker.card.lines import TERMS
from pocket_maker.card.text import points, table

if TYPE_CHECKING:
    from helpers.stats import Interval
    from pocket_maker.card.desk import Desk
    from pocket_maker.card.lines import Result

__all__ = ["Effect", "STEPS", "measure", "section", "verdicts"]

SMALL = 0.05  # an effect whose interval stays below this is taken for none
STEPS = len(effects.EXPERIMENTS)


@dataclass(frozen=True)
class Effect:
    """Scores of the same examples without and with something; `measure` says what a score is."""

    name: str
    measure: str
    without: Sequence[float]
    given: Sequence[float]

    @property
    def difference(self) -> Interval:
        """What it changes: the mean of given - without, paired, with its 95% interval."""
        return stats.difference(self.without, self.given).gain

    @property
    def p(self) -> float:
        """Exact McNemar for scores of 0 and 1, else a paired permutation test."""
        return stats.difference(self.without, self.given).p

    @property
    def wins(self) -> int:
        return sum(b > a for a, b in zip(self.without, self.given, strict=True))

    @property
    def losses(self) -> int:
        return sum(b < a for a, b in zip(self.without, self.given, strict=True))


def verdicts(found: Sequence[Effect]) -> list[tuple[float, str]]:
    """For each effect its p, corrected for their number (Holm), and what can be said.

    "shows": the interval lies above 0 and p is below 0.05; "does not show": the interval reaches 0 and stays below 5 points;
    "undetermined": neither.
    """
    corrected = stats.holm([effect.p for effect in found])
    return [(p, _verdict(effect.difference, p)) for effect, p in zip(found, corrected, strict=True)]


def _verdict(at: Interval, p: float) -> str:
    if at.low > 0:
        return "shows" if p < 0.05 else "undetermined"
    return "does not show" if at.high < SMALL else "undetermined"


def measure(desk: Desk, lines: dict[str, Result]) -> list[Effect]:
    """All effects: those between lines of the targets' table, and those that need questions of their own."""
    out = [Effect(*row) for row in _between(lines)]
    for title, experiment in effects.EXPERIMENTS.items():
        desk.step(title)
        out += [Effect(*row) for row in experiment(desk)]
    return out


def _between(lines: dict[str, Result]) -> Iterable[tuple[str, str, Sequence[float], Sequence[float]]]:
    """Steps against direct answers to the same sums, and whether the gain grows with the sum."""
    pairs = {k: (lines[f"sum of {k}, direct"].scores, lines[f"sum of {k}, steps"].scores) for k in TERMS}
    for k, (direct, steps) in pairs.items():
        yield f"steps over a direct answer, sums of {k}", "right", direct, steps
    gains = {k: [b - a for a, b in zip(*pairs[k], strict=True)] for k in (TERMS[0], TERMS[-1])}
    yield f"the gain by steps grows from sums of {TERMS[0]} to sums of {TERMS[-1]}", "gain", gains[TERMS[0]], gains[TERMS[-1]]


def section(found: Sequence[Effect]) -> str:
    """The table of effects with their verdicts."""
    rows = []
    for effect, (p, verdict) in zip(found, verdicts(found), strict=True):
        means = [f"{sum(scores) / len(scores):.1%}" for scores in (effect.without, effect.given)]
        counts = (f"+{effect.wins} −{effect.losses}", len(effect.given))
        rows.append((effect.name, effect.measure, *means, points(effect.difference), *counts, _p(p), _bold(verdict)))
    head = ("phenomenon", "score", "without", "with", "difference in points [95%]", "better, worse", "n", "p (Holm)", "")
    return table(head, rows)


def _bold(verdict: str) -> str:
    return verdict if verdict == "shows" else f"**{verdict}**"


def _p(p: float) -> str:
    return "<0.001" if p < 0.001 else f"{p:.3f}"
