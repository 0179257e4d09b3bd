"""The chat logs are what their card says: whole chats in order, marked spans that name what they mark, nothing real."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest

from helpers import places
from helpers.curation import logs

FOLDER = places.data("logs")
CARD = (FOLDER / "card.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def messages() -> list[dict]:
    return logs.read_logs()


def test_the_card_counts_what_is_there(messages: list[dict]) -> None:
    chats = {message["conversation"] for message in messages}
    thumbs = Counter(message["feedback"] for message in messages if message["role"] == "assistant")
    assert f"{len(chats)} chats" in CARD
    assert f"{len(messages)} messages" in CARD
    assert f"up ({thumbs['up']}), down ({thumbs['down']}) or null ({thumbs[None]}" in CARD
    assert f"{messages[0]['time'][:10]} to {messages[-1]['time'][:10]}" in CARD.replace("\n", " ")


def test_the_card_counts_the_kinds_of_personal_data(messages: list[dict]) -> None:
    kinds = Counter(span["kind"] for message in messages for span in message["personal"])
    assert dict(re.findall(r"^\| (\w+) \| (\d+) \|$", CARD, re.M)) == {kind: str(count) for kind, count in kinds.items()}


def test_turns_go_from_one_on_user_first_in_order_of_time(messages: list[dict]) -> None:
    chats: dict[str, list[dict]] = {}
    for message in messages:
        chats.setdefault(message["conversation"], []).append(message)
    for turns in chats.values():
        assert [turn["turn"] for turn in turns] == list(range(1, len(turns) + 1))
        assert [turn["role"] for turn in turns] == ["user", "assistant"] * (len(turns) // 2)
        times = [datetime.fromisoformat(turn["time"]) for turn in turns]
        assert times == sorted(times)
        assert all(turn["feedback"] is None for turn in turns[::2])


def test_a_span_lies_in_its_text_begins_and_ends_with_a_sign_of_it_and_overlaps_no_other(messages: list[dict]) -> None:
    for message in messages:
        ends = [0]
        for span in message["personal"]:
            piece = message["text"][span["start"] : span["end"]]
            assert piece == piece.strip() != ""
            assert ends[-1] <= span["start"] < span["end"] <= len(message["text"])
            ends.append(span["end"])


def test_a_marked_piece_is_marked_wherever_it_stands_as_a_word(messages: list[dict]) -> None:
    pieces = {message["text"][span["start"] : span["end"]] for message in messages for span in message["personal"]}
    for message in messages:
        covered = {place for span in message["personal"] for place in range(span["start"], span["end"])}
        for piece in pieces:
            for match in re.finditer(rf"(?<!\w){re.escape(piece)}(?!\w)", message["text"]):
                assert match.start() in covered, (message["conversation"], piece)


def test_addresses_of_mail_belong_to_nobody(messages: list[dict]) -> None:
    texts = " ".join(message["text"] for message in messages)
    domains = re.findall(r"@([\w.-]+\w)", texts)
    assert len(domains) >= 4
    assert [domain for domain in domains if "example" not in domain] == []


def test_a_question_comes_twice_and_a_liked_reply_is_wrong(messages: list[dict]) -> None:
    questions = Counter(message["text"] for message in messages if message["turn"] == 1)
    assert max(questions.values()) == 2
    assert [m["feedback"] for m in messages if m["role"] == "assistant" and "60 days" in m["text"]] == ["up"]


def test_no_message_stands_in_the_corpus_of_pocket(messages: list[dict], leaked: Callable[..., list[str]]) -> None:
    """Of more than six words, in lower case: runs of words are looked for, not every short question and every capital."""
    texts = [message["text"].lower() for message in messages]
    assert leaked([text for text in texts if len(text.split()) > 6]) == []
