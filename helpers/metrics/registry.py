"""Every metric, one entry each. A new one is added here: its score, how a prompt asks for its form, how an answer is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from statistics import median

from helpers.metrics import overlap, replies, scores
from helpers.metrics.classes import per_class
from helpers.metrics.definition import Asked, Metric, Target
from helpers.prompts import as_text

__all__ = ["METRICS", "metric", "score"]

CHOICE = "Answer with one of these, and nothing else: {labels}."
FORM_ONLY = 'json checks the form and the keys of an answer, not its values: set_f1 does, on "key: value" texts'


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
    said = replies.labels_said(answer, labels)
    return next(iter(said)) if len(said) == 1 else None


def _list_read(answer: str, labels: Sequence[str]) -> str | None:
    items = replies.items(answer)
    return None if items is None else json.dumps(sorted(items), ensure_ascii=False)


def _json_read(answer: str, labels: Sequence[str]) -> str | None:
    value = replies.json_value(answer)
    return None if value is replies.BROKEN else json.dumps(value, ensure_ascii=False)


def _text_read(answer: str, labels: Sequence[str]) -> str | None:
    return replies.plain(answer) or None


def _choose(asked: Asked) -> str:
    return f"Decide which of these fits the text: {', '.join(asked.labels)}. Answer with that alone."


def _say(asked: Asked) -> str:
    return "Answer the question in a few words." + (" If the documents do not say, answer: I don't know." if asked.documents else "")


def _list(asked: Asked) -> str:
    if asked.keys:
        form = ", ".join(f'"{key}: ..."' for key in asked.keys)
        return f"Find the {', '.join(asked.keys)} in this text. Answer with a JSON list: [{form}]; leave out what the text does not say."
    return f"List the {asked.name} of this text as a JSON list of strings; write [] if there is none."


def _object(asked: Asked) -> str:
    value = replies.json_value(as_text(asked.targets[0]))
    keys = f" with the keys {', '.join(value)}" if isinstance(value, dict) else ""
    return f"Give the {asked.name} of this text as JSON{keys}, and nothing else."


def _write(asked: Asked) -> str:
    words = median(len(as_text(target).split()) for target in asked.targets)
    task = "Summarize the text" if "summar" in asked.name.lower() else "Answer"
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
