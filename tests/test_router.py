"""Routers: by rules, by neighbors, by a model; and the table of what went where."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from test_retrieval_index import Words

from helpers.desk import by_model, by_neighbors, by_rules, confusion
from helpers.models import Reply

LABELED = [
    {"input": "where is my parcel", "route": "order"}, {"input": "where is my spade parcel", "route": "order"},
    {"input": "how many days of leave", "route": "leave"}, {"input": "days of leave left", "route": "leave"},
    {"input": "days of parcel storage", "route": "handbook"},
]  # fmt: skip


class Told:
    """A model that gives these replies, and remembers how it was asked."""

    def __init__(self, replies: list[Reply], parameters: int | None = 1) -> None:
        self.replies, self.parameters, self.asked, self.settings = replies, parameters, [], {}

    def ask_many(self, conversations: list[str], **settings: object) -> list[Reply]:
        self.asked, self.settings = conversations, settings
        return self.replies[: len(conversations)]


def reply(text: str, error: str | None = None) -> SimpleNamespace:
    return SimpleNamespace(text=text, error=error)


def test_the_first_rule_that_fits_decides_whatever_the_case() -> None:
    route = by_rules({"order": r"\blf-\d+", "leave": "days"}, "handbook")
    assert route(["Days of LF-12?", "three DAYS", "parking", "half-12"]) == ["order", "leave", "handbook", "handbook"]


def test_most_of_the_neighbors_decide_and_a_question_is_not_its_own_neighbor() -> None:
    route = by_neighbors(Words(), LABELED, k=1)
    assert route(["where is my parcel"]) == ["order"]
    alone = [*LABELED, {"input": "xylophone leave", "route": "order"}]
    assert by_neighbors(Words(), alone, k=1)(["xylophone leave"]) == ["leave"]


def test_labeled_questions_in_the_same_words_are_neighbors_of_each_other() -> None:
    same = [{"input": "where is my parcel", "route": "order"}] * 3 + LABELED[2:]
    assert by_neighbors(Words(), same, k=2)(["where is my parcel"]) == ["order"]


def test_one_nearer_neighbor_loses_against_two_of_three() -> None:
    labeled = [{"input": "red fox", "route": "a"}, {"input": "red hen", "route": "b"}, {"input": "red cat", "route": "b"}, *LABELED]
    assert by_neighbors(Words(), labeled, k=1)(["red fox runs"]) == ["a"]
    assert by_neighbors(Words(), labeled, k=3)(["red fox runs"]) == ["b"]


@pytest.mark.parametrize(("k", "n"), [(0, 5), (5, 5)])
def test_too_few_labeled_questions_are_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"k={k} neighbors need .* got {n}"):
        by_neighbors(Words(), LABELED[:n], k=k)


def test_a_model_with_weights_chooses_among_the_routes() -> None:
    model = Told([reply("leave"), reply("order")])
    assert by_model(model, "Route: {input}", ["leave", "order"], "handbook")(["a", "b"]) == ["leave", "order"]
    assert (model.asked, model.settings) == (["Route: a", "Route: b"], {"options": ["leave", "order"]})


def test_a_served_model_writes_and_the_first_route_that_it_names_counts() -> None:
    model = Told([reply("It is Order, not leave."), reply("banana"), reply("leave", error="500"), reply("borders")], parameters=None)
    assert by_model(model, "{input}", ["leave", "order"], "handbook")(list("abcd")) == ["order", "handbook", "handbook", "handbook"]
    assert "options" not in model.settings


def test_nothing_to_route_asks_nobody() -> None:
    model = Told([])
    assert (by_model(model, "{input}", ["a"], "a")([]), by_neighbors(Words(), LABELED)([]), model.settings) == ([], [], {})


def test_the_confusion_table_has_what_is_right_as_rows_and_every_route_as_a_column() -> None:
    table = confusion(["leave", "leave", "order"], ["leave", "people", "order"])
    assert list(table.index) == list(table.columns) == ["leave", "order", "people"]
    assert table.loc["leave"].to_list() == [1, 0, 1]
    assert int(table.to_numpy().sum()) == 3


def test_a_choice_too_few_is_no_row_left_out() -> None:
    with pytest.raises(ValueError, match="got 1 choices for 2 questions"):
        confusion(["a", "b"], ["a"])
