"""Memory: what of a conversation is shown again, and that what is left out is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpers.methods.memory import full, retrieval, summary, window


def turn(said: str, answer: str = "Noted.") -> list[dict]:
    return [{"role": "user", "content": said}, {"role": "assistant", "content": answer}]


HISTORY = [*turn("My cat is called Pelu."), *turn("What is 7 + 5?", "12"), *turn("What is the capital of Peru?", "Lima")]
ASKED = "What is my cat called?"


def said(messages: list[dict]) -> list[str]:
    return [message["content"] for message in messages]


def words(messages: list[dict]) -> int:
    return sum(len(message["content"].split()) for message in messages)


def test_full_shows_every_turn_and_the_question_last() -> None:
    made = full(HISTORY, ASKED)
    assert made.messages == [*HISTORY, {"role": "user", "content": ASKED}]
    assert repr(made) == "7 messages; 0 of 3 earlier turns are not shown"


def test_full_drops_the_oldest_turns_that_do_not_fit() -> None:
    made = full(HISTORY, ASKED, count=words, budget=5 + 7 + 6)  # the question, the capital, the sum
    assert said(made.messages) == ["What is 7 + 5?", "12", "What is the capital of Peru?", "Lima", ASKED]
    assert made.dropped == 1


def test_a_history_of_ten_thousand_tokens_ends_within_the_budget_and_is_quick() -> None:
    counted = []
    history = [message for number in range(2000) for message in turn(f"Note number {number} please.")]

    def count(messages: list[dict]) -> int:
        counted.append(len(messages))
        return words(messages)

    made = full(history, ASKED, count=count, budget=500)
    assert words(history) == 10_000
    assert (words(made.messages) <= 500, made.dropped) == (True, 2000 - 99)
    assert len(counted) < 20


def test_a_question_that_is_too_long_is_said() -> None:
    with pytest.raises(ValueError, match="the question alone has 600 tokens, the budget is 500"):
        full(HISTORY, "word " * 600, count=words, budget=500)


def test_a_budget_needs_a_count() -> None:
    with pytest.raises(ValueError, match=r"count=model\.count_tokens"):
        full(HISTORY, ASKED, budget=500)


def test_a_window_shows_the_last_turns() -> None:
    made = window(HISTORY, ASKED, last=1)
    assert said(made.messages) == ["What is the capital of Peru?", "Lima", ASKED]
    assert (made.turns, made.dropped) == (3, 2)


@pytest.mark.parametrize(("last", "messages"), [(0, 1), (3, 7), (99, 7)])
def test_a_window_may_be_empty_or_larger_than_the_history(last: int, messages: int) -> None:
    assert len(window(HISTORY, ASKED, last=last).messages) == messages


def test_a_summary_stands_for_the_older_turns() -> None:
    made = summary(HISTORY, ASKED, lambda older: f"{len(older)} messages before", last=1)
    assert said(made.messages) == ["4 messages before", "What is the capital of Peru?", "Lima", ASKED]
    assert (made.messages[0]["role"], made.dropped) == ("system", 2)


def test_nothing_is_summarized_where_all_is_shown() -> None:
    def never(older: list[dict]) -> str:
        raise AssertionError(older)

    assert len(summary(HISTORY, ASKED, never, last=3).messages) == 7


def test_retrieval_finds_the_turn_that_shares_words_however_old() -> None:
    history = [*HISTORY, *(message for _ in range(50) for message in turn("What is 9 - 4?", "5"))]
    made = retrieval(history, "the cat called", most=1)
    assert said(made.messages) == ["My cat is called Pelu.", "Noted.", "the cat called"]
    assert made.dropped == 52


def test_of_two_equal_turns_the_newer_is_retrieved() -> None:
    made = retrieval([*turn("My cat is called Pelu."), *HISTORY[2:], *turn("My cat is called Mirko.")], "cat", most=1)
    assert said(made.messages)[0] == "My cat is called Mirko."


@pytest.mark.parametrize("question", ["zebra", "", "?!"])
def test_where_nothing_is_shared_nothing_is_shown(question: str) -> None:
    made = retrieval(HISTORY, question)
    assert (len(made.messages), made.dropped) == (1, 3)


@pytest.mark.parametrize("recall", [full, window, retrieval, lambda history, question: summary(history, question, str)])
def test_the_system_turn_stays_and_an_empty_history_is_no_trouble(recall: Callable) -> None:
    system = {"role": "system", "content": "Be brief."}
    assert recall([system], "Hello?").messages == [system, {"role": "user", "content": "Hello?"}]


@pytest.mark.parametrize(("recall", "name"), [(window, "last"), (retrieval, "most")])
def test_fewer_turns_than_none_are_refused(recall: Callable, name: str) -> None:
    with pytest.raises(ValueError, match=f"{name}=-1: it is a number of turns"):
        recall(HISTORY, ASKED, **{name: -1})
