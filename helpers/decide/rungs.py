"""A rung of the ladder: a run, and what its method costs in money, time, space and privacy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.decide import asking
from helpers.spelling import did_you_mean

if TYPE_CHECKING:
    from helpers.models import Model
    from helpers.runs import Run

__all__ = ["Budget", "Prices", "Rung", "rung", "TIMED"]

TIMED = 59  # answers; of fewer, all may be quicker than 95 of 100 are: 0.95 to the power of 58 is above 5%


@dataclass(frozen=True)
class Prices:
    """What an answer is taken to cost where its model sends no bill. An assumption, so that it is said and can be changed.

    A hosted model costs what it bills, by its own price, whatever is assumed for others; nan if that is not known.
    dollars_per_hour: of the machine a local model runs on; an answer pays for its seconds. dollars_in, dollars_out: per million
    tokens; if given, a local model's tokens are priced so, as a hosted model's would be, and the hour does not count.

    >>> Prices(dollars_in=2.0, dollars_out=8.0).words
    'hosted models as billed, any other token at $2 (in) and $8 (out) a million'
    """

    dollars_per_hour: float = 0.10
    dollars_in: float | None = None
    dollars_out: float | None = None

    def __post_init__(self) -> None:
        if (self.dollars_in is None) != (self.dollars_out is None):
            raise ValueError(f"a token price has two sides, got {self.dollars_in=}, {self.dollars_out=}: give both, or neither")
        if any(price is not None and not price >= 0 for price in (self.dollars_per_hour, self.dollars_in, self.dollars_out)):
            raise ValueError(f"a price is 0 or more, got {self}")

    @classmethod
    def like(cls, model: str) -> Prices:
        """The token prices of a hosted model in the price list. ValueError: it is not listed."""
        from helpers.models.hosted import listed_models, price

        listed = price(model)
        if not listed:
            meant = did_you_mean(model, listed_models())
            raise ValueError(f"no price for {model!r}{meant}: models/prices.toml lists others; or Prices(dollars_in=..., dollars_out=...)")
        return cls(dollars_in=listed["in"], dollars_out=listed["out"])

    @property
    def words(self) -> str:
        """The assumption as it is told."""
        if self.dollars_in is None:
            return f"this machine at ${self.dollars_per_hour:g} an hour, hosted models as billed"
        return f"hosted models as billed, any other token at ${self.dollars_in:g} (in) and ${self.dollars_out:g} (out) a million"

    def per_1000(self, run: Run) -> float:
        """US dollars for 1,000 answers like those of the run; nan: a hosted model whose price is unknown."""
        rows = run.scored_rows
        billed = 1000 * float(rows["usd"].mean(skipna=False))
        if billed:  # nan as well
            return billed
        if self.dollars_in is not None:
            return float(rows["tokens_in"].mean() * self.dollars_in + rows["tokens_out"].mean() * self.dollars_out) / 1000
        return 1000 * float(rows["seconds"].mean()) * self.dollars_per_hour / 3600


@dataclass(frozen=True)
class Budget:
    """What a rung may cost at most; None: no limit. `private`: no data may leave this machine.

    p95_ms: 95 of 100 answers come within so many milliseconds; megabytes: of weights that must be kept here.
    """

    dollars_per_1000: float | None = None
    p95_ms: float | None = None
    megabytes: float | None = None
    private: bool = False

    def __post_init__(self) -> None:
        limits = {"dollars_per_1000": self.dollars_per_1000, "p95_ms": self.p95_ms, "megabytes": self.megabytes}
        for name, value in limits.items():
            if value is not None and not value >= 0:
                raise ValueError(f"{name}={value!r}: a limit is a number, 0 or more, or None for no limit")


@dataclass(frozen=True, repr=False)
class Rung:
    """A run with its costs; nan or None is "not known". Milliseconds are those of `timed`, else of the run itself if it did not batch.
    Costs are means over the replies that came. repeats: runs of the same method, trained with other seeds; the rung's score is then the
    mean over all of them, and all else is that of `run`."""

    run: Run
    dollars_per_1000: float
    median_ms: float
    p95_ms: float
    megabytes: float
    private: bool | None
    repeats: tuple[Run, ...] = ()

    @property
    def seeds(self) -> int:
        """With how many seeds it was trained (1, too, if it does not train)."""
        return 1 + len(self.repeats)

    @property
    def seed_means(self) -> list[float]:
        """The mean score with each seed."""
        return [float(run.table["score"].mean()) for run in (self.run, *self.repeats)]

    @property
    def unfinished(self) -> Run | None:
        """The first of its runs that lacks replies."""
        return next((run for run in (self.run, *self.repeats) if not run.complete), None)

    @property
    def name(self) -> str:
        return self.run.method

    @property
    def unread(self) -> int:
        """How many of its answers could not be read; each has a score of 0."""
        return self.run.unread

    def __repr__(self) -> str:
        where = {True: "stays here", False: "leaves", None: "unknown"}[self.private]
        return (
            f"{self.run}; ${self.dollars_per_1000:.3g} per 1,000 answers, {self.median_ms:.0f} ms (median), {self.p95_ms:.0f} ms (95%), "
            f"{self.megabytes:.3g} MB, data: {where}"
        )


def rung(
    run: Run,
    model: Model | None = None,
    *,
    prices: Prices | None = None,
    timed: Run | None = None,
    megabytes: float | None = None,
    private: bool | None = None,
    repeats: Sequence[Run] = (),
) -> Rung:
    """A run as a rung. `model` is the one that answered: its weights and its place are looked up, unless they are given.

    repeats: see `Rung`. timed: a run of the same method with one question at a time (`load(..., batch_size=1, cache=False)`), for the
    latency: in a batch, a reply's seconds are its share of the batch, and nobody waits so short; without `timed`, a batch's latency is
    nan. A hosted model's seconds are those of each request. p95_ms is nan for fewer than 59 answers: it takes so many until the slowest
    of them is, with 95% confidence, as slow as 95 of 100 are.
    """
    waits = (math.nan if timed is None and asking.batches(model) else 1000) * (timed or run).scored_rows["seconds"]
    asks = run.model != "none"
    cost = (prices or Prices()).per_1000(run) if asks else 0.0
    p95_ms = float(waits.quantile(0.95)) if len(waits) >= TIMED or not asks else math.nan
    if megabytes is None:
        megabytes = asking.weights_mb(model) if asks else 0.0
    if private is None:
        private = asking.stays_here(model) if asks else True
    return Rung(run, cost, float(waits.median()), p95_ms, megabytes, private, tuple(repeats))
