"""Search over steps: it finds the way, keeps to its beam and budget, and says how it ended."""

from __future__ import annotations

import pytest

from helpers.methods import breadth_first, depth_first

SEARCHES = [breadth_first, depth_first]
TREE = {"s": "abc", "a": "de", "b": "f", "c": "g", "e": "h", "f": "h"}


def moves(state: str) -> dict[str, str]:
    return {f"to {child}": child for child in TREE.get(state, "")}


def goal(state: str) -> bool:
    return state == "h"


@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_returns_the_steps_to_the_goal(search):
    assert search("s", moves, goal).steps == ("to a", "to e", "to h")


@pytest.mark.parametrize("search", SEARCHES)
def test_a_start_without_a_legal_move_ends_and_says_so(search):
    end = search("g", moves, goal)
    assert (end.solved, end.steps, end.nodes, end.end) == (False, (), 1, "no move is left")


@pytest.mark.parametrize("search", SEARCHES)
def test_a_start_that_is_the_goal_needs_no_step(search):
    end = search("h", moves, goal)
    assert (end.solved, end.steps, end.nodes) == (True, (), 1)


@pytest.mark.parametrize("falsy", [0, "", ()])
def test_a_goal_that_python_takes_for_false_is_a_goal(falsy):
    assert breadth_first("start", lambda state: {"go": falsy} if state == "start" else {}, lambda state: state == falsy).solved


@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_stops_at_its_budget(search):
    end = search(0, lambda n: {"+ 1": n + 1}, lambda n: False, budget=50)
    assert (end.nodes, end.end) == (50, "the budget of 50 nodes is spent")


@pytest.mark.parametrize("search", SEARCHES)
def test_a_way_that_leads_back_is_not_walked_again(search):
    end = search("left", lambda state: {"over": "right" if state == "left" else "left"}, lambda state: False)
    assert (end.nodes, end.end) == (2, "no move is left")


def test_depth_first_backtracks_and_looks_at_a_dead_end_once():
    assert depth_first("s", moves, goal).nodes == 5  # s, a, d (dead end), e, h


@pytest.mark.parametrize(("beam", "solved"), [(1, False), (2, True), (None, True)])
def test_a_beam_drops_what_is_ranked_last(beam, solved):
    worst_first = lambda states: ["cgaebdfhs".index(state) * -1 for state in states]  # noqa: E731
    assert breadth_first("s", moves, goal, rank=worst_first, beam=beam).solved is solved


def test_a_rank_puts_the_best_state_first_for_depth_first():
    end = depth_first("s", moves, goal, rank=lambda states: [float(state in "bfh") for state in states])
    assert end.steps == ("to b", "to f", "to h")


def test_states_of_equal_rank_stay_in_the_order_of_the_moves():
    assert depth_first("s", moves, goal, rank=lambda states: [0.0] * len(states)).steps == ("to a", "to e", "to h")


@pytest.mark.parametrize("options", [{"beam": 0}, {"budget": 0}])
def test_a_beam_or_a_budget_below_one_is_refused(options):
    name = next(iter(options))
    with pytest.raises(ValueError, match=f"{name}=0: a search needs {name}=1 or more"):
        breadth_first("s", moves, goal, **options)
