"""Agents: a model that acts in a loop, by function calls or in text (ReAct). Each loop ends, and says why."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helpers.methods.tools import Tool, run_call

if TYPE_CHECKING:
    from helpers.models import Model, Reply

__all__ = ["REACT", "Episode", "Step", "call_functions", "react"]

REACT = "Answer the question with thoughts and actions. Actions: {actions}, Finish[answer]."
ANSWERED, REPEATED, LIMIT, NO_ACTION = "answered", "the same call twice", "step limit", "no action"
_ACTION = re.compile(r"Action: *([\w-]+)\[(.*?)\]", re.DOTALL)

Guard = Callable[[str], str]  # what the model may see of an observation


@dataclass(frozen=True)
class Step:
    """A call, and `text`, what the model saw of its result. `failure` as an `Observation` has it."""

    call: dict
    text: str
    failure: str = ""


@dataclass
class Episode:
    """One question worked on: the answer ("" if there is none), why it ended, its steps, its messages, and the tokens of all replies.

    `end` is "answered", "the same call twice", "step limit", "no action" (a ReAct reply without one), or "no reply: " and why.
    `tokens` counts what was read and written, and each step reads the whole conversation again.
    """

    messages: list[dict]
    answer: str = ""
    end: str = ""
    steps: list[Step] = field(default_factory=list)
    tokens: int = 0


def call_functions(
    model: Model,
    questions: Sequence[str],
    tools: Sequence[Tool],
    *,
    most: int = 6,
    guard: Guard | None = None,
    system: str = "",
    max_tokens: int = 60,
) -> list[Episode]:
    """Ask with tools; run each call and give its result back, until the model answers in words. One episode a question.

    Stops after `most` replies, and where a call comes a second time with the same arguments. `guard` changes what the model sees of a
    result. The model must know tools: its chat template, or its server, takes `tools`.
    """
    opening = [{"role": "system", "content": system}] if system else []
    episodes = [Episode([*opening, {"role": "user", "content": question}]) for question in questions]

    def take(episode: Episode, reply: Reply) -> None:
        if not reply.tool_calls:
            episode.answer, episode.end = reply.text.strip(), ANSWERED
            return
        episode.messages.append({"role": "assistant", "content": reply.text, "tool_calls": reply.tool_calls})
        for call in reply.tool_calls:
            _act(episode, tools, call, guard)
            episode.messages.append({"role": "tool", "content": episode.steps[-1].text})

    return _loop(model, episodes, take, most, max_tokens=max_tokens, tools=[tool.schema for tool in tools])


def react(
    model: Model,
    questions: Sequence[str],
    tools: Sequence[Tool],
    *,
    most: int = 6,
    guard: Guard | None = None,
    rules: str = "",
    max_tokens: int = 60,
) -> list[Episode]:
    """Thought, action, observation, as text on one growing page, until `Finish[answer]` (Yao et al. 2022, arXiv:2210.03629).

    Each tool takes one text, its first parameter. Stops as `call_functions` does, and where a reply holds no action. Rules default to
    REACT with the tools' names; an example may stand behind them.
    """
    rules = rules or REACT.format(actions=", ".join(f"{tool.name}[{_first(tool)}]" for tool in tools))
    episodes = [Episode([{"role": "user", "content": f"{rules}\n\nQuestion: {question}"}]) for question in questions]
    parameters = {tool.name: _first(tool) for tool in tools}

    def take(episode: Episode, reply: Reply) -> None:
        action = _ACTION.search(reply.text)
        page = episode.messages[0]["content"] + "\n" + (reply.text[: action.end()] if action else reply.text)
        episode.messages = [{"role": "user", "content": page}]
        if not action:
            episode.end = NO_ACTION
        elif action[1].lower() == "finish":
            episode.answer, episode.end = action[2].strip(), ANSWERED
        else:
            _act(episode, tools, {"name": action[1], "arguments": {parameters.get(action[1], "input"): action[2]}}, guard)
            episode.messages = [{"role": "user", "content": f"{page}\nObservation: {episode.steps[-1].text}"}]

    return _loop(model, episodes, take, most, max_tokens=max_tokens)


def _loop(model: Model, episodes: list[Episode], take: Callable[[Episode, Reply], None], most: int, **settings: object) -> list[Episode]:
    """Ask all open episodes at once, again and again, until each has ended."""
    if most < 1:
        raise ValueError(f"most={most}: an agent needs at least 1 step")
    for _ in range(most):
        going = [episode for episode in episodes if not episode.end]
        replies = model.ask_many([episode.messages for episode in going], **settings) if going else []
        for episode, reply in zip(going, replies, strict=True):
            episode.tokens += reply.tokens_in + reply.tokens_out
            if reply.error:
                episode.end = f"no reply: {reply.error}"
            else:
                take(episode, reply)
    for episode in episodes:
        episode.end = episode.end or LIMIT
    return episodes


def _act(episode: Episode, tools: Sequence[Tool], call: dict, guard: Guard | None) -> None:
    """Run a call and note it; a call that came before ends the episode."""
    key = json.dumps(call, sort_keys=True, default=str)
    if any(json.dumps(step.call, sort_keys=True, default=str) == key for step in episode.steps):
        episode.end = REPEATED
    observation = run_call(tools, call) if not episode.end else None
    text = observation.text if observation else "not run: the same call came before"
    view = guard(text) if guard and observation and not observation.failure else text
    episode.steps.append(Step(dict(call), view, observation.failure if observation else ""))


def _first(tool: Tool) -> str:
    """The name of a tool's first parameter. ValueError: it has none."""
    names = list(tool.parameters.get("properties", {}))
    if not names:
        raise ValueError(f"tool {tool.name!r} has no parameter, and a ReAct action gives a text: add one, or use call_functions")
    return names[0]
