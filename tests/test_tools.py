"""Tools: whatever a model writes and whatever a tool does, a call ends in a text."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from helpers.methods.tools import Observation, Tool, run_call

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
FREE = {"type": "object", "properties": {}}


def weather(city: str) -> dict:
    return {"city": city, "high_c": 6}


def tool(function: Callable, parameters: dict = FREE) -> Tool:
    return Tool("probe", "Does something.", parameters, function)


def outcome(function: Callable, **options: float) -> Observation:
    return run_call([tool(function)], {"name": "probe", "arguments": {}}, **options)


@pytest.mark.parametrize("arguments", [{"city": "Lima"}, '{"city": "Lima"}'])
def test_a_call_returns_json_whether_its_arguments_are_an_object_or_text(arguments: dict | str) -> None:
    tools = [Tool("get_weather", "The weather.", CITY, weather)]
    expected = Observation('{"city": "Lima", "high_c": 6}')
    assert run_call(tools, {"name": "get_weather", "arguments": arguments}) == expected
    assert run_call(tools, {"id": "call_0", "type": "function", "function": {"name": "get_weather", "arguments": arguments}}) == expected


def test_the_schema_is_in_openais_format() -> None:
    made = Tool("get_weather", "The weather.", CITY, weather).schema
    assert made == {"type": "function", "function": {"name": "get_weather", "description": "The weather.", "parameters": CITY}}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({}, "'city' is a required property"),
        ({"city": 5}, "city: 5 is not of type 'string'"),
        ({"city": "Lima", "unit": "F"}, "'unit' was unexpected"),
        ("city=Lima", "is not JSON"),
        ('["Lima"]', "is no JSON object"),
        ({"_invalid": "{broken"}, "is not JSON"),
        ("[" * 5000, "is not JSON"),
        ('{"city": "' + "x" * 20_000 + '"}', "the most is 10,000"),
    ],
)
def test_arguments_that_do_not_fit_are_told_and_the_function_is_not_called(arguments: object, why: str) -> None:
    called = []
    made = run_call(
        [Tool("get_weather", "The weather.", CITY, lambda city: called.append(city))], {"name": "get_weather", "arguments": arguments}
    )
    assert made.failure == "arguments"
    assert why in made.text
    assert not called


def test_a_tool_that_does_not_exist_is_named_beside_those_that_do() -> None:
    made = run_call([Tool("get_weather", "The weather.", CITY, weather)], {"name": "teleport", "arguments": {"to": "Mars"}})
    assert made == Observation("Error: there is no tool 'teleport'; the tools are get_weather.", "no such tool")


def test_nothing_is_evaluated() -> None:
    made = run_call(
        [Tool("echo", "Says it.", CITY, lambda city: city)], {"name": "echo", "arguments": {"city": "__import__('os').getpid()"}}
    )
    assert made.text == "__import__('os').getpid()"


def test_a_tool_that_hangs_is_left_after_its_time() -> None:
    start = time.monotonic()
    made = outcome(lambda: time.sleep(20), seconds=0.1)
    assert made == Observation("Error: probe gave no result within 0.1 s.", "time")
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("error", [KeyError("Atlantis"), SystemExit(3), RecursionError("deep")])
def test_a_tool_that_raises_is_a_text_for_the_model(error: BaseException) -> None:
    def raises() -> None:
        raise error

    made = outcome(raises)
    assert made.failure == "raised"
    assert type(error).__name__ in made.text


def test_a_megabyte_is_cut_and_the_cut_is_said() -> None:
    made = outcome(lambda: "x" * 1_000_000)
    assert made.text.endswith("[cut: the first 2,000 of 1,000,000 characters]")
    assert len(made.text) < 2100


def test_an_error_of_a_megabyte_is_cut_too() -> None:
    def raises() -> None:
        raise ValueError("y" * 1_000_000)

    assert len(outcome(raises).text) < 400


@pytest.mark.parametrize("value", [b"PNG", {1, 2}, object()])
def test_what_is_neither_text_nor_json_is_said(value: object) -> None:
    made = outcome(lambda: value)
    assert made.failure == "result"
    assert f"returned {type(value).__name__}, which is neither text nor JSON" in made.text


def test_none_and_numbers_are_json() -> None:
    assert (outcome(lambda: None).text, outcome(lambda: 72).text) == ("null", "72")


def test_a_schema_that_goes_in_a_circle_ends() -> None:
    circle = {"type": "object", "properties": {"city": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"$ref": "#/$defs/a"}}}
    made = run_call([tool(weather, circle)], {"name": "probe", "arguments": {"city": "Lima"}})
    assert (made.failure, "refers to itself without end" in made.text) == ("arguments", True)


def test_a_schema_may_refer_to_itself_where_the_data_end() -> None:
    tree = {"type": "object", "properties": {"child": {"$ref": "#"}}, "additionalProperties": False}
    tools = [tool(lambda child=None: json.dumps(child), tree)]
    assert run_call(tools, {"name": "probe", "arguments": {"child": {"child": {}}}}).text == '{"child": {}}'
    assert run_call(tools, {"name": "probe", "arguments": {"child": {"kid": {}}}}).failure == "arguments"


def test_a_reference_that_leads_nowhere_is_said() -> None:
    made = run_call(
        [tool(weather, {"type": "object", "properties": {"city": {"$ref": "#/$defs/b"}}})], {"name": "probe", "arguments": {"city": "x"}}
    )
    assert (made.failure, "cannot be used" in made.text) == ("arguments", True)


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ({"properties": {}}, "type 'object'"),
        ({"type": "objekt"}, "type 'object'"),
        ([], "type 'object'"),
        ({"type": "object", "properties": {"city": {}}}, "without a type: city"),
        ({"type": "object", "properties": {"city": {"type": "text"}}}, "no JSON Schema"),
        ({"type": "object", "properties": {"city": {"$ref": "https://example.org/city.json"}}}, "nothing is loaded"),
    ],
)
def test_a_schema_that_says_too_little_is_refused_with_an_example(parameters: object, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        tool(weather, parameters)


@pytest.mark.parametrize("name", ["", "get weather", "x" * 65])
def test_a_name_that_servers_refuse_is_refused_here(name: str) -> None:
    with pytest.raises(ValueError, match="1 to 64 letters"):
        Tool(name, "The weather.", CITY, weather)
