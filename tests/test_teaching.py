"""The teacher of lesson 14: its recorded replies are those of the adapter that lesson 13 ships."""

from __future__ import annotations

import pytest

from helpers import models, places
from helpers.storage import read_rows
from helpers.workbook import teaching

HOME = places.cache().parent  # the tests have a home of their own, without the converted model
CONVERTED = places.models("smollm2-135m-instruct-fp16-b179c952", "sizes.json")
POOL = read_rows(places.data("abstracts", "pool.jsonl"))
SAMPLE = 10


@pytest.fixture
def converted(monkeypatch: pytest.MonkeyPatch) -> None:
    """SmolLM2, converted, in the home of whoever runs the tests."""
    if not CONVERTED.exists():
        pytest.skip("not converted yet: python -c 'from helpers.models import load; load(\"smollm2\")'")
    monkeypatch.setenv("LADDER_HOME", str(HOME))


def test_every_text_of_the_pool_has_a_reply() -> None:
    assert [row["id"] for row in read_rows(teaching.KEPT)] == [row["id"] for row in POOL]


def test_a_sample_asked_again_gives_the_recorded_replies(converted: None) -> None:
    every = len(POOL) // SAMPLE
    rows, kept = POOL[::every], read_rows(teaching.KEPT)[::every]
    again = teaching.ask(rows, teaching.teacher(cache=False))
    same = [new["reply"] == old["reply"] for new, old in zip(again, kept, strict=True)]
    assert sum(same) >= SAMPLE - 1  # another processor may flip a near tie
    for new, old, agree in zip(again, kept, same, strict=True):
        assert not agree or new["logprob"] == pytest.approx(old["logprob"], abs=0.05)


def test_every_list_was_checked_twice() -> None:
    assert [row["id"] for row in read_rows(teaching.CHECKED)] == [row["id"] for row in POOL]


def test_a_sample_checked_again_gives_the_recorded_checks(converted: None) -> None:
    every = len(POOL) // 5
    kept = read_rows(teaching.CHECKED)[::every]
    judge = models.load("smollm2", cache=False)
    again = teaching.check(POOL[::every], read_rows(teaching.KEPT)[::every], teaching.teacher(cache=False), judge)
    assert sum(new["again"] == old["again"] for new, old in zip(again, kept, strict=True)) >= 4  # another processor may flip a near tie
    assert [row["judge"] for row in again] == pytest.approx([row["judge"] for row in kept], abs=0.05)


def test_a_request_that_fails_is_an_error_and_no_label() -> None:
    class Silent:
        def ask_many(self, chats: list, **settings: int) -> list:
            return [type("Reply", (), {"error": "out of memory"})() for _ in chats]

    with pytest.raises(RuntimeError, match=r"2 of 2 requests failed, the first with: out of memory"):
        teaching.ask(POOL[:2], Silent())
