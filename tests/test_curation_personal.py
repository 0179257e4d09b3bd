"""Personal data: what is found, what is left alone, and what a score counts."""

from __future__ import annotations

import time

import pytest

from helpers.curation import personal


@pytest.mark.parametrize(
    ("text", "kind", "piece"),
    [
        ("mail eva.r+x@mail.example.co.uk now", "email", "eva.r+x@mail.example.co.uk"),
        ("at lena (at) example (dot) org please", "email", "lena (at) example (dot) org"),
        ("call +49 30 1234567 today", "phone", "+49 30 1234567"),
        ("call (555) 014-2288.", "phone", "(555) 014-2288"),
        ("on 020 7946 0958- now", "phone", "020 7946 0958"),
        ("call 555-014-2288, thanks", "phone", "555-014-2288"),
        ("card 4111 1111 1111 1111 expired", "card", "4111 1111 1111 1111"),
        ("to DE89 3704 0044 0532 0130 00 please", "iban", "DE89 3704 0044 0532 0130 00"),
        ("from 203.0.113.7 twice", "ip", "203.0.113.7"),
        ("live at 12 Old Mill Road since May", "address", "12 Old Mill Road"),
        ("my name is Xanthe Quill and", "name", "Xanthe Quill"),
        ("I spoke to Priya yesterday", "name", "Priya"),
        ("ask Mr. Okonkwo", "name", "Okonkwo"),
    ],
)
def test_each_kind_is_found_where_it_stands(text: str, kind: str, piece: str) -> None:
    assert [(text[start:end], name) for start, end, name in personal.spans(text)] == [(piece, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "order 555-014-2288 is late",
        "order number 0301 234 5678 is late",
        "card 4111 1111 1111 1112 expired",  # fails Luhn, too long for a phone number
        "account DE89 3704 0044 0532 0130 01",  # fails mod 97
        "on 2026-11-05 and 05/11/2026",
        "version 1.2.300.4",
        "I paid 1299 and 35 for 12 months",
        "by 12 Jan, a Christian holiday",
    ],
)
def test_numbers_that_are_nobodys_stay(text: str) -> None:
    assert personal.spans(text) == []


def test_a_stripped_text_says_the_kinds_and_keeps_the_rest() -> None:
    text = "Maria, 4111-1111-1111-1111, m@x.org!"
    assert personal.strip(text) == "[name], [card], [email]!"


def test_half_a_span_is_a_miss_and_another_kind_is_a_hit() -> None:
    marked = [[{"start": 0, "end": 8, "kind": "name"}], [{"start": 3, "end": 5, "kind": "phone"}]]
    half = personal.score(["Eva Rose"], marked[:1], lambda _: [personal.Span(0, 3, "name")])
    other = personal.score(["ab cd"], marked[1:], lambda _: [personal.Span(3, 5, "name"), personal.Span(0, 2, "name")])
    assert half == personal.Coverage(1, 0, 0, [("name", "Eva Rose")])
    assert (other.recall, other.precision) == (1.0, 0.5)


def test_a_long_text_without_a_space_takes_no_square_of_its_length() -> None:
    start = time.perf_counter()
    assert personal.spans("a" * 100_000 + "@") == []
    assert time.perf_counter() - start < 10  # a minute and more without a bound before the @
