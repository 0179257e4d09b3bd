"""How a classifier does label by label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.metrics.replies import labels_said, lower

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["UNREAD", "per_class"]

UNREAD = "(unreadable)"


def per_class(answers: Sequence[str], targets: Sequence[str], labels: Sequence[str]) -> DataFrame:
    """One row a label: how many targets, how many answers, precision, recall and F1; a last row for answers that name no one label.

    precision = right / answers, recall = right / targets, F1 = 2·right / (targets + answers); 0 where nothing was answered. The same as
    scikit-learn's `precision_recall_fscore_support(..., zero_division=0)`. The mean of the column f1 is macro F1.

    >>> per_class(["positive", "positive", "?"], ["positive", "negative", "negative"], ["positive", "negative"])["f1"].round(2).tolist()
    [0.67, 0.0, nan]
    """
    from pandas import DataFrame
    from sklearn.metrics import precision_recall_fscore_support

    spelled = {lower(label): label for label in labels}
    read = [_one_label(answer, labels, spelled) for answer in answers]
    precision, recall, f1, count = precision_recall_fscore_support(list(targets), read, labels=list(labels), zero_division=0)
    columns = {"targets": count, "answers": [read.count(label) for label in labels], "precision": precision, "recall": recall, "f1": f1}
    table = DataFrame(columns, index=list(labels)).rename_axis("label")
    table.loc[UNREAD] = {"targets": 0, "answers": read.count(UNREAD)}
    return table.astype({"targets": int, "answers": int})


def _one_label(answer: str, labels: Sequence[str], spelled: dict[str, str]) -> str:
    said = labels_said(answer, labels)
    return spelled.get(next(iter(said)), UNREAD) if len(said) == 1 else UNREAD
