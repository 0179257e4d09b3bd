"""Seconds of lesson 14's teacher and student: each chat is asked once on the clock, after one that reads the weights."""

from __future__ import annotations

from types import SimpleNamespace

from helpers.storage import read_json
from helpers.workbook import latency


def test_each_chat_is_asked_once_after_a_question_off_the_clock(monkeypatch) -> None:
    asked = []
    clock = iter([10.0, 13.0])
    monkeypatch.setattr(latency.time, "process_time", lambda: next(clock))
    model = SimpleNamespace(ask=lambda chat, max_tokens: asked.append((chat, max_tokens)) or SimpleNamespace(tokens_out=4))
    assert latency.measure(model, ["a", "b"], 8) == {"seconds": 1.5, "tokens": 4.0, "n": 2}
    assert asked == [("a", 8), ("a", 8), ("b", 8)]


def test_what_the_lesson_reads_is_of_twenty_answers_each() -> None:
    kept = read_json(latency.KEPT)
    assert {who: each["n"] for who, each in kept.items()} == {"teacher": latency.ASKED, "student": latency.ASKED}
