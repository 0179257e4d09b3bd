"""How near the splits came to their shares, and why no nearer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from helpers.files.splitting import SHARES

__all__ = ["missed"]


def missed(targets: Sequence, labels: Sequence[str], splits: Sequence[str], why: str) -> list[str]:
    """Sentences, none if all is near: splits off by more than a row and 2% of the rows, labels that a split lacks, labels far off.

    why: what keeps rows together, such as "groups stay whole"; "" if nothing does.
    """
    sizes, cause = Counter(splits), f", because {why}" if why else ""
    counts = Counter(zip(targets, splits)) if labels else Counter()
    totals = {label: sum(counts[label, split] for split in SHARES) for label in labels}
    told = [
        f"{split} has {sizes[split]:,} rows, and its share of {len(splits):,} is {share * len(splits):,.0f}{cause}"
        for split, share in SHARES.items()
        if abs(sizes[split] - share * len(splits)) > max(1, 0.02 * len(splits))
    ]
    for split in SHARES:
        rare = [f"{label} ({totals[label]})" for label in labels if totals[label] < len(SHARES) and not counts[label, split]]
        lost = [label for label in labels if totals[label] >= len(SHARES) and not counts[label, split]]
        told += [f"{split} has no {', '.join(rare)}: a label needs {len(SHARES)} rows to be in every split"] if rare else []
        told += [f"{split} has no {', '.join(lost)}{cause}"] if lost else []
    far = [label for label in labels if _far(label, counts, totals)]
    return told + ([f"labels whose rows are not near 50, 20 and 30% in train, dev and test{cause}: {', '.join(far)}"] if far else [])


def _far(label: str, counts: Mapping[tuple[str, str], int], totals: Mapping[str, int]) -> bool:
    """Off by more than two rows and a tenth of the label's rows, in some split."""
    return any(abs(counts[label, split] - share * totals[label]) > max(2, 0.1 * totals[label]) for split, share in SHARES.items())
