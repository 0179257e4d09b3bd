"""Baselines that ask no language model: what a prompt must beat to be worth its tokens."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.methods.method import Answer
from helpers.prompts import as_text
from helpers.storage import short

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from helpers.methods.method import OnAnswer
    from helpers.models import Model

__all__ = ["classical", "majority", "random_label"]


@dataclass(frozen=True)
class Constant:
    """Answers every example alike, and asks no model."""

    name: str
    text: str

    @property
    def fingerprint(self) -> str:
        return short("constant" + self.text)

    def solve(self, examples: Sequence[Mapping], model: Model | None = None, on_answer: OnAnswer | None = None) -> list[Answer]:
        return tell([self.text] * len(examples), on_answer)


@dataclass(frozen=True, repr=False)
class Classical:
    """Answers with the label that a fitted classifier gives to the input."""

    name: str
    fingerprint: str
    fitted: Pipeline

    def solve(self, examples: Sequence[Mapping], model: Model | None = None, on_answer: OnAnswer | None = None) -> list[Answer]:
        texts = [example["input"] for example in examples]
        return tell([str(label) for label in self.fitted.predict(texts)] if texts else [], on_answer)


@dataclass(frozen=True)
class _Random:
    """Answers with a label drawn by the example's id, so an example gets the same one in any order and under any limit."""

    name: str
    labels: tuple[str, ...]
    seed: int

    @property
    def fingerprint(self) -> str:
        return _short(["random", self.labels, self.seed])

    def solve(self, examples: Sequence[Mapping], model: Model | None = None, on_answer: OnAnswer | None = None) -> list[Answer]:
        return tell([self.labels[int(_short([self.seed, example["id"]]), 16) % len(self.labels)] for example in examples], on_answer)


def majority(train: Iterable[Mapping], *, name: str = "majority") -> Constant:
    """The trivial baseline: always the most frequent target of `train` (of equals, the first seen). It asks no model.

    >>> majority([{"target": "b"}, {"target": "a"}, {"target": "a"}]).text
    'a'
    """
    counts = Counter(as_text(example["target"]) for example in train)
    if not counts:
        raise ValueError("majority needs at least one example to count, got none: majority(task['train'])")
    return Constant(name, counts.most_common(1)[0][0])


def classical(train: Iterable[Mapping], *, name: str = "TF-IDF + logistic regression", c: float = 10.0) -> Classical:
    """A classical text classifier fitted on `train`, as a method for `runs.run`; it asks no model, and takes well under a second.

    Words and their weights: (1 + log count)·(log((1 + n)/(1 + examples with the word)) + 1), scaled to length 1, by scikit-learn's
    TfidfVectorizer(sublinear_tf=True); then LogisticRegression(C=c), where a smaller c trusts the words less. For tasks with
    labels: every target is one text. It knows words, not their order, so "not good" is "good" with a "not".
    Raises ValueError for targets that are not two labels or more. Source: Salton and Buckley 1988, IPM 24; scikit-learn.org.

    >>> rows = [{"input": "a good film", "target": "positive"}, {"input": "a bad film", "target": "negative"}]
    >>> classical(rows).solve([{"id": "1", "input": "good soup"}])[0].text
    'positive'
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    rows = [(example["input"], example["target"]) for example in train]
    labels = {as_text(target) for _, target in rows}
    if len(labels) < 2 or not all(isinstance(target, str) for _, target in rows):
        raise ValueError(
            f"classical learns to choose between labels: it needs targets that are texts, of two kinds or more; got {len(rows)} examples "
            f"with {sorted(labels)[:5]!r}: classical(task['train']) of a task with labels"
        )
    texts, targets = zip(*rows, strict=True)
    fitted = make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=c, max_iter=1000)).fit(texts, targets)
    return Classical(name, _short(["classical", c, rows]), fitted)


def random_label(labels: Iterable[str], seed: int = 0, *, name: str = "random label") -> _Random:
    """The baseline below all: a label drawn at random for each example, all equally likely; 1/labels is right in the long run.

    Differs from `majority`, which gains from classes of unequal size. Raises ValueError for fewer than two labels.

    >>> [a.text for a in random_label(["yes", "no"]).solve([{"id": "a"}, {"id": "b"}, {"id": "c"}])]
    ['no', 'no', 'yes']
    """
    choices = tuple(dict.fromkeys([labels] if isinstance(labels, str) else labels))
    if len(choices) < 2:
        raise ValueError(f"random_label needs two labels or more to draw from, got {choices!r}: random_label(task.labels)")
    return _Random(name, choices, seed)


def tell(texts: list[str], on_answer: OnAnswer | None) -> list[Answer]:
    answers = [Answer(text) for text in texts]
    for i, answer in enumerate(answers):
        if on_answer:
            on_answer(i, answer)
    return answers


def _short(parts: list) -> str:
    return short(json.dumps(parts))
