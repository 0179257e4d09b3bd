"""Tools: what a model may call, and a way to run a call that always ends in a text for the model."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Observation", "Tool", "run_call"]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST = 10_000  # characters of arguments
_ERROR = 300  # characters of an exception's message that the model is shown


@dataclass(frozen=True)
class Tool:
    """A function that a model may call: its name, what it does in a sentence, the JSON Schema of its parameters, and the function itself.

    ValueError: a name that servers refuse, a schema that is none, one that is not of an object, or one that refers to another file.

    >>> Tool("double", "Doubles a number.", {"type": "object", "properties": {"n": {"type": "integer"}}}, lambda n: 2 * n).name
    'double'
    """

    name: str
    description: str
    parameters: Mapping
    function: Callable[..., object]

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"tool name {self.name!r}: use 1 to 64 letters, digits, _ and -, as in 'get_weather'")
        if not callable(self.function):
            raise ValueError(f"tool {self.name!r}: its function is {self.function!r}; give something that can be called")
        _check_schema(self.name, self.parameters)

    @property
    def schema(self) -> dict:
        """The tool as OpenAI's format has it: what `ask(messages, tools=[...])` takes."""
        function = {"name": self.name, "description": self.description, "parameters": dict(self.parameters)}
        return {"type": "function", "function": function}


@dataclass(frozen=True)
class Observation:
    """What came of a call: the text for the model and, where the call failed, the `failure` in a word or two (else "").

    `failure` is "no such tool", "arguments", "time", "raised" or "result".
    """

    text: str
    failure: str = ""


def run_call(tools: Sequence[Tool], call: Mapping, *, seconds: float = 5, most: int = 2000) -> Observation:
    """Run one call, `{"name": ..., "arguments": {...}}` or OpenAI's form of it, and never raise on what a model wrote.

    Arguments must fit the tool's schema (jsonschema, draft 2020-12); nothing is evaluated as code. What the function returns is text as
    it is, else JSON, cut after `most` characters. It runs in a thread of its own for at most `seconds`. Limit: Python cannot stop a
    thread, so a tool that hangs goes on in the background until the program ends, and one that never lets go of the
    interpreter (a C function) cannot be timed out. What needs more belongs in a process of its own.

    >>> run_call([], {"name": "sing", "arguments": {}}).text
    "Error: there is no tool 'sing'; there are no tools."
    """
    call = call.get("function") or call
    name, arguments = call.get("name"), call.get("arguments")
    tool = next((tool for tool in tools if tool.name == name), None)
    if tool is None:
        names = ", ".join(tool.name for tool in tools)
        return _failed(
            "no such tool", f"there is no tool {str(name)[:64]!r}; {'the tools are ' + names if names else 'there are no tools'}."
        )
    try:
        values = _object(arguments)
        problem = _mismatch(tool, values)
    except ValueError as error:
        problem = str(error)
    if problem:
        return _failed("arguments", f"the arguments of {tool.name} do not fit: {problem}")
    return _shown(tool, _within(lambda: tool.function(**values), seconds), seconds, most)


def _failed(failure: str, text: str) -> Observation:
    return Observation(f"Error: {text}", failure)


def _object(arguments: object) -> dict:
    """The arguments as an object. ValueError: they are something else."""
    if isinstance(arguments, Mapping) and set(arguments) == {"_invalid"}:  # as the models room marks what it could not read
        arguments = arguments["_invalid"]
    if isinstance(arguments, str):
        if len(arguments) > _LONGEST:
            raise ValueError(f"they have {len(arguments):,} characters, the most is {_LONGEST:,}")
        try:
            arguments = json.loads(arguments or "{}")
        except (ValueError, RecursionError):
            raise ValueError(f"{arguments[:80]!r} is not JSON") from None
    if not isinstance(arguments, Mapping | None):
        raise ValueError(f"{str(arguments)[:80]!r} is no JSON object")
    return dict(arguments or {})


def _mismatch(tool: Tool, arguments: dict) -> str:
    """Where the arguments do not fit the schema, in a sentence; "" where they do."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match
    from referencing.exceptions import Unresolvable

    try:
        error = best_match(Draft202012Validator(tool.parameters).iter_errors(arguments))
    except RecursionError:
        return "its schema refers to itself without end"
    except (Unresolvable, re.error) as problem:
        return f"its schema cannot be used ({str(problem)[:80]})"
    return f"{'.'.join(map(str, error.absolute_path)) or 'all'}: {error.message[:_ERROR]}" if error else ""


def _within(work: Callable[[], object], seconds: float) -> dict:
    """What became of the work: {"value": ...}, {"error": ...}, or {} if it took longer."""
    outcome: dict = {}

    def target() -> None:
        try:
            outcome["value"] = work()
        except BaseException as error:  # also SystemExit: a tool cannot end the program
            outcome["error"] = error

    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    thread.join(seconds)
    return {} if thread.is_alive() else outcome


def _shown(tool: Tool, outcome: dict, seconds: float, most: int) -> Observation:
    """The outcome as the model reads it."""
    if not outcome:
        return _failed("time", f"{tool.name} gave no result within {seconds:g} s.")
    if "error" in outcome:
        error = outcome["error"]
        return _failed("raised", f"{tool.name} failed: {type(error).__name__}: {str(error)[:_ERROR]}")
    value = outcome["value"]
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        kind = type(value).__name__
        return _failed("result", f"{tool.name} returned {kind}, which is neither text nor JSON: decode or convert it in the tool.")
    if len(text) > most:
        text = f"{text[:most]} [cut: the first {most:,} of {len(text):,} characters]"
    return Observation(text)


def _check_schema(name: str, parameters: Mapping) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    form = '{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}'
    if not isinstance(parameters, Mapping) or parameters.get("type") != "object":
        raise ValueError(f"tool {name!r}: its parameters must be a schema of type 'object', got {str(parameters)[:80]!r}; such as {form}")
    try:
        Draft202012Validator.check_schema(parameters)
    except (SchemaError, RecursionError) as error:
        reason = getattr(error, "message", "it is nested without end")
        raise ValueError(f"tool {name!r}: its parameters are no JSON Schema: {reason[:_ERROR]}; such as {form}") from None
    untyped = [key for key, value in parameters.get("properties", {}).items() if not _says_what(value)]
    if untyped:
        raise ValueError(f"tool {name!r}: parameters without a type: {', '.join(untyped)}; say what fits, as in {form}")
    outside = [link for link in _links(parameters) if not link.startswith("#")]
    if outside:
        raise ValueError(f"tool {name!r}: its schema refers to {outside[0]!r}; nothing is loaded, write it out under '$defs'")


def _says_what(schema: object) -> bool:
    return isinstance(schema, Mapping) and bool({"type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref"} & set(schema))


def _links(schema: object) -> Iterator[str]:
    """Every $ref in a schema."""
    if isinstance(schema, Mapping):
        link = schema.get("$ref")
        yield from ([link] if isinstance(link, str) else [])
    inner = schema.values() if isinstance(schema, Mapping) else schema if isinstance(schema, list) else ()
    for value in inner:
        yield from _links(value)
