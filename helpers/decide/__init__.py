"""Decide: which rung of the ladder, by a rule whose every step can be read, and whose errors are measured.

>>> rungs = climb(rungs_for(load_task("abstracts"), load("pocket")))  # doctest: +SKIP
>>> decide(rungs, good_enough=0.7, budget=Budget(private=True))  # doctest: +SKIP
"""

from __future__ import annotations

from helpers.decide.asking import wording
from helpers.decide.figure import draw
from helpers.decide.ladders import Ladder, climb, rungs_for
from helpers.decide.rungs import Budget, Prices, Rung, rung
from helpers.decide.simulation import made_up, simulate
from helpers.decide.verdict import Verdict, decide

__all__ = [
    "rungs_for",
    "Ladder",
    "climb",
    "rung",
    "Rung",
    "Budget",
    "Prices",
    "decide",
    "Verdict",
    "simulate",
    "made_up",
    "draw",
    "wording",
]
