"""Agents in text: thought, action, observation (ReAct), and plans of two or three steps.

The format is that of Yao et al., "ReAct: Synergizing Reasoning and Acting in Language Models", 2022.
"""

from __future__ import annotations

from dataclasses import dataclass

from pocket_maker.corpus.dress import ask, reply
from pocket_maker.corpus.world import World, phrasings

__all__ = ["FAMILIES", "Task", "task_of"]

FACTS = (  # what may be asked, low, high, and how a page states it
    ("air quality index", 10, 190, "The air quality index in {x} is {v}."), ("population", 1200, 99000, "{x} has a population of {v}."),
    ("elevation in meters", 10, 4000, "{x} lies at {v} meters."), ("temperature", 2, 38, "The temperature in {x} is {v} degrees today."),
    ("founding year", 1100, 2010, "{x} was founded in {v}."), ("number of bridges", 2, 90, "There are {v} bridges in {x}."),
    ("number of schools", 2, 150, "{x} has {v} schools."), ("area in square kilometers", 5, 900, "{x} covers {v} square kilometers."),
    ("number of museums", 2, 60, "In {x} you find {v} museums."), ("price of a bus ticket in cents", 80, 600, "A bus ticket in {x} costs {v} cents."),
    ("number of hospitals", 2, 40, "{x} has {v} hospitals."), ("yearly rainfall in millimeters", 90, 2500, "About {v} millimeters of rain fall on {x} in a year."),
    ("number of parks", 2, 80, "{v} parks belong to {x}."), ("height of the tower in meters", 20, 400, "The tower of {x} is {v} meters high."),
    ("length of the river in kilometers", 20, 900, "The river at {x} is {v} kilometers long."), ("number of hotels", 3, 300, "Visitors choose among {v} hotels in {x}."),
    ("ozone level", 5, 160, "The ozone level in {x} is {v}."), ("humidity in percent", 10, 99, "The humidity in {x} is {v} percent."),
    ("number of islands", 2, 70, "{x} is made of {v} islands."), ("number of employees", 10, 9000, "{x} has {v} employees."),
    ("age of the mayor", 30, 80, "The mayor of {x} is {v} years old."), ("number of students", 100, 30000, "{x} has {v} students."),
    ("speed limit", 20, 130, "The speed limit in {x} is {v}."), ("number of trams", 4, 200, "{x} runs {v} trams."), ("dust level", 3, 150, "The dust level in {x} is {v}."),
)
FILLER = phrasings("agents", "filler")
RULES = phrasings("agents", "rules")
ONE = phrasings("agents", "one")
GAP = phrasings("agents", "gap")
SUM = phrasings("agents", "sum")
PLUS = phrasings("agents", "plus")
TIMES = phrasings("agents", "times")
MORE = phrasings("agents", "more")
SHAPES = {"one": ONE, "gap": GAP, "sum": SUM, "plus": PLUS, "times": TIMES, "more": MORE}
KINDS = tuple(SHAPES)


@dataclass(frozen=True)
class Task:
    """A question, its turns (thought, action, observation) and its plan."""

    question: str
    turns: tuple[tuple[str, str, str], ...]
    plan: tuple[str, ...]


def _thing(w: World) -> str:
    """A place or a made-up name."""
    return w.entity("cities") if w.chance(0.5) else w.camel() if w.chance(0.4) else w.nonce().capitalize()


def _look(w: World, fact: tuple, x: str, v: int) -> tuple[str, str, str]:
    """A search turn for one fact."""
    seen = " ".join(filter(None, w.rng.sample([w.pick(FILLER), fact[3].format(x=x, v=v)], 2)))
    return f"I need the {fact[0]} of {x}.", f"search[{fact[0]} of {x}]", seen


def task_of(w: World, kind: str) -> Task:
    """A question of a kind ("one", "gap", "sum", "plus", "times", "more") with its whole trajectory."""
    fact = w.entity(FACTS)
    x, y = _thing(w), _thing(w)
    a, b = w.number(fact[1], fact[2]), w.number(fact[1], fact[2])
    b += a == b
    a, b = (max(a, b), min(a, b)) if kind == "gap" else (a, b)
    n = w.number(2, 12) if kind == "times" else w.number(5, 200)
    question = w.say(SHAPES[kind], f=fact[0], x=x, y=y, n=n)
    turns, plan = [_look(w, fact, x, a)], [f"Search for the {fact[0]} of {x}."]
    if kind in ("gap", "sum", "more"):
        turns.append(_look(w, fact, y, b))
        plan.append(f"Search for the {fact[0]} of {y}.")
    answer = str(a)
    if kind == "more":
        answer = x if a > b else y
        plan.append("Compare the two numbers.")
    elif kind != "one":
        e, v, last = {"gap": (f"{a} - {b}", a - b, "Subtract the second number from the first."), "sum": (f"{a} + {b}", a + b, "Add the two numbers."),
                      "plus": (f"{a} + {n}", a + n, f"Add {n} to it."), "times": (f"{a} * {n}", a * n, f"Multiply it by {n}.")}[kind]
        turns.append((f"Now I compute {e}.", f"calculator[{e}]", str(v)))
        plan.append(last)
        answer = str(v)
    reason = f"{max(a, b)} is more than {min(a, b)}, so the answer is {answer}." if kind == "more" else f"The answer is {answer}."
    return Task(question, (*turns, (reason, f"Finish[{answer}]", "")), tuple(plan if len(plan) > 1 else [*plan, "Give the number found."]))


def react(w: World, *, kind: str | None = None, turns: bool | None = None) -> list[dict]:
    """A question and a trajectory so far; the assistant writes the next thought and action.

    "... Question: What is the ozone level of Velton?" -> "Thought: I need the ozone level of Velton.\\nAction: search[ozone level of Velton]"
    """
    task = task_of(w, kind or w.pick(KINDS))
    said = [f"Thought: {thought}\nAction: {action}" for thought, action, _ in task.turns]
    seen = [f"Observation: {observation}" for _, _, observation in task.turns]
    head = f"{w.say(RULES)}{w.pick((chr(10), chr(10) * 2))}Question: {task.question}"
    if w.chance(0.3) if turns is None else turns:
        opening = ask(w, head, noise=0)
        rest = [m for i, s in enumerate(said) for m in (reply(s), {"role": "user", "content": seen[i]})]
        return [*opening, *rest[:-1]]
    at = w.number(0, len(said) - 1)
    before = "".join(f"\n{s}\n{o}" for s, o in zip(said[:at], seen))
    return [*ask(w, head + before, noise=0), reply(said[at])]


PLAN_ASK = phrasings("agents", "plan_ask")


def plan(w: World, *, kind: str | None = None) -> list[dict]:
    """The two or three steps that a question needs.

    "Make a short plan. What is 3 times the ozone level of Velton?" -> "1. Search for the ozone level of Velton.\\n2. Multiply it by 3."
    """
    task = task_of(w, kind or w.pick(KINDS))
    steps = "\n".join(f"{i}. {step}" for i, step in enumerate(task.plan, 1))
    return [*ask(w, w.say(PLAN_ASK), task.question, label=w.pick(("Question", "Task"))), reply(steps)]


FAMILIES = {react: 1.0, plan: 0.4}
