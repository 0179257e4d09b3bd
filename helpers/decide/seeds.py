"""What another training run would change: the spread between the seeds of a tuned rung, as a part of its intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy

    from helpers.decide.rungs import Rung

__all__ = ["Errors", "means"]

NOISE = 1e-18  # a variance below this is rounding alone


@dataclass(frozen=True)
class Errors:
    """Standard errors, and with how many degrees of freedom each is known (None: as if exactly)."""

    size: numpy.ndarray
    freedom: numpy.ndarray | None = None

    @classmethod
    def of(cls, examples: numpy.ndarray, seeds: numpy.ndarray | None, n: int) -> Errors:
        """Of means over n examples whose standard errors are `examples`, and over K seeds, whose means stand in the last axis of `seeds`.

        v = v_examples + v_seeds, where v_seeds = variance of the K means / K, known with (v_examples + v_seeds)² /
        (v_examples² / (n - 1) + v_seeds² / (K - 1)) degrees of freedom: Welch 1947, Biometrika 34; Satterthwaite 1946, Biometrics 2.
        """
        import numpy as np

        if seeds is None:
            return cls(examples)
        count = seeds.shape[-1]
        luck = examples**2
        between = seeds.var(-1, ddof=1) / count
        parts = luck**2 / max(1, n - 1) + between**2 / (count - 1)
        differ = between > NOISE
        freedom = np.where(differ, (luck + between) ** 2 / np.maximum(parts, 1e-300), np.inf)
        return cls(np.where(differ, np.sqrt(luck + between), examples), freedom)

    def reach(self, z: numpy.ndarray) -> numpy.ndarray:
        """How many standard errors wide a limit is: Student's t that leaves as much outside as z of a normal number does."""
        import numpy as np
        from scipy.special import ndtr, stdtrit

        if self.freedom is None:
            return z
        exact = np.isinf(self.freedom)
        return np.where(exact, z, -stdtrit(np.where(exact, 1.0, self.freedom), ndtr(-z)))


def means(rungs: Sequence[Rung]) -> numpy.ndarray | None:
    """The mean score of each rung (rows) with each seed (columns); a rung that does not train has the same with each. None: one seed.

    ValueError: rungs over different numbers of seeds.
    """
    import numpy as np

    counts = {rung.name: rung.seeds for rung in rungs if rung.seeds > 1}
    if not counts:
        return None
    if len(set(counts.values())) > 1:
        over = ", ".join(f"{name} over {count}" for name, count in counts.items())
        raise ValueError(f"rungs over different numbers of seeds, {over}: run each over the same, so that they can be paired")
    count = max(counts.values())
    return np.array([rung.seed_means if rung.seeds > 1 else [*rung.seed_means] * count for rung in rungs])
