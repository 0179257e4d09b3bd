"""Calls: read from a reply, and compared with the right ones."""

from __future__ import annotations

import pytest

from helpers.metrics import CALL_OUTCOMES, call_outcome, read_calls
from helpers.models import Reply

TIMER = {"name": "set_timer", "arguments": {"minutes": 5}}
SEND = {"name": "send", "arguments": {"to": "Otto", "text": "Six o'clock."}}


@pytest.mark.parametrize(
    ("calls", "target", "outcome"),
    [
        ([TIMER], [TIMER], "right"),
        ([], [], "right"),
        ([{"name": "set_timer", "arguments": {"minutes": 6}}], [TIMER], "wrong arguments"),
        ([{"name": "set_timer", "arguments": {"minutes": 5, "label": "tea"}}], [TIMER], "wrong arguments"),
        ([{"name": "set_timer", "arguments": {"minutes": "5"}}], [TIMER], "wrong arguments"),
        ([TIMER], [TIMER, SEND], "too few"),
        ([SEND, TIMER], [TIMER, SEND], "wrong tool"),
        ([SEND], [TIMER], "wrong tool"),
        ([TIMER, TIMER], [TIMER], "wrong tool"),
        ([TIMER], [], "needless"),
        ([], [TIMER], "missed"),
        (None, [], "unreadable"),
        (None, [TIMER], "unreadable"),
    ],
)
def test_each_outcome_is_told_apart(calls: list | None, target: list, outcome: str) -> None:
    assert outcome in CALL_OUTCOMES
    assert call_outcome(calls, target) == outcome


@pytest.mark.parametrize(
    ("given", "wanted", "same"),
    [(4, 4.0, True), ("365*24", "365 * 24", True), ("lima", "Lima", True), (True, 1, False), ("4", 4, False), (["a"], ["a"], True)],
)
def test_arguments_are_compared_by_value(given: object, wanted: object, same: bool) -> None:
    calls = [[{"name": "do", "arguments": {"x": value}}] for value in (given, wanted)]
    assert call_outcome(*calls) == ("right" if same else "wrong arguments")


def test_calls_are_read_from_a_reply_or_from_its_text() -> None:
    assert read_calls(Reply("", 1, 1, 0.0, 0.0, tool_calls=(TIMER,))) == (TIMER,)
    two = '```json\n{"name": "set_timer", "arguments": {"minutes": 5}}\n{"name": "send", "arguments": {}}'
    assert read_calls(two) == (TIMER, {"name": "send", "arguments": {}})


@pytest.mark.parametrize("text", ['{"name": "set_timer", "argum', '{"name": "set_timer", "description": "x"}', '{"minutes": 5}'])
def test_a_call_that_was_begun_and_cannot_be_read_is_none(text: str) -> None:
    assert read_calls(text) is None


def test_words_are_no_call() -> None:
    assert read_calls("I have no tool for that.") == ()


def test_what_follows_a_call_does_not_undo_it() -> None:
    assert read_calls('{"name": "set_timer", "arguments": {"minutes": 5}}\n{"name": "get') == (TIMER,)


def test_a_reply_that_never_came_is_not_rightly_no_call() -> None:
    assert read_calls(Reply("", 0, 0, 0.0, 0.0, error="the server is down")) is None
