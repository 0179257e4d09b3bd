"""Scores: a number from 0 to 1 for one answer against one target.

A scorer never raises on an answer, whatever a model wrote; it raises on a target that it cannot score against.
The score of a run is the mean over its examples.
"""

from __future__ import annotations

import ast
import json
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Sequence

__all__ = ["score", "METRICS", "exact", "label", "set_f1", "json_valid"]

_NO = r"(?:not|no|never|nor|neither|none|non|without|cannot|hardly|\w+n't)"
_DENIED = re.compile(rf"(?<!\w)(?:{_NO}|or|either|maybe|perhaps|possibly|if|whether)(?![\w'])")
_TAKEN_BACK = re.compile(rf"{_DENIED.pattern}|\b(?:and|but|than|unless|except|actually|rather|instead|wait|sorry)\b")
_IS = re.compile(r"(?:\b(?:is|are|was|were|be|equals|called|named)|\b(?:it|that)'s)\s+$|[:=]\s*$")
_NUMBER = re.compile(r"(?<![\w.,])-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?!\w|[.,]\d)")
_ABBREVIATION = re.compile(r"(?<=\b[^\W\d_])\.(?=[^\W\d_]\b)|(?<=\.[^\W\d_])\.|(?<=\b[sdmj][trs])\.")  # the periods of U.S., St., Dr., Mr.
_BROKEN = object()


def exact(answer: str, target: str | Sequence[str]) -> float:
    """1 if the answer says the target and nothing else, 0 otherwise; a list of targets holds accepted spellings.

    What does not count: (1) upper and lower case and the form of quotes; (2) a leading article; (3) punctuation, quotes
    and Markdown marks around words, and a trailing period; (4) thousands commas and trailing zeros of numbers,
    so 1,000 = 1000.0; (5) one sentence around the target: it ends "... is TARGET" or "... : TARGET", or begins
    "TARGET is ..."; (6) one remark of up to three words after a comma: "London, England"; (7) if the target is a
    number, the words around the only number that follows the last "is", ":" or "=": "She has 12 apples."
    Wrong are answers with a second sentence, and those that take the target back or leave a choice outside it:
    "not London", "London or Paris", "London, but I may be wrong".
    Aggregation: mean. Differs from SQuAD's exact match (Rajpurkar et al. 2016, arXiv:1606.05250), which drops articles
    everywhere ("Vitamin A" = "Vitamin") and knows no sentence; and from a substring test, which accepts "not London".
    Limits: "London, Paris" cannot be told from "London, England"; "Paris, not London" is wrong for Paris too; "twelve" is not 12.

    >>> exact("The capital of England is London.", "London"), exact("London or Paris", "London")
    (1.0, 0.0)
    """
    targets = [target] if isinstance(target, str) else target
    if not targets or not all(isinstance(t, str) and _plain(t) for t in targets):
        raise ValueError(f"an exact target must be a text or a list of texts, each with a letter, digit or symbol; got {target!r}")
    return float(any(_says(_plain(answer), _plain(t)) for t in targets))


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
    words = "|".join(re.escape(_lower(name)) for name in sorted(labels, key=len, reverse=True))
    said = rf"(?<!\w)(?<!\w-)(?P<said>{words})(?!\w|-\w)"
    denied = rf"(?<!\w){_NO}[\s-]+(?:\w+\s+){{0,3}}?(?P<denied>{words})(?!\w|-\w)"
    found = list(re.finditer(f"{said}|{denied}", re.sub(r"(?<!\w)_+|_+(?!\w)", "", _lower(answer))))
    return float({m["said"] for m in found} == {_lower(target)})


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
    wanted = _items(target)
    if wanted is None:
        raise ValueError(f'a set target must be a list, or a text that is one, such as ["BERT", "T5"] or []; got {target!r}')
    got = _items(answer)
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
    got, shape = _json(answer), _json(target) if target else None
    if shape is _BROKEN:
        raise ValueError(f"a json target must be empty or valid JSON, got {target!r}")
    if got is _BROKEN or not target:
        return float(got is not _BROKEN)
    kinds = [float if type(value) is int else type(value) for value in (got, shape)]
    return float(kinds[0] is kinds[1] and (not isinstance(shape, dict) or shape.keys() <= got.keys()))


METRICS: dict[str, Callable[..., float]] = {
    "label": label,
    "exact": lambda answer, target, labels=(): exact(answer, target),
    "set_f1": set_f1,
    "json": json_valid,
}


def score(metric: str, answer: str, target: str | Sequence[str], labels: Sequence[str] = ()) -> float:
    """The score of one answer by the metric's name: one of METRICS.

    >>> score("exact", "1,000.", "1000")
    1.0
    """
    if metric not in METRICS:
        raise ValueError(f"unknown metric {metric!r}: choose one of {', '.join(METRICS)}")
    return METRICS[metric](answer, target, labels)


def _lower(text: str) -> str:
    """Case and the forms of apostrophes and digits made alike (Unicode NFKC, casefold)."""
    return unicodedata.normalize("NFKC", text).replace("’", "'").casefold()


def _plain(text: str) -> str:
    """Rules 1 to 4 of `exact`; the marks that a sentence needs (, : = and a period inside) stay."""
    text = _NUMBER.sub(lambda m: _number(m[0]), _lower(text).replace("−", "-"))
    text = re.sub(r"[\"“”„«»*`()\[\]{}]|(?<!\w)[_']+|[_']+(?!\w)", "", text)
    text = _ABBREVIATION.sub("", text)
    text = re.sub(r"[ \t]+", " ", re.sub(r"(?<=\w)-(?=\w)", " ", text)).strip(" \t\n\r.!?;:,")
    return re.sub(r"^(?:the|an|a) (?=\S)", "", text)


def _number(digits: str) -> str:
    digits = digits.replace(",", "")
    return re.sub(r"^(-?)0+(?=\d)", r"\1", digits.rstrip("0").rstrip(".") if "." in digits else digits)


def _says(answer: str, target: str) -> bool:
    """Whether a plain answer states a plain target: alone, in a sentence, with a remark, or as its only number."""
    if answer == target:
        return True
    if re.search(r"\n|[.!?;] ", answer):
        return False
    if _NUMBER.fullmatch(target):
        return _only_number(answer) == target
    before = re.sub(r"\b(?:the|an|a) $", "", answer.removesuffix(target))
    if answer.endswith(target) and _IS.search(before):
        return not _DENIED.search(before)
    after = answer.removeprefix(target)
    fits = re.fullmatch(r",(?: [\w'-]+){1,3}| (?:is|are|was|were) [^,]+", after)
    return after != answer and bool(fits) and not _TAKEN_BACK.search(after)


def _only_number(answer: str) -> str | None:
    """The one number after the last "is", ":" or "=" of a plain answer; None if there are several, none, or doubt."""
    numbers = set(_NUMBER.findall(last := re.split(r"\b(?:is|are|was|were|equals)\b|[:=]", answer)[-1]))
    return None if _DENIED.search(answer) or _TAKEN_BACK.search(last) or len(numbers) != 1 else numbers.pop()


def _json(text: str) -> object:
    """The JSON value that a text is, perhaps in a code fence; _BROKEN if it is none."""

    def refuse(name: str) -> None:
        raise ValueError(f"{name} is not JSON")

    try:
        return json.loads(re.sub(r"^```(?:json)?\s*\n(.*)\n\s*```$", r"\1", text.strip(), flags=re.DOTALL), parse_constant=refuse)
    except (ValueError, RecursionError):
        return _BROKEN


def _items(value: object) -> set[str] | None:
    """The items of a list, or of the first list that a text holds, made comparable; None if there is no list."""
    if isinstance(value, str):
        spans = [value, value[value.find("[") : value.rfind("]") + 1], *re.findall(r"\[[^\[\]]*\]", value)]
        value = next((found for found in map(_list, spans) if found is not None), None)
    if not isinstance(value, list | tuple | set | frozenset):
        return None
    return {" ".join(_lower(item if isinstance(item, str) else json.dumps(item, default=str)).split()) for item in value}


def _list(text: str) -> list | None:
    """A text read as one list in JSON or Python spelling."""
    found = _json(text)
    if found is _BROKEN:
        try:
            with warnings.catch_warnings(action="ignore"):  # an odd backslash in what a model wrote
                found = ast.literal_eval(text.strip())
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return None
    return found if isinstance(found, list) else None
