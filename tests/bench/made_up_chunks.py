"""Made-up chunks, and an embedder that needs no model: what bench_retrieval.py measures the indexes with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from measure import ROOT  # noqa: F401 - puts the repository on the path

from helpers.retrieval import Chunk, Embedder

__all__ = ["PER_PAGE", "Tables", "made_up"]

DIMENSIONS, PER_PAGE, PRIMES = 192, 5, (997, 1009, 1013, 1019)


class Tables(Embedder):
    """The vector of a text "... \\n17 ..." is made of three rows that the number 17 chooses; a fourth is a question's noise."""

    name = fingerprint = "tables"
    dimensions = DIMENSIONS

    def __init__(self) -> None:
        import numpy as np

        rng = np.random.default_rng(0)
        self.tables = [rng.normal(size=(rows, DIMENSIONS)).astype("f4") for rows in PRIMES]

    def prefix(self, kind: str) -> str:
        return f"{kind} "

    def raw(self, batches: Sequence[list[str]]) -> Iterator[object]:
        import numpy as np

        for batch in batches:
            numbers = np.array([int(text.split("\n")[1].split(" ", 1)[0]) for text in batch])
            *mixed, noise = (table[numbers % len(table)] for table in self.tables)
            yield sum(mixed) + noise * batch[0].startswith("query")


def made_up(size: int) -> list[Chunk]:
    """Chunks of a number and 80 words out of 20,000, the n-th as frequent as 1/n."""
    import numpy as np

    rng = np.random.default_rng(size)
    words = np.array(["".join(letters) for letters in rng.choice(list("aeioubdklmnprst"), (20_000, 7))])
    weights = np.cumsum(1 / np.arange(1, len(words) + 1))
    drawn = np.searchsorted(weights, rng.random((size, 80)) * weights[-1])
    return [Chunk(f"p{i // PER_PAGE}#{i % PER_PAGE}", f"p{i // PER_PAGE}", f"Page {i // PER_PAGE}", f"{i} {' '.join(words[row])}")
            for i, row in enumerate(drawn)]  # fmt: skip
