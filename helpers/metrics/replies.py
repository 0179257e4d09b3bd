"""How the text that a model wrote is read before it is scored: what it says once case, quotes and sentences are set aside.

`helpers.metrics.scores` has the rules in words; nothing here raises, whatever the text is.
"""

from __future__ import annotations

import ast
import json
import re
import unicodedata
import warnings
from collections.abc import Sequence
from functools import lru_cache

from helpers.prompts import Json

__all__ = ["lower", "plain", "says", "labels_said", "items", "json_value", "BROKEN"]

_NO = r"(?:not|no|never|nor|neither|none|non|without|cannot|hardly|\w+n't)"
_DENIED = re.compile(rf"(?<!\w)(?:{_NO}|or|either|maybe|perhaps|possibly|if|whether)(?![\w'])")
_TAKEN_BACK = re.compile(rf"{_DENIED.pattern}|\b(?:and|but|than|unless|except|actually|rather|instead|wait|sorry)\b")
_IS = re.compile(r"(?:\b(?:is|are|was|were|be|equals|called|named)|\b(?:it|that)'s)\s+$|[:=]\s*$")
_NUMBER = re.compile(r"(?<![\w.,])-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?!\w|[.,]\d)")
_SIGNED = re.compile(r"\b(?:minus|negative) (?=[$€£]?\d)|(?<=[=:] )- (?=\d)|(?<=\bis )- (?=\d)")  # ways to write the minus of a number
_NEARBY = r"""(?:under|below|over|above|beyond|past|near|nearly|almost|about|around|approximately|approx|roughly|circa|before|after|up\ to
    |(?:more|less|fewer|greater|larger|smaller|higher|lower|other|rather|later|earlier|older|younger|longer|shorter)\ than
    |at\ (?:least|most)|close\ to|(?:minimum|maximum|short|square|root|multiple|power|out)\ of|half|twice|double|triple|thrice
    |(?:half|halves|thirds?|quarters?|fourths?|fifths?|tenths?|percent|%)\ of|(?:quarter|five|ten|twenty)\ (?:to|past)
    |hundred|thousand|million|billion|trillion|dozen|point|sqrt|[√~≈<>≤≥±^⁄/])\.?\s*(?:the\ |an?\ )?[$€£]?\s*"""
_SCALED = r"""\s*(?:[%‰+<>^⁄/]|(?:(?:degrees\ )?below|above|per\ ?cent|percentage|hundreds?|thousands?|million|billion|trillion|dozens?
    |millions|billions|trillions|k|bn|mn|mio|mrd|lakhs?|crores?|bc|bce|plus|point|squared|cubed|halves|thirds|fourths
    |fifths|tenths|hundredths|thousandths|millionths|ish|or|at\ (?:least|most)|minimum|maximum)(?!\w))"""
_OTHER_VALUE = re.compile(rf"(?<!\w){_NEARBY}-?\d|\d{_SCALED}|\d:\d|\d\.\d+\ ?[ap]m\b", re.VERBOSE)  # 5 million, under 5, 3:30 are not 5
_ABBREVIATION = re.compile(r"(?<=\b[^\W\d_])\.(?=[^\W\d_]\b)|(?<=\.[^\W\d_])\.|(?<=\b[sdmj][trs])\.")  # the periods of U.S., St., Dr., Mr.
BROKEN = object()  # what `json_value` gives for a text that is no JSON


def lower(text: str) -> str:
    """Case and the forms of apostrophes and digits made alike (Unicode NFKC, casefold); 5² stays apart from 52."""
    text = re.sub(r"(?<=\d)(?=[⁰¹²³⁴-⁹])", "^", text)
    return unicodedata.normalize("NFKC", text).replace("’", "'").casefold()


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Rules 1 to 4 of `exact`; the marks that a sentence needs (, : = and a period inside) stay."""
    text = _NUMBER.sub(lambda m: _number(m[0]), re.sub(r"−|(?<!\w)–(?=\d)", "-", lower(text)))
    text = re.sub(r"(?<=\d)[*()\[\]{}]+(?=\d)", " ", text)  # 5*5 is not 55
    text = re.sub(r"[\"“”„«»*`()\[\]{}]|(?<!\w)[_']+|[_']+(?!\w)", "", text)
    text = _ABBREVIATION.sub("", text)
    text = re.sub(r"[ \t]+", " ", re.sub(r"(?<=\w)-(?=\w)", " ", text)).strip(" \t\n\r.!?;:,")
    return re.sub(r"^(?:the|an|a) (?=\S)", "", text)


def _number(digits: str) -> str:
    digits = digits.replace(",", "")
    return re.sub(r"^(-?)0+(?=\d)", r"\1", digits.rstrip("0").rstrip(".") if "." in digits else digits)


def says(answer: str, target: str) -> bool:
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
    """The one number after the last "is", ":" or "=" of a plain answer; None if there are several, none, or doubt, or words change it."""
    last = re.split(r"\b(?:is|are|was|were|equals)\b|:(?!\d)|(?<!\d):|=", _SIGNED.sub("-", answer))[-1]
    numbers = _NUMBER.findall(last)
    unclear = _DENIED.search(answer) or _TAKEN_BACK.search(last) or _OTHER_VALUE.search(last)
    return None if unclear or len(numbers) != 1 else numbers[0]


def labels_said(answer: str, labels: Sequence[str]) -> set[str | None]:
    """The labels that stand in a text as words of their own, by `lower`; None is among them if one is denied."""
    words = "|".join(re.escape(lower(name)) for name in sorted(labels, key=len, reverse=True))
    stated = rf"(?<!\w)(?<!\w-)(?P<said>{words})(?!\w|-\w)"
    denied = rf"(?<!\w){_NO}[\s-]+(?:\w+\s+){{0,3}}?(?P<denied>{words})(?!\w|-\w)"
    return {m["said"] for m in re.finditer(f"{stated}|{denied}", re.sub(r"(?<!\w)_+|_+(?!\w)", "", lower(answer)))}


def json_value(text: str) -> Json:
    """The JSON value that a text is, perhaps in a code fence; BROKEN if it is none."""

    def refuse(name: str) -> None:
        raise ValueError(f"{name} is not JSON")

    try:
        return json.loads(re.sub(r"^```(?:json)?\s*\n(.*)\n\s*```$", r"\1", text.strip(), flags=re.DOTALL), parse_constant=refuse)
    except (ValueError, RecursionError):
        return BROKEN


def items(value: Json | set | frozenset) -> set[str] | None:
    """The items of a list, or of the first list that a text holds, made comparable; None if there is no list."""
    if isinstance(value, str):
        spans = [value, value[value.find("[") : value.rfind("]") + 1], *re.findall(r"\[[^\[\]]*\]", value)]
        value = next((span for span in map(_list, spans) if span is not None), None)
    if not isinstance(value, list | tuple | set | frozenset):
        return None
    return {" ".join(lower(item if isinstance(item, str) else json.dumps(item, default=str)).split()) for item in value}


def _list(text: str) -> list | None:
    """A text read as one list in JSON or Python spelling."""
    parsed = json_value(text)
    if parsed is BROKEN:
        try:
            with warnings.catch_warnings(action="ignore"):  # an odd backslash in what a model wrote
                parsed = ast.literal_eval(text.strip())
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return None
    return parsed if isinstance(parsed, list) else None
