"""Agreement: how often a judge is right about the right and about the wrong, and what that does to a rate measured with it."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.stats import Interval, wilson

if TYPE_CHECKING:
    import numpy

__all__ = ["Agreement", "agreement", "corrected_rate"]

_RESAMPLES = 10_000


@dataclass(frozen=True, repr=False)
class Agreement:
    """A judge against labels, on n rows: tp + fn are positive by the labels, tp + fp by the judge.

    tpr = tp/(tp+fn), the share of the right ones that it passes (sensitivity, recall); tnr = tn/(tn+fp), the share of the wrong
    ones that it stops (specificity). `unread` verdicts were neither of the two labels and count as not positive; `missing` ones never
    came. If all are unread, or any is missing, nothing is known: n is 0 and every rate is nan.
    """

    n: int
    tp: int
    fp: int
    tn: int
    fn: int
    accuracy: Interval
    tpr: Interval
    tnr: Interval
    kappa: Interval
    unread: int = 0
    missing: int = 0

    def __repr__(self) -> str:
        if self.missing:
            return f"no agreement, {self.missing} verdicts are missing: their replies failed, run the judge again"
        if not self.n:
            return f"no reply could be read as a verdict, n=0, {self.unread} unread"
        rates = {"TPR": self.tpr, "TNR": self.tnr, "kappa": self.kappa, "accuracy": self.accuracy}
        shown = [f"{name} {i.value:.2f} [{i.low:.2f}, {i.high:.2f}]" for name, i in rates.items()]
        return ", ".join([*shown, f"n={self.n}", *([f"{self.unread} unread"] if self.unread else [])])


def agreement(truth: Sequence[Hashable], judged: Sequence[Hashable], positive: Hashable = "right", *, seed: int = 0) -> Agreement:
    """How a judge agrees with labels on the same rows in the same order: rates with Wilson intervals, Cohen's kappa with a bootstrap one.

    kappa = (observed - expected) / (1 - expected), where expected is the agreement of two who say the same labels as often, but by
    chance: 0 is no better than that. The same as `sklearn.metrics.cohen_kappa_score`. Its interval is the percentile bootstrap over
    rows, with half a row added to each of the four cells: without that, 40 rows without a disagreement would give 1 ± 0, and
    the interval held the truth 85 times of 100. Accuracy alone misleads where one label is rare; kappa falls with rare labels too
    (Feinstein and Cicchetti 1990), so read TPR and TNR. A verdict that is neither label, such as "", counts as not positive; where all
    are "", the judge never gave one, and n is 0, as it is where one is None or nan: its reply failed. Raises ValueError for lengths that
    differ, for labels that are not two, `positive` among them, and for verdicts in other words than the labels. Source: Cohen 1960,
    EPM 20.

    >>> agreement([1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 0, 1], positive=1)
    TPR 0.75 [0.30, 0.95], TNR 0.50 [0.09, 0.91], kappa 0.25 [-0.50, 1.00], accuracy 0.67 [0.30, 0.90], n=6
    """
    import numpy as np

    truth = list(truth)
    judged = list(judged)
    _check(truth, judged, positive)
    missing = sum(map(_missing, judged))
    unread = sum(verdict not in truth for verdict in judged)
    if missing or all(verdict == "" for verdict in judged):
        unknown = Interval(math.nan, math.nan, math.nan, 0)
        return Agreement(0, 0, 0, 0, 0, unknown, unknown, unknown, unknown, unread - missing, missing)
    pairs = [(label == positive, verdict == positive) for label, verdict in zip(truth, judged, strict=True)]
    tp, fp, tn, fn = (pairs.count(pair) for pair in ((True, True), (False, True), (False, False), (True, False)))
    n = len(pairs)
    cells = np.array([tp, fp, tn, fn])
    drawn = _kappa(np.random.default_rng(seed).multinomial(n, (cells + 0.5) / (n + 2), _RESAMPLES))
    kappa = _interval(float(_kappa(cells)), drawn, drawn, n)
    return Agreement(n, tp, fp, tn, fn, wilson(tp + tn, n), wilson(tp, tp + fn), wilson(tn, tn + fp), kappa, unread)


def corrected_rate(judged_positive: int, n: int, agreement: Agreement, seed: int = 0) -> Interval:
    """The true share of positives among n rows of which the judge passed `judged_positive`, corrected for its known errors.

    (p + TNR - 1) / (TPR + TNR - 1), clipped to 0..1, because p = share·TPR + (1 - share)·(1 - TNR). The interval is the percentile
    bootstrap: it draws the judged rows, the labeled right and the labeled wrong ones again, so it is as wide as a small set of
    labels deserves; each with one success and one failure added (much as in Lang and Reiczigel 2014, Prev. Vet. Med. 113), since
    20 of 20 does not prove TPR = 1. Draws in which the judge is no better than a coin count as "anything from 0 to 1".
    It holds only if the judge errs alike on both sets: label rows from the same task and the same kind of answers, and not the n
    rows themselves. Differs from p, which a lenient judge inflates: at TPR 0.9 and TNR 0.6, half right looks like 0.65.
    Raises ValueError if TPR + TNR <= 1, and if no verdict of the judge could be read. Source: Rogan and Gladen 1978, Am. J. Epidemiol. 107.

    >>> judge = agreement([1] * 100 + [0] * 100, [1] * 90 + [0] * 10 + [1] * 40 + [0] * 60, positive=1)
    >>> corrected_rate(130, 200, judge)
    0.50 [0.31, 0.68], n=200
    """
    import numpy as np

    if not (n >= 1 and 0 <= judged_positive <= n):
        raise ValueError(f"corrected_rate needs 0 <= judged_positive <= n and n >= 1, got {judged_positive=}, {n=}")
    if not agreement.n:
        raise ValueError(f"nothing can be corrected: {agreement}; improve the judge first, or label by hand")
    tpr = agreement.tpr.value
    tnr = agreement.tnr.value
    if tpr + tnr <= 1:
        raise ValueError(
            f"nothing can be corrected with TPR {tpr:.2f} and TNR {tnr:.2f}: their sum must be above 1, or the judge passes wrong answers "
            "as readily as right ones, like a coin; improve the judge first, or label by hand"
        )
    rng = np.random.default_rng(seed)
    counts = ((judged_positive, n), (agreement.tp, agreement.tpr.n), (agreement.tn, agreement.tnr.n))
    p, sensitivity, specificity = (rng.binomial(m, (k + 1) / (m + 2), _RESAMPLES) / m for k, m in counts)
    better = sensitivity + specificity > 1
    drawn = _rogan_gladen(p, sensitivity, np.where(better, specificity, 2 - sensitivity))
    value = float(_rogan_gladen(judged_positive / n, tpr, tnr))
    return _interval(value, np.where(better, drawn, 0.0), np.where(better, drawn, 1.0), n)


def _rogan_gladen(p: numpy.ndarray | float, tpr: numpy.ndarray | float, tnr: numpy.ndarray | float) -> numpy.ndarray:
    import numpy as np

    return np.clip((p + tnr - 1) / (tpr + tnr - 1), 0, 1)


def _kappa(cells: numpy.ndarray) -> numpy.ndarray:
    """Cohen's kappa of counts tp, fp, tn, fn in the last axis; 0 where both say one label only."""
    import numpy as np

    tp, fp, tn, fn = np.moveaxis(np.asarray(cells, dtype=float), -1, 0)
    n = tp + fp + tn + fn
    expected = ((tp + fp) * (tp + fn) + (tn + fn) * (tn + fp)) / n**2
    return ((tp + tn) / n - expected) / np.where(expected < 1, 1 - expected, np.inf)


def _interval(value: float, lows: numpy.ndarray, highs: numpy.ndarray, n: int) -> Interval:
    """The middle 95% of the draws, and the value itself."""
    import numpy as np

    return Interval(value, min(value, float(np.quantile(lows, 0.025))), max(value, float(np.quantile(highs, 0.975))), n)


def _missing(verdict: Hashable) -> bool:
    return verdict is None or verdict != verdict


def _check(truth: list, judged: list, positive: Hashable) -> None:
    if len(truth) != len(judged):
        raise ValueError(f"labels and verdicts are of the same rows, got {len(truth)} and {len(judged)}")
    labels = list(dict.fromkeys(truth))
    if len(labels) != 2 or positive not in labels:
        raise ValueError(
            f"the labels must be two, the positive one {positive!r} and another, each at least once; got {labels[:5]!r}: "
            'say which is positive, as in agreement(truth, judged, positive="right")'
        )
    verdicts = {verdict for verdict in judged if not _missing(verdict)}
    if not verdicts & set(labels) and verdicts - {""}:
        raise ValueError(
            f"no verdict is one of the labels {labels!r}; got {list(dict.fromkeys(judged))[:5]!r}: use the same words for both"
        )
