"""From logs to rows: only what was liked, stripped, said once, and no conversation on both sides of a split."""

from __future__ import annotations

import pytest

from helpers.curation import logs


def chat(name: str, *turns: tuple[str, str, str | None]) -> list[dict]:
    """A conversation of (role, text, feedback)."""
    return [
        {"conversation": name, "turn": number, "time": "2026-01-01T08:00:00", "role": role, "text": text, "feedback": feedback}
        for number, (role, text, feedback) in enumerate(turns, 1)
    ]


def several(n: int = 12) -> list[dict]:
    words = ["lamp", "chest", "rug", "sofa", "kettle", "bed", "mirror", "stool", "desk", "shelf", "oven", "candle"]
    return [
        message
        for number in range(n)
        for message in chat(f"c{number}", ("user", f"{words[number]}?", None), ("assistant", f"about the {words[number]}", "up"))
    ]


def test_only_replies_with_the_feedback_stay_with_all_that_came_before() -> None:
    long = chat("long", ("user", "first", None), ("assistant", "no", "down"), ("user", "second", None), ("assistant", "yes", "up"))
    rows = {row["id"]: row for row in logs.harvest([*several(), *long]).rows}
    assert [turn["content"] for turn in rows["long/4"]["messages"]] == ["first", "no", "second"]
    assert (rows["long/4"]["target"], "long/2" in rows) == ("yes", False)


def test_questions_and_replies_are_stripped() -> None:
    named = chat("n", ("user", "I am at m@example.com", None), ("assistant", "Noted: m@example.com", "up"))
    row = next(row for row in logs.harvest([*several(), *named]).rows if row["id"] == "n/2")
    assert (row["messages"][0]["content"], row["target"]) == ("I am at [email]", "Noted: [email]")


def test_a_near_copy_is_left_out_and_counted() -> None:
    again = chat("again", ("user", "Lamp!", None), ("assistant", "About the lamp.", "up"))
    harvest = logs.harvest([*several(), *again])
    assert harvest.left_out == {"feedback other than up": 0, "near copy of an earlier one": 1}
    assert "again/2" not in {row["id"] for row in harvest.rows}


def test_conversations_that_open_alike_are_one_group_and_no_group_is_divided() -> None:
    again = chat("again", ("user", "LAMP?", None), ("assistant", "something else entirely, this time", "up"))
    more = chat("c1", ("user", "chest?", None), ("assistant", "about the chest", "up"), ("user", "and?", None), ("assistant", "so", "up"))
    rows = logs.harvest([*[m for m in several() if m["conversation"] != "c1"], *more, *again]).rows
    split = {row["id"]: (row["group"], row["split"]) for row in rows}
    assert split["again/2"] == split["c0/2"]
    assert split["c1/2"] == split["c1/4"]
    assert {kind for _, kind in split.values()} == {"train", "dev", "test"}


def test_a_log_without_that_feedback_or_a_field_is_refused() -> None:
    with pytest.raises(ValueError, match="none of 12 replies has feedback 'star'"):
        logs.harvest(several(), feedback="star")
    with pytest.raises(ValueError, match="message 1 lacks feedback, time"):
        logs.harvest([{"conversation": "a", "turn": 1, "role": "user", "text": "x"}])


def test_a_chat_that_opens_with_a_reply_is_named() -> None:
    with pytest.raises(ValueError, match="conversation 'cut' opens with a reply"):
        logs.harvest([*several(), *chat("cut", ("assistant", "you are welcome", "up"))])


def test_a_row_is_asked_with_its_messages_behind_the_system_text() -> None:
    row = {"messages": [{"role": "user", "content": "hi"}]}
    assert [turn["role"] for turn in logs.Logged("Be kind.").messages(row)] == ["system", "user"]
    assert logs.Logged().messages(row) == row["messages"]
