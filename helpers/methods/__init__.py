"""Methods: what turns an example into messages, and a reply into an answer."""

from __future__ import annotations

from helpers.methods.baselines import classical, majority, random_label
from helpers.methods.calculator import calculate
from helpers.methods.coded import Pattern, by_code
from helpers.methods.judges import JUDGES, judge, verdicts
from helpers.methods.method import Answer, Method, prompt
from helpers.methods.rag import OUTCOMES, Gold, Rag, outcomes, show
from helpers.methods.shots import few_shot, nearest

__all__ = [
    "JUDGES", "OUTCOMES", "Answer", "Gold", "Method", "Pattern",
    "Rag", "by_code", "calculate", "classical", "few_shot", "judge", "majority",
    "nearest", "outcomes", "prompt", "random_label", "show", "verdicts",
]  # fmt: skip
