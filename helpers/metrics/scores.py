"""Scores: a number from 0 to 1 for one answer against one target.

A scorer never raises on an answer, whatever a model wrote; it raises on a target that it cannot score against.
The score of a run is the mean over its examples.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from helpers.metrics import replies

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["exact", "json_valid", "label", "set_f1", "UNREAD", "per_class"]

UNREAD = "(unreadable)"


def exact(answer: str, target: str | Sequence[str]) -> float:
    """1 if the answer says the target and nothing else, 0 otherwise; a list of targets holds accepted spellings.

    What does not count: (1) upper and lower case and the form of quotes; (2) a leading article; (3) punctuation, quotes
    and Markdown marks around words, and a trailing period; (4) thousands commas and trailing zeros of numbers,
    so 1,000 = 1000.0; (5) one sentence around the target: it ends "... is TARGET" or "... : TARGET", or begins
    "TARGET is ..."; (6) one remark of up to three words after a comma: "London, England"; (7) if the target is a
    number, the words around the only number that follows the last "is", ":" or "=": "She has 12 apples."; "minus 5" is -5.
    Wrong are answers with a second sentence, and those that take the target back or leave a choice outside it:
    "not London", "London or Paris", "London, but I may be wrong"; and words that make another value of the number next to them:
    "5 million", "5%", "under 5", "about 5", "half of 5", "3:30" for 30. Where such a wording is right too, list it as a target.
    Aggregation: mean. Differs from SQuAD's exact match (Rajpurkar et al. 2016, arXiv:1606.05250), which drops articles
    everywhere ("Vitamin A" = "Vitamin") and knows no sentence; and from a substring test, which accepts "not London".
    Limits: "London, Paris" cannot be told from "London, England"; "Paris, not London" is wrong for Paris too; "twelve" is not 12.

    >>> exact("The capital of England is London.", "London"), exact("London or Paris", "London")
    (1.0, 0.0)
    """
    targets = [target] if isinstance(target, str) else target
    if not targets or not all(isinstance(t, str) and replies.plain(t) for t in targets):
        raise ValueError(f"an exact target must be a text or a list of texts, each with a letter, digit or symbol; got {target!r}")
    return float(any(replies.says(replies.plain(answer), replies.plain(t)) for t in targets))


def label(answer: str, target: str, labels: Sequence[str]) -> float:
    """1 if the target is the one label that stands in the answer as words of its own; 0 if there is none, another, or a second.

    Any label that is denied ("not positive", "isn't really positive", "non-toxic") makes it 0: that says what the label is not.
    Case is ignored; of overlapping labels the longest counts, so "not offensive" may be a label beside "offensive".
    Aggregation: mean = accuracy. Differs from lm-eval's multiple choice, which compares the likelihoods of the labels
    and so never sees an answer without one; and from a substring test, which finds "positive" in "not positive".

    >>> label("Sentiment: Positive.", "positive", ["positive", "negative"]), label("not positive", "positive", ["positive", "negative"])
    (1.0, 0.0)
    """
    if target not in labels:
        raise ValueError(f"the target {target!r} is not one of the labels {list(labels)}: add it to `labels` in task.toml")
    return float(replies.labels_said(answer, labels) == {replies.lower(target)})


def set_f1(answer: str | Iterable, target: str | Sequence[str], labels: Sequence[str] = ()) -> float:
    """F1 of two sets: 2·|A∩T| / (|A|+|T|), and 1 if both are empty.

    Both may be a list, or a text with one list in JSON or Python spelling; the answer may have words around its first list.
    Items are compared without case and outer or doubled spaces; one given twice counts once. An answer without a list scores 0,
    also against an empty target: "none" is not the format that was asked for.
    Aggregation: mean over examples ("macro", as for SQuAD's token F1). Differs from micro F1, which pools all items first and so lets long
    lists weigh more, and from scikit-learn's `f1_score(average="samples")`, which scores two empty sets 0 unless told otherwise.

    >>> set_f1('Models: ["BERT", "T5"]', ["bert"])
    0.6666666666666666
    """
    wanted = replies.items(target)
    if wanted is None:
        raise ValueError(f'a set target must be a list, or a text that is one, such as ["BERT", "T5"] or []; got {target!r}')
    got = replies.items(answer)
    if got is None:
        return 0.0
    return 2 * len(got & wanted) / (len(got) + len(wanted)) if got or wanted else 1.0


def json_valid(answer: str, target: str = "", labels: Sequence[str] = ()) -> float:
    """1 if the whole answer is one JSON value (RFC 8259) of the target's shape; values are not compared.

    Shape: the same kind of value, and for an object at least the target's keys. An empty target asks for any JSON.
    One Markdown code fence around it is allowed, other words are not; NaN and Infinity are not JSON.
    Aggregation: mean = share of valid answers. Differs from `json.loads`, which accepts NaN, and a schema check, which looks inside.

    >>> json_valid('{"due": "May 3"}', '{"due": ""}'), json_valid("due: May 3", '{"due": ""}')
    (1.0, 0.0)
    """
    got = replies.json_value(answer)
    shape = replies.json_value(target) if target else None
    if shape is replies.BROKEN:
        raise ValueError(f"a json target must be empty or valid JSON, got {target!r}")
    if got is replies.BROKEN or not target:
        return float(got is not replies.BROKEN)
    kinds = [float if type(value) is int else type(value) for value in (got, shape)]
    return float(kinds[0] is kinds[1] and (not isinstance(shape, dict) or shape.keys() <= got.keys()))


def per_class(answers: Sequence[str], targets: Sequence[str], labels: Sequence[str]) -> DataFrame:
    """One row a label: how many targets, how many answers, precision, recall and F1; a last row for answers that name no one label.

    precision = right / answers, recall = right / targets, F1 = 2·right / (targets + answers); 0 where nothing was answered. The same as
    scikit-learn's `precision_recall_fscore_support(..., zero_division=0)`. The mean of the column f1 is macro F1.

    >>> per_class(["positive", "positive", "?"], ["positive", "negative", "negative"], ["positive", "negative"])["f1"].round(2).tolist()
    [0.67, 0.0, nan]
    """
    from pandas import DataFrame
    from sklearn.metrics import precision_recall_fscore_support

    spelled = {replies.lower(name): name for name in labels}
    read = [_one_label(answer, labels, spelled) for answer in answers]
    precision, recall, f1, count = precision_recall_fscore_support(list(targets), read, labels=list(labels), zero_division=0)
    columns = {"targets": count, "answers": [read.count(label) for label in labels], "precision": precision, "recall": recall, "f1": f1}
    table = DataFrame(columns, index=list(labels)).rename_axis("label")
    table.loc[UNREAD] = {"targets": 0, "answers": read.count(UNREAD)}
    return table.astype({"targets": int, "answers": int})


def _one_label(answer: str, labels: Sequence[str], spelled: dict[str, str]) -> str:
    names = replies.labels_said(answer, labels)
    return spelled.get(next(iter(names)), UNREAD) if len(names) == 1 else UNREAD
