"""Lesson 11: the stub waits, the solution passes, a plausible wrong answer is told why."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.exercises import check

COSTS = pd.DataFrame({"false alarms": [0, 1, 2, 15], "misses": [17, 10, 7, 6]}, [0.0, 0.3, 0.4, 0.6])


def by_route(asker, question, route):
    text = " ".join(question.lower().split())
    return (route, text) if route == "handbook" else (route, text, asker)


@pytest.mark.parametrize(("name", "answer"), [("11.warmup", (...,)), ("11.core", (..., COSTS)), ("11.stretch", (...,))])
def test_a_stub_waits(name, answer):
    assert check(name, *answer).state == "waiting"


@pytest.mark.parametrize("view", [
    "SELECT * FROM {file}.trips WHERE person IN {permitted}",
    "select person, cost from {file}.trips where person in (select id from {permitted})",
    "SELECT t.* FROM {file}.trips t JOIN {permitted} p ON p.id = t.person",
])  # fmt: skip
def test_warmup_takes_any_view_of_the_permitted_rows(view):
    assert check("11.warmup", view).state == "passed"


@pytest.mark.parametrize(("view", "why"), [
    ("SELECT * FROM {file}.trips", "lets through rows of others"),
    ("SELECT * FROM {file}.trips WHERE person = :asker", "a view holds no :asker"),
    ("SELECT * FROM trips WHERE person IN {permitted}", "{file}.name"),
    ("SELECT * FROM {file}.trips WHERE person = 'E3'", "one id written into the view"),
    ("SELECT * FROM {file}.trips WHERE person = (SELECT min(id) FROM {permitted})", "one id written into the view"),
    ("SELECT * FROM {file}.trips WHERE person NOT IN {permitted}", "lets through rows of others"),
    ("SELECT * FROM {file}.trips WHERE 0", "not even their own"),
    ("SELECT person FROM {file}.trips WHERE person IN {permitted}", "keeps the column cost"),
    (None, "a view is a stored query"), ("DELETE FROM trips", "a view is a stored query"),
])  # fmt: skip
def test_warmup_tells_who_would_read_what(view, why):
    verdict = check("11.warmup", view)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_core_takes_every_cut_that_none_undercuts():
    assert check("11.core", 0.3, COSTS).state == "passed"
    without = check("11.core", 0.0, COSTS.assign(misses=[15, 10, 7, 6]))
    assert without.state == "passed"
    assert "better without the distance" in without.text


@pytest.mark.parametrize(("cut", "why"), [
    (0.4, "it costs 5, a miss 1"), (0.0, "add up both columns"), (0.6, "add up both columns"), (0.35, "a row that was measured"),
    ("low", "a row that was measured"), (COSTS, "a row that was measured"), (False, "a row that was measured"),
])  # fmt: skip
def test_core_tells_which_price_was_forgotten(cut, why):
    verdict = check("11.core", cut, COSTS)
    assert verdict.state == "missed"
    assert why in verdict.text
    assert "0.3" not in verdict.text.replace("0.35", "").split("one of the cuts")[0]


@pytest.mark.parametrize("key", [by_route, lambda a, q, r: (r == "handbook" or a, r, q.lower().replace(" ", ""))])
def test_stretch_takes_any_key_that_shares_what_may_be_shared(key):
    assert check("11.stretch", key).state == "passed"


@pytest.mark.parametrize(("key", "why"), [
    (lambda a, q, r: q.lower(), "another answer for each asker"), (lambda a, q, r: (a, " ".join(q.lower().split())), "every miss costs"),
    (lambda a, q, r: (r, q, "" if r == "handbook" else a), "the question is the same"),
    (lambda a, q, r: (r, r == "handbook" or a), "the words of the question"),
    (lambda a, q, r: (q.lower(), a if r == "leave" else ""), "another answer for each asker"), ("key", "made anew for each request"),
    (lambda a, q: q, "could not use this answer"),
    (lambda a, q, r: r if r == "handbook" else by_route(a, q, r), "on the route 'handbook'"),
    (lambda a, q, r: (r, frozenset(q.lower().split()), r == "handbook" or a), "on the route 'people'"),
    (lambda a, q, r: (r, len(" ".join(q.lower().split())), r == "handbook" or a), "share a key"),
    (lambda a, q, r: (r, q.strip(), "") if r == "handbook" else by_route(a, q, r), "another key for the handbook"),
    (lambda a, q, r: [*by_route(a, q, r)], "takes no lists as keys"),
])  # fmt: skip
def test_stretch_tells_who_would_get_whose_answer(key, why):
    verdict = check("11.stretch", key)
    assert verdict.state == "missed"
    assert why in verdict.text
