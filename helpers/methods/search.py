"""Search over steps: go from state to state until one is the goal, breadth first with a beam or depth first with backtracking.

Yao et al. 2023, "Tree of Thoughts", arXiv:2305.10601: a state is what was worked out so far, and a model may propose the steps, rank the
states, or both. Here both are functions, so it does not matter who answers them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Search", "breadth_first", "depth_first"]

State = Hashable
Moves = Callable[[State], Mapping[str, State]]  # each legal step as text, and the state that it leads to
Goal = Callable[[State], bool]
Rank = Callable[[Sequence[State]], Sequence[float]]  # a number a state, the most promising highest


@dataclass(frozen=True)
class Search:
    """How a search ended: `steps` from the start to the goal (empty if it was not reached), `nodes`, the states it looked at, and `end`.

    `end` is "solved", "no move is left", or says that the budget is spent.
    """

    steps: tuple[str, ...]
    nodes: int
    end: str

    @property
    def solved(self) -> bool:
        return self.end == "solved"


def breadth_first(
    start: State, moves: Moves, goal: Goal, *, rank: Rank | None = None, beam: int | None = None, budget: int = 10_000
) -> Search:
    """Look at every state one step away, then at every state two steps away, and so on.

    With a `beam` only so many states of each level go on: those that `rank` puts first, else those that came first. A state that was seen
    is not looked at again. ValueError: a beam or a budget below 1.

    >>> breadth_first(1, lambda n: {"+ 1": n + 1, "double": 2 * n}, lambda n: n == 6).steps
    ('+ 1', '+ 1', 'double')
    """
    _at_least_one(beam=beam, budget=budget)
    level = {start: ()}
    seen = {start}
    while level:
        for state, steps in level.items():
            if goal(state):
                return Search(steps, len(seen), "solved")
        children: dict[State, tuple[str, ...]] = {}
        for state in _best(list(level), rank, beam):
            for step, child in moves(state).items():
                if child in seen:
                    continue
                if len(seen) == budget:
                    return _spent(budget)
                seen.add(child)
                children[child] = (*level[state], step)
        level = children
    return Search((), len(seen), "no move is left")


def depth_first(start: State, moves: Moves, goal: Goal, *, rank: Rank | None = None, budget: int = 10_000) -> Search:
    """Follow one line of steps to its end; where it fails, go back to the last state with a step not yet tried (backtracking).

    Steps are tried in the order in which `moves` names them, or as `rank` puts their states. ValueError: a budget below 1.

    >>> depth_first(1, lambda n: {"+ 1": n + 1, "double": 2 * n} if n < 6 else {}, lambda n: n == 6).steps
    ('+ 1', '+ 1', '+ 1', '+ 1', '+ 1')
    """
    _at_least_one(budget=budget)
    open_states = [(start, ())]
    seen: set[State] = set()
    while open_states:
        state, steps = open_states.pop()
        if state in seen:
            continue
        if len(seen) == budget:
            return _spent(budget)
        seen.add(state)
        if goal(state):
            return Search(steps, len(seen), "solved")
        children = {child: (*steps, step) for step, child in reversed(moves(state).items())}
        open_states += [(child, children[child]) for child in reversed(_best(list(reversed(children)), rank, None))]
    return Search((), len(seen), "no move is left")


def _best(states: list[State], rank: Rank | None, beam: int | None) -> list[State]:
    """The states, the most promising first, at most `beam`; nothing is ranked where all of them go on in any order."""
    if rank is not None and len(states) > 1:
        values = dict(zip(states, rank(states), strict=True))
        states = sorted(states, key=lambda state: -values[state])
    return states[:beam]


def _spent(budget: int) -> Search:
    return Search((), budget, f"the budget of {budget} nodes is spent")


def _at_least_one(**numbers: int | None) -> None:
    for name, value in numbers.items():
        if value is not None and value < 1:
            raise ValueError(f"{name}={value}: a search needs {name}=1 or more" + (", or None for no limit" if name == "beam" else ""))
