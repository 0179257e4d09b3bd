"""Methods: what turns an example into messages, and a reply into an answer."""

from __future__ import annotations

from helpers.methods.agents import REACT, Episode, call_functions, react
from helpers.methods.baselines import classical, majority, random_label
from helpers.methods.calculator import calculate
from helpers.methods.coded import Pattern, by_code
from helpers.methods.judges import JUDGES, judge, verdicts
from helpers.methods.memory import Recall, full, retrieval, summary, window
from helpers.methods.method import Answer, Method, prompt
from helpers.methods.rag import OUTCOMES, Gold, Rag, outcomes, show
from helpers.methods.sampling import at_temperature, top_p
from helpers.methods.search import Search, breadth_first, depth_first
from helpers.methods.shots import few_shot, nearest
from helpers.methods.steps import false_steps, last_number
from helpers.methods.tools import Observation, Tool, run_call
from helpers.methods.votes import critique, most_common, vote

__all__ = [
    "JUDGES", "OUTCOMES", "REACT", "Answer", "Episode", "Gold", "Method", "Observation", "Pattern", "Rag", "Recall", "Search", "Tool",
    "at_temperature", "breadth_first", "by_code", "calculate", "call_functions", "classical", "critique", "depth_first", "false_steps",
    "few_shot", "full", "judge", "last_number", "majority", "most_common", "nearest", "outcomes", "prompt", "random_label", "react",
    "retrieval", "run_call", "show", "summary", "top_p", "verdicts", "vote", "window",
]  # fmt: skip
