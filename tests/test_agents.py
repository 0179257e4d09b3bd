"""Agents: the two loops act, and each one ends and says why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from helpers.methods.agents import Episode, call_functions, react
from helpers.methods.calculator import calculate
from helpers.methods.tools import Tool
from helpers.models import Reply

TEXT = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
SUM = {"type": "object", "properties": {"expression": {"type": "string"}}, "required": ["expression"]}
AIR = {"Lima": "30", "Rome": "80"}
TOOLS = [
    Tool("search", "Looks a city up.", TEXT, lambda query: f"The index of {query} is {AIR[query]}."),
    Tool("calculator", "Works out a sum.", SUM, calculate),
]


class Scripted:
    """A model that says what a script says: a function of its conversation."""

    def __init__(self, script: Callable[[list[dict]], str | dict]) -> None:
        self.script = script
        self.settings: dict = {}
        self.rounds = 0

    def ask_many(self, conversations: Sequence[list[dict]], **settings: Any) -> list[Reply]:
        self.settings = settings
        self.rounds += 1
        return [self._reply(self.script(messages)) for messages in conversations]

    def _reply(self, said: str | dict) -> Reply:
        calls = (said,) if isinstance(said, dict) else ()
        return Reply("" if calls else said, 10, 5, 0.0, 0.0, tool_calls=calls)


def search(city: str) -> dict:
    return {"name": "search", "arguments": {"query": city}}


def functions(script: Callable, **options: Any) -> Episode:
    return call_functions(Scripted(script), ["How is the air in Lima?"], TOOLS, **options)[0]


def by_text(script: Callable, **options: Any) -> Episode:
    return react(Scripted(script), ["How is the air in Lima?"], TOOLS, **options)[0]


def last(messages: list[dict]) -> str:
    return messages[-1]["content"]


def test_a_function_is_called_and_its_result_answered() -> None:
    done = functions(lambda messages: search("Lima") if messages[-1]["role"] == "user" else f"So: {last(messages)}")
    assert (done.answer, done.end, done.tokens) == ("So: The index of Lima is 30.", "answered", 30)
    assert [message["role"] for message in done.messages] == ["user", "assistant", "tool"]


def test_the_model_is_given_the_schemas() -> None:
    model = Scripted(lambda messages: "30")
    call_functions(model, ["How is the air?"], TOOLS)
    assert model.settings["tools"] == [tool.schema for tool in TOOLS]


def test_react_searches_computes_and_finishes() -> None:
    def script(messages: list[dict]) -> str:
        page = last(messages)
        turn = page.count("Observation:")
        action = ("search[Rome]", "search[Lima]", "calculator[80 - 30]", "Finish[50]")[turn]
        return f"Thought: next.\nAction: {action}"

    done = by_text(script)
    assert (done.answer, done.end, len(done.steps)) == ("50", "answered", 3)
    assert done.steps[2].text == "50"
    assert "Observation: The index of Lima is 30." in last(done.messages)


def test_what_a_model_writes_after_its_action_is_not_taken_for_an_observation() -> None:
    done = by_text(
        lambda messages: "Action: search[Lima]\nObservation: It is 5." if "Observation" not in last(messages) else "Action: Finish[x]"
    )
    assert "It is 5." not in last(done.messages)


def test_the_same_call_twice_is_a_loop_and_ends_it() -> None:
    done = functions(lambda messages: search("Lima"))
    assert (done.answer, done.end, len(done.steps)) == ("", "the same call twice", 2)
    assert by_text(lambda messages: "Action: search[Lima]").end == "the same call twice"


def test_a_model_that_calls_what_does_not_exist_for_ever_ends_at_the_step_limit() -> None:
    numbers = iter(range(1000))
    done = functions(lambda messages: {"name": "teleport", "arguments": {"to": next(numbers)}}, most=4)
    assert (done.end, len(done.steps), {step.failure for step in done.steps}) == ("step limit", 4, {"no such tool"})
    done = by_text(lambda messages: f"Action: teleport[{next(numbers)}]", most=3)
    assert (done.end, len(done.steps)) == ("step limit", 3)
    assert "the tools are search, calculator" in done.steps[0].text


def test_a_reply_without_an_action_ends_it() -> None:
    assert by_text(lambda messages: "The air is fine.").end == "no action"


def test_a_reply_that_never_came_is_the_end_and_says_why() -> None:
    class Silent(Scripted):
        def _reply(self, said: str | dict) -> Reply:
            return Reply("", 0, 0, 0.0, 0.0, error="the server is down")

    assert call_functions(Silent(str), ["How?"], TOOLS)[0].end == "no reply: the server is down"


def test_questions_go_on_together_and_end_on_their_own() -> None:
    model = Scripted(lambda messages: "Action: Finish[now]" if "first" in last(messages) else f"Action: search[{len(last(messages))}]")
    first, second = react(model, ["first", "second"], TOOLS, most=3)
    assert (first.end, second.end, model.rounds) == ("answered", "step limit", 3)


def test_a_tool_that_raises_is_an_observation() -> None:
    done = by_text(lambda messages: "Action: search[Oslo]" if "Observation" not in last(messages) else "Action: Finish[unknown]")
    assert (done.steps[0].failure, done.answer) == ("raised", "unknown")


def test_a_guard_changes_what_the_model_sees_but_not_an_error() -> None:
    done = functions(lambda messages: search("Lima") if messages[-1]["role"] == "user" else last(messages), guard=lambda text: "removed")
    assert done.answer == "removed"
    done = functions(lambda messages: search("Oslo") if messages[-1]["role"] == "user" else last(messages), guard=lambda text: "removed")
    assert done.answer.startswith("Error: search failed")


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 step"):
        by_text(lambda messages: "", most=0)


def test_react_needs_tools_that_take_a_text() -> None:
    with pytest.raises(ValueError, match="has no parameter"):
        react(Scripted(str), ["How?"], [Tool("now", "The time.", {"type": "object", "properties": {}}, lambda: 5)])
