"""Every metric, one entry each: its score, how a prompt asks for its form, how an answer is read. A new one is added here."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from helpers.metrics import overlap, replies, scores
from helpers.metrics.scores import per_class
from helpers.prompts import as_text
from helpers.stats import Interval, interval

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["METRICS", "metric", "score", "Facts", "Metric"]

CHOICE = "Answer with one of these, and nothing else: {labels}."
FORM_ONLY = 'json checks the form and the keys of an answer, not its values: set_f1 does, on "key: value" texts'
Target = str | Sequence[str]


@dataclass(frozen=True)
class Facts:
    """What an instruction is written from: the target column's name in words, some targets, the labels, the keys of the objects that
    became lists of "key: value", and whether there are documents."""

    name: str
    targets: Sequence[Target]
    labels: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    documents: bool = False


@dataclass(frozen=True)
class Metric:
    """One way to score an answer, and what goes with it.

    score: (answer, target, labels) to a number from 0 to 1; it never raises on an answer, and raises ValueError on a target that it
    cannot score against. read: (answer, labels) to what the answer says, or None where it says nothing of the kind: so that
    unreadable can be told from wrong. form: the sentence that asks for the form of an answer, with {labels}; empty where none is needed.
    instruction: the instruction of a task that has none. needs_labels: every target is one of the task's labels.
    spellings: a list of targets holds accepted spellings, one of which is enough. looked_up: a document may hold the answer.
    of_lists: a target is a list of items. of_texts: a target is one text, whatever shape it had. caution: what a reader who chose the
    metric should know. classes: the table of a run by label, for a metric that has classes.
    """

    name: str
    score: Callable[[str, Target, Sequence[str]], float]
    read: Callable[[str, Sequence[str]], str | None]
    instruction: Callable[[Facts], str]
    form: str = ""
    needs_labels: bool = False
    spellings: bool = False
    looked_up: bool = False
    of_lists: bool = False
    of_texts: bool = False
    caution: str = ""
    classes: Callable[[Sequence[str], Sequence[str], Sequence[str]], DataFrame] | None = None

    def interval(self, scores: Sequence[float]) -> Interval:
        """The mean of some scores with its 95% interval: Wilson's where all are 0 or 1, else the bootstrap's."""
        return interval(scores)

    def readable(self, answers: Sequence[str], labels: Sequence[str] = ()) -> int:
        """How many of the answers can be read at all."""
        return sum(self.read(answer, labels) is not None for answer in answers)


def metric(name: str) -> Metric:
    """The entry of a metric. ValueError: there is none of this name."""
    if name not in METRICS:
        raise ValueError(f"unknown metric {name!r}: choose one of {', '.join(METRICS)}")
    return METRICS[name]


def score(name: str, answer: str, target: Target, labels: Sequence[str] = ()) -> float:
    """The score of one answer by the metric's name: one of METRICS.

    >>> score("exact", "1,000.", "1000")
    1.0
    """
    return metric(name).score(answer, target, labels)


def _label_read(answer: str, labels: Sequence[str]) -> str | None:
    names = replies.labels_said(answer, labels)
    return next(iter(names)) if len(names) == 1 else None


def _list_read(answer: str, labels: Sequence[str]) -> str | None:
    items = replies.items(answer)
    return None if items is None else json.dumps(sorted(items), ensure_ascii=False)


def _json_read(answer: str, labels: Sequence[str]) -> str | None:
    value = replies.json_value(answer)
    return None if value is replies.BROKEN else json.dumps(value, ensure_ascii=False)


def _text_read(answer: str, labels: Sequence[str]) -> str | None:
    return replies.plain(answer) or None


def _choose(facts: Facts) -> str:
    return f"Decide which of these fits the text: {', '.join(facts.labels)}. Answer with that alone."


def _say(facts: Facts) -> str:
    return "Answer the question in a few words." + (" If the documents do not say, answer: I don't know." if facts.documents else "")


def _list(facts: Facts) -> str:
    if facts.keys:
        form = ", ".join(f'"{key}: ..."' for key in facts.keys)
        return f"Find the {', '.join(facts.keys)} in this text. Answer with a JSON list: [{form}]; leave out what the text does not say."
    return f"List the {facts.name} of this text as a JSON list of strings; write [] if there is none."


def _object(facts: Facts) -> str:
    value = replies.json_value(as_text(facts.targets[0]))
    keys = f" with the keys {', '.join(value)}" if isinstance(value, dict) else ""
    return f"Give the {facts.name} of this text as JSON{keys}, and nothing else."


def _write(facts: Facts) -> str:
    words = median(len(as_text(target).split()) for target in facts.targets)
    task = "Summarize the text" if "summar" in facts.name.lower() else "Answer"
    return f"{task} in about {max(1, round(words))} words."


def _alone(scorer: Callable[[str, Target], float]) -> Callable[[str, Target, Sequence[str]], float]:
    """A scorer that needs no labels, called as one that may."""
    return lambda answer, target, labels=(): scorer(answer, target)


def _overlap(name: str, scorer: Callable[[str, Target], float]) -> Metric:
    return Metric(name, _alone(scorer), _text_read, _write, spellings=True, looked_up=True)


ENTRIES = (
    Metric("label", scores.label, _label_read, _choose, CHOICE, needs_labels=True, classes=per_class),
    Metric("exact", _alone(scores.exact), _text_read, _say, "Answer in a few words.", spellings=True, looked_up=True),
    Metric("set_f1", scores.set_f1, _list_read, _list, "Answer with a JSON list of strings; write [] if there is none.", of_lists=True),
    Metric("json", scores.json_valid, _json_read, _object, "Answer with JSON only.", of_texts=True, caution=FORM_ONLY),
    _overlap("rouge_1", overlap.rouge_1),
    _overlap("rouge_2", overlap.rouge_2),
    _overlap("rouge_l", overlap.rouge_l),
    _overlap("bleu", overlap.bleu),
)
METRICS: dict[str, Metric] = {entry.name: entry for entry in ENTRIES}
