"""What may be set in a lesson: the names in its cell tagged `parameters`, and the values that each of them takes."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from helpers.prompts import Json
from helpers.spelling import did_you_mean
from helpers.workbook.notebooks import Lesson
from helpers.workbook.parameter_kinds import LOOKED_UP, RANGES, like

__all__ = ["Parameter", "parameters_of", "parse_parameters", "refuse_wrong"]

WORDS = {"True": True, "False": False, "None": None}  # as a lesson's cell has them; JSON's are true, false and null


@dataclass(frozen=True)
class Parameter:
    """One line of the cell: a name, its default as it is written there, and the comment behind it."""

    name: str
    default: str
    comment: str = ""

    def __str__(self) -> str:
        return f"{self.name} = {self.default}" + (f"  # {self.comment}" if self.comment else "")

    @property
    def value(self) -> Json:
        """The default; None also where it is no literal."""
        try:
            return ast.literal_eval(self.default)
        except ValueError:
            return None


def parameters_of(lesson: Lesson) -> dict[str, Parameter]:
    """By name, in the order of the cell. ValueError: the lesson is no notebook, or its cell is no Python."""
    cell = next((cell.source for cell in lesson.read().cells if "parameters" in cell.metadata.get("tags", [])), "")
    try:
        lines = ast.parse(cell).body
    except SyntaxError as error:
        raise ValueError(f"{lesson.name}: its cell of parameters is not Python: line {error.lineno}: {error.msg}") from error
    comments = _comments(cell)
    parameters = {}
    for line in lines:
        if isinstance(line, ast.Assign | ast.AnnAssign) and line.value is not None:
            targets = line.targets if isinstance(line, ast.Assign) else [line.target]
            for name in (target.id for target in targets if isinstance(target, ast.Name)):
                parameters[name] = Parameter(name, ast.get_source_segment(cell, line.value) or "", comments.get(line.end_lineno, ""))
    return parameters


def _comments(cell: str) -> dict[int, str]:
    """The comments of a cell by line, from 1."""
    tokens = tokenize.generate_tokens(io.StringIO(cell).readline)
    return {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}


def parse_parameters(pairs: Sequence[str]) -> dict[str, Json]:
    """`["n=20", "model=hf:x"]` to `{"n": 20, "model": "hf:x"}`.

    A value is read as JSON, so that a list is `names=["a", "b"]`; `True`, `False`, `None` and `.5` are what Python has them for.
    Anything else is a text as it stands: `off`, `010`, `What is: this?`.
    """
    parameters = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.isidentifier():
            raise ValueError(f"-p {pair}: write -p name=value, for instance -p n=20")
        parameters[name] = _value(value)
    return parameters


def _value(text: str) -> Json:
    if text in WORDS:
        return WORDS[text]
    try:
        return json.loads(re.sub(r"^(-?)\.", r"\g<1>0.", text))
    except ValueError:
        return text


def refuse_wrong(values: Mapping[str, Json], lessons: Sequence[Lesson]) -> None:
    """ValueError: a lesson does not know a name, or a value is not of its kind; it tells all of them, and what is allowed."""
    known = {lesson.number: parameters_of(lesson) for lesson in lessons} if values else {}
    problems = [text for name in sorted(values) if (text := _unknown(name, values[name], known))]
    problems = problems or [text for name, value in values.items() if (text := _unfit(name, value, known))]
    if problems:
        raise ValueError("\n".join(problems))


def _unknown(name: str, value: Json, known: Mapping[str, Mapping[str, Parameter]]) -> str:
    """What is said of a name that some of the lessons do not have."""
    lack = [number for number, parameters in known.items() if name not in parameters]
    have = [number for number in known if number not in lack]
    if not lack:
        return ""
    if have:
        command = f"ladder run {' '.join(have)} -p {name}={_typed(value)}"
        return f"no parameter {name} in lesson {', '.join(lack)}. Run those that have it: {command}"
    names = sorted({each for parameters in known.values() for each in parameters})
    return f"no parameter {name} in lesson {', '.join(lack)}{did_you_mean(name, names)}. There are: {', '.join(names) or 'none'}."


def _unfit(name: str, value: Json, known: Mapping[str, Mapping[str, Parameter]]) -> str:
    """What is said of a value that a lesson cannot take; with the lesson's own line, where that says more."""
    if name in LOOKED_UP and isinstance(value, str):
        return LOOKED_UP[name](value)
    for number, parameters in known.items():
        allowed = (RANGES.get(name) or like(parameters[name].value))(value)
        if allowed:
            return f"{name}={_typed(value)}: {allowed}\n  lesson {number} has: {parameters[name]}"
    return ""


def _typed(value: Json) -> str:
    return value if isinstance(value, str) else repr(value)
