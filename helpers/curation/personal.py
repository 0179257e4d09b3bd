"""Personal data in text: e-mail and IP addresses, phone, card and bank account numbers, street addresses, names; found and taken out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from helpers.curation.first_names import FIRST_NAMES

__all__ = ["KINDS", "Coverage", "Span", "score", "spans", "strip"]

KINDS = ("email", "ip", "iban", "card", "phone", "address", "name")


class Span(NamedTuple):
    """A piece of a text, from `start` up to `end`, and what kind of personal data it is."""

    start: int
    end: int
    kind: str


class Coverage(NamedTuple):
    """How well spans were found: `hit` of the `marked` ones, `false` alarms, and the pieces of text that were missed."""

    marked: int
    hit: int
    false: int
    missed: list[tuple[str, str]]

    @property
    def recall(self) -> float:
        return self.hit / self.marked if self.marked else 1.0

    @property
    def precision(self) -> float:
        said = self.hit + self.false
        return self.hit / said if said else 1.0


_NOUNS = "order|invoice|ticket|tracking|parcel|reference|ref|case|item|article|model|serial"
_NOT_PERSONAL = re.compile(rf"(?:{_NOUNS})\W*(?:\w+\W+){{0,2}}#?$", re.I)
_STREET = r"Street|St\.|Road|Rd\.?|Avenue|Ave\.?|Lane|Ln\.?|Drive|Court|Square|Way|Boulevard|Blvd\.?|Place|Close|Terrace"
_LOCAL = r"[\w.+-]{1,64}"  # what stands before the @; without a bound, a long word would take the square of its length
_WORD = r"[A-ZÀ-Þ][a-zß-ÿ'’][\w'’-]*"
_CUE = r"(?i:my name is|my name's|name:|i am called|this is|regards,|cheers,|thanks,|sincerely,|yours,|mr\.?|mrs\.?|ms\.?|dr\.?|miss)"
_PATTERNS = {
    "email": re.compile(rf"{_LOCAL}@[\w-]+(?:\.[\w-]+)+|{_LOCAL}\s?(?:\(at\)|\[at\])\s?[\w-]+\s?(?:\.|\(dot\)|\[dot\])\s?\w+", re.I),
    "ip": re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b"),
    "iban": re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"),
    "card": re.compile(r"(?<![A-Z]{2}\d\d )\b[3-6]\d{3}(?:[ -]?\d){9,15}\b"),
    "phone": re.compile(r"(?<![\w#.-])(?:\+\d{1,3}[ .-]?)?(?:\(0?\d{1,4}\)[ .-]?)?\d{2,5}(?:[ ./-]?\d{2,5}){1,5}(?!\w|-\d|\.\d)"),
    "address": re.compile(rf"\b\d{{1,4}}[A-Za-z]? (?:{_WORD} ){{1,3}}(?:{_STREET})(?!\w)"),
    "name": re.compile(rf"(?:(?<=\s)|^){_CUE}\s+({_WORD}(?: {_WORD})?)|\b((?:{'|'.join(sorted(FIRST_NAMES))})(?: {_WORD})?)\b", re.M),
}


def spans(text: str) -> list[Span]:
    """Where personal data stands, in order and without overlap: the kinds are tried in the order of `KINDS`.

    Card numbers must pass the Luhn check, IBANs mod 97, and a phone number is 8 to 15 digits that start with +, ( or 0 or stand in
    groups, not behind words such as "order". Names are `FIRST_NAMES` with the word behind them, and what follows words such as "my name
    is" or "Mr". It misses names of no list, numbers written as words, and all that needs thought ("the blue house by the school"), and
    takes any capitalized word behind such words ("This is Great"): measure it with `score` on your own texts before you trust it.

    >>> spans("Write to eva@example.com")
    [Span(start=9, end=24, kind='email')]
    """
    taken: list[Span] = []
    for kind in KINDS:
        for match in _PATTERNS[kind].finditer(text):
            place = match.span(match.lastindex or 0)
            free = all(place[1] <= span.start or span.end <= place[0] for span in taken)
            if free and _valid(kind, text, *place):
                taken.append(Span(*place, kind))
    return sorted(taken)


def strip(text: str) -> str:
    """The text with each piece of personal data replaced by its kind in brackets, as far as `spans` sees it.

    >>> strip("Write to eva@example.com")
    'Write to [email]'
    """
    for span in reversed(spans(text)):
        text = f"{text[: span.start]}[{span.kind}]{text[span.end :]}"
    return text


def score(texts: Iterable[str], marked: Iterable[Iterable[Mapping]], finder: Callable[[str], list[Span]] = spans) -> Coverage:
    """How `finder` does on texts whose personal data is marked, as mappings with start, end and kind.

    A marked span is hit when no letter or digit of it is left; the kind does not matter. A false alarm touches no marked span.
    """
    total = hit = false = 0
    missed = []
    for text, truth in zip(texts, marked, strict=True):
        said = finder(text)
        covered = {place for span in said for place in range(span.start, span.end)}
        for span in truth:
            piece = range(span["start"], span["end"])
            whole = all(place in covered for place in piece if text[place].isalnum())
            total += 1
            hit += whole
            missed += [] if whole else [(span["kind"], text[span["start"] : span["end"]])]
        false += sum(all(span.end <= real["start"] or real["end"] <= span.start for real in truth) for span in said)
    return Coverage(total, hit, false, missed)


def _valid(kind: str, text: str, start: int, end: int) -> bool:
    piece = text[start:end]
    digits = re.sub(r"\D", "", piece)
    if kind == "card":
        return _luhn(digits)
    if kind == "iban":
        return _mod_97(piece)
    if kind == "ip":
        return all(int(part) < 256 for part in piece.split("."))
    return kind != "phone" or _phone(piece, digits, text[max(0, start - 40) : start])


def _phone(piece: str, digits: str, before: str) -> bool:
    date = re.fullmatch(r"\d{4}-\d\d-\d\d|\d\d?[./]\d\d?[./]\d{4}", piece)
    starts = piece[0] in "+(0"
    grouped = re.fullmatch(r"\d{3}[ .-]\d{3}[ .-]\d{4}", piece)
    return 8 <= len(digits) <= 15 and not date and bool(starts or grouped) and not _NOT_PERSONAL.search(before)


def _luhn(digits: str) -> bool:
    """Every second digit from the right doubled; the sum of all digits is a multiple of ten."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def _mod_97(piece: str) -> bool:
    """The first four characters behind the rest, letters as numbers from 10: 1 modulo 97."""
    plain = piece.replace(" ", "")
    return int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1
