"""The corpus: every family with its share, and an endless seeded stream of conversations."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pocket_maker.corpus import families as rooms
from pocket_maker.corpus.chat import render
from pocket_maker.corpus.world import World, words

__all__ = ["Row", "families", "final_mix", "sample", "stream", "as_text", "writer_seed"]

Family = Callable[..., list[dict]]
Focus = tuple[tuple[str, float], ...]


class Row(NamedTuple):
    """One conversation and the family that wrote it; `messages` may open with a tools entry."""

    family: str
    messages: list[dict]


@functools.cache
def families() -> dict[Family, float]:
    """Every family function with its weight, in the order of the modules' names."""
    found: dict[Family, float] = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(rooms.__path__)):
        found.update(getattr(importlib.import_module(f"{rooms.__name__}.{name}"), "FAMILIES", {}))
    return found


@functools.cache
def _bounds(focus: Focus) -> tuple[tuple[Family, ...], tuple[float, ...]]:
    times = dict(focus)
    if unknown := set(times) - {family.__name__ for family in families()}:
        raise ValueError(f"no such family to focus on: {', '.join(sorted(unknown))}; `ladder pocket stats` lists them")
    weights = {family: weight * times.get(family.__name__, 1.0) for family, weight in families().items()}
    total, edge, edges = sum(weights.values()), 0.0, []
    for weight in weights.values():
        edge += weight / total
        edges.append(edge)
    return tuple(weights), tuple(edges)


def sample(w: World, focus: Focus = ()) -> Row:
    """One conversation, its family drawn by weight; `focus` multiplies weights: (("sentiment", 2.0), ...).

    >>> sample(World(seed=0)).messages[-1]["role"]
    'assistant'
    """
    functions, edges = _bounds(focus)
    draw = w.rng.random()
    family = next((f for f, edge in zip(functions, edges) if draw < edge), functions[-1])
    return Row(family.__name__, family(w))


def stream(seed: int, split: str = "train", focus: Focus = ()) -> Iterator[Row]:
    """Conversations without end; the same seed gives the same ones."""
    w = World(seed, split)
    while True:
        yield sample(w, focus)


def final_mix() -> Focus:
    """How many times its normal weight each family had in the training that made the shipped weights (words/mix.txt)."""
    return tuple((family, float(times)) for family, times in (line.split("\t") for line in words("mix")))


def writer_seed(seed: int, writer: int, start: int = 0) -> int:
    """The seed of the stream that a training's writer, counted from 0, writes from token number `start` on."""
    return seed * 1_000_003 + start + 7919 * (writer + 1)


def as_text(row: Row) -> str:
    """The conversation as the model reads it, special tokens included."""
    messages, tools = row.messages, None
    if messages[0]["role"] == "tools":
        tools, messages = messages[0]["content"], messages[1:]
    return render(messages, tools)
